#include "filters/views/known_values.h"

#include <algorithm>
#include <iterator>

#include "filters/char_set.h"
#include "filters/views/token_prefixes.h"

namespace sekisho::filters {
namespace {

// Small and capital letters and digits mixed, and no token or setting of its own.
bool goes_on_as_key(std::string_view rest) {
  constexpr std::size_t kFewest = 8;
  static constexpr CharSet kKey = kAsciiWord | CharSet("-+/.~");
  if (!std::all_of(rest.begin(), rest.end(), [](char c) { return kKey.has(c); })) return false;
  bool digit = false, lower = false, upper = false;
  for (const char c : rest) {
    digit |= c >= '0' && c <= '9';
    lower |= c >= 'a' && c <= 'z';
    upper |= c >= 'A' && c <= 'Z';
  }
  return rest.size() >= kFewest && digit && lower && upper && !has_token_prefix(rest);
}

// A token whose last part is hexadecimal and ends short of a length that such parts have ends in
// the next line.
bool completes_hex(std::string_view token, std::size_t size) {
  constexpr std::size_t kLengths[] = {32, 40, 64};
  static constexpr CharSet kHex{"0123456789abcdef"};
  std::size_t begin = size;
  while (begin > 0 && kHex.has(token[begin - 1])) --begin;
  const std::string_view part = token.substr(begin);
  const auto whole = [part](std::size_t length) { return part.size() == length; };
  return begin > 0 && size - begin > part.size() / 2 &&
         std::all_of(part.begin(), part.end(), [](char c) { return kHex.has(c); }) &&
         std::any_of(std::begin(kLengths), std::end(kLengths), whole);
}

bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '`';
}

}  // namespace

bool goes_on(Range whole, Range longer, std::string_view shown) {
  return whole.begin == longer.begin && whole.size() < shown.size() &&
         shown.find("://") == shown.npos &&
         (goes_on_as_key(shown.substr(whole.size())) || completes_hex(shown, whole.size()));
}

bool is_cell_of(std::string_view text, std::size_t offset, Range whole, Range longer) {
  static constexpr CharSet kBorders{",;|\t"};
  if (whole.begin > longer.begin + 1 || whole.end >= longer.end) return false;
  std::size_t end = whole.end - offset;
  while (end < text.size() && (is_quote(text[end]) || text[end] == ' ')) ++end;
  return end < text.size() && kBorders.has(text[end]);
}

bool tells_the_same(const Finding& known, const Finding& again) {
  return known.range == again.range && known.type == again.type &&
         known.confidence >= again.confidence && known.normalised == again.normalised &&
         ((known.undone | again.undone) & kWrapped) == 0;
}

bool is_number_around(const Finding& known, Range gap) {
  return known.undone == 0 && known.category == "pii" && known.range.begin < gap.begin &&
         gap.end < known.range.end;
}

Range with_quotes(std::string_view text, Range r) {
  const bool both =
      r.begin > 0 && r.end < text.size() && is_quote(text[r.begin - 1]) && is_quote(text[r.end]);
  return both ? Range{r.begin - 1, r.end + 1} : r;
}

}  // namespace sekisho::filters
