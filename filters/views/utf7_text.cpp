#include "filters/views/utf7_text.h"

#include <algorithm>
#include <string>

#include "filters/utf8.h"
#include "filters/views/blob_chars.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

bool is_coded(char c) {
  return is_alnum(static_cast<unsigned char>(c)) || c == '+' || c == '/';
}

// UTF-16, the high byte first, as UTF-8; empty when it is none.
std::string decoded(std::string_view coded) {
  std::string out;
  unsigned bits = 0;
  int have = 0;
  char32_t high = 0;
  for (const char c : coded) {
    bits = bits << 6 | static_cast<unsigned>(blob_value(c));
    have += 6;
    if (have < 16) continue;
    have -= 16;
    const char32_t unit = bits >> have & 0xFFFF;
    const bool low = unit >= 0xDC00 && unit < 0xE000;
    if (low != (high != 0)) return {};
    if (unit >= 0xD800 && unit < 0xDC00) {
      high = unit;
      continue;
    }
    append_utf8(out, low ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : unit);
    high = 0;
  }
  // Less than a character of base64 is left, and it says nothing.
  const bool rest = have >= 6 || (bits & ((1u << have) - 1)) != 0;
  return rest || high != 0 ? std::string() : out;
}

// Where the next part says of itself that it is written so; the end of the text: none does.
std::size_t next_part(std::string_view text, std::size_t at) {
  constexpr std::string_view kEnd = "-7";
  constexpr std::size_t kBefore = 3;  // "utf"
  while ((at = text.find(kEnd, at + 1)) != std::string_view::npos)
    if (at > kBefore && names_utf7(text, at - kBefore)) return at;
  return text.size();
}

}  // namespace

bool names_utf7(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '"') ++at;
  if (at >= text.size() || (text[at] | 0x20) != 'u') return false;
  return folded_lower(text.substr(at, 5)) == "utf-7";
}

void patch_utf7(std::string_view text, std::size_t at, Patches& out) {
  constexpr std::size_t kName = 6;  // what names this part
  text = text.substr(0, next_part(text, std::min(text.size(), at + kName)));
  while ((at = text.find('+', at)) != std::string_view::npos) {
    const std::size_t begin = at++;
    while (at < text.size() && is_coded(text[at])) ++at;
    const std::string_view coded = text.substr(begin + 1, at - begin - 1);
    const bool closed = at < text.size() && text[at] == '-';
    if (closed) ++at;
    const std::string said = coded.empty() && closed ? "+" : decoded(coded);
    if (!said.empty()) out.add({begin, at}, said);
  }
}

}  // namespace sekisho::filters
