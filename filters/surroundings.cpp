#include "filters/surroundings.h"

#include <algorithm>
#include <bit>
#include <cstdint>

#include "filters/char_set.h"
#include "filters/pack.h"
#include "filters/width_fold.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sekisho::filters {
namespace {

bool continues(std::string_view text, std::size_t pos) {
  return pos < text.size() && (static_cast<unsigned char>(text[pos]) & 0xC0) == 0x80;
}

std::string_view stretch_before(std::string_view text, std::size_t end, std::size_t bytes) {
  std::size_t begin = end > bytes ? end - bytes : 0;
  while (begin < end && continues(text, begin)) ++begin;
  return text.substr(begin, end - begin);
}

std::string_view stretch_after(std::string_view text, std::size_t begin, std::size_t bytes) {
  std::size_t end = std::min(text.size(), begin + bytes);
  while (end > begin && continues(text, end)) --end;
  return text.substr(begin, end - begin);
}

bool ascii_word_char(std::string_view text, std::size_t pos) {
  return pos < text.size() && is_alnum(static_cast<unsigned char>(text[pos]));
}

char32_t ascii_at(std::string_view text, std::size_t pos) {
  return pos < text.size() ? static_cast<unsigned char>(text[pos]) : 0;
}

// Whether a word may begin at `pos`: no letter or digit before it, unless the case changes there.
bool word_begins(std::string_view cased, std::size_t pos) {
  if (pos == 0 || !ascii_word_char(cased, pos - 1)) return true;
  return is_upper(ascii_at(cased, pos)) && !is_upper(ascii_at(cased, pos - 1));
}
// Whether it may end before `pos`; digits may follow ("tel2").
bool word_ends(std::string_view cased, std::size_t pos) {
  const char32_t next = ascii_at(cased, pos), last = ascii_at(cased, pos - 1);
  if (!is_alnum(next)) return true;
  return is_digit(next) ? is_letter(last) : is_upper(next) && !is_upper(last);
}

// A whole word when its ends are ASCII letters.
bool stands_alone(std::string_view cased, std::size_t pos, std::string_view word) {
  const auto first = static_cast<unsigned char>(word.front()),
             last = static_cast<unsigned char>(word.back());
  if (first < 0x80 && !word_begins(cased, pos)) return false;
  return last >= 0x80 || word_ends(cased, pos + word.size());
}

// Where the last of `word` in `text` is; `cased`: the same text as it was written.
std::size_t last_word(std::string_view text, std::string_view cased, std::string_view word) {
  if (word.empty() || word.size() > text.size()) return std::string_view::npos;
  const auto stands_at = [&](std::size_t pos) {
    return text.compare(pos, word.size(), word) == 0 && stands_alone(cased, pos, word);
  };
  std::size_t end = text.size() - word.size() + 1;  // of the places that are left
#if defined(__SSE2__)
  // Sixteen places at a time, by its first and its last byte.
  constexpr std::size_t kAtOnce = 16;
  const auto equal = [&text](std::size_t at, char c) {
    const auto* const bytes = reinterpret_cast<const __m128i*>(text.data() + at);
    return _mm_cmpeq_epi8(_mm_loadu_si128(bytes), _mm_set1_epi8(c));
  };
  for (; end >= kAtOnce; end -= kAtOnce) {
    const std::size_t from = end - kAtOnce;
    const __m128i both =
        _mm_and_si128(equal(from, word.front()), equal(from + word.size() - 1, word.back()));
    for (auto may = static_cast<unsigned>(_mm_movemask_epi8(both)); may != 0;) {
      const auto last = static_cast<unsigned>(std::bit_width(may)) - 1;
      if (stands_at(from + last)) return from + last;
      may &= ~(1u << last);
    }
  }
#endif
  while (end-- > 0)
    if (text[end] == word[0] && stands_at(end)) return end;
  return std::string_view::npos;
}

std::size_t mark_of(std::uint32_t three, std::size_t marks) {
  return (three * 0x9E3779B1u >> 16) % marks;
}

std::size_t mark_of(std::string_view text, std::size_t at, std::size_t marks) {
  const std::uint32_t three =
      static_cast<unsigned char>(text[at]) |
      static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + 1])) << 8 |
      static_cast<std::uint32_t>(static_cast<unsigned char>(text[at + 2])) << 16;
  return mark_of(three, marks);
}

}  // namespace

Surroundings::Side::Side(std::string_view text) : cased(folded(text)), lower(cased) {
  to_lower_case(lower.data(), lower.size());
}

void Surroundings::Side::mark() const {
  for (std::size_t at = 0; at + 2 < lower.size(); ++at) marks_[mark_of(lower, at, kMarks)] = true;
  marked_ = true;
}

bool Surroundings::Side::has_mark(std::uint16_t mark) const {
  if (mark == kUnmarked) return true;
  if (!marked_) this->mark();
  return marks_[mark];
}

bool Surroundings::Side::may_hold(std::string_view word) const {
  return word.size() < 3 || has_mark(static_cast<std::uint16_t>(mark_of(word, 0, kMarks)));
}

Surroundings::Surroundings(std::string_view text, Range value, std::size_t bytes_before,
                           std::size_t bytes_after)
    : before_(stretch_before(text, value.begin, bytes_before)),
      behind_(stretch_after(text, value.end, bytes_after)) {}

const Surroundings::Side& Surroundings::after_side() const {
  if (!after_) after_.emplace(behind_);
  return *after_;
}

namespace {

template <class Word>
std::size_t nearest(const std::string& lower, const std::string& cased, std::size_t nearest,
                    const Word& word) {
  const std::size_t pos = last_word(lower, cased, word);
  return pos == std::string_view::npos ? nearest
                                       : std::min(nearest, lower.size() - pos - word.size());
}

// Calls use(word) with the words that may stand in `side`, until one says so.
template <class Side, class Use>
bool any_marked(const Side& side, const ContextWords& words, Use use) {
  const bool marked = words.marks.size() == words.words.size();
  for (std::size_t i = 0; i < words.words.size(); ++i) {
    if (marked ? !side.has_mark(words.marks[i]) : !side.may_hold(words.words[i])) continue;
    if (use(words.words[i])) return true;
  }
  return false;
}

template <class Side, class Word>
std::size_t nearest_before(const Side& before, std::span<const Word> words) {
  std::size_t found = Surroundings::kFar;
  for (const Word& word : words)
    if (before.may_hold(word)) found = nearest(before.lower, before.cased, found, word);
  return found;
}

template <class Side, class Word>
bool any_in(const Side& side, std::span<const Word> words) {
  return std::any_of(words.begin(), words.end(), [&side](std::string_view word) {
    return side.may_hold(word) && last_word(side.lower, side.cased, word) != std::string_view::npos;
  });
}

}  // namespace

std::vector<std::uint16_t> Surroundings::marks_of(std::span<const std::string> words) {
  std::vector<std::uint16_t> marks;
  for (const std::string& word : words)
    marks.push_back(word.size() < 3 ? kUnmarked
                                    : static_cast<std::uint16_t>(mark_of(word, 0, kMarks)));
  return marks;
}

std::size_t Surroundings::distance_before(std::span<const std::string_view> words) const {
  return nearest_before(before_, words);
}
std::size_t Surroundings::distance_before(const ContextWords& words) const {
  std::size_t found = kFar;
  any_marked(before_, words, [this, &found](const std::string& word) {
    found = nearest(before_.lower, before_.cased, found, word);
    return found == 0;
  });
  return found;
}
std::size_t Surroundings::distance_before(const ContextWords& words, Places of) const {
  std::size_t found = kFar;
  for (const std::uint32_t place : of)
    found = nearest(before_.lower, before_.cased, found, words.words[place]);
  return found;
}
bool Surroundings::has_before(std::span<const std::string> words) const {
  return nearest_before(before_, words) != kFar;
}

bool Surroundings::has(std::span<const std::string_view> words) const {
  return has_before(words) || any_in(after_side(), words);
}
bool Surroundings::has(std::span<const std::string> words) const {
  return has_before(words) || any_in(after_side(), words);
}
bool Surroundings::has(const ContextWords& words) const {
  return has_before(words) || any_marked(after_side(), words, [this](const std::string& word) {
           return last_word(after_->lower, after_->cased, word) != std::string_view::npos;
         });
}

namespace {

// "…"); // " and the like: what ends a statement before its comment.
bool begins_comment(std::string_view gap) {
  const std::size_t mark = first_not_of<"\"'`);,]} \t">(gap);
  if (mark == gap.npos || mark > 8) return false;
  const std::string_view rest = gap.substr(mark);
  return rest == "// " || rest == "# " || rest == "-- " || rest == "//" || rest == "/* " ||
         rest == "\n(";
}

// Nothing but what ends a comment.
bool ends_line(std::string_view rest) {
  const std::size_t pos = first_not_of<" \t">(rest);
  if (pos == rest.npos) return true;
  return rest[pos] == '\n' || rest[pos] == '\r' || rest[pos] == ')' || rest.substr(pos, 2) == "*/";
}

// What may stand between a value and the word that names it: a bracket, a particle, "is my".
bool connects(std::string_view gap) {
  constexpr std::size_t kLongest = 24;
  if (begins_comment(gap)) return true;
  return gap.size() <= kLongest && first_of<"\n\r,:;=|\t0123456789\"{}">(gap) == gap.npos &&
         gap.find("、") == gap.npos && gap.find("。") == gap.npos && gap.find("・") == gap.npos;
}

}  // namespace

bool Surroundings::is_named_after(const std::string& word) const {
  const std::string& after = after_side().lower;
  const std::size_t pos = after.find(word);
  if (pos == std::string::npos || !stands_alone(after_side().cased, pos, word)) return false;
  const char next = pos + word.size() < after.size() ? after[pos + word.size()] : '.';
  const std::string_view gap = std::string_view(after).substr(0, pos);
  // "// 個人番号：": nothing is given behind the name.
  if ((next == ':' || next == '=') && begins_comment(gap))
    return ends_line(std::string_view(after).substr(pos + word.size() + 1));
  return next != ':' && next != '=' && next != '"' && connects(gap);
}

bool Surroundings::names_after(const ContextWords& words) const {
  return any_marked(after_side(), words,
                    [this](const std::string& word) { return is_named_after(word); });
}
bool Surroundings::names_after(const ContextWords& words, Places of) const {
  return std::any_of(of.begin(), of.end(),
                     [&](std::uint32_t place) { return is_named_after(words.words[place]); });
}

}  // namespace sekisho::filters
