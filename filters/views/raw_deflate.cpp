#include "filters/views/raw_deflate.h"

#include <cstddef>
#include <cstdint>

namespace sekisho::filters {
namespace {

// Bits of a deflate stream, the lowest of a byte first. Beyond the end all are 0.
class Bits {
 public:
  explicit Bits(std::string_view bytes) : bytes_(bytes) {}

  bool has(unsigned count) const { return at_ + count <= bytes_.size() * 8; }
  // Up to 16 as a number.
  unsigned number(unsigned count) {
    unsigned value = 0;
    for (unsigned i = 0; i < count; ++i) value |= bit() << i;
    return value;
  }
  // The next bits of a Huffman code, which stand highest first.
  unsigned code(unsigned value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) value = value << 1 | bit();
    return value;
  }

 private:
  unsigned bit() {
    if (!has(1)) return 0;
    const auto byte = static_cast<unsigned char>(bytes_[at_ / 8]);
    return byte >> at_++ % 8 & 1u;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
};

constexpr unsigned kEnd = 256;

// A literal, a length (above kEnd) or the end by the fixed codes of section 3.2.6.
unsigned fixed_symbol(Bits& bits) {
  const unsigned seven = bits.code(0, 7);
  if (seven <= 0x17) return kEnd + seven;
  const unsigned eight = bits.code(seven, 1);
  if (eight <= 0xBF) return eight - 0x30;
  if (eight <= 0xC7) return 280 + eight - 0xC0;
  return 144 + bits.code(eight, 1) - 0x190;
}

bool is_shown(unsigned c) {
  return c >= 0x80 ? c != 0xFF : (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\r' || c == '\t';
}

// A literal of text goes on as UTF-8 does.
class Utf8Check {
 public:
  bool take(unsigned c) {
    const bool continues = (c & 0xC0) == 0x80;
    if (continues != (left_ > 0)) return false;
    if (continues)
      --left_;
    else
      left_ = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    return c < 0xF5 && is_shown(c);
  }

 private:
  unsigned left_ = 0;
};

// The first symbols are text, or copies of what came before.
bool fixed_says_text(Bits& bits) {
  constexpr unsigned kSymbols = 12, kLongestSymbol = 9, kFewest = 6;
  static constexpr std::uint16_t kDistance[30] = {
      1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
      193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
  Utf8Check check;
  unsigned made = 0;
  for (unsigned i = 0; i < kSymbols && bits.has(kLongestSymbol); ++i) {
    const unsigned symbol = fixed_symbol(bits);
    if (symbol == kEnd) return made >= kFewest;
    if (symbol < kEnd) {
      if (!check.take(symbol)) return false;
      ++made;
      continue;
    }
    if (symbol > 285 || made == 0) return false;
    const unsigned extra = symbol < 265 || symbol == 285 ? 0 : (symbol - 261) / 4;
    bits.number(extra);
    const unsigned distance = bits.code(0, 5);
    return distance < 30 && kDistance[distance] <= made;
  }
  return made >= kFewest;
}

// The lengths of the code that the other codes are written in fill it exactly.
bool dynamic_is_sound(Bits& bits) {
  constexpr unsigned kAll = 1u << 7;
  const unsigned literals = bits.number(5) + 257, distances = bits.number(5) + 1;
  const unsigned lengths = bits.number(4) + 4;
  if (literals > 286 || distances > 30 || !bits.has(lengths * 3)) return false;
  unsigned filled = 0;
  for (unsigned i = 0; i < lengths; ++i)
    if (const unsigned length = bits.number(3); length != 0) filled += kAll >> length;
  return filled == kAll;
}

// The length of a block that is not packed, and its complement.
bool stored_length_fits(std::string_view bytes) {
  const auto pair = [bytes](std::size_t at) {
    return static_cast<unsigned char>(bytes[at]) | static_cast<unsigned char>(bytes[at + 1]) << 8;
  };
  return (pair(1) ^ pair(3)) == 0xFFFF && pair(1) != 0;
}

}  // namespace

bool may_be_raw_deflate(std::string_view bytes) {
  constexpr std::size_t kFewestBytes = 12;
  if (bytes.size() < kFewestBytes) return false;
  Bits bits(bytes);
  bits.number(1);  // the last block or not
  switch (bits.number(2)) {
    case 0:
      return stored_length_fits(bytes);
    case 1:
      return fixed_says_text(bits);
    case 2:
      return dynamic_is_sound(bits);
    default:
      return false;
  }
}

}  // namespace sekisho::filters
