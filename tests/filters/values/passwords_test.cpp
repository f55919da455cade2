// Passwords, which their name or their place alone tells.

#include <gtest/gtest.h>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

const std::string kPassword = "Kx9-vTq2Lm";

struct Written {
  std::string before, after;
};

TEST(Passwords, AreReadInJsonWithinJsonWithinJson) {
  EXPECT_EQ(shown(R"({"a": "{\"b\": \"{\\\"password\\\": \\\"7RyT37HFUdOJ\\\"}\"}"})"),
            "password_assignment[7RyT37HFUdOJ]");
}

TEST(Passwords, OfALabelHoldAnAmpersand) {
  EXPECT_EQ(shown("パスワード：B6iI&3BVMnK7Y=v"), "password_assignment[B6iI&3BVMnK7Y=v]");
  EXPECT_EQ(shown("password=B6iI3vTq&user=abc"), "password_assignment[B6iI3vTq]");
}

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
        "const password = process.env.DB_PASSWORD_80;",
        "spring.redis.password=@redis.password2@",
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
