#include "config/yaml_document.h"

#include "tests/config/testing.h"

namespace sekisho::config {
namespace {

struct Read {
  YamlDocument document;
  Problems problems;
};

Read read(std::string_view text) {
  Read r;
  r.document = parse_yaml("f.yaml", text, r.problems);
  return r;
}

TEST(YamlDocument, KeepsOrderMarksAndQuoting) {
  const Read r = read("a: 1\nb: [x, \"y\"]\nc:\n  d: 'z'\n");
  ASSERT_TRUE(r.document.complete) << listed(r.problems);
  ASSERT_EQ(r.document.root.entries.size(), 3u);
  const YamlNode& list = r.document.root.entries[1].value;
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_TRUE(list.items[0].plain);
  EXPECT_FALSE(list.items[1].plain);
  EXPECT_EQ(list.items[1].at.line, 2);
  EXPECT_EQ(list.items[1].at.column, 8);
  EXPECT_EQ(r.document.root.entries[2].value.entries[0].value.text, "z");
}

TEST(YamlDocument, CountsColumnsInCharacters) {
  const Read r = read("a: { ja: \"日本語\", en: x }\n");
  ASSERT_TRUE(r.document.complete);
  EXPECT_EQ(r.document.root.entries[0].value.entries[1].at.column, 17);
}

TEST(YamlDocument, ReadsByteOrderMarkAndCarriageReturns) {
  const Read r = read(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: |\r\n  x\r\n  y\r\nc: &bad 2\r\n");
  ASSERT_EQ(r.problems.size(), 1u) << listed(r.problems);
  EXPECT_EQ(r.document.root.entries[0].key, "a");
  EXPECT_EQ(r.document.root.entries[1].value.text, "x\ny\n");
  EXPECT_EQ(r.problems[0].at.line, 5);
  EXPECT_EQ(r.problems[0].at.column, 4);
}

TEST(YamlDocument, KeepsTheFirstOfDuplicates) {
  const Read r = read("a: 1\nb: 2\na: 3\n");
  ASSERT_EQ(r.problems.size(), 1u);
  EXPECT_EQ(r.problems[0].at.line, 3);
  ASSERT_EQ(r.document.root.entries.size(), 2u);
  EXPECT_EQ(r.document.root.entries[0].value.text, "1");
}

TEST(YamlDocument, SeesDuplicatesThroughQuotesAndEscapes) {
  EXPECT_EQ(read("a: 1\n\"a\": 2\n").problems.size(), 1u);
  EXPECT_EQ(read("a: 1\n\"\\x61\": 2\n").problems.size(), 1u);
}

TEST(YamlDocument, KeepsFinishedSectionsBeforeASyntaxError) {
  const Read r = read("a: {x: 1}\nb: [1, 2\nc: 3\n");
  EXPECT_FALSE(r.document.complete);
  ASSERT_EQ(r.problems.size(), 1u);
  ASSERT_EQ(r.document.root.entries.size(), 1u);
  EXPECT_EQ(r.document.root.entries[0].key, "a");
}

TEST(YamlDocument, FindsQuotationMarksThatTheFileNeverCloses) {
  const Read r = read("a: 1\nb: \"open\nc: 2\n");
  ASSERT_EQ(r.problems.size(), 1u);
  EXPECT_EQ(r.problems[0].at.line, 2);
  EXPECT_EQ(r.problems[0].at.column, 4);
  EXPECT_EQ(read("a: 'it''s'\n").problems.size(), 0u);
  EXPECT_EQ(read("a: 'it''s\n").problems.size(), 1u);
  EXPECT_EQ(read("a: \"x\\\"\n").problems.size(), 1u);
}

TEST(YamlDocument, RefusesBytesThatAreNoText) {
  EXPECT_EQ(read("a: \xff\n").problems.size(), 1u);
  EXPECT_EQ(read("a: \xC0\xAF\n").problems.size(), 1u);
  EXPECT_EQ(read("a: \xED\xA0\x80\n").problems.size(), 1u);
  EXPECT_EQ(read("a: \xF4\x90\x80\x80\n").problems.size(), 1u);
  EXPECT_EQ(read("a: \xE6\x97").problems.size(), 1u);
  EXPECT_EQ(read(std::string_view("a: 1\0b: 2", 9)).problems.size(), 1u);
  EXPECT_EQ(read("a: 1\n\x04\nb: 2\n").problems.size(), 1u);
  EXPECT_EQ(read("a: 1\rb: 2\n").problems.size(), 1u);
  EXPECT_EQ(read("\xFF\xFE"
                 "a\0")
                .problems.size(),
            1u);
}

TEST(YamlDocument, MessagesAreTextWhateverTheFileHolds) {
  const Read r = read("a: \"\\日\"\n");
  ASSERT_EQ(r.problems.size(), 1u);
  EXPECT_EQ(r.problems[0].message, "unknown escape \\? inside double quotation marks");
  EXPECT_EQ(r.problems[0].at.column, 5);
}

TEST(YamlDocument, StopsDeepNestingWithoutCrashing) {
  const Read r = read("a: " + std::string(100'000, '['));
  EXPECT_EQ(r.problems.size(), 1u);
  EXPECT_FALSE(r.document.complete);
}

TEST(YamlDocument, ReadsOneLongLineInLinearTime) {
  std::string text = "a: [";
  for (int i = 0; i < 200'000; ++i) text += "x, ";
  text += "x]\n";
  EXPECT_TRUE(read(text).document.complete);
}

TEST(Problem, IsPrintedWithPlaceAndHint) {
  EXPECT_EQ(to_string({"p.yaml", {3, 7}, "wrong", "did you mean 'right'?"}),
            "p.yaml:3:7: wrong (did you mean 'right'?)");
  EXPECT_EQ(to_string({"p.yaml", {}, "cannot be read", ""}), "p.yaml: cannot be read");
}

}  // namespace
}  // namespace sekisho::config
