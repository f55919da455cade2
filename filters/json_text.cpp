// The inside of JSON strings: decoding with a map, and escaping.
#include <cstring>

#include "filters/json_scanner.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

constexpr char32_t kReplacement = 0xfffd;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The value of the \uXXXX at `at`, or -1.
int unit_at(std::string_view raw, std::size_t at) {
  if (raw.size() - at < 6 || raw[at] != '\\' || raw[at + 1] != 'u') return -1;
  int value = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    int digit = hex_value(raw[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

// Decodes the \u escape at `at`, with its second half where there is one; the size in raw, 0 =
// malformed.
std::size_t take_unicode(std::string_view raw, std::size_t at, std::string& out) {
  int high = unit_at(raw, at);
  if (high < 0) return 0;
  if (high < 0xd800 || high > 0xdfff) return append_utf8(out, static_cast<char32_t>(high)), 6;
  int low = high < 0xdc00 && raw.size() - at >= 12 ? unit_at(raw, at + 6) : -1;
  if (low < 0xdc00 || low > 0xdfff) return append_utf8(out, kReplacement), 6;
  append_utf8(out, static_cast<char32_t>(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)));
  return 12;
}

// The size of the escape at `at` in raw, 0 = malformed.
std::size_t take_escape(std::string_view raw, std::size_t at, std::string& out) {
  if (raw.size() - at < 2) return 0;
  switch (raw[at + 1]) {
    case '"':
    case '\\':
    case '/':
      out.push_back(raw[at + 1]);
      return 2;
    case 'b':
      out.push_back('\b');
      return 2;
    case 'f':
      out.push_back('\f');
      return 2;
    case 'n':
      out.push_back('\n');
      return 2;
    case 'r':
      out.push_back('\r');
      return 2;
    case 't':
      out.push_back('\t');
      return 2;
    case 'u':
      return take_unicode(raw, at, out);
    default:
      return 0;
  }
}

void append_unit(std::string& out, unsigned unit) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kHex[unit >> shift & 15]);
}

void append_ascii(std::string& out, char32_t c) {
  if (c < 0x10000) return append_unit(out, static_cast<unsigned>(c));
  append_unit(out, 0xd800 + (static_cast<unsigned>(c - 0x10000) >> 10));
  append_unit(out, 0xdc00 + (static_cast<unsigned>(c - 0x10000) & 0x3ff));
}

void append_control(std::string& out, char c) {
  switch (c) {
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      append_unit(out, static_cast<unsigned char>(c));
  }
}

// One character above U+007F, or one byte that begins none.
const char* append_wide(std::string& out, const char* p, const char* end, bool ascii) {
  std::size_t size = utf8_sequence(p, end);
  char32_t c = size ? utf8_code_point(p, size) : kReplacement;
  if (ascii) {
    append_ascii(out, c);
  } else {
    append_utf8(out, c);
  }
  return p + (size ? size : 1);
}

}  // namespace

bool unescape_json(std::string_view raw, std::size_t base, std::string& out, OffsetMap& map) {
  out.clear();
  map.clear();
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    const void* hit = std::memchr(raw.data() + at, '\\', raw.size() - at);
    std::size_t escape =
        hit ? static_cast<std::size_t>(static_cast<const char*>(hit) - raw.data()) : raw.size();
    out.append(raw.substr(at, escape - at));
    if (!hit) break;
    map.add(out.size(), base + escape);
    std::size_t size = take_escape(raw, escape, out);
    if (size == 0) return false;
    at = escape + size;
    map.add(out.size(), base + at);
  }
  return true;
}

void append_json_escaped(std::string& out, std::string_view text, bool ascii) {
  const char* end = text.data() + text.size();
  for (const char* p = text.data(); p < end;) {
    auto c = static_cast<unsigned char>(*p);
    if (c >= 0x80) {
      p = append_wide(out, p, end, ascii);
      continue;
    }
    if (c < 0x20) {
      append_control(out, *p);
    } else {
      if (c == '"' || c == '\\') out.push_back('\\');
      out.push_back(*p);
    }
    ++p;
  }
}

}  // namespace sekisho::filters
