// Tokens cut into groups, items of a list and cells, and values that code puts together by
// operators, calls and names; lists and code that only look like it.

#include <gtest/gtest.h>

#include <random>

#include "filters/views/marks_within.h"
#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

std::string token() {
  return "ghp_" + chance(kBase62, 36, 4);
}

std::vector<std::string> cut(const std::string& text, std::size_t size) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size(); at += size) pieces.push_back(text.substr(at, size));
  return pieces;
}

std::string joined(const std::vector<std::string>& pieces, const std::string& before,
                   const std::string& behind) {
  std::string out;
  for (const std::string& piece : pieces) out += before + piece + behind;
  return out;
}

bool found(const std::string& text, const std::string& type) {
  return shown(text).find(type) != std::string::npos;
}

TEST(TokenPieces, FindsTokensAndIbansInPairs) {
  for (const std::string& key : {token(), std::string("AKIAKYZDYIAV5TKLZJKV")})
    EXPECT_TRUE(shown("key: " + joined(cut(key, 2), "", " ") + "\n").size() > 0) << key;
  EXPECT_TRUE(found("送金先: " + joined(cut("DE75512108001245126199", 2), "", " "), "iban"));
  EXPECT_EQ(shown("is it on my gh or do we go by no id at 10 12 14 16 18\n"), "");
}

TEST(TokenPieces, FindsTokensInGroupsWithTheSameThingBetween) {
  for (const std::size_t size : {4U, 5U, 8U}) {
    const std::vector<std::string> pieces = cut(token(), size);
    for (const auto& [before, behind] :
         {std::pair("[", "]"), std::pair("(", ")"), std::pair("「", "」"), std::pair("", " - ")})
      EXPECT_TRUE(found("token: " + joined(pieces, before, behind), "github_token"))
          << joined(pieces, before, behind);
  }
}

TEST(TokenPieces, FindsTokensOverItemsOfAList) {
  const std::string t = token();
  const std::string a = t.substr(0, 15), b = t.substr(15, 12), c = t.substr(27);
  for (const std::string& text :
       {"- " + a + "\n- " + b + "\n- " + c, "1. " + a + "\n2. " + b + "\n3. " + c,
        "|1|" + a + "|\n|2|" + b + "|\n|3|" + c + "|", "・" + a + "\n・" + b + "\n・" + c,
        "// " + a + "\n// " + b + "\n// " + c})
    EXPECT_TRUE(found("トークン\n" + text + "\n", "github_token")) << text;
}

TEST(TokenPieces, ListsOfTokensAndWordsAreNoToken) {
  const std::string t = token();
  EXPECT_EQ(shown("- " + t + "\n- release\n- staging\n"), "github_token[" + t + "]");
  EXPECT_EQ(shown("[ghp_][and][word][list][here][more]"), "");
  EXPECT_EQ(shown("- ghp_\n- gho_\n- ghs_\n- github_pat_\n"), "");
}

TEST(TokenPieces, FindsLiteralsThatOperatorsPutTogether) {
  for (const Value& value : values()) {
    const std::string& v = value.text;
    const std::string a = v.substr(0, 5), b = v.substr(5);
    for (const char* glue : {"\" <> \"", "\" ^ \"", "\" * \"", "\" // \"", "\"), paste0(\""}) {
      if (std::string_view(glue).find("paste") != std::string_view::npos) continue;
      EXPECT_TRUE(found(value.label_en + "= \"" + a + glue + b + "\"", value.type)) << glue << v;
    }
    for (const char* call : {"paste0(", "strings.Join([]string{", "str_c(",
                             "string.Format(\"{0}{1}\", ", "fmt.Sprintf(\"%s%s\", "})
      EXPECT_TRUE(found(value.label_en + "= " + call + "\"" + a + "\", \"" + b + "\")", value.type))
          << call << v;
  }
}

TEST(TokenPieces, FindsValuesThatStatementsAddTo) {
  for (const Value& value : values()) {
    if (value.type == "email" || value.type == "jp_my_number") continue;
    const std::vector<std::string> pieces = cut(value.text, value.text.size() / 3 + 1);
    for (const auto& [before, behind] :
         {std::pair("sb.append(\"", "\");\n"), std::pair("s.push_str(\"", "\");\n"),
          std::pair("strcat(k, \"", "\");\n"), std::pair("sb.WriteString(\"", "\")\n"),
          std::pair("k << \"", "\"\n"), std::pair("  - \"", "\"\n")})
      EXPECT_TRUE(found(value.label_en + ":\n" + joined(pieces, before, behind), value.type))
          << before << value.text;
  }
}

TEST(TokenPieces, FindsShortPiecesWithNames) {
  const std::string card = "4539578763621486", key = "AKIA" + chance(kBase32, 16, 3);
  EXPECT_TRUE(found("$a = \"45\";\n$b = \"3957\";\n$c = \"8763621486\";\n$card = \"$a$b$c\";",
                    "credit_card"));
  EXPECT_TRUE(found("a = \"AK\"\nb = \"" + key.substr(2) + "\"\nkey = a + b", "aws_access_key_id"));
  EXPECT_TRUE(found("A=45395787\nB=63\nC=621486\nCARD=\"${A}${B}${C}\"", "credit_card"));
}

TEST(TokenPieces, FindsPartsThatAreNamed) {
  const std::string t = token(), a = t.substr(0, 17), b = t.substr(17);
  for (const std::string& text :
       {"KEY_PART1=" + a + "\nKEY_PART2=" + b, "part 1: " + a + "\npart 2: " + b,
        "1/2: " + a + "\n2/2: " + b, "前半：" + a + "\n後半：" + b,
        "{\"head\": \"" + a + "\", \"tail\": \"" + b + "\"}"})
    EXPECT_TRUE(found(text, "github_token")) << text;
  for (const char* text : {"カードの前半は45395787、後半は63621486です",
                           "card: {\"part1\": \"4539578\", \"part2\": \"763621486\"}",
                           "CARD_A=45395787\nCARD_B=63621486",
                           "<key><part n=\"1\">45395787</part><part n=\"2\">63621486</part></key>",
                           "{\"role\": \"user\", \"content\": \"カードの前半: 45395787\"}, "
                           "{\"role\": \"user\", \"content\": \"続き: 63621486\"}"})
    EXPECT_TRUE(found(text, "credit_card")) << text;
  EXPECT_EQ(shown("rows_1=45395787\nrows_2=63621487\n"), "");
}

TEST(TokenPieces, CodeThatAddsTextsIsSilent) {
  EXPECT_EQ(shown("sb.append(\"<td>\");\n  sb.append(\"4539\");\n  sb.append(\"</td>\");\n"), "");
  EXPECT_EQ(shown("a = \"10\"\nb = \"20\"\nc = a + b"), "");
  EXPECT_EQ(shown("x = {\"a\" * 3, \"b\" ^ \"c\"}; y = \"1\" // \"2\""), "");
}

TEST(TokenPieces, MarksAskedAboutInOrderAreWhatEachIsAlone) {
  const std::vector<std::string> pieces = {"4", "39", "\\",   "**", "/* */", " ", "a",  "ghp",
                                           "@", ".",  "x.jp", "あ", "sk-",   "`", "\n", "12345678"};
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    while (text.size() < 400) text += pieces[random() % pieces.size()];
    ValuesAround values(text);
    for (std::size_t at = 0; at + 5 < text.size(); at += 1 + random() % 30) {
      const Range mark{at, at + 1 + random() % 5};
      EXPECT_EQ(values.may_be(mark), may_be_value_around(text, mark.begin, mark.end))
          << text << " " << mark.begin;
    }
  }
}

}  // namespace
}  // namespace sekisho::filters
