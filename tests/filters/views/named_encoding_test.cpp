// Encodings whose name stands with them, and short values that only their label makes findings.

#include "filters/views/named_encoding.h"

#include <gtest/gtest.h>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

constexpr std::string_view kBirth = "MTk4MC0wMS0wMg==";        // 1980-01-02
constexpr std::string_view kPassword = "RmtqaGUyMyFhYg==";     // Fkjhe23!ab
constexpr std::string_view kAddress = "MTAuMjAuMzAuNDA=";      // 10.20.30.40
constexpr std::string_view kAccount = "eJwzMzQ0NDIzAgAFlAFk";  // seven digits, packed

NamedEncoding around(std::string_view text, std::string_view coded) {
  const std::size_t at = text.find(coded);
  return named_encoding(text, {at, at + coded.size()});
}

std::string_view shown_range(std::string_view text, std::string_view coded) {
  const Range r = around(text, coded).range;
  return text.substr(r.begin, r.size());
}

TEST(NamedEncoding, TakesInTheCallThatDecodes) {
  for (const std::string_view call :
       {"atob(\"QUtJ\")", "base64.b64decode('QUtJ')", "base64.b64decode(b'QUtJ')",
        "Buffer.from(\"QUtJ\", \"base64\")", "Base64.decode64('QUtJ')", "bytes.fromhex('QUtJ')"}) {
    const std::string text = "v = " + std::string(call) + ".trim();";
    EXPECT_EQ(shown_range(text, "QUtJ"), call);
    EXPECT_EQ(around(text, "QUtJ").quote.size(), 1U);
  }
}

TEST(NamedEncoding, TakesInTheHeadOfADataUrl) {
  EXPECT_EQ(shown_range("<img src=\"data:text/plain;base64,QUtJ\">", "QUtJ"),
            "data:text/plain;base64,QUtJ");
}

TEST(NamedEncoding, LeavesOtherLiteralsAlone) {
  for (const std::string_view text : {"f(\"QUtJ\")", "\"QUtJ\"", "QUtJ", "atob(\"QUtJ",
                                      "atob(\"QUtJ\"", "atob(\"QUtJ'", "(\"QUtJ\")", "a,QUtJ"}) {
    EXPECT_EQ(shown_range(text, "QUtJ"), "QUtJ") << text;
    EXPECT_TRUE(around(text, "QUtJ").quote.empty()) << text;
  }
}

TEST(NamedEncoding, ValuesBehindTheirLabelAreFound) {
  struct Case {
    std::string_view type, label, coded;
  };
  for (const Case& c : {Case{"date_of_birth", "生年月日: ", kBirth},
                        Case{"password_assignment", "password = ", kPassword},
                        Case{"ip_address_private", "host: ", kAddress}}) {
    const std::string coded(c.coded);
    for (const std::string& named :
         {"atob(\"" + coded + "\")", "base64.b64decode('" + coded + "')",
          "Buffer.from(\"" + coded + "\", \"base64\")", "data:text/plain;base64," + coded})
      EXPECT_TRUE(found_whole(c.label, named, "\n", c.type)) << named;
  }
}

TEST(NamedEncoding, OfPackedDigitsSevenAreEnough) {
  EXPECT_TRUE(
      found_whole("みずほ銀行 渋谷支店 普通 口座番号: ", kAccount, "\n", "jp_bank_account"));
}

TEST(NamedEncoding, KanjiInWideCharactersAreRead) {
  EXPECT_TRUE(found_whole("powershell -enc ",
                          "dF7RkUtiM15uMPpXDnl0XtGRanX3U28wNgAxADAANAAtADIAMgA0ADMAOQA0AA==", "\n",
                          "jp_pension_number"));
}

// As PHP writes JSON.
TEST(EscapedSlashes, AreUndoneInAddresses) {
  const std::string hook =
      "hooks.slack.com\\/services\\/T02QWERTY\\/B04ZXCVBNMA\\/" + chance(kBase62, 24, 3);
  EXPECT_TRUE(found_whole("{\"u\": \"", "https:\\/\\/" + hook, "\"}", "slack_webhook"));
  EXPECT_TRUE(found_whole("{\"u\": \"", "mysql:\\/\\/app:rPwwQ92kdsa@db.kaisha-sample.co.jp\\/crm",
                          "\"}", "database_url_with_password"));
}

TEST(EscapedSlashes, AreUndoneInJsonWithinJson) {
  EXPECT_TRUE(found_whole("{\"m\": \"{\\\"t\\\": \\\"",
                          "mysql:\\\\/\\\\/app:rPwwQ92kdsa@db.kaisha-sample.co.jp\\\\/crm",
                          "\\\"}\"}", "database_url_with_password"));
}

}  // namespace
}  // namespace sekisho::filters
