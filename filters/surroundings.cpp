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

// A whole word when its ends are ASCII letters.
bool stands_alone(std::string_view text, std::size_t pos, std::string_view word) {
  const auto first = static_cast<unsigned char>(word.front()),
             last = static_cast<unsigned char>(word.back());
  if (first < 0x80 && pos > 0 && ascii_word_char(text, pos - 1)) return false;
  return last >= 0x80 || !ascii_word_char(text, pos + word.size());
}

std::size_t last_word(std::string_view text, std::string_view word) {
  std::size_t last = std::string_view::npos;
  for (std::size_t pos = text.find(word); pos != std::string_view::npos;
       pos = text.find(word, pos + 1)) {
    if (stands_alone(text, pos, word)) last = pos;
  }
  return last;
}

}  // namespace

Surroundings::Surroundings(std::string_view text, Range value, std::size_t bytes_before,
                           std::size_t bytes_after)
    : before_(folded_lower(stretch_before(text, value.begin, bytes_before))),
      after_(folded_lower(stretch_after(text, value.end, bytes_after))) {}

namespace {

template <class Word>
std::size_t nearest_before(std::string_view before, std::span<const Word> words) {
  std::size_t nearest = Surroundings::kFar;
  for (const std::string_view word : words) {
    const std::size_t pos = last_word(before, word);
    if (pos != std::string_view::npos)
      nearest = std::min(nearest, before.size() - pos - word.size());
  }
  return nearest;
}

template <class Word>
bool any_in(std::string_view text, std::span<const Word> words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return last_word(text, word) != std::string_view::npos;
  });
}

}  // namespace

std::size_t Surroundings::distance_before(std::span<const std::string_view> words) const {
  return nearest_before(before_, words);
}
std::size_t Surroundings::distance_before(std::span<const std::string> words) const {
  return nearest_before(before_, words);
}

bool Surroundings::has(std::span<const std::string_view> words) const {
  return has_before(words) || any_in(after_, words);
}
bool Surroundings::has(std::span<const std::string> words) const {
  return has_before(words) || any_in(after_, words);
}

}  // namespace sekisho::filters
