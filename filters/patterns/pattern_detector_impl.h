#pragma once

// What PatternDetector is made of. Words announce a row of a pack, or digits beside which it
// begins; anchors say where a pattern of the policy may be. The one RE2::Set is for what none of
// them tells. For the files of PatternDetector alone.

#include <re2/re2.h>
#include <re2/set.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "filters/anchor_finder.h"
#include "filters/digit_groups.h"
#include "filters/literal_finder.h"
#include "filters/patterns/byte_shape.h"
#include "filters/patterns/pattern_anchors.h"
#include "filters/patterns/pattern_detector.h"
#include "filters/patterns/pattern_paths.h"
#include "filters/patterns/pattern_prefixes.h"
#include "filters/patterns/pattern_rows_impl.h"
#include "filters/patterns/shape_table.h"

namespace sekisho::filters {

struct PatternDetector::Impl {
  explicit Impl(std::size_t budget)
      : set(quiet_options(budget), RE2::UNANCHORED), memory_budget(budget) {}

  // What one gate announces. Where all that a gate matches begins with a few words, the words are
  // sought; else the gate is a member of the set.
  struct Gate {
    std::unique_ptr<const RE2> pattern;  // of rows
    bool announced = false;
    std::shared_ptr<const FirstBytes> first;  // of a match beside a digit
    // Of a whole match that begins behind no letter, digit or "_", and behind one.
    std::shared_ptr<const FirstBytes> ways[2];
    ByteShape shape;
    PatternRun run;
    ByteShape in_ascii;           // all of a match, in a text of ASCII
    std::size_t before = 0;       // a match begins at most so many bytes before a word
    std::size_t length = 0;       // of a match, at most
    bool whole = false;           // the word is the match
    bool at_border = false;       // begins at the border of a word
    bool rows_at_border = false;  // so do all that its rows find, escapes aside
    std::vector<const PackRow*> gated, sought;
    const CustomRow* custom = nullptr;
    std::size_t reach = 0;  // what it announces may begin, or reach, so many bytes behind it
  };
  struct Announced {
    const Gate* gate = nullptr;
    std::shared_ptr<const FirstBytes> behind;  // the word; none: nothing is known
  };
  // Of the piece last looked at, read when the first row asks for them.
  struct Numbers {
    Range of;
    DigitGroups groups;
  };

  Gate& gate_of(const std::string& pattern);
  bool announce(PackRow& pack_row, Gate& gate, const std::string& announced, std::string& error);
  bool announce_sought(const PackRow& pack_row);
  bool announce_alternatives(const std::string& pattern, const PackRow& pack_row,
                             std::string& error);
  bool announce_in_set(Gate& gate, const std::string& pattern, std::string& error);
  void add_words(Gate& gate, const PatternWords& given, std::string_view pattern);
  void add_word(const std::string& word, bool any_case, Announced announced);
  static void know_ways(Gate& gate, PatternPaths& paths);
  bool announce_custom();
  void scan_custom(const Window& window, Findings& out) const;
  void find_places(std::string_view text, Range where,
                   std::vector<std::vector<Range>>& places) const;
  bool which(std::string_view text, Range range, std::vector<int>& hits,
             RE2::Set::ErrorInfo& error) const;

  void scan_words(const Window& window, Findings& out) const;
  void look_at_word(const Window& window, const LiteralFinder::Hit& hit, Progress& done,
                    Findings& out) const;
  bool may_open_at(const Gate& gate, std::string_view text, std::size_t word,
                   const Progress& done) const;
  void open_gate(const Gate& gate, const Window& window, const LiteralFinder::Hit& hit,
                 Progress& done, Findings& out) const;
  static Range match_at(const Gate& gate, std::string_view text, std::size_t begin);
  void enter(const Gate& gate, const Window& window, Range place, Progress& done,
             Findings& out) const;
  static bool all_begin_at_border(const Gate& gate);
  void add_digit_gate(Gate& gate, std::string_view pattern);
  bool open_beside_digit(const Gate& gate, const Window& window, std::size_t begin, Progress& done,
                         Findings& out) const;
  void seek_beside_digit(const Gate& gate, const Window& window, std::size_t begin, Progress& done,
                         Findings& out) const;
  void scan_digit_gates(const Window& window, Range where, Findings& out) const;
  void seek(const PackRow& pack_row, const Window& window, const LiteralFinder::Hit& hit,
            Progress& done, Findings& out) const;
  void scan_numbers(const Window& window, Findings& out) const;
  // `here`: of the block looked at. `below`: of labels in it, which may head a column that goes on
  // for many blocks.
  struct Found {
    Findings &here, &below;
  };
  ScanStatus scan_set(const Window& window, Findings& out) const;
  ScanStatus scan_block(const Window& window, Range block, bool& hot, Found& found) const;
  ScanStatus locate(const Window& window, Range block, bool& seen, Found& found) const;
  ScanStatus scan_headings(const Window& window, Found& found) const;
  void find_gated(const Gate& gate, const Window& window, Range part, Range block, Numbers& numbers,
                  Found& found) const;
  void find_at_gates(const RE2& gate, const PackRow& pack_row, const Window& window, Range where,
                     Findings& out) const;
  void find_labelled(const RE2& gate, const PackRow& pack_row, std::string_view text, Range where,
                     Findings& out) const;
  void find_sought(const PackRow& pack_row, const Window& window, Range block, Findings& out) const;
  void find_custom(const CustomRow& custom, const Window& window, Range block, Findings& out) const;
  void add_sought(PackRow& pack_row);
  static std::size_t reach_of(const Gate& gate);

  RE2::Set set;
  std::size_t memory_budget;
  std::vector<const Gate*> members;  // of the set
  LiteralFinder finder{{}};
  std::vector<LiteralFinder::Literal> words;
  std::vector<std::vector<Announced>> gates_of_word;
  std::map<std::pair<std::string, bool>, std::size_t> word_index;
  std::map<std::string, Gate, std::less<>> gates;  // of rows, by pattern
  std::deque<Gate> custom_gates, sought_gates;
  std::vector<const PackRow*> number_rows;
  // With digits in each match: looked for where digits begin.
  std::vector<const Gate*> digit_gates;
  ShapeTable digit_shapes;  // of them
  std::deque<PackRow> rows;
  std::deque<CustomRow> custom;
  struct CustomAnchor {
    std::size_t row = 0;  // of `custom`
    PatternAnchor anchor;
  };
  std::vector<CustomAnchor> custom_anchors;
  std::vector<AnchorFinder> anchor_finders;  // of kMostAnchors each
  std::size_t custom_span = 0;               // the longest
  std::size_t anchor_reach = 0;              // a match begins so many bytes before an anchor
  std::size_t slots = 0;
  std::vector<const DetectorRow*> over_text;
  const DetectorRow* last_row = nullptr;
  bool any_sought = false, any_labelled = false, labelled_in_set = false;
  std::size_t before = kAssertionReach,
              after = kAssertionReach;  // what the set must see around a block
  std::size_t max_span = kAssertionReach;
  std::size_t longest_gate = 0;
  std::size_t words_before = kGateReach, words_after = kGateReach;  // of the fresh part
};

}  // namespace sekisho::filters
