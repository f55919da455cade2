#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <vector>

#include "filters/views/character_forms.h"
#include "filters/views/kanji_digits.h"
#include "filters/views/number_shapes.h"
#include "filters/views/survey.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMostBefore = 24, kMostSigns = 64;  // characters
constexpr std::string_view kThousands[] = {"千", "仟", "阡"};

bool is_thousand(std::string_view text, std::size_t at) {
  return std::any_of(std::begin(kThousands), std::end(kThousands),
                     [&](std::string_view one) { return text.substr(at, one.size()) == one; });
}

// A character of a number: a digit or a power of ten in kanji, or what stands between groups.
struct Sign {
  Range raw;
  int value = -1;  // -1: it stands between
};

Sign sign_at(std::string_view text, std::size_t at) {
  const RawChar c = raw_char(text, at);
  const int value = kanji_value(c.value);
  if (value < 0 && kanji_separator(c.value) == '\0') return {};
  return {{at, at + c.size}, value};
}

// Where the signs around `at` begin, as far back as the other groups of a number may stand.
std::size_t signs_begin(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  for (std::size_t i = 0; i < kMostBefore; ++i) {
    const RawChar c = raw_char_before(text, begin);
    if (c.size == 0 || sign_at(text, begin - c.size).raw.size() == 0) break;
    begin -= c.size;
  }
  return begin;
}

std::vector<Sign> signs_from(std::string_view text, std::size_t at) {
  std::vector<Sign> out;
  while (out.size() < kMostSigns) {
    const Sign sign = sign_at(text, at);
    if (sign.raw.size() == 0) break;
    out.push_back(sign);
    at = sign.raw.end;
  }
  return out;
}

struct Group {
  Range raw;
  std::string digits;
  bool powers = false;
};

bool is_power(int value) {
  return value >= 10 && value <= 1000;
}
int value_of(const std::vector<Sign>& signs, std::size_t at) {
  return at < signs.size() ? signs[at].value : -1;
}

// "四千百十六": the powers fall, and a digit stands before one of them or at the end.
Group read_powers(const std::vector<Sign>& signs, std::size_t& at) {
  Group group{signs[at].raw, {}, true};
  int number = 0, last = 10000;
  for (int value = 0; (value = value_of(signs, at)) >= 0;) {
    const bool digit = value < 10;
    const int power = digit ? value_of(signs, at + 1) : value;
    if (digit && !is_power(power)) {
      if (last == 1) break;
      number += value;
      last = 1;
      group.raw.end = signs[at++].raw.end;
      continue;
    }
    if (!is_power(power) || power >= last) break;
    number += (digit ? value : 1) * power;
    last = power;
    at += digit ? 2 : 1;
    group.raw.end = signs[at - 1].raw.end;
  }
  group.digits = std::to_string(number);
  return group;
}

// "〇九〇", before a digit that a power follows.
Group read_digits(const std::vector<Sign>& signs, std::size_t& at) {
  Group group{signs[at].raw, {}, false};
  while (value_of(signs, at) >= 0 && value_of(signs, at) < 10 &&
         !is_power(value_of(signs, at + 1))) {
    group.digits += static_cast<char>('0' + signs[at].value);
    group.raw.end = signs[at++].raw.end;
  }
  return group;
}

std::vector<Group> read_groups(const std::vector<Sign>& signs) {
  std::vector<Group> out;
  for (std::size_t at = 0; at < signs.size();) {
    const int value = signs[at].value;
    if (value < 0 || value > 1000) {
      ++at;
      continue;
    }
    const bool powers = is_power(value) || is_power(value_of(signs, at + 1));
    out.push_back(powers ? read_powers(signs, at) : read_digits(signs, at));
  }
  return out;
}

// Nothing but one sign between two groups.
bool stand_together(std::string_view text, const Group& a, const Group& b) {
  if (b.raw.begin == a.raw.end) return true;
  const RawChar between = raw_char(text, a.raw.end);
  return between.size == b.raw.begin - a.raw.end && kanji_separator(between.value) != '\0';
}

bool fits(const Group& group, std::size_t size) {
  return group.powers ? group.digits.size() <= size && (size == 4 || size == 3)
                      : group.digits.size() == size;
}

bool has_shape(std::string_view text, const Group* groups, const GroupSizes& shape) {
  bool powers = false;
  for (std::size_t i = 0; i < groups_of(shape); ++i) {
    if (!fits(groups[i], shape[i])) return false;
    if (i > 0 && !stand_together(text, groups[i - 1], groups[i])) return false;
    powers = powers || groups[i].powers;
  }
  return powers;
}

void patch(const Group* groups, const GroupSizes& shape, Patches& out) {
  std::string number;
  const std::size_t count = groups_of(shape);
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) number += '-';
    number.append(shape[i] - groups[i].digits.size(), '0');
    number += groups[i].digits;
  }
  out.add({groups[0].raw.begin, groups[count - 1].raw.end}, number);
}

constexpr GroupSizes kInFours = {4, 4, 4, 4};
bool is_american_express(const Group& first) {
  return first.digits.starts_with("37") || first.digits.starts_with("34");
}

// Where to go on behind the number around `at`, or behind signs that hold none.
std::size_t patch_number(std::string_view text, std::size_t at, Patches& out) {
  const std::vector<Sign> signs = signs_from(text, signs_begin(text, at));
  const std::vector<Group> groups = read_groups(signs);
  for (const GroupSizes& shape : kNumberShapes) {
    const std::size_t count = groups_of(shape);
    for (std::size_t i = 0; i + count <= groups.size(); ++i) {
      const std::size_t end = groups[i + count - 1].raw.end;
      if (end <= at || !has_shape(text, &groups[i], shape)) continue;
      // Cards of 15 digits in fours: "三百二十五" is no "〇三二五" there.
      if (shape == kInFours && is_american_express(groups[i])) continue;
      patch(&groups[i], shape, out);
      return end;
    }
  }
  return signs.size() < kMostSigns ? signs.back().raw.end : signs[kMostSigns / 2].raw.begin;
}

}  // namespace

void find_kanji_groups(std::string_view text, const Survey& survey, Range where, Patches& out) {
  out.undo(kNormalised);
  // Few of a text stand beside another one.
  constexpr auto kPairs = [](const BlockMarks& before, const BlockMarks& m,
                             const BlockMarks& after) {
    return m.kanji & (m.kanji << 3 | before.kanji >> 61 | m.kanji >> 3 | after.kanji << 61);
  };
  survey.each(where.begin, where.end, kPairs, [&](std::size_t at) {
    if (!is_thousand(text, at)) return at + 1;
    return std::max(at + kThousands[0].size(), patch_number(text, at, out));
  });
}

}  // namespace sekisho::filters
