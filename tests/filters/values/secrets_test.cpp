#include <gtest/gtest.h>

#include <utility>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

struct Token {
  std::string type, value;
};

std::string base64url(std::string_view bytes) {
  std::string out;
  unsigned bits = 0;
  int have = 0;
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (have += 8; have >= 6; have -= 6) out += kAlphabet[(bits >> (have - 6)) & 63];
  }
  if (have > 0) out += kAlphabet[(bits << (6 - have)) & 63];
  return out;
}

std::string token_of(std::string_view header, std::string_view payload) {
  return base64url(header) + "." + base64url(payload) + "." + chance(kBase64Url, 43, 5);
}

const std::string kOpenAiMark =
    "T3Blbk"
    "FJ";

// One of each form a type has.
std::vector<Token> tokens() {
  return {
      {"aws_access_key_id", "AKIA" + chance(kBase32, 16)},
      {"aws_access_key_id", "ASIA" + chance(kBase32, 16)},
      {"openai_api_key",
       "sk-proj-" + chance(kBase64Url, 74) + kOpenAiMark + chance(kBase62, 74, 2)},
      {"openai_api_key",
       "sk-svcacct-" + chance(kBase62, 58) + kOpenAiMark + chance(kBase62, 58, 2)},
      {"openai_api_key", "sk-" + chance(kBase62, 20) + kOpenAiMark + chance(kBase62, 20, 2)},
      {"openai_api_key", "sk-proj-" + chance(kBase62, 48)},
      {"anthropic_api_key", "sk-ant-api03-" + chance(kBase62, 93) + "AA"},
      {"anthropic_api_key", "sk-ant-oat01-" + chance(kBase62, 93) + "AA"},
      {"openrouter_api_key", "sk-or-v1-" + chance(kHex, 64)},
      {"deepseek_api_key", "sk-" + chance(kHex, 32)},
      {"groq_api_key", "gsk_" + chance(kBase62, 52)},
      {"xai_api_key", "xai-" + chance(kBase62, 80)},
      {"huggingface_token", "hf_" + chance(kBase62.substr(0, 52), 34)},
      {"linear_api_key", "lin_api_" + chance(kBase62, 40)},
      {"github_token", "ghp_" + chance(kBase62, 36)},
      {"github_token", "gho_" + chance(kBase62, 36)},
      {"github_token", "github_pat_" + chance(kBase62, 22) + "_" + chance(kBase62, 59, 2)},
      {"github_token",
       "ghs_" + chance(kDigits, 7) + "_" +
           token_of(R"({"alg":"RS256","typ":"JWT"})", R"({"iss":"github-apps","exp":1})")},
      {"gitlab_token", "glpat-" + chance(kBase62, 20)},
      {"gitlab_token", "glpat-" + chance(kBase62, 40) + ".01.0z" +
                           chance("0123456789abcdefghijklmnopqrstuvwxyz", 7)},
      {"slack_token",
       "xoxb-" + chance(kDigits, 12) + "-" + chance(kDigits, 12, 2) + "-" + chance(kBase62, 24)},
      {"gcp_api_key", "AIza" + chance(kBase62, 35)},
      {"stripe_key", "sk_live_" + chance(kBase62, 24)},
      {"npm_token", "npm_" + chance(kBase62, 36)},
      {"sendgrid_api_key", "SG." + chance(kBase62, 22) + "." + chance(kBase62, 43, 2)},
      {"jwt", token_of(R"({"alg":"HS256","typ":"JWT"})", R"({"sub":"u-19","name":"S. Tester"})")},
  };
}

TEST(Secrets, EachFormIsFoundWhole) {
  for (const Token& token : tokens()) {
    for (const auto& [before, after] : {std::pair{"key=", "\n"},
                                        {"\"", "\""},
                                        {"鍵は", "です"},
                                        {"'", "'"},
                                        {"(", ")"},
                                        {"\\n", "\\n"},
                                        {"k%3D", " "}}) {
      EXPECT_EQ(shown(before + token.value + after), token.type + "[" + token.value + "]")
          << before;
    }
  }
}

TEST(Secrets, AreOfTheSecretCategoryAndTheirOwnNormalForm) {
  for (const Token& token : tokens()) {
    const Findings found = scan_text(shipped_set(), "x " + token.value + " y");
    ASSERT_EQ(found.size(), 1U) << token.value;
    EXPECT_EQ(found[0].category, "secret");
    EXPECT_EQ(found[0].normalised, token.value);
  }
}

TEST(Secrets, AnAddressThatIsOneIsToldWithItsScheme) {
  const std::string path =
      "hooks.\u0073lack.com/services/TEKP6NCJ4/BDWW7PVTZ/GNPubtuWwU3TJDofXax1NloQ";
  for (const std::string scheme : {"https://", "http://", "", "https:\\/\\/"})
    EXPECT_EQ(shown("url: " + scheme + path), "slack_webhook[" + scheme + path + "]");
  const std::string teams =
      "https://midori.webhook.office.com/webhookb2/24f99163-2681-4e08-ac7d-b9f46bef4487@3b656de3-"
      "dca2-47a3-a7a9-0c1d2e3f4a5b/IncomingWebhook/9c1d0e7a4b5f4c8e8f7a6b5c4d3e2f10/"
      "7b2e9d4c-51f0-4c8a-9e3d-6a5b4c3d2e1f";
  EXPECT_EQ(shown("url: " + teams), "teams_webhook[" + teams + "]");
}

TEST(Secrets, AreNotFoundInsideLongerWords) {
  for (const Token& token : tokens())
    EXPECT_EQ(shown("x" + token.value).find(token.type), std::string::npos) << token.value;
  for (const Token& token : {tokens()[0], tokens()[14], tokens()[23]})
    EXPECT_EQ(shown(token.value + "Zq9"), "") << token.value;
}

TEST(Secrets, ATestWordNearbySuppressesNothing) {
  for (const Token& token : tokens()) {
    EXPECT_EQ(shown("example of a test dummy: " + token.value + " # sample, not real"),
              token.type + "[" + token.value + "]");
  }
}

TEST(Secrets, DocumentationSamplesAreNotReported) {
  EXPECT_EQ(shown("AKIA"
                  "IOSFODNN7EXAMPLE",
                  0),
            "");
  EXPECT_EQ(shown("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY"
                  "EXAMPLEKEY",
                  0),
            "");
  EXPECT_EQ(shown("ghp_" + std::string(36, 'x'), 0), "");
  EXPECT_EQ(shown("sk-ant-api03-" + std::string(93, 'x') + "AA", 0), "");
  EXPECT_EQ(shown("glpat-" + std::string(20, '0'), 0), "");
}

TEST(Secrets, WordsOfCodeAreNotReported) {
  for (
      const std::string_view text :
      {"task-management-and-risk-assessment-of-disk-encryption-modules-in-the-desk-booking-service",
       "<div class=\"sk-chasing-dot sk-fading-circle sk-cube-grid-container-wrapper-element-123\">",
       "commit f8e542ad3343966532cae12fe2b6692c40614543", "model: llama-3.3-70b-versatile",
       "sha256-V3jaK6tO3wPEoOrM8gX/95HDK8ckilFQYueT92gmIl4=",
       "hf_model_name_or_path_for_training_only_here", "npm_config_registry",
       "eyJhbGciOiJIUzI1NiJ9", "sk_live_", "AKIA", "gh_token",
       "xoxo-hugs-and-kisses-to-everybody-here"}) {
    EXPECT_EQ(shown(text, 0), "") << text;
  }
}

TEST(AwsSecret, IsFoundNextToItsNameOrItsKeyId) {
  const std::string secret = chance(kBase62, 38, 3) + "/+";
  EXPECT_EQ(shown("aws_secret_access_key = " + secret), "aws_secret_access_key[" + secret + "]");
  EXPECT_EQ(shown(R"({"SecretAccessKey":")" + secret + "\"}"),
            "aws_secret_access_key[" + secret + "]");
  for (const char* name :
       {"export AWS_SECRET_ACCESS_KEY=", "aws secret：", "AWSシークレットアクセスキー",
        "AWSシークレットキー: ", "| 項目 | 内容 |\n|---|---|\n| AWSシークレットキー | "})
    EXPECT_EQ(shown(name + secret), "aws_secret_access_key[" + secret + "]") << name;
  const std::string id = "AKIA" + chance(kBase32, 16);
  EXPECT_EQ(shown(id + "," + secret),
            "aws_access_key_id[" + id + "] aws_secret_access_key[" + secret + "]");
  EXPECT_EQ(shown("cache-key: " + secret, 0), "");
  EXPECT_EQ(shown("aws_secret_access_key from commit " + chance(kHex, 40), 0), "");
}

// A signature in base64url may hold forty characters between two of its own signs.
TEST(AwsSecret, IsNoPartOfALongerToken) {
  const std::string part = chance(kBase62, 38, 3) + "/+", id = "AKIA" + chance(kBase32, 16);
  EXPECT_EQ(shown(id + " a7-" + part + "_b8"), "aws_access_key_id[" + id + "]");
  EXPECT_EQ(shown(id + " - " + part + "."),
            "aws_access_key_id[" + id + "] aws_secret_access_key[" + part + "]");
}

// One secret in a thousand holds no digit, some hold one.
TEST(AwsSecret, StraightBehindItsNameNeedsNoDigits) {
  const std::string secret = "dGhqZrXkVtBwLmNpQyCsJfEaUiTuYoPe/HdKxMzW";
  for (const char* name : {"export AWS_SECRET_ACCESS_KEY=", "AWSのシークレットキーを ",
                           "aws secret access key: ", "\"SecretAccessKey\": \""})
    EXPECT_EQ(shown(name + secret), "aws_secret_access_key[" + secret + "]") << name;
  EXPECT_EQ(shown("AWS_SECRET_ACCESS_KEY: /opt/modules/some/directory/of/the/module", 0), "");
}

TEST(AwsSecret, IsNoValueThatHasANameOfItsOwn) {
  const std::string id = "AKIA" + chance(kBase32, 16), secret = chance(kBase62, 38, 3) + "/+";
  const std::string other = chance(kBase62, 40, 4);
  for (const std::string name : {"API_KEY", "authToken", "WEBHOOK_SECRET"})
    EXPECT_EQ(shown(name + "=" + other + "\naccessKeyId=" + id),
              "generic_secret_high_entropy[" + other + "] aws_access_key_id[" + id + "]");
  EXPECT_EQ(shown("secretAccessKey=" + secret + "\nsecret_key=" + other),
            "aws_secret_access_key[" + secret + "] generic_secret_high_entropy[" + other + "]");
  EXPECT_EQ(shown("access_key = \"" + id + "\"\nsecret_key = \"" + secret + "\""),
            "aws_access_key_id[" + id + "] aws_secret_access_key[" + secret + "]");
}

TEST(AwsSecret, IsNoValueThatItsOwnNameTellsInOtherWords) {
  const std::string id = "AKIA" + chance(kBase32, 16, 3), value = chance(kBase62, 40, 4);
  for (const std::string& text : std::vector<std::string>{
           id + "\n> API key: " + value, id + "（次回まで）\n・トークン " + value,
           "id,access_key,encryption_key\n1," + id + "," + value,
           "API_TOKEN=" + value + "\nAWS_ACCESS_KEY_ID=" + id})
    EXPECT_EQ(shown(text).find("aws_secret_access_key"), std::string::npos) << text;
  EXPECT_EQ(shown("conf.set(\"fs.s3a.secret.key\", \"" + value + "\")"),
            "aws_secret_access_key[" + value + "]");
}

TEST(AwsSecret, IsFoundInTheColumnOfItsName) {
  const std::string value = chance(kBase62, 40, 4);
  EXPECT_EQ(shown("bucket,s3AccessKey,region\nlogs," + value + ",tokyo"),
            "aws_secret_access_key[" + value + "]");
  EXPECT_EQ(shown("\"aws_secret_key\";\"env\"\n\"" + value + "\";\"prod\""),
            "aws_secret_access_key[" + value + "]");
  EXPECT_EQ(shown("commit,aws_key\n1," + chance(kHex, 40, 5)), "");
}

TEST(AwsSecret, DoesNotReachOverALineEnd) {
  const std::string id = "AKIA" + chance(kBase32, 16);
  for (unsigned seed = 1; seed < 40; ++seed) {
    const std::string key = "AIza" + chance(kBase64Url, 34, seed) + "a";
    EXPECT_EQ(
        shown("AWS_ACCESS_KEY_ID=" + id + "\nGOOGLE_API_KEY=" + key + "\nANTHROPIC_API_KEY=x"),
        "aws_access_key_id[" + id + "] gcp_api_key[" + key + "]");
  }
}

TEST(AwsKeyId, IsSurerBesideItsSecret) {
  const std::string id = "AKIA" + chance(kBase32, 16), secret = chance(kBase62, 38, 3) + "/+";
  EXPECT_DOUBLE_EQ(confidence_in(id), 0.60);
  EXPECT_DOUBLE_EQ(scan_text(shipped_set(), id + " " + secret)[0].confidence, 0.98);
}

std::string pem(std::string_view kind, std::size_t lines, std::string_view line_end) {
  std::string out = "-----BEGIN " + std::string(kind) + "PRIVATE KEY-----" + std::string(line_end);
  for (std::size_t i = 0; i < lines; ++i)
    out += chance(kBase62, 64, static_cast<unsigned>(i) + 1) + std::string(line_end);
  return out + "-----END " + std::string(kind) + "PRIVATE KEY-----";
}

TEST(PrivateKey, IsFoundToItsEnd) {
  for (const std::string_view kind : {"", "RSA ", "EC ", "OPENSSH "}) {
    for (const std::string_view line_end : {"\n", "\r\n", "\\n", " "}) {
      const std::string key = pem(kind, 20, line_end);
      EXPECT_EQ(shown("before\n" + key + "\nafter"), "private_key_pem[" + key + "]");
    }
  }
}

TEST(PrivateKey, LargestOnesAreCoveredWhole) {
  const std::string key = pem("RSA ", 200, "\n");
  EXPECT_EQ(shown("x " + key + " y"), "private_key_pem[" + key + "]");
}

TEST(PrivateKey, NeedsNoEnd) {
  const std::string body = chance(kBase62, 64) + "\n" + chance(kBase62, 64, 2);
  EXPECT_EQ(shown("-----BEGIN PRIVATE KEY-----\n" + body),
            "private_key_pem[-----BEGIN PRIVATE KEY-----\n" + body + "]");
}

TEST(PrivateKey, HeaderLinesOfAnEncryptedOneAreSkipped) {
  const std::string key =
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC," +
      chance("0123456789ABCDEF", 32) + "\n\n" + chance(kBase62, 64) + "\n" +
      chance(kBase62, 64, 2) + "\n-----END RSA PRIVATE KEY-----";
  EXPECT_EQ(shown(key), "private_key_pem[" + key + "]");
  EXPECT_DOUBLE_EQ(confidence_in(key), 0.70);
}

TEST(PrivateKey, InMarkupIsFoundToItsEnd) {
  for (const std::string_view line_end : {"<br>", "<br/>\n", "</p><p>"}) {
    const std::string key = pem("RSA ", 8, line_end);
    EXPECT_EQ(shown("<p>" + key + "</p>"), "private_key_pem[" + key + "]");
  }
}

// A log puts the time and a name before each line.
TEST(PrivateKey, OfALogIsReadBehindWhatItPutsBeforeEachLine) {
  std::string log;
  int second = 10;
  const std::string key = pem("EC ", 5, "\n") + "\n";
  for (std::size_t at = 0; at < key.size(); at = key.find('\n', at) + 1)
    log += "2026-11-20 10:00:" + std::to_string(second++) +
           " app[1]: " + key.substr(at, key.find('\n', at) + 1 - at);
  const std::size_t begin = log.find("-----");
  log.pop_back();
  EXPECT_EQ(shown(log + "\nready"), "private_key_pem[" + log.substr(begin) + "]");
}

TEST(PrivateKey, WordsOfALogAreNoKey) {
  EXPECT_EQ(
      shown("10:00 app: -----BEGIN PRIVATE KEY-----\n10:00 app: reading\n10:01 app: done\n10:02 "
            "app: -----END PRIVATE KEY-----",
            0),
      "");
}

TEST(PrivateKey, PublicAndEmptyOnesAreNone) {
  EXPECT_EQ(shown("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----", 0), "");
  EXPECT_EQ(
      shown("-----BEGIN PUBLIC KEY-----\n" + chance(kBase62, 64) + "\n-----END PUBLIC KEY-----", 0),
      "");
  EXPECT_EQ(shown("the line -----BEGIN PRIVATE KEY----- is what such a file begins with, followed "
                  "by base64 text and an end line",
                  0),
            "");
}

TEST(PrivateKey, OfPuttyIsItsPrivateHalf) {
  const std::string key =
      "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: x\nPublic-Lines: 1\n" +
      chance(kBase62, 64) + "\nPrivate-Lines: 2\n" + chance(kBase62, 64, 2) + "\n" +
      chance(kBase62, 64, 3);
  EXPECT_EQ(shown(key + "\nPrivate-MAC: 0"), "private_key_pem[" + key + "]");
}

TEST(JsonWebKey, IsThePrivateHalfBehindItsKind) {
  const std::string half = chance(kBase64Url, 43), other = chance(kBase64Url, 43, 2);
  const std::string kind = R"("kty":"EC")", d = R"("d" : ")" + half + '"';
  const std::string found = "jwk_private_key[" + half + "]";
  EXPECT_EQ(shown("{" + kind + R"(,"x":")" + other + R"(",)" + d + "}"), found);
  EXPECT_EQ(shown("{" + kind + R"(,"d":")" + half + R"(","d":")" + other + R"("})"), found)
      << "the first of several";
  EXPECT_EQ(shown("{" + d + "," + kind + "}"), "") << "before its kind";
  EXPECT_EQ(shown("{" + kind + "},{" + d + "}"), "") << "another object";
  EXPECT_EQ(shown(R"({"kty":"oct",)" + d + "}"), "");
}

TEST(Jwt, UnsignedAndPublicOnesAreLow) {
  EXPECT_DOUBLE_EQ(
      confidence_in(token_of(R"({"alg":"none","typ":"JWT"})", R"({"sub":"u-19","name":"x"})")),
      0.40);
  EXPECT_DOUBLE_EQ(
      confidence_in(token_of(R"({"alg":"HS256","typ":"JWT"})", R"({"role":"anon","iss":"x"})")),
      0.40);
}

TEST(Jwt, NeedsAHeaderThatNamesAnAlgorithm) {
  EXPECT_EQ(shown(token_of(R"({"colour":"green","typ":"x"})", R"({"sub":"u-19","name":"x"})"), 0),
            "");
  EXPECT_EQ(shown(token_of(R"({"alg":"HS256","typ":"JWT"})",
                           R"({"sub":"1234567890","name":"John Doe","iat":1516239022})"),
                  0),
            "");
}

TEST(Secrets, RepeatedGatesTakeLinearTime) {
  for (const std::string_view gate :
       {"sk-ant-api03-", "eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ9.", "T3BlbkFJ", "sk-proj-",
        "-----BEGIN PRIVATE KEY-----", "glpat-", "a@b.jp ", "ghs_1234", "AKIA234567",
        "\"kty\": \"RSA\", "}) {
    std::string text;
    while (text.size() < 300000) text += gate;
    Findings found;
    Scanner scanner(shipped_set());
    EXPECT_EQ(scanner.scan(text, found), ScanStatus::kDone);
  }
}

// A block of base64 is not a token that was broken; a token of many lines is one.
TEST(Jwt, IsFoundOverManyLines) {
  const std::string token =
      token_of(R"({"alg":"RS256","typ":"JWT"})",
               R"({"iss":"accounts","name":")" + chance(kHex, 1500, 7) + R"(","exp":1})");
  for (const std::size_t width : {std::size_t{64}, std::size_t{76}}) {
    std::string lines;
    for (std::size_t at = 0; at < token.size(); at += width)
      lines += token.substr(at, width) + "\n";
    lines.pop_back();
    EXPECT_EQ(shown("次の値です\n" + lines), "jwt[" + lines + "]") << width;
    EXPECT_EQ(shown("Authorization: Bearer " + lines), "jwt[" + lines + "]") << width;
  }
}

}  // namespace
}  // namespace sekisho::filters
