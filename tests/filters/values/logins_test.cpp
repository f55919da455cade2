// Addresses, connection strings and key files that hold a login.

#include <gtest/gtest.h>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

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

}  // namespace
}  // namespace sekisho::filters
