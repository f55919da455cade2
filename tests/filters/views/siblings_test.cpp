// Values cut anywhere whose pieces stand in siblings: rows, members and lines with names that count
// on, or say that the value goes on; halves under headings of their own; rows of wikis and LaTeX.

#include <gtest/gtest.h>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

bool found(const std::string& text, const std::string& type) {
  return shown(text).find(type + "[") != std::string::npos;
}

struct Secret {
  std::string type, label, text;
};
const std::vector<Secret>& secrets() {
  static const std::vector<Secret> kSecrets = {
      {"github_token", "GITHUB_TOKEN", "ghp_" + chance(kBase62, 30, 4) + "0abcD1"},
      {"aws_access_key_id", "AWSキー", "AKIA" + chance(kBase32, 16, 3)},
      {"stripe_key", "Stripeの秘密鍵", "sk_live_" + chance(kBase62, 24, 8)},
      {"credit_card", "クレカ番号", with_luhn("453978" + chance(kDigits, 9, 5))},
      {"credit_card", "card number", in_fours(with_luhn("453978" + chance(kDigits, 9, 5)), " ")},
      {"jp_my_number", "マイナンバー（本人）", with_my_number_check("7" + chance(kDigits, 10, 9))},
      {"jp_my_number", "My Number",
       in_fours(with_my_number_check("7" + chance(kDigits, 10, 9)), "-")},
      {"jp_phone", "携帯電話", "080-" + in_fours(chance("23456789", 8, 4), "-")},
      {"iban", "IBANコード", "DE19 5001 0517 7218 4827 06"},
      {"iban", "送金先IBAN", "GB94BARC10201530093459"}};
  return kSecrets;
}

// Of each value cut at each place; `row` makes the text of a label and two pieces.
template <class Row>
void expect_found(Row row, std::size_t first = 1) {
  for (const Secret& value : secrets())
    for (std::size_t cut = first; cut < value.text.size(); ++cut) {
      const std::string text = row(value.label, value.text.substr(0, cut), value.text.substr(cut));
      EXPECT_TRUE(found(text, value.type)) << text;
    }
}
using Text = const std::string&;

TEST(Siblings, AreReadOverRowsWhoseLabelsCount) {
  expect_found([](Text label, Text a, Text b) {
    return "| 項目 | 値 |\n|---|---|\n| " + label + "(1) | " + a + " |\n| " + label + "(2) | " + b +
           " |\n\n以上\n";
  });
  expect_found([](Text label, Text a, Text b) {
    return "| " + label + " 前半 | " + a + " |\n| " + label + " 後半 | " + b + " |\n";
  });
  expect_found([](Text label, Text a, Text b) {
    return "<tr><td>" + label + "(1)</td><td>" + a + "</td></tr><tr><td class=c>" + label +
           "(2)</td><td>" + b + "</td></tr>";
  });
}

TEST(Siblings, AreReadOverLinesWhoseLabelsCount) {
  expect_found([](Text label, Text a, Text b) {
    return "件名: 確認\n" + label + "（前半）：" + a + "\n" + label + "（後半）：" + b +
           "\n\n以上\n";
  });
}

TEST(Siblings, AreReadOverRowsThatSayThatTheValueGoesOn) {
  for (const std::string name : {"（続き）", "続き", "(cont.)", "〃", ""})
    expect_found([&name](Text label, Text a, Text b) {
      return "| " + label + " | " + a + " |\n| " + name + " | " + b + " |\n";
    });
}

TEST(Siblings, AreReadOverMembersOfObjects) {
  expect_found([](Text label, Text a, Text b) {
    // A blank before the quotation mark is looked for in no text of code.
    const std::string c = a.back() == ' ' ? a.substr(0, a.size() - 1) : a;
    return "入力値は{\"" + label + "\": {\"a\": \"" + c + "\", \"b\": \"" + b + "\"}}です";
  });
  expect_found([](Text label, Text a, Text b) {
    return "{\n  \"" + label + "\": {\n    \"part1\": \"" + a + "\",\n    \"part2\": \"" + b +
           "\"\n  }\n}\n";
  });
}

TEST(Siblings, AreReadOverKeysOfYaml) {
  expect_found([](Text label, Text a, Text b) {
    return "env: staging\n" + label + ":\n  a: " + a + "\n  b: " + b + "\n\nowner: team\n";
  });
}

TEST(Siblings, AreReadUnderHeadingsThatAreTheLabel) {
  expect_found([](Text label, Text a, Text b) {
    return "| " + label + " 前半 | " + label + " 後半 |\n|---|---|\n| " + a + " | " + b + " |\n";
  });
  expect_found(
      [](Text label, Text a, Text b) {
        return "ID,お客様," + label + "_1," + label + "_2\na,山田," + a + "," + b + "\n";
      },
      2);
}

TEST(Siblings, AreReadInRowsOfWikisAndLatex) {
  expect_found([](Text label, Text a, Text b) {
    return "|| " + label + " || " + a + " || " + b + " ||\n\n以上";
  });
  expect_found([](Text label, Text a, Text b) {
    return label + " & " + a + " & " + b + " \\\\\n\\hline\n";
  });
}

TEST(Siblings, AddressesAndLoginsAreReadOverRows) {
  const std::string login = "postgres://svc:ZGkNBY8xckiISy5YL@db01.kaisha-sample.jp:5432/orders";
  for (std::size_t cut = 12; cut < 31; ++cut)
    for (const std::string& name : {std::string("| DB(2) | "), std::string("| （続き） | ")}) {
      const std::string text =
          "| DB(1) | " + login.substr(0, cut) + " |\n" + name + login.substr(cut) + " |\n";
      EXPECT_TRUE(found(text, "database_url_with_password")) << text;
    }
  const std::string mail = "t.yamada@kaisha-sample.co.jp";
  for (std::size_t cut = 1; cut < mail.size() - 4; ++cut) {
    const std::string a = mail.substr(0, cut), b = mail.substr(cut);
    EXPECT_TRUE(found("| mail(1) | " + a + " |\n| mail(2) | " + b + " |\n", "email")) << a;
    EXPECT_TRUE(found("mail:\n  a: " + a + "\n  b: " + b + "\n", "email")) << a;
  }
}

// The row begins with their name and holds nothing else.
TEST(Siblings, PasswordsAreReadOverCellsWhereverTheyAreCut) {
  const std::string one = "xm7tk!rSGi9";
  for (const std::string name : {"password", "パスワード", "Password", "ログインパスワード"})
    for (std::size_t cut = 1; cut < one.size(); ++cut) {
      const std::string a = one.substr(0, cut), b = one.substr(cut);
      for (const std::string& text :
           {"| " + name + " | " + a + " | " + b + " |\n", name + "," + a + "," + b + "\n",
            "\"" + name + "\",\"" + a + "\",\"" + b + "\"\n",
            "<tr><td>" + name + "</td><td>" + a + "</td><td>" + b + "</td></tr>"})
        EXPECT_TRUE(found(text, "password_assignment")) << text;
    }
  for (const char* text :
       {"| password | Host | Acct#1 |\n", "password,string,Required!1A\n", "password,Min8,Max64\n",
        "password;C#;Java8;Node\n", "| password | admin | https://Host1/a?b |\n"})
    EXPECT_EQ(shown(text), "") << text;
}

TEST(Siblings, RowsOfOtherThingsAreLeftAlone) {
  EXPECT_EQ(shown("| no | card |\n|---|---|\n| 1 | 1200 |\n| 2 | 3400 |\n"), "");
  EXPECT_EQ(shown("a: gh\nb: p_request\nc: s\nd: k_live_demo\n"), "");
  EXPECT_EQ(shown("{\"a\": \"s\", \"b\": \"k_live\", \"c\": \"AK\", \"d\": \"IA\"}"), "");
  EXPECT_EQ(shown("phone_1,phone_2\n12,34\n56,78\n"), "");
  EXPECT_EQ(shown("if (a || sk || b) & c & 12 \\\\\n"), "");
}

TEST(Siblings, WholeValuesAreNotMadeLonger) {
  const std::string key = "AKIA" + chance(kBase32, 16, 3), token = "ghp_" + chance(kBase62, 36, 4);
  EXPECT_EQ(shown("| key(1) | " + key + " |\n| key(2) | ABCDEF |\n"),
            "aws_access_key_id[" + key + "]");
  EXPECT_EQ(shown("key_1: " + key + "\nkey_2: none\n"), "aws_access_key_id[" + key + "]");
}

}  // namespace
}  // namespace sekisho::filters
