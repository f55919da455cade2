#include "filters/width_fold.h"

#include <algorithm>
#include <iterator>

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

std::string folded(std::string_view text) {
  std::string out(text.size(), '\0');
  std::size_t size = 0;  // folding never lengthens
  // What is folded begins with one of two bytes: U+3000, U+FF01 and those behind it.
  const auto may_fold = [text](std::size_t pos) {
    const char c = text[pos];
    return c == '\xEF' || (c == '\xE3' && pos + 1 < text.size() && text[pos + 1] == '\x80');
  };
  for (std::size_t pos = 0; pos < text.size();) {
    if (!may_fold(pos)) {
      out[size++] = text[pos++];
      continue;
    }
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

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
  }
  return text;
}

std::string folded_lower(std::string_view text) {
  return lower_case(folded(text));
}

}  // namespace sekisho::filters
