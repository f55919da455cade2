// Random values that only their name makes secret, and tokens whose form says little.

#include <gtest/gtest.h>

#include "filters/values/random_value.h"
#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

TEST(GenericSecrets, OfLettersAloneAreFoundWhereTheySpellNothing) {
  EXPECT_EQ(shown("X-Auth-Token: ftvtKigBjafSxfpzejiPYOEm"),
            "generic_secret_high_entropy[ftvtKigBjafSxfpzejiPYOEm]");
}

TEST(GenericSecrets, RandomValuesOfSecretNamesAreFound) {
  unsigned seed = 1;
  for (const std::string_view alphabet : {kBase62, kBase64Url, kHex})
    for (const std::string_view before :
         {"api_key = \"", "API_KEY=", "apiKey: '", "\"client_secret\": \"",
          "x-api-key: ", "SECRET_KEY=", "access_token=", "auth_token: ", "\"accessToken\":\"",
          "APIキーは", "シークレットキー：", "アクセストークン: ", "private_key = '", "API key: ",
          "API key for staging: ", "token = ", "STRIPE_KEY=", "Authorization: Bearer "}) {
      const std::string value = chance(alphabet, 40, ++seed);
      if (value.front() == '-' || value.back() == '-' || value.front() == '_') continue;
      const std::string got = shown(std::string(before) + value);
      EXPECT_NE(got.find("generic_secret_high_entropy[" + value + "]"), std::string::npos)
          << before << value << " " << got;
    }
}

TEST(GenericSecrets, OfElementsColumnsAndPlainMentionsAreFound) {
  const std::string value = "q7Zt2LxVb9Kd4RmWc1Hn8Ys5";
  for (const char* text : {"<apikey>⟦⟧</apikey>",
                           "アクセストークン ⟦⟧",
                           "APIキー\n⟦⟧",
                           "認証キー「⟦⟧」",
                           "APIキーを発行しました：⟦⟧",
                           "my api key is ⟦⟧",
                           "tool --api-key ⟦⟧ --verbose",
                           "Bearer token: ⟦⟧",
                           "api:\n  key: ⟦⟧",
                           "[api]\nkey=⟦⟧",
                           "- name: API_TOKEN\n  value: ⟦⟧",
                           "API_KEY: str = \"⟦⟧\"",
                           "| 項目 | 値 |\n|---|---|\n| APIキー | ⟦⟧ |",
                           "トークン（本番）：⟦⟧",
                           "Authorization: Token ⟦⟧",
                           "token = os.getenv(\"API_TOKEN\", \"⟦⟧\")",
                           "| name | api key |\n|---|---|\n| staging | ⟦⟧ |",
                           "環境,APIキー\n本番,⟦⟧",
                           "secret_token '⟦⟧'",
                           "encryption:\n  key: ⟦⟧",
                           "暗号化キー（AES-256）：⟦⟧",
                           "const API_TOKEN: &'static str = \"⟦⟧\";",
                           "hmac.new(b\"⟦⟧\", body)",
                           "シークレットを ⟦⟧ に直して",
                           "APIトークン → ⟦⟧",
                           "認証トークン→⟦⟧です",
                           "APIキーに「⟦⟧」を入力",
                           "APIキーとして⟦⟧を渡す",
                           "「APIキー」を⟦⟧に",
                           "トークン（本番）を ⟦⟧ に",
                           "APIキー（検証用）→ ⟦⟧",
                           "APIトークン 　→　⟦⟧",
                           "トークンが\"⟦⟧\"のまま"}) {
    std::string whole = text;
    whole.replace(whole.find("⟦⟧"), std::string("⟦⟧").size(), value);
    EXPECT_EQ(shown(whole), "generic_secret_high_entropy[" + value + "]") << whole;
  }
  for (const char* text :
       {"if (key > ⟦⟧)", "name,token id\nx,⟦⟧", "ソートキー ⟦⟧", "the cache key is ⟦⟧",
        "キャッシュキーの値：⟦⟧", "tool --cache-key ⟦⟧", "cache:\n  key: ⟦⟧",
        "check(a.token,\n  b.request,\n  b.audience,\n  skew=⟦⟧,\n)", "ソートキーに ⟦⟧ を渡す",
        "キャッシュキー → ⟦⟧", "公開鍵を ⟦⟧ に", "トークンは commit_hash=⟦⟧",
        "const CACHE_KEY: &str = \"⟦⟧\";", "\"authenticity_token\"=>\"⟦⟧\"",
        "- name: TOKEN_ID\n  value: ⟦⟧"}) {
    std::string whole = text;
    whole.replace(whole.find("⟦⟧"), std::string("⟦⟧").size(), value);
    EXPECT_EQ(shown(whole), "") << whole;
  }
}

// "トークンは api_token=…": the outer label announces an assignment, and no value.
TEST(GenericSecrets, OfAnAssignmentBehindALabelAreFoundByThemselves) {
  for (const std::size_t size : {std::size_t{32}, std::size_t{64}}) {
    const std::string value = chance(kHex, size, 3);
    EXPECT_EQ(shown("社内APIのトークンは api_token=" + value),
              "generic_secret_high_entropy[" + value + "]");
  }
}

TEST(GenericSecrets, HexBehindAWordOfItsIssuerIsRandom) {
  const std::string hex = "45ee01fdc34f6b8b981afb34192ef22f8b29c860b65b68e1";
  EXPECT_EQ(shown("VENDOR_TOKEN=vnd_" + hex), "generic_secret_high_entropy[vnd_" + hex + "]");
  EXPECT_EQ(shown("VENDOR_TOKEN=sha1-" + hex), "");
}

TEST(GenericSecrets, OfFrameworksAreFound) {
  EXPECT_EQ(shown("APP_KEY=base64:" + chance(kBase62, 43, 3) + "="),
            "generic_secret_high_entropy[" + chance(kBase62, 43, 3) + "=]");
  const std::string django = "dj-4x#k2!9v@b7$m1q8w3z6(t";
  EXPECT_EQ(shown("SECRET_KEY = '" + django + "'"), "generic_secret_high_entropy[" + django + "]");
  EXPECT_EQ(shown("csrf_token: " + chance(kHex, 32, 3)), "");
}

TEST(GenericSecrets, NamesOfOtherThingsAreNone) {
  const std::string random = chance(kBase62, 32, 7), hex = chance(kHex, 40, 8);
  for (const std::string before : {"public_key = ",    "cache_key: ",
                                   "partition_key=",   "primary_key: ",
                                   "idempotency_key=", "key_id: ",
                                   "commit_sha: ",     "version=",
                                   "checksum = ",      "etag: ",
                                   "tokenizer: ",      "next_page_token: ",
                                   "secret_name = ",   "key_fingerprint: ",
                                   "公開鍵：",         "キャッシュキー：",
                                   "author: ",         "keyword: ",
                                   "monkey = ",        "ssh-ed25519 key: AAAAC3NzaC1lZDI1NTE5AAAA"})
    for (const std::string& value : {random, hex})
      EXPECT_EQ(shown(before + "\"" + value + "\""), "") << before << value;
}

TEST(GenericSecrets, ValuesOfOtherKindsAreNone) {
  for (const std::string_view text :
       {"token: 550e8400-e29b-41d4-a716-446655440000",
        "api_key = process.env.OPENAI_API_KEY",
        "api_key: YOUR_API_KEY_GOES_HERE",
        "api_key = \"<your-api-key>\"",
        "secret: my-application-secret-name-1",
        "token = tokenizer.encode(text_to_be_encoded)",
        "api_key=self.configuration.api_key_prefix1",
        "auth: oauth2-authorization-code-flow2",
        "access_token = https://login.kaisha-sample.jp/oauth2/token1",
        "secret_key: arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:x1",
        "token: abcdefghijklmnopqrstuvwxyz123456",
        "api_key: 1234567890123456789012345",
        "key: react-native-async-storage-16",
        "token_type: urn:ietf:params:oauth:token-type:jwt1",
        "Authorization: Basic dXNlcjpwYXNzd29yZA==",
        "Bearer authentication-scheme-description",
        "private_key: \"_EllipticCurvePrivateKey\", data: bytes",
        "DocumentStartToken, DocumentEndToken, StreamEndToken):",
        "  APIKeyUpdateParams,\n  AdminAPIKeyCreateParams,\n  APIKeyListParams,",
        "onnewtoken: OnNewTokenCallback | undefined;",
        "ActiveRecord::Encryption.key_provider = MyKeyProvider.new",
        "KEY_MAX = __NL80211_KEY_AFTER_LAST - 1",
        "- Bearer https://tools.example.org/html/rfc6750"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(GenericSecrets, ANameOfItsOwnWinsOverTheGenericOne) {
  const std::string token = "ghp_" + chance(kBase62, 36, 4);
  EXPECT_EQ(shown("api_token = \"" + token + "\""), "github_token[" + token + "]");
  EXPECT_EQ(shown("password: " + token), "github_token[" + token + "]");
  const std::string test = "sk_test_" + chance(kBase62, 24, 4);
  EXPECT_EQ(shown("secret_key = \"" + test + "\""), "stripe_key[" + test + "]")
      << "a key of the test mode opens the test data of the company";
}

TEST(GenericSecrets, PublishableKeysAndTheHeadOfATokenAreNone) {
  for (const std::string& text : std::vector<std::string>{
           "api_key = \"pk_test_" + chance(kBase62, 24, 5) + "\"",
           "stripe.api_key = 'pk_live_" + chance(kBase62, 24, 5) + "'",
           "localStorage.setItem('token','eyJhbGciOiJIUzI1NiJ9...')",
           "https://app.kaisha.co.jp/cb#id_token=eyJhbGciOiJIUzI1NiJ9...&state=1",
           "このトークンをデコードして: eyJhbGciOiJIUzI1NiJ9..."})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(GenericSecrets, OfASettingThatACommandMakesAreFound) {
  const std::string value = chance(kBase62, 32, 7);
  EXPECT_EQ(shown("setx API_TOKEN \"" + value + "\""),
            "generic_secret_high_entropy[" + value + "]");
  EXPECT_EQ(shown("setx CACHE_KEY \"" + value + "\""), "");
}

TEST(GenericSecrets, MayRepeatTheirLetters) {
  for (const std::string value :
       {"vkxjvq33f1fo38h0fiufv553n3xu9kgun9uk", "WPKwPSFk0z2uRJDilPmolkqwlohPPzFo"})
    EXPECT_EQ(shown("api_token: " + value), "generic_secret_high_entropy[" + value + "]");
}

TEST(GenericSecrets, InColumnsWithQuotedHeadingsAreFound) {
  const std::string value = chance(kBase62, 32, 6);
  for (const std::string& text : std::vector<std::string>{
           "\"id\",\"authToken\",\"note\"\n\"1\",\"" + value + "\",\"x\"",
           "<tr><th>Secret key</th><td>" + value + "</td></tr>",
           "<tr><th>signing key</th><td>" + value + "</td></tr>", "id,encryption_key\n1," + value,
           "id;secretKey;status\n\"3\";\"" + value + "\";\"ok\""})
    EXPECT_EQ(shown(text), "generic_secret_high_entropy[" + value + "]") << text;
  EXPECT_EQ(shown("(\"/google/oauth2/token\", GoogleOAuth2TokenHandler),"), "");
}

TEST(RandomValues, AreToldFromNames) {
  int found = 0, hex = 0, lower = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    found += looks_random(chance(kBase62, 24 + seed % 40, seed));
    hex += looks_random(chance(kHex, 32 + seed % 32, seed));
    lower += looks_random(chance("abcdefghijklmnopqrstuvwxyz0123456789", 24 + seed % 24, seed));
  }
  EXPECT_GE(found, 388);
  EXPECT_GE(hex, 384);
  EXPECT_GE(lower, 372);
  for (const std::string_view name :
       {"react-native-async-storage-16", "NEXUS-GPT4-API-KEY", "llama-3.3-70b-versatile",
        "my_very_long_identifier_name2", "ThisIsTheNameOfAClass2", "getUserAccountInformation2",
        "shinjuku-nishiguchi-ekimae-3", "text-embedding-3-large-v2", "abcdefghijklmnop12345678",
        "2026-11-26T12:00:00.000Z", "node_modules/react/index.js1", "aaaaaaaaaaaaaaaaaaaaaaa1"})
    EXPECT_FALSE(looks_random(name)) << name;
}

TEST(Tokens, ARightCheckSumMakesThemSurer) {
  const std::string token = std::string("gh") + "p_q7Zt2LxVb9Kd4RmWc1Hn8Ys5Jp3Gf62swZzH";
  EXPECT_DOUBLE_EQ(confidence_in(token), 0.99);
  EXPECT_DOUBLE_EQ(confidence_in(token.substr(0, token.size() - 1) + "q"), 0.95);
}

// Token forms of the last years: each found to its end.
TEST(GenericSecrets, LoginsOfRegistriesAreFound) {
  EXPECT_EQ(
      shown("{\"auths\":{\"registry.kaisha-sample.jp\":{\"auth\":\"c2F0bzpLeDktdlRxMkxt\"}}}"),
      "generic_secret_high_entropy[c2F0bzpLeDktdlRxMkxt]");
  EXPECT_EQ(shown("_auth=c2F0bzpLeDktdlRxMkxt"),
            "generic_secret_high_entropy[c2F0bzpLeDktdlRxMkxt]");
}

TEST(Tokens, OfFewOrNoDigitsAreFound) {
  EXPECT_EQ(shown("n\x70m_shIurLTKZTXmasQbVnGuHNfsJMTBdwcMpRXo"),
            "npm_token[n\x70m_shIurLTKZTXmasQbVnGuHNfsJMTBdwcMpRXo]");
  EXPECT_EQ(shown("n\x70m_updateStatusHandlerForTheRequestOf"), "");
}

TEST(Tokens, StandBehindTheSignsOfAssignmentsAndEscapes) {
  const std::string key =
      "QJhUqoafQ7SmjZWZ10rxicMwh8G2hRyZNsq+148x7isvRe727spSJs/hF7qhnnXah6ZHRvxl3dNI+A"
      "St+afMmA==";
  EXPECT_EQ(shown("AZURE_STORAGE_KEY=" + key), "azure_storage_key[" + key + "]");
  EXPECT_EQ(shown("KEY_ID=3D\x41KIARHZ6JAQTKRK4UM3F"),
            "aws_access_key_id[\x41KIARHZ6JAQTKRK4UM3F]");
}

TEST(Tokens, NewFormsAreFoundWhole) {
  const std::string alnum = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (const std::string& token :
       {"sk-ant-oat01-" + chance(kBase64Url.substr(0, 62), 90, 3) + "-xAA",
        "sk-ant-ort01-" + chance(kBase62, 40, 4) + "_-" + chance(kBase62, 50, 5) + "AA",
        "glpat-" + chance(kBase62, 27, 6) + ".0r0" + chance(alnum, 6, 6),
        "glpat-" + chance(kBase62, 50, 7) + "3.01.0z0" + chance(alnum, 6, 7),
        "gsk_" + chance(kBase62, 52, 8), "xai-" + chance(kBase62, 80, 9),
        "ASIA" + chance(kBase32, 16, 10), "lin_api_" + chance(kBase62, 40, 11)}) {
    for (const auto& [before, after] :
         {std::pair{"TOKEN=", "\n"}, {"https://oauth2:", "@git.kaisha-sample.jp/a.git"}}) {
      const std::string got = shown(before + token + after);
      EXPECT_NE(got.find("[" + token + "]"), std::string::npos) << token << " " << got;
    }
  }
}

TEST(LockFiles, ChecksumsAreNoSecrets) {
  const std::string b64 = chance(kBase62, 43, 5) + "=", long64 = chance(kBase62, 86, 6) + "==";
  for (const std::string& line : std::vector<std::string>{
           "github.com/Azure/go-autorest/autorest/azure/auth v0.5.0 h1:" + b64,
           "      \"integrity\": \"sha512-" + long64 + "\",",
           "cache-key: " + chance(kBase62, 40, 7),
           "\"key\": \"" + chance(kBase62, 40, 8) + "\",   # i18n bundle",
           "gpg: Signature made using RSA key " + chance("0123456789ABCDEF", 40, 9),
           "image: registry.kaisha-sample.jp/app@sha256:" + chance(kHex, 64, 10),
           "checksum = \"" + chance(kHex, 64, 11) + "\"",
           "<script integrity=\"sha384-" + chance(kBase62, 64, 12) + "\" crossorigin></script>",
           "ETag: W/\"" + chance(kHex, 32, 13) + "\"", "hmac-sha512: " + long64,
           "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5" + chance(kBase62, 48, 14) +
               " dev@host   # a public key",
           "MantleAPI_version=" + chance(kHex, 40, 15), "keyword = \"Befaehigung_P2\"",
           "monkeys-audio:mx64-uwp=fail rapidstring:marm64-uwp=fail",
           "tokenizationId: '" + chance(kHex, 32, 16) + "',"})
    EXPECT_EQ(shown(line), "") << line;
}

}  // namespace
}  // namespace sekisho::filters
