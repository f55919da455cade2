// Numbers behind their label that are cut anywhere, over cells, rows and signs of several kinds;
// figures behind labels, and labels over tables of figures, are left alone.

#include <gtest/gtest.h>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

bool found(const std::string& text, const std::string& type) {
  return shown(text).find(type + "[") != std::string::npos;
}

struct Number {
  std::string type, label_ja, label_en, text;
};
std::vector<Number> numbers() {
  return {{"credit_card", "カード番号", "card number", with_luhn("453978" + chance(kDigits, 9, 5))},
          {"jp_my_number", "マイナンバー", "My Number",
           with_my_number_check("7" + chance(kDigits, 10, 9))},
          {"jp_phone", "電話番号", "phone", "080" + chance("23456789", 8, 4)}};
}

TEST(LabelledNumbers, AreFoundOverCellsCutAnywhere) {
  for (const Number& number : numbers())
    for (std::size_t first = 1; first < 8; ++first) {
      const std::string a = number.text.substr(0, first), b = number.text.substr(first, 3),
                        c = number.text.substr(first + 3);
      for (const std::string& text :
           {"| " + number.label_ja + " | " + a + " | " + b + " | " + c + " |\n",
            "name,part1,part2,part3\n" + number.label_en + "," + a + "," + b + "-," + c + "\n",
            "{\"" + number.label_en + "\": [\"" + a + "\", \"" + b + "\", \"" + c + "\"]}",
            number.label_ja + "\t" + a + "\t" + b + "\t" + c + "\n",
            "<tr><th>" + number.label_ja + "</th><td>" + a + "</td><td>" + b + "</td><td>" + c +
                "</td></tr>"})
        EXPECT_TRUE(found(text, number.type)) << text;
    }
}

TEST(LabelledNumbers, AreFoundInTheColumnUnderTheirHeading) {
  for (const Number& number : numbers())
    EXPECT_TRUE(found("| no | " + number.label_en + " |\n|---|---|\n| 1 | " +
                          number.text.substr(0, 7) + " |\n| 2 | " + number.text.substr(7) + " |\n",
                      number.type))
        << number.type;
}

TEST(LabelledNumbers, LabelsOfPhonesHaveManyForms) {
  for (const std::string label :
       {"ケータイ番号", "phone no.", "mobile no.", "TEL.", "携帯電話番号"})
    for (const std::string sign : {": ", "　"})
      EXPECT_TRUE(found(label + sign + "0 804 156-4713\n", "jp_phone")) << label << sign;
}

TEST(LabelledNumbers, ARemarkMayStandBehindTheLabel) {
  for (const Number& number : numbers())
    for (const std::string& label : {number.label_ja + "（本人）：",
                                     number.label_ja + " (本人): ", number.label_en + " (new) = "})
      for (const std::string sign : {"＿", ",", "<br/>", "｜"}) {
        const std::string text = label + number.text.substr(0, 3) + sign +
                                 number.text.substr(3, 5) + "," + number.text.substr(8);
        EXPECT_TRUE(found(text + "\n", number.type)) << text;
      }
}

TEST(LabelledNumbers, AreFoundWithSignsOfSeveralKindsBetweenGroupsOfAnySize) {
  for (const Number& number : numbers())
    for (const std::string sign : {"/", "_", ":", ",", "ー", "~~", "**"}) {
      const std::string text =
          number.text.substr(0, 5) + sign + number.text.substr(5, 2) + "." + number.text.substr(7);
      EXPECT_TRUE(found("お客様の" + number.label_ja + "は " + text + " です。", number.type))
          << text;
      EXPECT_TRUE(found("- " + number.label_en + " = " + text + "\n- status: open", number.type))
          << text;
    }
}

TEST(LabelledNumbers, FiguresBehindALabelAreNoNumbers) {
  EXPECT_EQ(shown("| phone | 12 | 340 | 5566 | 78 |\n"), "");
  EXPECT_EQ(shown("card,1200,3400,5600,7800\ncard,10,20,30,40\n"), "");
  EXPECT_EQ(
      shown("| no | card |\n|---|---|\n| 1 | 1200 |\n| 2 | 3400 |\n| 3 | 5600 |\n| 4 | 7800 |\n"),
      "");
}

TEST(LabelledNumbers, AccountsAreFoundOverCells) {
  const std::string iban = "DE19500105177218482706";
  for (const std::size_t first : {2U, 5U, 13U}) {
    const std::string a = iban.substr(0, first), b = iban.substr(first, 6),
                      c = iban.substr(first + 6);
    for (const std::string& text :
         {"| IBAN | " + a + " | " + b + " | " + c + " |\n", "IBAN," + a + "," + b + "," + c + "\n",
          "IBAN\t" + a + "\t" + b + "\t" + c + "\n",
          "<tr><th>IBAN</th><td>" + a + "</td><td>" + b + "</td><td>" + c + "</td></tr>",
          "| no | IBAN |\n|---|---|\n| 1 | " + a + " |\n| 2 | " + b + c + " |\n"})
      EXPECT_TRUE(found(text, "iban")) << text;
  }
}

TEST(LabelledNumbers, AddressesAreFoundOverCells) {
  for (const char* text : {"| mail | t.yamada@kaisha-sam | ple.co.jp |\n",
                           "| mail | t.yamada@kaisha-sample | . | co.jp |\n",
                           "mail\tt.yamada@kai\tsha-sample\t.co.jp\n"})
    EXPECT_TRUE(found(text, "email")) << text;
}

TEST(LabelledNumbers, PasswordsThatCodePutsTogetherAreTold) {
  for (const char* text :
       {"password = \"\".join([\"Umj\", \"le\", \"+IoX\", \"g97\"])\n",
        "password := strings.Join([]string{\"Umjle\", \"+IoXg97\"}, \"\")\n",
        "$password = implode('', ['Umjle', '+IoXg97']);\n",
        "password = String.format(\"%s%s\", \"Umjle\", \"+IoXg97\")\n",
        "password <- paste0(\"Umjle+I\", \"oXg97\")\n",
        "(def password (str \"Umjle+I\" \"oXg97\"))\n",
        "パスワード:\nStringBuilder sb = new StringBuilder();\nsb.append(\"Umjle\");\n"
        "sb.append(\"+IoXg97\");\n",
        "パスワード: concat('Umjle', '+IoXg97')\n"})
    EXPECT_TRUE(found(text, "password_assignment")) << text;
  EXPECT_EQ(shown("password = getenv(\"APP_\" + name + \"_PASSWORD\")\n"), "");
  EXPECT_EQ(shown("password_hint = t(\"Use eight \" + \"characters or more\")\n"), "");
}

TEST(LabelledNumbers, PasswordsInVariablesThatAreJoinedAreTold) {
  for (const char* text : {"p1 = \"Umjle\"\np2 = \"+IoXg97\"\npassword = p1 + p2\n",
                           "a = \"Umj\"\nb = \"le+I\"\nc = \"oXg97\"\npassword = f\"{a}{b}{c}\"\n",
                           "const a = \"Umjle@\";\nconst b = \"IoXg97\";\n"
                           "const password = `${a}${b}`;\n",
                           "$a = \"Umjle\"\n$b = \"!IoXg97\"\n$password = \"$a$b\"\n"})
    EXPECT_TRUE(found(text, "password_assignment")) << text;
  EXPECT_EQ(shown("host = \"db01\"\nport = \"5432\"\nurl = host + port\npassword = prompt()\n"),
            "");
}

TEST(LabelledNumbers, PasswordsThatACommentNamesAreTold) {
  for (const char* text :
       {"// password\nconst a = \"Umj\";\nconst b = \"le+IoXg97\";\nconst k = a + b;\n",
        "# パスワード: \na = \"Umj\"\nb = \"le+IoXg97\"\nk = f\"{a}{b}\"\n",
        "# パスワードは\nK=\"Umjle\"; K+=\"+IoXg97\"\n",
        "# DB_PASSWORD=\nprintf \"%s%s\" 'Umjle+' 'IoXg97'\n",
        "String s = \"Umj!\" +\n    \"le3Io\" + \"Xg97\"; // PW：\n",
        "char *s = \"\\125mjle!IoXg\\071\\067\"; /* パスワード: */\n",
        "コード: 85,109,106,108,101,33,73,111,88,103,57,55\n(DB_PASSWORD=)\n"})
    EXPECT_TRUE(found(text, "password_assignment")) << text;
  EXPECT_EQ(shown("# see below\na = \"Umj\"\nb = \"le+IoXg97\"\nk = a + b\n"), "");
  EXPECT_EQ(shown("run(\"update_all-2\"); // password\n"), "");
}

TEST(LabelledNumbers, PasswordsInLiteralsWithAPrefixAreTold) {
  for (const char* text :
       {"password: b'\\x55mjle\\x21IoXg97'", "パスワードはb'Umjle!IoXg97'",
        "password = new byte[]{85,109,106,108,101,33,73,111,88,103,57,55}",
        "password = []byte{85,109,106,108,101,33,73,111,88,103,57,55}",
        "password: new byte[] { 0x55, 0x6D, 0x6A, 0x6C, 0x65, 0x21, 0x49, 0x6F, "
        "0x58, 0x67, 0x39, 0x37 }",
        "password: ''.join(map(chr, [85,109,106,108,101,33,73,111,88,103,57,55]))",
        "パスワードはpack(\"C*\", 85,109,106,108,101,33,73,111,88,103,57,55)"})
    EXPECT_TRUE(found(text, "password_assignment")) << text;
}

TEST(LabelledNumbers, PasswordsOfFullWidthAreTold) {
  EXPECT_TRUE(found("ﾊﾟｽﾜｰﾄﾞ: Ｕｍ＿９６ｌｅｑ＿４４２Ｚａｇ", "password_assignment"));
}

TEST(LabelledNumbers, PasswordsThatAShellAddsToAreNamedByTheCommentAbove) {
  for (const char* text : {"# PW：\nK=Um_97\nK=${K}koe_461IsK\n",
                           "# password: \nKEY=\"Um_75y\"\nKEY=\"${KEY}jq!295505\"\n"})
    EXPECT_TRUE(found(text, "password_assignment")) << text;
}

TEST(LabelledNumbers, NumbersAreNamedByTheCommentBehindThem) {
  const std::string number = with_my_number_check("7" + chance(kDigits, 10, 9));
  for (const char* behind :
       {"\"; // 個人番号", "\"; // 個人番号：", "\" # My Number:\n", "\"; /* 個人番号: */"})
    EXPECT_TRUE(found_whole("x = \"", number, behind, "jp_my_number")) << behind;
  EXPECT_TRUE(found_whole("", number, "\n(個人番号)", "jp_my_number"));
}

TEST(LabelledNumbers, Base64InVariablesIsReadWhereItIsDecoded) {
  const std::string token = "ghp_" + chance(kBase62, 36, 4);
  const std::string coded = base64("GitHub token: " + token);
  for (const char* call : {"print(base64.b64decode(a + b))", "console.log(atob(a + b))"})
    EXPECT_TRUE(
        found("a = \"" + coded.substr(0, 31) + "\"\nb = \"" + coded.substr(31) + "\"\n" + call,
              "github_token"))
        << call;
}

// The digit sum of the id changes nothing of the card's.
TEST(LabelledNumbers, AnIdBeforeACardIsNoPartOfIt) {
  EXPECT_EQ(shown("id,card_number\n398,4539 5787 6362 1486\n"), "credit_card[4539 5787 6362 1486]");
}

TEST(LabelledNumbers, AreFoundOverCellsWithSemicolonsBetween) {
  for (const Number& number : numbers()) {
    const std::string a = number.text.substr(0, 7), b = number.text.substr(7, 2),
                      c = number.text.substr(9);
    for (const std::string& row : {a + ";" + b + ";" + c, a + "-;" + b + c, a + "; ;" + b + c}) {
      EXPECT_TRUE(found("種別;前半;中;後半\n" + number.label_ja + ";" + row + "\n\n", number.type))
          << row;
      EXPECT_TRUE(found(number.label_en + ";" + row + "\n", number.type)) << row;
    }
  }
}

TEST(LabelledNumbers, AreFoundOverLineBreaksOfHtmlBeforeALineWithATime) {
  for (const Number& number : numbers()) {
    const std::string cut = number.text.substr(0, 5) + "-<br />\n" + number.text.substr(5, 3) +
                            "<br />\n-" + number.text.substr(8);
    EXPECT_TRUE(found(number.label_ja + ": " + cut + "<br />\n10:16 由美 了解", number.type))
        << cut;
    EXPECT_TRUE(found(number.label_en + ": " + cut + "\n10:16 由美 了解", number.type)) << cut;
  }
}

TEST(LabelledNumbers, AreFoundBehindCardNoAndOverItemsOfAList) {
  const std::string card = with_luhn("37829067388406"), a = card.substr(0, 4),
                    b = card.substr(4, 6), c = card.substr(10);
  EXPECT_TRUE(found("card no. " + a + "." + b + "–" + c, "credit_card"));
  EXPECT_TRUE(found(
      "| no | card no. |\n|---|---|\n| 1 | " + a + " |\n| 2 | " + b + "- |\n| 3 | " + c + " |\n",
      "credit_card"));
  for (const Number& number : numbers()) {
    const std::string first = number.text.substr(0, 6), rest = number.text.substr(6);
    for (const std::string mark : {"・", "- "})
      EXPECT_TRUE(
          found(number.label_ja + "\n" + mark + first + "\n" + mark + rest + "\n以上", number.type))
          << mark;
  }
}

TEST(LabelledNumbers, AreFoundWithBracketsDotsAndWavesBetweenGroupsOfAnySize) {
  for (const Number& number : numbers()) {
    const std::string a = number.text.substr(0, 5), b = number.text.substr(5, 2),
                      c = number.text.substr(7);
    for (const std::string& text :
         {"【" + a + "】【" + b + "】【" + c + "】", "（" + a + "）（" + b + "）（" + c + "）",
          "[" + a + "][" + b + "][" + c + "]", a + "…" + b + "…" + c, a + "～" + b + "+" + c})
      EXPECT_TRUE(found(number.label_ja + ": " + text + "\n10:16 由美", number.type)) << text;
  }
}

TEST(LabelledNumbers, AreLeftAloneWhenFiguresOfARowProveNothing) {
  for (const char* text : {"カード;4111;2222;3333;4444\n", "phone;12;34;56;789\n",
                           "電話番号: [03][12][45]\n", "card no. 12;34;56\n"})
    EXPECT_EQ(shown(text), "") << text;
}

}  // namespace
}  // namespace sekisho::filters
