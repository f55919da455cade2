#pragma once

#include <array>
#include <cstddef>

namespace sekisho::filters {

// How common a byte is in prompts, roughly, of a thousand: letters as in English, the lead and
// second bytes of kana, digits and marks as in code.
constexpr unsigned commonness(unsigned char c) {
  constexpr std::array<unsigned char, 26> kLetters = {61, 11, 21, 32, 95, 17, 15, 46, 52,
                                                      1,  6,  30, 18, 52, 56, 14, 1,  45,
                                                      47, 68, 21, 7,  18, 2,  15, 1};
  if (c >= 'a' && c <= 'z') return kLetters[c - 'a'];
  if (c >= 'A' && c <= 'Z') return 1 + kLetters[c - 'A'] / 8u;
  if (c >= '0' && c <= '9') return 14;
  if (c == ' ') return 150;
  if (c == 0xE3) return 120;
  if (c >= 0x81 && c <= 0x83) return 60;
  if (c >= 0xE4 && c <= 0xE9) return 12;
  if (c >= 0x80) return 8;
  if (c == '@') return 1;
  return c == '"' || c == ',' || c == '.' || c == '-' || c == '\n' || c == ':' || c == '/' ? 15 : 5;
}

// The same of Japanese text: of first bytes among those of characters, of further bytes among
// further ones.
constexpr unsigned commonness_in_japanese(unsigned char c) {
  if (c >= '0' && c <= '9') return 8;
  if (c < 0x80) return 3;
  if (c >= 0x81 && c <= 0x83) return 250;
  if (c < 0xC0) return 12;
  if (c == 0xE3) return 600;
  if (c >= 0xE4 && c <= 0xE9) return 50;
  return c == 0xEF ? 60 : c == 0xE2 ? 20 : 1;
}

// The share of places in a text where bytes of some sets stand one behind the other.
class Share {
 public:
  // Calls has(byte) for each byte: whether it may stand at the next place.
  template <class Has>
  void then(Has has) {
    unsigned latin = 0, japanese = 0;
    for (unsigned c = 0; c < 256; ++c) {
      if (!has(c)) continue;
      latin += commonness(static_cast<unsigned char>(c));
      japanese += commonness_in_japanese(static_cast<unsigned char>(c));
    }
    // Texts of all kinds together: a little more than a thousand.
    latin_ *= latin >= 1400 ? 1.0 : latin / 1400.0;
    japanese_ *= japanese >= 1000 ? 1.0 : japanese / 1000.0;
  }
  // In the kind of text where it is greater.
  double most() const { return latin_ > japanese_ ? latin_ : japanese_; }
  double both() const { return latin_ + japanese_; }

 private:
  double latin_ = 1, japanese_ = 1;
};

}  // namespace sekisho::filters
