#include "filters/views/letter_digits.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "filters/char_set.h"
#include "filters/views/number_shapes.h"
#include "filters/views/survey.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestGroup = 16, kMostGroupsBeside = 4;

char digit_of(char letter) {
  switch (letter) {
    case 'O':
    case 'o':
      return '0';
    case 'I':
    case 'l':
      return '1';
    case 'S':
      return '5';
    default:
      return '\0';
  }
}

bool is_figure(char c) {
  return is_digit(static_cast<unsigned char>(c)) || digit_of(c) != '\0';
}

bool is_separator(char c) {
  return c == '-' || c == ' ' || c == '.';
}

// Empty: other letters stand beside it, as in most words and codes, or it is too long.
Range group_around(std::string_view text, std::size_t at) {
  Range group{at, at};
  while (group.begin > 0 && at - group.begin <= kLongestGroup && is_figure(text[group.begin - 1]))
    --group.begin;
  if (group.begin > 0 && kAsciiWord.has(text[group.begin - 1])) return {};
  while (group.end < text.size() && group.end - at <= kLongestGroup && is_figure(text[group.end]))
    ++group.end;
  const bool ends = group.end == text.size() || !kAsciiWord.has(text[group.end]);
  return ends && group.size() <= kLongestGroup ? group : Range{};
}

bool holds_digit(std::string_view group) {
  return std::any_of(group.begin(), group.end(),
                     [](char c) { return is_digit(static_cast<unsigned char>(c)); });
}

bool is_group(std::string_view text, Range group) {
  return group.size() > 0 && holds_digit(text.substr(group.begin, group.size()));
}

// Groups with single separators between, the one around `at` among them.
std::vector<Range> groups_around(std::string_view text, std::size_t at) {
  std::vector<Range> out;
  const Range own = group_around(text, at);
  if (!is_group(text, own)) return out;
  out.push_back(own);
  while (out.size() < kMostGroupsBeside) {
    const std::size_t begin = out.front().begin;
    if (begin < 2 || !is_separator(text[begin - 1])) break;
    const Range group = group_around(text, begin - 1);
    if (!is_group(text, group)) break;
    out.insert(out.begin(), group);
  }
  for (const std::size_t before = out.size(); out.size() < before + kMostGroupsBeside;) {
    const std::size_t end = out.back().end;
    if (end + 1 >= text.size() || !is_separator(text[end])) break;
    const Range group = group_around(text, end + 1);
    if (!is_group(text, group)) break;
    out.push_back(group);
  }
  return out;
}

bool has_shape(std::string_view text, const Range* groups, const GroupSizes& shape) {
  const std::size_t count = groups_of(shape);
  for (std::size_t i = 0; i < count; ++i) {
    const bool alike = i + 1 == count || text[groups[i].end] == text[groups[0].end];
    if (groups[i].size() != shape[i] || !alike) return false;
  }
  return true;
}

// A card, a My Number or a phone without groups.
bool is_whole_number(std::size_t digits) {
  return digits >= 10 && digits <= 16 && digits != 13;
}

// Nothing else is a part of it.
bool stands_alone(std::string_view text, Range number) {
  static constexpr CharSet kJoins = kAsciiWord | CharSet("-");
  const bool before = number.begin > 0 && kJoins.has(text[number.begin - 1]);
  return !before && !(number.end < text.size() && kJoins.has(text[number.end]));
}

// The number around the letter at `at`; empty: it is in none.
Range number_around(std::string_view text, std::size_t at) {
  const std::vector<Range> groups = groups_around(text, at);
  for (const GroupSizes& shape : kNumberShapes) {
    const std::size_t count = groups_of(shape);
    for (std::size_t i = 0; i + count <= groups.size(); ++i) {
      const Range number{groups[i].begin, groups[i + count - 1].end};
      if (at >= number.begin && at < number.end && stands_alone(text, number) &&
          has_shape(text, &groups[i], shape))
        return number;
    }
  }
  for (const Range& group : groups)
    if (at >= group.begin && at < group.end && is_whole_number(group.size()) &&
        stands_alone(text, group))
      return group;
  return {};
}

bool mostly_digits(std::string_view number) {
  const auto letters =
      std::count_if(number.begin(), number.end(), [](char c) { return digit_of(c) != '\0'; });
  const auto digits = std::count_if(number.begin(), number.end(),
                                    [](char c) { return is_digit(static_cast<unsigned char>(c)); });
  return letters <= digits;
}

}  // namespace

void find_letter_digits(std::string_view text, const Survey& survey, Range where, Patches& out) {
  out.undo(kNormalised);
  survey.each(where.begin, where.end, kLettersWithinNumbers, [&](std::size_t at) {
    if (digit_of(text[at]) == '\0') return at + 1;
    const Range number = number_around(text, at);
    if (number.size() == 0 || !mostly_digits(text.substr(number.begin, number.size())))
      return at + 1;
    for (std::size_t i = number.begin; i < number.end; ++i)
      if (const char digit = digit_of(text[i]); digit != '\0')
        out.add({i, i + 1}, std::string_view(&digit, 1));
    return number.end;
  });
}

}  // namespace sekisho::filters
