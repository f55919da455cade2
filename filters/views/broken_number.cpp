#include "filters/views/broken_number.h"

#include <algorithm>
#include <iterator>

#include "filters/char_set.h"
#include "filters/views/number_shapes.h"

namespace sekisho::filters {
namespace {

constexpr CharSet kGroupSigns{"-. "};
constexpr std::size_t kMostGroups = kGroupsOfShape, kLongestGroup = 6;

// Sizes of groups of digits with single signs between them; `sign` is the last of these.
struct Groups {
  std::size_t sizes[kMostGroups] = {};
  std::size_t count = 0;
  std::string_view sign;
  bool more = false;  // or the signs differ
};

// Those that `text` begins with, no more than `most`.
Groups first_groups(std::string_view text, std::size_t most) {
  Groups groups;
  for (std::size_t at = 0; groups.count < most;) {
    const std::size_t begin = at;
    while (digit_at(text, at) && at - begin <= kLongestGroup) ++at;
    if (at == begin) break;
    groups.sizes[groups.count++] = at - begin;
    const std::string_view behind = text.substr(at, 1);
    if (behind.empty() || !kGroupSigns.has(behind[0]) || !digit_at(text, at + 1)) break;
    groups.more = groups.count == most || (!groups.sign.empty() && behind != groups.sign);
    groups.sign = behind;
    ++at;
  }
  return groups;
}

// Those that it ends with, the last one first.
Groups last_groups(std::string_view text) {
  Groups groups;
  for (std::size_t end = text.size(); groups.count < kMostGroups;) {
    std::size_t begin = end;
    while (begin > 0 && end - begin <= kLongestGroup && digit_at(text, begin - 1)) --begin;
    if (begin == end) break;
    groups.sizes[groups.count++] = end - begin;
    if (begin < 2 || !kGroupSigns.has(text[begin - 1]) || !digit_at(text, begin - 2)) break;
    groups.sign = text.substr(begin - 1, 1);
    end = begin - 1;
  }
  return groups;
}

}  // namespace

std::string_view sign_at_break(std::string_view number, std::string_view next) {
  const Groups left = last_groups(number);
  if (left.count == 0 || left.count == kMostGroups) return {};
  const Groups right = first_groups(next, kMostGroups - left.count);
  if (right.more || (left.count > 1 && !right.sign.empty() && right.sign != left.sign)) return {};
  std::size_t sizes[kMostGroups] = {};
  std::reverse_copy(left.sizes, left.sizes + left.count, sizes);
  std::copy_n(right.sizes, right.count, sizes + left.count);
  // Of more groups than a number has a part of the row is none: "1111 4532 0151" … "1283 0366".
  if (!is_usual_shape(sizes, left.count + right.count)) return {};
  return right.sign.empty() ? left.sign : right.sign;
}

}  // namespace sekisho::filters
