#include "filters/views/turned_tokens.h"

#include <algorithm>

#include "filters/char_set.h"
#include "filters/views/token_prefixes.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestTurned = 400;

char moved_on(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>((c - 'a' + 13) % 26 + 'a');
  return c >= 'A' && c <= 'Z' ? static_cast<char>((c - 'A' + 13) % 26 + 'A') : c;
}

std::string backwards(std::string_view chars) {
  std::string out(chars);
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

std::string rot13(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), moved_on);
  return out;
}

std::optional<std::string> turned_token(std::string_view chars) {
  if (chars.size() > kLongestTurned || has_token_prefix(chars)) return std::nullopt;
  // OpenAI's old keys are known by their middle alone.
  constexpr std::size_t kOldKey = 51, kMark = 23;
  if (chars.size() == kOldKey && chars.substr(kOldKey - kMark - 8, 8) == "JFkblB3T")
    return backwards(chars);
  const bool moved_mark = chars.size() == kOldKey && chars.substr(kMark, 8) == "G3OyoxSW";
  char first[kLongestTokenPrefix];
  const std::size_t size = std::min(chars.size(), sizeof first);
  std::reverse_copy(chars.end() - static_cast<std::ptrdiff_t>(size), chars.end(), first);
  if (has_token_prefix({first, size})) return backwards(chars);
  std::transform(chars.begin(), chars.begin() + static_cast<std::ptrdiff_t>(size), first, moved_on);
  if (!moved_mark && !has_token_prefix({first, size})) return std::nullopt;
  return rot13(chars);
}

std::size_t moved_url_begin(std::string_view text, std::size_t begin) {
  constexpr std::size_t kLongest = 64;
  if (begin == 0 || text[begin - 1] != '.') return begin;
  const std::size_t from = begin > kLongest ? begin - kLongest : 0;
  const std::string_view before = text.substr(from, begin - from);
  const std::size_t scheme = before.rfind("uggc");
  if (scheme == before.npos) return begin;
  const std::string_view url = before.substr(scheme);
  static constexpr CharSet kUrl = kAsciiWord | CharSet("-.:/");
  const bool is_url = url.find("://") <= 5 &&
                      std::all_of(url.begin(), url.end(), [](char c) { return kUrl.has(c); });
  return is_url ? from + scheme : begin;
}

}  // namespace sekisho::filters
