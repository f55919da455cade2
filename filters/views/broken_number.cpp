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
  for (std::size_t taken = 1; taken <= left.count && taken < kMostGroups; ++taken) {
    const Groups right = first_groups(next, kMostGroups - taken);
    if (right.more) continue;
    std::size_t sizes[kMostGroups] = {};
    for (std::size_t i = 0; i < taken; ++i) sizes[i] = left.sizes[taken - 1 - i];
    std::copy_n(right.sizes, right.count, sizes + taken);
    const std::string_view sign = right.sign.empty() ? left.sign : right.sign;
    if (taken > 1 && !right.sign.empty() && right.sign != left.sign) return {};
    const bool usual = is_usual_shape(sizes, taken + right.count);
    if (usual && !sign.empty()) return sign;
  }
  return {};
}

}  // namespace sekisho::filters
