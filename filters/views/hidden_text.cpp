#include "filters/views/hidden_text.h"

#include <algorithm>

#include "filters/views/character_forms.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kFewest = 4;
constexpr std::size_t kTogether = 64;  // bytes between two of one place
constexpr std::size_t kMostPlaces = 1024;
// Joiners and spaces of no width stand by themselves; so many of them in a row spell something.
constexpr std::size_t kFewestInARow = 8;
constexpr std::size_t kBytesOfOne = 3;

bool has_no_width(char32_t c) {
  return (c >= 0x200B && c <= 0x200D) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || c == 0x180E;
}

// Whether letters that are written from right to left stand near places of a text, which are asked
// for in order: bidi controls are at home there. Each character is read twice, however many places
// there are.
class RightToLeft {
 public:
  explicit RightToLeft(std::string_view text) : text_(text) {}

  bool near(std::size_t at) {
    if (at >= ahead_) begin_before(at);
    for (; here_ < at; ++count_) here_ += raw_char(text_, here_).size;
    for (; ahead_ < text_.size() && counted_ < count_ + kNear; ++counted_) {
      const RawChar c = raw_char(text_, ahead_);
      if (is_right_to_left(c.value)) last_ = counted_;
      ahead_ += c.size;
    }
    return last_ != kNone && last_ + kNear >= count_;
  }

 private:
  static constexpr std::size_t kNear = 48;  // characters on each side
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void begin_before(std::size_t at) {
    here_ = at;
    for (std::size_t i = 0; i < kNear; ++i) here_ -= raw_char_before(text_, here_).size;
    ahead_ = here_;
    count_ = counted_ = 0;
    last_ = kNone;
  }

  std::string_view text_;
  std::size_t here_ = 0, count_ = 0;     // the place asked for, and the characters before it
  std::size_t ahead_ = 0, counted_ = 0;  // as far as characters were looked at
  std::size_t last_ = kNone;             // the last such letter, counted alike
};

}  // namespace

void HiddenText::begin() {
  places_.clear();
  count_ = 0;
  row_ = {};
}

void HiddenText::see(std::string_view text, std::size_t offset, Range fresh,
                     const std::vector<Range>& odd) {
  auto it = std::lower_bound(odd.begin(), odd.end(), fresh.begin,
                             [](const Range& r, std::size_t at) { return r.begin < at; });
  RightToLeft letters(text);
  for (; it != odd.end() && it->begin < fresh.end; ++it) {
    const char32_t c = raw_char(text, it->begin).value;
    Range place{offset + it->begin, offset + it->end};
    if (has_no_width(c)) {
      row_ = {place.begin == row_.end ? row_.begin : place.begin, place.end};
      if (row_.size() < kFewestInARow * kBytesOfOne) continue;
      place = row_;
      count_ += kFewestInARow;
    } else if (is_bidi_control(c) ? letters.near(it->begin)
                                  : !is_hidden_character(text, it->begin)) {
      continue;
    }
    ++count_;
    const bool joins = !places_.empty() && (place.begin <= places_.back().end + kTogether ||
                                            places_.size() >= kMostPlaces);
    if (joins)
      places_.back().end = place.end;
    else
      places_.push_back(place);
  }
}

void HiddenText::finish(Findings& out) {
  if (count_ < kFewest) return;
  for (const Range& place : places_) {
    Finding finding;
    finding.type = kHiddenTextType;
    finding.category = "confidential";
    finding.confidence = 0.85;
    finding.range = place;
    finding.normalised = "hidden text of " + std::to_string(place.size()) + " bytes";
    out.push_back(std::move(finding));
  }
}

}  // namespace sekisho::filters
