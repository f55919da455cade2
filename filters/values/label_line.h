#pragma once

// The line a marking stands in, as it is judged: folded, in lower case, with the phrases in it that
// say what the marking is worth.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

// What is said around a marking.
enum LabelPhrase : std::uint8_t {
  kAsksAbout = 1,    // "what does … mean", "…規程では"
  kDivides = 2,      // "…の3区分を定める"
  kPointsHere = 4,   // "この資料は…"
  kSubject = 8,      // "this document is …"
  kDisclaimer = 16,  // of every mail of some companies
  kGoods = 32,       // "割れ物"
};

// Cut at the word, kLineReach bytes on each side at most.
struct LabelLine {
  std::string_view before, word, after;
  std::uint8_t said_before = 0, said_after = 0;  // bits of LabelPhrase
  bool shouted = false;                          // the word is written in capitals

  std::size_t size() const { return before.size() + word.size() + after.size(); }
  bool operator==(const LabelLine&) const = default;
};

// While one lives, lines on this thread are read through it: a text with one marking beside the
// other is folded once, not once for each. The texts asked about must not change meanwhile.
class LabelLines {
 public:
  LabelLines();
  ~LabelLines();
  LabelLines(const LabelLines&) = delete;

  // The newest on this thread; nullptr: there is none.
  static LabelLines* newest();
  // The line around `word`. Its views are good until the next call.
  LabelLine around(std::string_view text, Range word);

  // What judge(line) is worth; of the lines judged lately it is remembered. Texts repeat lines:
  // the footers of their pages, the rows of a list. `judge` may look at the line alone, and at
  // `first`.
  template <class Judge>
  double judged(const LabelLine& line, char first, Judge judge) {
    Verdict& known = verdict_of(line, first);
    if (!known.is_of(line, first)) known.set(line, first, judge(line));
    return known.confidence;
  }

 private:
  struct Folded;
  struct Verdict {
    std::string text;  // of the line, in one piece
    LabelLine line;
    char first = 0;
    double confidence = 0;

    bool is_of(const LabelLine& other, char its_first) const {
      return first == its_first && line == other;
    }
    void set(const LabelLine& other, char its_first, double its_confidence);
  };
  static constexpr std::size_t kVerdicts = 16;
  Verdict& verdict_of(const LabelLine& line, char first);

  std::unique_ptr<Folded> folded_;  // of the text asked about last
  std::vector<Verdict> verdicts_;   // by what is beside the word
  LabelLines* outer_;
};

}  // namespace sekisho::filters
