// Values that only their name makes secret: passwords and random values after a key word.

#include <gtest/gtest.h>

#include "filters/values/random_value.h"
#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

const std::string kPassword = "Kx9-vTq2Lm";

struct Written {
  std::string before, after;
};

TEST(Passwords, AreFoundHoweverTheyAreWritten) {
  for (const auto& [before, after] : std::vector<Written>{
           {"password: ", ""},
           {"password = \"", "\""},
           {"DB_PASSWORD=", "\nPORT=1"},
           {"export PGPASSWORD='", "'"},
           {"{\"user\": \"app\", \"password\": \"", "\"}"},
           {"{\\\"password\\\":\\\"", "\\\"}"},
           {"<password>", "</password>"},
           {"passwd := \"", "\""},
           {"config['password'] => '", "',"},
           {"ログインパスワードは「", "」です。"},
           {"パスワードは ", " です"},
           {"パスワードは DB_PASSWORD=", " です"},
           {"パスワード：", ""},
           {"パスワード（仮）： ", ""},
           {"初期パスワードを「", "」に変更しました"},
           {"ID: yamada PW: ", ""},
           {"| パスワード | ", " |"},
           {"password\t", "\n"},
           {"The password is ", "."},
           {"the password for the staging server is ", ", please"},
           {"password: str = '", "'"},
           {"const dbPassword: string = `", "`;"},
           {"pub const DB_PASSWORD: &'static str = \"", "\";"},
           {"public string AdminPassword { get; set; } = \"", "\";"},
           {"var dbPassword string = \"", "\""},
           {"define('ROOT_PW', '", "');"},
           {"define( 'DB_PASSWORD', '", "' );"},
           {"<root_pw>", "</root_pw>"},
           {"id,smtp_password\n1,", "\n"},
           {"INSERT INTO m (id, パスワード) VALUES (1, '", "')"},
           {"insert into m (`password`, id) values ('", "', 2)"},
           {"| host | Pwd |\n|---|---|\n| db | ", " |"},
           {"let password: Option<String> = \"", "\";"},
           {"variable \"db_password\" {\n  type    = string\n  default = \"", "\"\n}"},
           {"mysql -u root -p", " sales"},
           {"mysqldump -uroot -p'", "' sales"},
           {"curl -u admin:", " https://api.kaisha-sample.jp"},
           {"curl --user admin:", " https://api.kaisha-sample.jp"},
           {"sshpass -p ", " ssh ops@db1"},
           {"redis-cli -a ", " ping"},
           {"docker login -u ci -p ", " registry.kaisha-sample.jp"},
           {"tool --password ", " --port 80"},
           {"tool --password=", ""},
           {"CREATE USER app IDENTIFIED BY '", "';"},
           {"ALTER ROLE app WITH PASSWORD '", "';"},
           {"POST /login?user=app&password=", "&next=/"},
           {"  spring.datasource.password: ", ""},
           {"合言葉：", ""},
           {"ID／パスワード：yamada／", ""},
           {"<add key=\"DbPassword\" value=\"", "\" />"},
           {"- name: DB_PASSWORD\n  value: ", "\n"},
           {"user.setPassword(\"", "\");"},
           {"props.put(\"password\", \"", "\");"},
           {"SMTP_PASS=", ""},
           {"requests.get(url, auth=(\"ops\", \"", "\"))"},
           {"HTTPBasicAuth('ops', '", "')"},
           {"添付ファイルのパスワードは以下の通りです。\n\n", "\n\nよろしくお願いします。"},
           {"ログインパスワード\n", "\n"},
           {"VPNのパスワード変更しました → ", ""},
           {"以下のパスワードの強度を評価して：", ""},
           {"パスワード「", "」は安全ですか"},
           {"PW→", ""},
           {"<tr><td>パスワード</td><td>", "</td></tr>"},
           {"WPA2 PSK: ", ""},
           {"事前共有鍵：", ""},
           {"machine api.kaisha-sample.jp login deploy password ", ""},
           {"$pw = ConvertTo-SecureString \"", "\" -AsPlainText -Force"},
           {"driver.find_element(By.ID, \"password\").send_keys(\"", "\")"},
           {"cy.get('input[name=password]').type('", "')"},
           {"システム,ID,パスワード\n勤怠,k-sato,", "\n"},
           {"| system | user | password |\n|---|---|---|\n| wiki | e001 | ", " |"},
       })
    EXPECT_EQ(shown(before + kPassword + after), "password_assignment[" + kPassword + "]")
        << before << after;
}

TEST(Passwords, AreFoundByTheirPlace) {
  const std::string password = "mnqa!7315Aoba";
  for (const auto& [before, after] : std::vector<std::pair<std::string, std::string>>{
           {"$db = new PDO('mysql:host=db02', 'shop', '", "');"},
           {"$c = mysqli_connect(\"db02\", \"shop\", \"", "\", \"stock\");"},
           {"DriverManager.getConnection(url, \"shop\", \"", "\");"},
           {"server.login(\"ops\", \"", "\")"},
           {"page.fill('input[name=\"password\"]', '", "')"},
           {"INSERT INTO u (id, login, password) VALUES (7, 'kenji', '", "');"},
           {"echo 'deploy:", "' | sudo chpasswd"},
           {"htpasswd -b .htpasswd kenji ", "\n"},
           {"requirepass ", "\n"},
           {"net user kenji ", " /add"},
           {"net use Y: \\\\fs02\\soumu /user:aoba\\kenji ", "\n"},
           {"sqlplus shop/", "@ORCL"},
           {"keytool -storepass ", " -list"},
           {"credentials: svc / ", "\n"},
           {"ログイン情報：kenji/", "\n"},
           {"管理者PW（", "）を更新"},
           {"rootのパスワード ", " で入れます"},
           {"PW、", " のまま"},
           {"「", "」をパスワードに設定"},
           {"set ", " as the password"},
           {"ユーザ：kenji　パス：", ""},
           {"【ID】kenji【PW】", "\n"}})
    EXPECT_EQ(shown(before + password + after), "password_assignment[" + password + "]") << before;
  for (const std::string_view text :
       {"new PDO($dsn, $user, $password)", "mysqli_connect($host, $user, $pass)",
        "net user administrator /active:yes", "credentials: see the vault / ask ops",
        "ログイン：https://kintai.kaisha-sample.jp/top1!", "ファイルパス：share/mnqa-7315!.txt",
        "INSERT INTO u (login, password) VALUES (?, ?)", "sqlplus / as sysdba",
        "INSERT INTO u (login, password) VALUES (:login, :password);", "requirepass yourpassword",
        "cursor.login(user, password)", "パスワード（8文字以上）を入力"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(GenericSecrets, OfLettersAloneAreFoundWhereTheySpellNothing) {
  EXPECT_EQ(shown("X-Auth-Token: ftvtKigBjafSxfpzejiPYOEm"),
            "generic_secret_high_entropy[ftvtKigBjafSxfpzejiPYOEm]");
}

TEST(Passwords, OfOtherFormsAreFound) {
  for (const std::string_view value :
       {"Sakura2024!", "hunter2hunter2", "P@ssw0rd!2024", "qwErty#99", "83920174",
        "Tokyo-2020-Kanri", "correct.Horse.7", "aB3$efGh", "zaq12wsx"})
    EXPECT_EQ(shown("password = \"" + std::string(value) + "\""),
              "password_assignment[" + std::string(value) + "]");
  EXPECT_EQ(shown("DB_PASSWORD=HUsCUOsfMgA!"), "password_assignment[HUsCUOsfMgA!]");
}

TEST(Passwords, AreFoundBehindTheNameOfTheirUser) {
  EXPECT_EQ(shown("パスワード：root / Kx9vTq2Lm"), "password_assignment[Kx9vTq2Lm]");
  EXPECT_EQ(shown("ユーザー名/パスワード: tanaka / Ab3x9Kq!2"), "password_assignment[Ab3x9Kq!2]");
  EXPECT_EQ(shown("ID/PW: admin / Kx9vTq2Lm!"), "password_assignment[Kx9vTq2Lm!]");
  EXPECT_EQ(shown("パスワード：必須 / 任意"), "");
  EXPECT_EQ(shown("password: required / optional"), "");
  EXPECT_EQ(shown("password: string / 2026-11-26"), "");
}

TEST(Passwords, AreFoundWhereTheirChangeIsTold) {
  EXPECT_EQ(shown("パスワードを変更しました。\n旧：Ab3xTq9Km\n新：Kx9vTq2Lm!\n"),
            "password_assignment[Ab3xTq9Km] password_assignment[Kx9vTq2Lm!]");
  EXPECT_EQ(shown("PWの件です。変更後: Kx9vTq2Lm!"), "password_assignment[Kx9vTq2Lm!]");
  EXPECT_EQ(shown("型番が変わります。\n旧：AB-1200x\n新：AB-1300x!"), "");
  EXPECT_EQ(shown("パスワードは別送します。\n型番の更新：Rev2.1-2026A"), "");
}

TEST(Passwords, HoldAnAmpersandWhereNoFieldOfAQueryFollows) {
  EXPECT_EQ(shown("DB_PASSWORD=Fpyptx&741\nAWS_REGION=x"), "password_assignment[Fpyptx&741]");
  EXPECT_EQ(shown("user=a&password=Kx9vTq2Lm&next=b"), "password_assignment[Kx9vTq2Lm]");
}

TEST(Passwords, PinsAreFoundByTheirName) {
  EXPECT_EQ(shown("暗証番号は「4821」です"), "password_assignment[4821]");
  EXPECT_EQ(shown("暗証番号は4桁の数字です"), "");
  EXPECT_EQ(shown("暗証番号：1234"), "");
}

TEST(Passwords, StandInsReferencesAndProseAreNone) {
  for (const std::string_view text :
       {"password: ${DB_PASSWORD}",
        "パスワード：（別送）\nprojects/282370457579/locations/asia-northeast1/keyRings/invoice",
        "mysql://root:sk-...@127.0.0.1/test",
        "password: $DB_PASSWORD",
        "password = os.environ[\"DB_PASSWORD\"]",
        "const password = process.env.DB_PASSWORD;",
        "password = getenv(\"PASSWORD\")",
        "password: {{ vault_password }}",
        "password: <your-password>",
        "password: <password>",
        "password=changeme",
        "password: \"changeme123\"",
        "password: your_password_here",
        "password: ********",
        "password: xxxxxxxx",
        "password = config.password",
        "password = user.getPassword()",
        "password = args[1]",
        "password = new_password",
        "password = newPassword2",
        "password: string;",
        "password: str",
        "password: Optional[str] = None",
        "password: null",
        "password: required|min:8|confirmed",
        "password: z.string().min(8)",
        "password VARCHAR(255) NOT NULL",
        "INSERT INTO users (name, password) VALUES (:name, :password)",
        "password_hash = \"abcDEF123456\"",
        "PASSWORD_MIN_LENGTH=12345678",
        "passwordField1: 'field12ab'",
        "password_file: /run/secrets/db_password",
        "passwordEncoder: bcrypt12",
        "password: !vault encrypted",
        "password: op://vault/item/password",
        "パスワードは8文字以上で、英大文字・数字・記号を含めてください。",
        "パスワードはSHA-256でハッシュ化します",
        "パスワードを忘れた場合はこちら",
        "パスワードを入力してください",
        "パスワードは定期的に変更してください",
        "パスワードはabcのような簡単なものにしないでください",
        "Forgot your password? Reset it here.",
        "Enter password: ",
        "\"password\": \"Enter your password\"",
        "\"password\": \"パスワード\"",
        "\"password\": \"Required!\"",
        "password is required and must be at least 8 characters",
        "the password is incorrect. Please try again",
        "password: [REDACTED:password_assignment]",
        "mkdir -p /var/lib/app01/data22",
        "docker run -p 8080:8080 image1",
        "if (password == userInputAgain!)",
        "パスワードの入力欄\nログイン画面2",
        "パスワードは以下の条件を満たすこと。\n8文字以上",
        "password:\n  type: string",
        "no,status,password\n1,checked,${DB_PASSWORD}",
        "パスワードの形式：[A-Za-z0-9]{8,}",
        "パスワード\nhttps://kaisha-sample.jp/reset1",
        "auth=(user, password)",
        "auth=(\"user\", \"password\")",
        "user,password_hash\nsato,Kx9-vTq2Lm",
        "項目,型,パスワード\n必須,string,string",
        "ssh -p 22022 host1",
        "PWD=/home/user1/project2",
        "echo $PWD",
        "curl -u $USER:$TOKEN https://x",
        "pass: true",
        "pin: 13",
        "mysql -u root -p sales2024",
        "-- password policy: length12 complexity3",
        "def login(user: str, password: str, token: Optional[str] = None, api_key: SecretStr = "
        "Field(...)):"})
    EXPECT_EQ(shown(text), "") << text;
}

// Lines of programs, their settings and documents.
TEST(Passwords, WhatCodeAndSettingsSayAboutOneIsNone) {
  for (const std::string_view text :
       {"apt\tpasswd\t1:4.13+dfsg1-1+deb12u1",
        "\"secret:[a-zA-Z0-9_.-]+\"",
        "--sasl-password=projects/12345/secrets/my-sasl-secret/versions/1",
        "kpasswd\t\t464/tcp",
        "passwd-server\t752/udp\t\tpasswd_server",
        "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt",
        "#password_encryption = scram-sha-256\t# scram-sha-256 or md5",
        "password = password.encode(\"latin1\")",
        "digest = hashlib.new('MD4', self._password.encode('utf-16-le')).digest()",
        "$PROXY_PASSWORD = $CPAN::Config->{proxy_pass} || \"\";",
        "secret = $insta::secret # pass:insta",
        "elsif ($tok =~ /^(login|password|account)$/) {",
        "echo -n \"$PASSWORD\" | sha256sum | tr -d '-'",
        "'userPassword', 'RFC4519'),",
        "ht.set_hash(\"user1\", hash_scheme(\"password\",\"apr_md5_crypt\"))",
        "$pass = '-anonymous@'",
        "# passwd    = 1*SAFE ; MUST accept up to 255 octets",
        "default login anonymous password user@site",
        "&ldquo;secret:1&rdquo;, &ldquo;secret:2&rdquo;",
        "SECStatus PK11_CheckUserPassword(PK11SlotInfo *slot, const char *pw);",
        "export declare function pbkdf2(password: Uint8Array, salt: Uint8Array)",
        "const clientSecret = this.#clientAuthentication.clientSecret || '';",
        "* @GNUTLS_BAG_SECRET: PKCS-12 bag with secret PKCS-9 keys.",
        "export type SigningSecret = SigningSecret$;",
        "columns identified by \"aOrderBy\"."})
    EXPECT_EQ(shown(text), "") << text;
  EXPECT_EQ(shown("|password|Kx9vTq2Lm!|"), "password_assignment[Kx9vTq2Lm!]");
  EXPECT_EQ(shown("alter user app identified by \"Kx9vTq2Lm!\""),
            "password_assignment[Kx9vTq2Lm!]");
}

TEST(Passwords, HashesAreLessSure) {
  EXPECT_EQ(shown("password: $2b$12$" + chance(kBase62, 53)), "");
  EXPECT_EQ(shown("password: \"" + chance(kHex, 64) + "\""), "");
  EXPECT_EQ(shown("password: \"" + chance(kHex, 64) + "\"", 0.3).substr(0, 19),
            "password_assignment");
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

TEST(UrlLogins, AreFoundWhole) {
  for (const std::string_view url :
       {"postgres://app:Kx9vTq2Lm@db1.kaisha-sample.co.jp:5432/sales",
        "mysql://root:Zt8-pQw3@10.2.3.4/app", "mongodb+srv://svc:pQ8zR3tYw1@c0.a1b2c.mongodb.net/x",
        "redis://:T7uPq9Zx@cache.kaisha-sample.jp:6379/0", "amqp://u:pR5tUv8w@mq:5672",
        "https://deploy:gT4rWq9z@git.kaisha-sample.jp/a/b.git",
        "postgresql+psycopg2://app:Kx9vTq2Lm@localhost/sales"}) {
    EXPECT_EQ(shown("url = \"" + std::string(url) + "\""),
              "database_url_with_password[" + std::string(url) + "]");
    EXPECT_EQ(shown("接続先は " + std::string(url) + "。"),
              "database_url_with_password[" + std::string(url) + "]");
  }
}

TEST(UrlLogins, APasswordMayHoldAnAt) {
  const std::string url = "postgres://app:P@ssw0rd9@db1.kaisha-sample.jp/crm";
  EXPECT_EQ(shown("DATABASE_URL=" + url), "database_url_with_password[" + url + "]");
  EXPECT_EQ(shown("https://kaisha-sample.jp:8443/a@b"), "");
}

TEST(UrlLogins, SamplesAndVariablesAreNone) {
  for (const std::string_view text :
       {"postgres://user:password@localhost/db", "postgres://postgres:postgres@db:5432/postgres",
        "postgres://user:${DB_PASSWORD}@db/app", "mysql://root:root@127.0.0.1/x",
        "mongodb://user:pass@host/db", "https://user:<token>@host/x", "amqp://guest:guest@mq",
        "https://kaisha-sample.jp:8443/a@b", "redis://cache:6379/0", "http://localhost:3000/@vite"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(UrlLogins, OfGosDriversAreFound) {
  EXPECT_EQ(shown("sql.Open(\"mysql\", \"app:Kx9vTq2Lm@tcp(db01.kaisha-sample.jp:3306)/crm\")"),
            "database_url_with_password[Kx9vTq2Lm]");
  for (const std::string_view text :
       {"user:password@tcp(localhost:3306)/db", "app:${DB_PASSWORD}@tcp(db01:3306)/crm",
        "app@tcp(db01:3306)/crm"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(ConnectionStrings, AreFoundToTheirPassword) {
  EXPECT_EQ(
      shown("Server=tcp:sql1.kaisha-sample.co.jp,1433;Database=sales;User "
            "Id=app;Password=Kx9vTq2Lm;Encrypt=True"),
      "database_url_with_password[Server=tcp:sql1.kaisha-sample.co.jp,1433;Database=sales;User "
      "Id=app;Password=Kx9vTq2Lm]");
  EXPECT_EQ(shown("Server=sql1;Database=x;Integrated Security=True;"), "");
  EXPECT_EQ(shown("Server=sql1;Database=x;User Id=a;Password=${PW};"), "");
}

TEST(ServiceAccounts, AreFoundFromTypeToKey) {
  const std::string key = "-----BEGIN PRIVATE KEY-----\\n" + chance(kBase62, 64) + "\\n" +
                          chance(kBase62, 64, 2) + "\\n-----END PRIVATE KEY-----";
  const std::string inside =
      "\"type\": \"service_account\",\n \"project_id\": \"p-1\",\n "
      "\"private_key_id\": \"" +
      chance(kHex, 40) + "\",\n \"private_key\": \"" + key;
  EXPECT_EQ(shown("{" + inside + "\\n\",\n \"client_email\": \"x\"}"),
            "gcp_service_account_key[" + inside + "]");
  EXPECT_EQ(shown("{\"type\": \"service_account\", \"project_id\": \"p\"}"), "");
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

TEST(Passwords, RepeatedKeyWordsTakeLinearTime) {
  for (const std::string_view part :
       {"password", "password=", "password: \"", "key=key=", "token token ", "://a:b", "://a:b@",
        "secret:secret:", " -p", "mysql -p", "Server=a;", "\"private_key_id\"", "bearer bearer "}) {
    std::string text;
    while (text.size() < 300000) text += part;
    Findings found;
    Scanner scanner(shipped_set());
    EXPECT_EQ(scanner.scan(text, found), ScanStatus::kDone) << part;
  }
}

TEST(Passwords, WhatNamesOrTellsWhereOneStandsIsNone) {
  std::string long_line(400, 'a');
  for (const std::string& text : std::vector<std::string>{
           "$dbPassword = $env:SMTP_PASSWORD", "my $password = $ENV{REDIS_PASSWORD};",
           "password = models.CharField(\"パスワード\", max_length=3062)",
           "secret = System.fetch_env!(\"DB_PASSWORD\")", "Pass \\fBIDN2_NFC_INPUT\\fP in",
           "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash",
           "f(\n    passphrase,\n    name,\n    ca,\n    _lib.NID_pbe_WithSHA1And3_Key_CBC,\n)",
           "encodedPassword = "
           "\"{bcrypt}$2a$10$h/AJueu7Xt9yh3qYuAXtk.WZJ544Uc2kdOKlHu2qQzCh/A3rq46qm\"",
           "$smtpPass = $env:JWT_SECRET_KEY\nGet-AzKeyVaultSecret -VaultName x",
           "reset-password=パスワードを再設定する\npassword.min.length=5007\nsessionSecret=\nx=y",
           long_line + "/^(?:datetime|email|hidden|month|number|password|range|search|tel)$/.x"})
    EXPECT_EQ(shown(text), "") << text;
  EXPECT_NE(shown("postgres:" + kPassword + "!a"), "");
  EXPECT_NE(shown(long_line + " |id|password|" + kPassword + "|"), "");
}

}  // namespace
}  // namespace sekisho::filters
