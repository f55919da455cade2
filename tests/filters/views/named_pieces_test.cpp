// Values whose pieces stand behind names, in templates and in calls, and that an expression or a
// statement puts together; what looks like it and is not.

#include <gtest/gtest.h>

#include <string>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

bool found(const std::string& text, const std::string& type) {
  return shown(text).find(type + "[") != std::string::npos;
}

// What code calls the value.
std::string name_of(const Value& value) {
  return value.type == "credit_card"    ? "card_number"
         : value.type == "jp_my_number" ? "my_number"
         : value.type == "jp_phone"     ? "phone"
                                        : value.type;
}

// `form` with {N} for the name and {A} and {B} for the pieces.
std::string filled(std::string form, const std::string& name, const std::string& a,
                   const std::string& b) {
  const auto put = [&form](const std::string& mark, const std::string& by) {
    for (std::size_t at = form.find(mark); at != std::string::npos; at = form.find(mark))
      form.replace(at, mark.size(), by);
  };
  put("{N}", name);
  put("{A}", a);
  put("{B}", b);
  return form;
}

void expect_joined(const std::string& form) {
  for (const Value& value : values())
    for (const std::size_t cut : {std::size_t{1}, std::size_t{3}, value.text.size() / 2}) {
      const std::string text =
          filled(form, name_of(value), value.text.substr(0, cut), value.text.substr(cut));
      EXPECT_TRUE(found(text, value.type)) << text << "\n" << shown(text, 0.0);
    }
}

TEST(NamedPieces, AreFoundWhereAShellPutsThemTogether) {
  expect_joined("P1={A}\nP2={B}\n{N}=${P1}${P2}\nnext\n");
  expect_joined("A='{A}'\nB='{B}'\n{N}=\"$A$B\"\n");
  expect_joined("{N}=\"${A:-{A}}${B:-{B}}\"\n");
}

TEST(NamedPieces, AreFoundWhereCodePutsThemTogether) {
  expect_joined("parts = {\"a\": \"{A}\", \"b\": \"{B}\"}\n{N} = parts[\"a\"] + parts[\"b\"]\n");
  expect_joined("a = \"{A}\"\nb = \"{B}\"\n{N} = f\"{a}{b}\"\n");
  expect_joined("a, b := \"{A}\", \"{B}\"\n{N} := a + b\n");
  expect_joined("$a = '{A}';\n$b = '{B}';\n${N} = $a . $b;\n");
  expect_joined("var a = \"{A}\"; var b = \"{B}\";\nvar {N} = $\"{a}{b}\";\n");
  expect_joined("#define P1 \"{A}\"\n#define P2 \"{B}\"\nstatic const char {N}[] = P1 P2;\n");
  expect_joined("{N} = %w[{A} {B}].join\n");
}

TEST(NamedPieces, AreFoundInListsThatCodeJoins) {
  expect_joined(
      "parts = []\nparts.append(\"{A}\")\nparts.append(\"{B}\")\n"
      "{N} = \"\".join(parts)\n");
  expect_joined("parts = ['{A}', '{B}']\n{N} = ''.join(parts)\n");
  expect_joined("const p = [];\np.push('{A}');\np.push('{B}');\nconst {N} = p.join('');\n");
  expect_joined("my ${N} = join '', qw({A} {B});\n");
  EXPECT_TRUE(
      found("parts = ['Kz#92tm', 'r%460AB']\npassword = ''.join(parts)\n", "password_assignment"));
  EXPECT_EQ(shown("names = ['12', '34']\ntotal = ','.join(names)\nx = ''.join(words)\n"), "");
}

TEST(NamedPieces, OfArraysProveThemselvesTogether) {
  EXPECT_TRUE(found("{\"IBAN\": [\"DE75 5121\", \"08\", \"00 1245 1261 99\"]}", "iban"));
  EXPECT_TRUE(found("{\"mail\": [\"k.sato@kaisha\", \"-sam\", \"ple.jp\"]}", "email"));
  EXPECT_EQ(shown("[\"k.sato@kaisha-sample.jp\", \"m.ito@kaisha-sample.jp\"]"),
            "email[k.sato@kaisha-sample.jp] email[m.ito@kaisha-sample.jp]");
}

TEST(NamedPieces, AreFoundInCellsThatAFormulaPutsTogether) {
  expect_joined("A1: {A}\nB1: {B}\nC1 ({N}): =A1&B1\n");
}

TEST(NamedPieces, OfPasswordsAreAnything) {
  for (const std::string form :
       {"A='{A}'\nB='{B}'\nPASSWORD=\"$A$B\"\n", "SELECT '{A}' || '{B}' AS password;\n",
        "strcpy(password, \"{A}\");\nstrcat(password, \"{B}\");\n",
        "const p1 = `{A}`, p2 = `{B}`;\nconst password = `${p1}${p2}`;\n",
        "```\npassword = '{A}' + '{B}'\n```\n", "password: =CONCATENATE(\"{A}\";\"{B}\")\n",
        "password = %w[{A} {B}].join\n"})
    for (const std::size_t cut : {1U, 4U, 9U}) {
      const std::string password = "Kz#92tmr%460AB";
      const std::string text = filled(form, "", password.substr(0, cut), password.substr(cut));
      EXPECT_TRUE(found(text, "password_assignment")) << text;
    }
}

TEST(NamedPieces, OfAddressesMayBeCutAnywhere) {
  EXPECT_TRUE(
      found("database_url:\n  - \"redis://svc_re\"\n"
            "  - \"port:Q6gN42DgwiV1v@db01.kaisha-sample.co.jp:6379/zaiko\"\n",
            "database_url_with_password"));
  EXPECT_TRUE(
      found("strcpy(mail, \"shota@kaisha\");\nstrcat(mail, \"-sam\");\n"
            "strcat(mail, \"ple.co.jp\");\n",
            "email"));
  EXPECT_TRUE(
      found("接続先の前半は mongodb://svc:、後半は "
            "h3ECbxsxOBRpdH9@db01.kaisha-sample.co.jp:27017/zaiko です。",
            "database_url_with_password"));
}

TEST(NamedPieces, OfLabelledPartsMayBeShort) {
  EXPECT_TRUE(found("phone_part1=090-5035-\nphone_part2=2547\n", "jp_phone"));
  const std::string token = "ghp_" + chance(kBase62, 36, 4);
  for (const std::size_t cut : {1U, 3U, 4U})
    EXPECT_TRUE(
        found("token_part1=" + token.substr(0, cut) + "\ntoken_part2=" + token.substr(cut) + "\n",
              "github_token"))
        << cut;
}

TEST(NamedPieces, SentencesTellWhereASecondPartBegins) {
  for (const std::string form :
       {"The first half of the {N} is {A} and the second half is {B}.\n",
        "- memo\n- {N}: {A}; the rest is {B}\n", "{N} の前半は {A}、後半は {B} です。\n",
        "- 定例\n- {N} の前半は {A}、後半は「{B}」です。\n- 次回\n",
        "{N}: {A} で、残りは {B} です。\n", "{N}: {A}、その後ろに {B} です。\n",
        "- memo\n- {N}: {A}, followed by {B}\n", "{N}: {A} and then {B}\n", "{N}: {A} then {B}\n",
        "{N}: {A} と {B}\n", "{N}: {A}（前半）、{B}\n", "{N}: {A}\n続き: {B}\n",
        "{N}: {A}\n(続き) {B}\n"})
    for (const Value& value : values())
      for (const std::size_t cut : {std::size_t{4}, std::size_t{9}}) {
        // Without a digit or "。" a sentence is not looked at.
        if (value.type == "email" && form.find("です") == std::string::npos) continue;
        const std::string text =
            filled(form, name_of(value), value.text.substr(0, cut), value.text.substr(cut));
        EXPECT_TRUE(found(text, value.type)) << text << "\n" << shown(text, 0.0);
      }
  EXPECT_EQ(shown("Half of 1234 5678 rows are done and the second half is 4321 8765.\n"), "");
  EXPECT_EQ(shown("12345678\u00B7"), "");
  EXPECT_EQ(shown("Take step 4539 5787, followed by 6362 1486, and then 12.\n"), "");
  EXPECT_EQ(shown("The first part is build-2026 and the rest is 12 items.\n"), "");
  EXPECT_EQ(shown("会議は 3月 と 10月、部屋は 4539 と 5787 です。run step1 then step2\n"), "");
  EXPECT_EQ(shown("内線は 5035 と 2547、番号は 03-1234 と 03-5678 です。\n"), "");
}

TEST(NamedPieces, LabelsTellWhereASecondPartBegins) {
  EXPECT_TRUE(found("前半（IBAN）: DE\n後半: 75 5121 0800 1245 1261 99\n--\n", "iban"));
  EXPECT_TRUE(found("前半（接続先）: mysql\n後半: ://app:AffoAnCFrHAe@db1.kaisha-sample.jp/main\n",
                    "database_url_with_password"));
  EXPECT_TRUE(found("前半（パスワード）: Mb!5\n後半: 4rct-164hCr\n", "password_assignment"));
}

TEST(NamedPieces, WhatCodeAddsIsOftenNothing) {
  EXPECT_EQ(shown("a = \"12\"\nb = \"34\"\ntotal = a + b\nx = parts[\"a\"] + parts[\"b\"]\n"), "");
  EXPECT_EQ(shown("HOST=\"${HOST:-db}${SUFFIX:-.local}\"\nPATH=${A}${B}\n"), "");
  EXPECT_EQ(shown("names = %w[alpha beta].join\n#define A \"x\"\n#define B \"y\"\ns = A B;\n"), "");
  EXPECT_EQ(shown("password = first + second\npassword = f\"{a}{b}\"\n"), "");
}

}  // namespace
}  // namespace sekisho::filters
