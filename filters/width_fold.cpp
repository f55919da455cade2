#include "filters/width_fold.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sekisho::filters {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_continuation(unsigned char c) {
  return (c & 0xC0) == 0x80;
}

char32_t narrow(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFF01 + 0x21;
  return c == 0x3000 ? U' ' : c;
}

std::size_t sequence_size(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

template <std::size_t N>
bool contains(const char32_t (&table)[N], char32_t c) {
  return std::find(std::begin(table), std::end(table), c) != std::end(table);
}

}  // namespace

FoldedChar char_at(std::string_view text, std::size_t pos) {
  if (pos >= text.size()) return {};
  const auto lead = static_cast<unsigned char>(text[pos]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = sequence_size(lead);
  if (size == 0 || pos + size > text.size()) return {kReplacement, 1};
  char32_t c = lead & (0xFF >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[pos + i]);
    if (!is_continuation(next)) return {kReplacement, 1};
    c = (c << 6) | (next & 0x3F);
  }
  return {narrow(c), size};
}

FoldedChar char_before(std::string_view text, std::size_t pos) {
  if (pos == 0 || pos > text.size()) return {};
  std::size_t begin = pos - 1;
  while (begin > 0 && pos - begin < 4 && is_continuation(static_cast<unsigned char>(text[begin])))
    --begin;
  const FoldedChar c = char_at(text, begin);
  if (begin + c.size == pos) return c;
  return {kReplacement, 1};
}

bool is_hyphen(char32_t c) {
  // Tilde included: the wave dash of Japanese input methods folds to it.
  static constexpr char32_t kOdd[] = {
      0x2D7,  0x58A,  0x1806, 0x2043, 0x207B, 0x208B, 0x2212, 0x23AF, 0x2500, 0x2501, 0x2796,
      0x2E3A, 0x2E3B, 0x301C, 0x3030, 0x30A0, 0x30FC, 0xFE31, 0xFE32, 0xFE58, 0xFE63, 0xFF70};
  if (c == U'-' || c == U'~') return true;
  if (c < 0x80) return false;
  return (c >= 0x2010 && c <= 0x2015) || contains(kOdd, c);
}

bool is_dot(char32_t c) {
  static constexpr char32_t kOdd[] = {0xB7, 0x30FB, 0xFF65, 0x2022, 0x2024, 0x3002, 0xFF61};
  return c == U'.' || (c >= 0x80 && contains(kOdd, c));
}

bool is_space(char32_t c) {
  if (c == U' ' || c == U'\t') return true;
  if (c < 0x80) return false;
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) || c == 0x202F || c == 0x205F;
}

namespace {

constexpr std::size_t kAtOnce = 16;

// The first place from `pos` on where a character may be folded: U+3000, U+FF01 and those behind it
// begin with one of two bytes.
std::size_t next_to_fold(std::string_view text, std::size_t pos) {
#if defined(__SSE2__)
  for (; pos + kAtOnce < text.size(); pos += kAtOnce) {
    const auto load = [&](std::size_t at) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    };
    const __m128i bytes = load(pos);
    const __m128i blank = _mm_and_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\xE3')),
                                        _mm_cmpeq_epi8(load(pos + 1), _mm_set1_epi8('\x80')));
    const __m128i wide = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\xEF'));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(blank, wide)));
    if (mask != 0) return pos + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  const auto may_fold = [text](std::size_t at) {
    const char c = text[at];
    return c == '\xEF' || (c == '\xE3' && at + 1 < text.size() && text[at + 1] == '\x80');
  };
  while (pos < text.size() && !may_fold(pos)) ++pos;
  return pos;
}

}  // namespace

std::string folded(std::string_view text) {
  std::size_t next = next_to_fold(text, 0);
  if (next == text.size()) return std::string(text);
  std::string out(text.size(), '\0');
  std::size_t size = 0;  // folding never lengthens
  for (std::size_t pos = 0;; next = next_to_fold(text, pos)) {
    std::memcpy(out.data() + size, text.data() + pos, next - pos);
    size += next - pos;
    pos = next;
    if (pos == text.size()) break;
    const FoldedChar c = char_at(text, pos);
    if (c.value < 0x80) {
      out[size++] = static_cast<char>(c.value);
    } else {
      for (std::size_t i = 0; i < c.size; ++i) out[size++] = text[pos + i];
    }
    pos += c.size;
  }
  out.resize(size);
  return out;
}

void to_lower_case(char* text, std::size_t size) {
  std::size_t at = 0;
#if defined(__SSE2__)
  for (; at + kAtOnce <= size; at += kAtOnce) {
    auto* const place = reinterpret_cast<__m128i*>(text + at);
    const __m128i bytes = _mm_loadu_si128(place);
    const __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('A' - 1)),
                                          _mm_cmplt_epi8(bytes, _mm_set1_epi8('Z' + 1)));
    _mm_storeu_si128(place, _mm_or_si128(bytes, _mm_and_si128(capital, _mm_set1_epi8(0x20))));
  }
#endif
  for (; at < size; ++at)
    text[at] = static_cast<char>(text[at] + (text[at] >= 'A' && text[at] <= 'Z' ? 0x20 : 0));
}

std::string lower_case(std::string text) {
  to_lower_case(text.data(), text.size());
  return text;
}

std::string folded_lower(std::string_view text) {
  return lower_case(folded(text));
}

}  // namespace sekisho::filters
