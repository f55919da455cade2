#include "audit/segment_reader.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sekisho::audit {
namespace {

// Gives at most `step` bytes a call.
ByteSource slow_source(std::string_view bytes, std::size_t step) {
  ByteSource whole = memory_source(bytes);
  return {whole.size, [whole, step](std::uint64_t offset, char* into, std::size_t size) {
            return whole.read_at(offset, into, std::min(size, step));
          }};
}

template <class Lines>
std::vector<std::string> read(ByteSource source, LineKind& end) {
  Lines lines(std::move(source));
  std::vector<std::string> out;
  std::string_view line;
  while ((end = lines.next(line)) == LineKind::kLine || end == LineKind::kTorn)
    out.push_back((end == LineKind::kTorn ? "torn:" : "") + std::string(line));
  return out;
}

TEST(Lines, ReadTheSameBothWays) {
  std::string big(600'000, 'x');
  for (const std::string& text :
       {std::string(), std::string("a\n"), std::string("a\nbb\n\nccc\n"), std::string("a\nb"),
        std::string("torn"), std::string("\n"), "1\n" + big + "\n2\n" + big}) {
    for (const std::size_t step : {std::size_t{1} << 20, std::size_t{70'001}}) {
      LineKind forward_end, backward_end;
      const auto forward = read<LinesForward>(slow_source(text, step), forward_end);
      auto backward = read<LinesBackward>(slow_source(text, step), backward_end);
      std::reverse(backward.begin(), backward.end());
      EXPECT_EQ(forward, backward);
      EXPECT_EQ(forward_end, LineKind::kEnd);
      EXPECT_EQ(backward_end, LineKind::kEnd);
    }
  }
}

TEST(Lines, GiveUpOnALineThatIsNoRecord) {
  const std::string text = std::string(kLongestLine + 10, 'x') + "\nshort\n";
  LineKind end;
  EXPECT_TRUE(read<LinesForward>(memory_source(text), end).empty());
  EXPECT_EQ(end, LineKind::kTooLong);
  EXPECT_EQ(read<LinesBackward>(memory_source(text), end), std::vector<std::string>{"short"});
  EXPECT_EQ(end, LineKind::kTooLong);
}

TEST(Lines, SayWhenTheDiskRefuses) {
  const ByteSource broken{10, [](std::uint64_t, char*, std::size_t) { return -5L; }};
  LineKind end;
  read<LinesForward>(broken, end);
  EXPECT_EQ(end, LineKind::kFailed);
  read<LinesBackward>(broken, end);
  EXPECT_EQ(end, LineKind::kFailed);
}

}  // namespace
}  // namespace sekisho::audit
