#pragma once

// A quick look for the words of a row, before the text around a value is folded: most values have
// none of them beside them.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "filters/finding.h"
#include "filters/literal_finder.h"

namespace sekisho::filters {

struct DetectorRow;

class NearWords {
 public:
  explicit NearWords(const DetectorRow& row);

  // Whether one of the row's words (context or against) may begin in `where`. True as well where
  // full-width forms would have to be folded first.
  bool may_stand_in(std::string_view text, Range where) const;

  // Words of the row, by their places among its context and against words.
  struct Few {
    bool all = false;  // any of them may stand there
    std::vector<std::uint32_t> context, against;
    bool empty() const { return !all && context.empty() && against.empty(); }
  };

  // What was looked at, and the words in it.
  struct Looked {
    const NearWords* of = nullptr;
    std::string_view text;
    std::size_t begun = 0, asked = 0, read = 0;  // first place asked for, the last one; how far
    std::vector<LiteralFinder::Hit> hits = {};
    std::size_t next = 0;  // of them, not before the place asked for last
  };
  // The same for places of a text that follow each other: what they share is looked at once. The
  // text must not change meanwhile.
  bool may_stand_in(std::string_view text, Range where, Looked& looked) const;
  // Those that may stand there: `out` is replaced by them.
  void find(std::string_view text, Range where, Looked& looked, Few& out) const;

 private:
  void look(std::string_view text, Range where, Looked& looked) const;
  template <class Use>
  void for_hits(Range where, const Looked& looked, Use use) const;

  LiteralFinder finder_;
  std::vector<Few> beginning_;  // with each of its literals
};

// So many bytes around a value.
Range near_value(std::string_view text, Range value, std::size_t before, std::size_t after);

// Whether words of `row` may stand so near `value`; true for a row that was not asked before.
bool may_have_words_near(const DetectorRow& row, std::string_view text, Range value,
                         std::size_t before, std::size_t after);

}  // namespace sekisho::filters
