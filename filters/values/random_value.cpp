#include "filters/values/random_value.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "filters/char_set.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kShortest = 16;
// Of the letter pairs of words, so many and more are among the common ones; of ten random pairs,
// one time in a hundred.
constexpr double kWords = 0.55;

struct Floor {
  std::size_t length;
  double bits;
};
// First percentile of random strings (measured).
constexpr Floor kHexFloors[] = {{16, 2.60}, {20, 2.80}, {24, 3.00}, {32, 3.16},
                                {40, 3.35}, {64, 3.58}, {128, 3.79}};
constexpr Floor kOneCaseFloors[] = {{16, 3.10}, {20, 3.33}, {24, 3.48}, {32, 3.82},
                                    {40, 4.05}, {64, 4.43}, {128, 4.80}};
constexpr Floor kMixedFloors[] = {{16, 3.30}, {20, 3.56}, {24, 3.80}, {32, 4.10},
                                  {40, 4.36}, {64, 4.88}, {128, 5.36}};

template <std::size_t N>
double floor_of(const Floor (&table)[N], std::size_t length) {
  for (std::size_t i = 1; i < N; ++i) {
    if (length > table[i].length) continue;
    const Floor &low = table[i - 1], &high = table[i];
    const double share =
        static_cast<double>(length - low.length) / static_cast<double>(high.length - low.length);
    return low.bits + share * (high.bits - low.bits);
  }
  return table[N - 1].bits;
}

// The pairs that make up most of English text and romanised Japanese.
constexpr std::string_view kPairs =
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve "
    "co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no "
    "ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts "
    "mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl ig tu ev ld ry mp ss ki ko ka ya yo";

constexpr auto kCommon = [] {
  std::array<bool, 26 * 26> table{};
  for (std::size_t i = 0; i + 1 < kPairs.size(); ++i) {
    const char a = kPairs[i], b = kPairs[i + 1];
    if (a != ' ' && b != ' ' && (i == 0 || kPairs[i - 1] == ' '))
      table[static_cast<std::size_t>((a - 'a') * 26 + (b - 'a'))] = true;
  }
  return table;
}();

struct Letters {
  std::size_t lower = 0, upper = 0, digits = 0, others = 0;
  std::size_t case_changes = 0;  // between neighbouring letters
  std::size_t steps = 0;         // characters one above or below the one before, or the same
};

Letters count(std::string_view value) {
  Letters n;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    n.lower += is_lower(c);
    n.upper += is_upper(c);
    n.digits += is_digit(c);
    if (i == 0) continue;
    const auto before = static_cast<unsigned char>(value[i - 1]);
    n.case_changes += (is_lower(c) && is_upper(before)) || (is_upper(c) && is_lower(before));
    n.steps += c == before + 1 || c + 1 == before || c == before;
  }
  n.others = value.size() - n.lower - n.upper - n.digits;
  return n;
}

// One case and no digit to speak of is a name however unusual its letters.
bool mixed_by_chance(const Letters& n, std::size_t size) {
  if (n.lower > 0 && n.upper > 0)
    return n.digits >= 1 ? n.case_changes + n.digits >= size / 8 : n.case_changes >= size / 4;
  return n.digits >= std::max<std::size_t>(2, size / 10) && n.lower + n.upper >= 2;
}

// A mark or a letter of another kind does not make a small alphabet a large one.
constexpr std::size_t kStrays = 2;

bool near_hex(std::string_view value) {
  const auto strays = std::count_if(value.begin(), value.end(), [](char c) {
    const auto lower = static_cast<char32_t>(static_cast<unsigned char>(c) | 0x20);
    return !is_digit(static_cast<unsigned char>(c)) && (lower < U'a' || lower > U'f');
  });
  return static_cast<std::size_t>(strays) <= kStrays;
}

double floor_for(std::string_view value, const Letters& n) {
  if (near_hex(value)) return floor_of(kHexFloors, value.size());
  if (std::min(n.lower, n.upper) <= kStrays) return floor_of(kOneCaseFloors, value.size());
  return floor_of(kMixedFloors, value.size());
}

}  // namespace

double word_likeness(std::string_view value, std::size_t fewest) {
  std::size_t pairs = 0, common = 0;
  for (std::size_t i = 1; i < value.size(); ++i) {
    const auto a = static_cast<unsigned char>(value[i - 1]),
               b = static_cast<unsigned char>(value[i]);
    if (!is_letter(a) || !is_letter(b)) continue;
    ++pairs;
    common += kCommon[static_cast<std::size_t>((a | 0x20) - 'a') * 26 +
                      static_cast<std::size_t>((b | 0x20) - 'a')];
  }
  return pairs < fewest ? 0 : static_cast<double>(common) / static_cast<double>(pairs);
}

bool spells_nothing(std::string_view value) {
  std::size_t changes = 0, letters = 0;
  unsigned char last = 0;
  for (const char ch : value) {
    const auto c = static_cast<unsigned char>(ch);
    if (c == '-' || c == '.' || c == '_') continue;
    if (!is_letter(c)) return false;
    changes += letters > 0 && is_upper(c) != is_upper(last);
    last = c;
    ++letters;
  }
  return letters >= 8 && changes >= letters / 3 && word_likeness(value, 4) < 0.35;
}

bool is_hex(std::string_view value) {
  return first_not_of<"0123456789abcdef">(value) == std::string_view::npos ||
         first_not_of<"0123456789ABCDEF">(value) == std::string_view::npos;
}

bool is_uuid(std::string_view value) {
  if (value.size() != 36) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? value[i] != '-' : !is_hex(value.substr(i, 1))) return false;
  }
  return true;
}

bool looks_random(std::string_view value) {
  if (value.size() < kShortest || is_uuid(value)) return false;
  const Letters n = count(value);
  // Two of sixteen digits are neighbours more often than two of sixty-two characters.
  const std::size_t most_steps = near_hex(value) ? value.size() * 2 / 5 : value.size() / 4;
  if (!mixed_by_chance(n, value.size()) || n.others > value.size() / 4 || n.steps > most_steps)
    return false;
  if (shannon_entropy(value) < floor_for(value, n)) return false;
  return is_hex(value) || word_likeness(value) < kWords;
}

}  // namespace sekisho::filters
