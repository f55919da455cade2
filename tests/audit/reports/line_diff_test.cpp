#include "audit/reports/line_diff.h"

#include "tests/audit/reports/sample.h"

namespace sekisho::audit {
namespace {

std::string text_of(const std::vector<Difference::Line>& lines) {
  std::string out;
  for (const auto& line : lines) out += line.sign + line.text + "\n";
  return out;
}

TEST(LineDiff, IsEmptyForEqualTexts) {
  EXPECT_TRUE(line_diff("a\nb\n", "a\nb\n").empty());
}

TEST(LineDiff, ShowsChangesWithWhatIsAround) {
  EXPECT_EQ(text_of(line_diff("1\n2\n3\n4\n5\n6\n", "1\n2\nX\n4\n5\n6\n7\n", 1)),
            "@1\n 2\n-3\n+X\n 4\n@1\n 6\n+7\n");
}

TEST(LineDiff, FindsWhatStaysBetweenInsertions) {
  EXPECT_EQ(text_of(line_diff("a\nb\nc\n", "x\na\ny\nb\nc\nz\n", 9)), "+x\n a\n+y\n b\n c\n+z\n");
}

TEST(LineDiff, TellsHugeUnlikeTextsAsReplaced) {
  std::string a, b;
  for (int i = 0; i < 4000; ++i) {
    a += "a" + std::to_string(i) + "\n";
    b += "b" + std::to_string(i) + "\n";
  }
  const auto lines = line_diff(a, b);
  EXPECT_EQ(lines.size(), 8000u);
  EXPECT_EQ(lines.front().sign, '-');
}

TEST(LineDiff, TakesTextsWithoutALastLineEnd) {
  EXPECT_EQ(text_of(line_diff("", "a")), "+a\n");
  EXPECT_EQ(text_of(line_diff("a", "")), "-a\n");
}

}  // namespace
}  // namespace sekisho::audit
