#include "filters/surroundings.h"

#include <algorithm>

#include "filters/width_fold.h"

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
  for (std::size_t pos = text.rfind(word); pos != std::string_view::npos;
       pos = pos == 0 ? pos - 1 : text.rfind(word, pos - 1)) {
    if (stands_alone(cased, pos, word)) return pos;
  }
  return std::string_view::npos;
}

}  // namespace

Surroundings::Surroundings(std::string_view text, Range value, std::size_t bytes_before,
                           std::size_t bytes_after)
    : cased_before_(folded(stretch_before(text, value.begin, bytes_before))),
      cased_after_(folded(stretch_after(text, value.end, bytes_after))) {
  before_ = lower_case(cased_before_);
  after_ = lower_case(cased_after_);
}

namespace {

template <class Word>
std::size_t nearest_before(std::string_view before, std::string_view cased,
                           std::span<const Word> words) {
  std::size_t nearest = Surroundings::kFar;
  for (const std::string_view word : words) {
    const std::size_t pos = last_word(before, cased, word);
    if (pos != std::string_view::npos)
      nearest = std::min(nearest, before.size() - pos - word.size());
  }
  return nearest;
}

template <class Word>
bool any_in(std::string_view text, std::string_view cased, std::span<const Word> words) {
  return std::any_of(words.begin(), words.end(), [text, cased](std::string_view word) {
    return last_word(text, cased, word) != std::string_view::npos;
  });
}

}  // namespace

std::size_t Surroundings::distance_before(std::span<const std::string_view> words) const {
  return nearest_before(before_, cased_before_, words);
}
std::size_t Surroundings::distance_before(std::span<const std::string> words) const {
  return nearest_before(before_, cased_before_, words);
}

bool Surroundings::has(std::span<const std::string_view> words) const {
  return has_before(words) || any_in(after_, cased_after_, words);
}
bool Surroundings::has(std::span<const std::string> words) const {
  return has_before(words) || any_in(after_, cased_after_, words);
}

namespace {

// What may stand between a value and the word that names it: a bracket, a particle, "is my".
bool connects(std::string_view gap) {
  constexpr std::size_t kLongest = 24;
  return gap.size() <= kLongest && gap.find_first_of("\n\r,:;=|\t0123456789\"{}") == gap.npos &&
         gap.find("、") == gap.npos && gap.find("。") == gap.npos && gap.find("・") == gap.npos;
}

}  // namespace

bool Surroundings::names_after(std::span<const std::string> words) const {
  return std::any_of(words.begin(), words.end(), [this](const std::string& word) {
    const std::size_t pos = after_.find(word);
    if (pos == std::string::npos || !stands_alone(cased_after_, pos, word)) return false;
    const char next = pos + word.size() < after_.size() ? after_[pos + word.size()] : '.';
    return next != ':' && next != '=' && next != '"' &&
           connects(std::string_view(after_).substr(0, pos));
  });
}

}  // namespace sekisho::filters
