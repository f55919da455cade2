// The inside of JSON strings: decoding with a map, and escaping.
#include <algorithm>
#include <array>
#include <cstring>

#include "filters/bodies/json_scanner.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

constexpr char32_t kReplacement = 0xfffd;

constexpr std::array<signed char, 256> kHexValue = [] {
  std::array<signed char, 256> table{};
  table.fill(-1);
  for (int i = 0; i < 10; ++i) table['0' + i] = static_cast<signed char>(i);
  for (int i = 0; i < 6; ++i) table['a' + i] = table['A' + i] = static_cast<signed char>(10 + i);
  return table;
}();

int hex_value(char c) {
  return kHexValue[static_cast<unsigned char>(c)];
}

// The value of the \uXXXX at `p`, or negative.
int unit_at(const char* p, const char* end) {
  if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return -1;
  int a = hex_value(p[2]), b = hex_value(p[3]), c = hex_value(p[4]), d = hex_value(p[5]);
  return (a | b | c | d) < 0 ? -1 : a << 12 | b << 8 | c << 4 | d;
}

// Decodes the \u escape at `p`, with its second half where there is one; its size in raw, 0 =
// malformed.
std::size_t take_unicode(const char* p, const char* end, char*& out) {
  int high = unit_at(p, end);
  if (high < 0) return 0;
  if (high < 0xd800 || high > 0xdfff) {
    out = put_utf8(out, static_cast<char32_t>(high));
    return 6;
  }
  int low = high < 0xdc00 ? unit_at(p + 6, end) : -1;
  if (low < 0xdc00 || low > 0xdfff) {
    out = put_utf8(out, kReplacement);
    return 6;
  }
  out = put_utf8(out, static_cast<char32_t>(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)));
  return 12;
}

char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

// The size of the escape at `p` in raw, 0 = malformed.
std::size_t take_escape(const char* p, const char* end, char*& out) {
  if (end - p < 2) return 0;
  if (p[1] == 'u') return take_unicode(p, end, out);
  *out = short_escape(p[1]);
  return *out++ == '\0' ? 0 : 2;
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

// An escape is never shorter than its text, so `raw.size()` is room enough.
bool unescape_json(std::string_view raw, std::size_t base, std::string& out, OffsetMap& map) {
  map.clear();
  out.resize(raw.size());
  char* const first = out.data();
  char* to = first;
  const char* const begin = raw.data();
  const char* const end = begin + raw.size();
  for (const char* p = begin; p < end;) {
    if (*p != '\\') {
      const void* hit = std::memchr(p, '\\', static_cast<std::size_t>(end - p));
      const char* escape = hit ? static_cast<const char*>(hit) : end;
      to = std::copy(p, escape, to);
      p = escape;
      continue;
    }
    char* const unit = to;
    std::size_t size = take_escape(p, end, to);
    if (size == 0) return false;
    map.add_unit(static_cast<std::size_t>(unit - first), base + static_cast<std::size_t>(p - begin),
                 static_cast<std::size_t>(to - unit), size);
    p += size;
  }
  out.resize(static_cast<std::size_t>(to - first));
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
