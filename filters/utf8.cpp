#include "filters/utf8.h"

#include <cstdint>
#include <cstring>

namespace sekisho::filters {
namespace {

unsigned char byte(char c) {
  return static_cast<unsigned char>(c);
}
bool continuation(char c) {
  return (byte(c) & 0xc0) == 0x80;
}

// The second byte carries the limits against overlong forms, surrogates and what lies above
// U+10FFFF.
bool second_byte_fits(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0 && second <= 0xbf;
    case 0xed:
      return second >= 0x80 && second <= 0x9f;
    case 0xf0:
      return second >= 0x90 && second <= 0xbf;
    case 0xf4:
      return second >= 0x80 && second <= 0x8f;
    default:
      return second >= 0x80 && second <= 0xbf;
  }
}

const char* skip_ascii(const char* p, const char* end) {
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    if (word & 0x8080808080808080u) break;
    p += 8;
  }
  while (p < end && byte(*p) < 0x80) ++p;
  return p;
}

}  // namespace

std::size_t utf8_sequence(const char* p, const char* end) {
  unsigned char lead = byte(*p);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (static_cast<std::size_t>(end - p) < size || !second_byte_fits(lead, byte(p[1]))) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if (!continuation(p[i])) return 0;
  }
  return size;
}

const char* skip_non_ascii(const char* p, const char* end) {
  while (p < end && byte(*p) >= 0x80) {
    // Kana and kanji come in runs; leads e1..ec put no limit on the second byte.
    if (end - p >= 3 && byte(*p) > 0xe0 && byte(*p) < 0xed && continuation(p[1]) &&
        continuation(p[2])) {
      p += 3;
      continue;
    }
    std::size_t size = utf8_sequence(p, end);
    if (size == 0) return p;
    p += size;
  }
  return p;
}

std::size_t valid_utf8_prefix(std::string_view text) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  for (const char* p = begin;;) {
    p = skip_ascii(p, end);
    if (p == end) return text.size();
    p = skip_non_ascii(p, end);
    if (p < end && byte(*p) >= 0x80) return static_cast<std::size_t>(p - begin);
  }
}

char32_t utf8_code_point(const char* p, std::size_t size) {
  if (size == 1) return byte(*p);
  char32_t c = byte(*p) & (0x7f >> size);
  for (std::size_t i = 1; i < size; ++i) c = c << 6 | (byte(p[i]) & 0x3f);
  return c;
}

char* put_utf8(char* out, char32_t c) {
  auto tail = [c](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3f)); };
  if (c < 0x80) {
    *out++ = static_cast<char>(c);
    return out;
  }
  if (c < 0x800) {
    *out++ = static_cast<char>(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    *out++ = static_cast<char>(0xe0 | c >> 12);
    *out++ = tail(6);
  } else {
    *out++ = static_cast<char>(0xf0 | c >> 18);
    *out++ = tail(12);
    *out++ = tail(6);
  }
  *out++ = tail(0);
  return out;
}

void append_utf8(std::string& out, char32_t c) {
  char bytes[4];
  out.append(bytes, put_utf8(bytes, c));
}

}  // namespace sekisho::filters
