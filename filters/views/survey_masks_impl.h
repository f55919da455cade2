#pragma once

// What the bytes of a block are: plainly, 32 and 64 bytes at a time. Part of survey.cpp alone.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "filters/processor.h"
#include "filters/views/survey.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sekisho::filters::masks {

inline constexpr std::size_t kBlock = Survey::kBlock;
// Room to look at beside a block.
inline constexpr std::size_t kBeside = 4;

enum Class : std::uint8_t {
  kDigit = 1,
  kLetter = 2,
  kToken = 4,
  kSpace = 8,
  kSpecial = 16,
  kDot = 32,
  kBorder = 64,
  kGap = 128
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> out{};
  for (int c = 0; c <= 0x20; ++c) out[static_cast<std::size_t>(c)] = kSpace;
  for (int c = '0'; c <= '9'; ++c) out[static_cast<std::size_t>(c)] = kDigit;
  for (int c = 0; c < 26; ++c) {
    out[static_cast<std::size_t>('A' + c)] = kLetter;
    out[static_cast<std::size_t>('a' + c)] = kLetter;
  }
  out['.'] = kDot;
  for (const char c : {'+', '/', '-', '_', '~'}) out[static_cast<std::size_t>(c)] = kToken;
  for (const char c : {'%', '&', '<', '=', '\\', '|', '*', '\'', '"', '`'})
    out[static_cast<std::size_t>(c)] |= kSpecial;
  for (const char c : {',', ';', '@', '|', '<', '\'', '"', '\t'})
    out[static_cast<std::size_t>(c)] |= kBorder;
  for (const char c : kNumberGap) out[static_cast<std::size_t>(c)] |= kGap;
  return out;
}
inline constexpr auto kClasses = make_classes();

enum Sign : std::uint8_t {
  kAt = 1,
  kColon = 2,
  kClose = 4,
  kControl = 8,
  kPlain = 16,
  kFigure = 32,
  kCapital = 64
};

constexpr std::array<std::uint8_t, 128> make_signs() {
  std::array<std::uint8_t, 128> out{};
  for (std::size_t c = 0; c < 0x20; ++c) out[c] = kControl;
  out['@'] = kAt;
  out[':'] = kColon;
  for (const char c : {';', '(', ')', '[', ']', '{', '}', '>'})
    out[static_cast<std::size_t>(c)] = kClose;
  for (const char c : std::string_view("GIJKLMNPQRSTVWYZ")) {
    out[static_cast<std::size_t>(c)] = kPlain;
    out[static_cast<std::size_t>(c | 0x20)] = kPlain;
  }
  for (std::size_t c = 'A'; c <= 'Z'; ++c) out[c] |= kCapital;
  for (const char c : {'O', 'o', 'l', 'I', 'S'}) out[static_cast<std::size_t>(c)] |= kFigure;
  return out;
}
inline constexpr auto kSigns = make_signs();

constexpr bool may_be_kanji_digit(unsigned char a, unsigned char b, unsigned char c) {
  // 壱 弐 参 伍 stand beside the others.
  if (a == 0xE5 &&
      ((b == 0xA3 && c == 0xB1) || (b == 0xBC && c == 0x90) || (b == 0x8F && c == 0x82)))
    return true;
  if (a == 0xE4 && b == 0xBC && c == 0x8D) return true;
  if (a == 0xE4) return (b >= 0xB8 && b <= 0xBA) || (b == 0xBB && c == 0x9F);
  if (a == 0xE5) return b == 0x9B || b == 0x85 || b == 0x8D;
  if (a == 0xE9) return b == 0x9B || b == 0x99;
  // Of those of deeds: 仟 漆 捌 玖 肆, enough of a long number stand side by side.
  if (a == 0xE6) return b == 0xBC || b == 0x8D;
  if (a == 0xE7 || a == 0xE8) return b == 0x8E || b == 0x82;
  return a == 0xE3 && b == 0x80 && c == 0x87;
}

// U+2010, "、", "・", "，": hyphens, dots and blanks are not of the everyday letters.
inline bool may_be_gap(unsigned char a, unsigned char b, unsigned char c) {
  if (a < 0xC2) return false;
  if (a < 0xE3 || a > 0xE9) return true;
  return a == 0xE3 && (b == 0x80 || (b == 0x82 && c == 0xA0) || (b == 0x83 && c >= 0xBB));
}

inline bool is_odd_lead(unsigned char a, unsigned char b) {
  if (a < 0xC2) return false;
  return a < 0xE3 || a > 0xE9 || (a == 0xE3 && b >= 0x84 && b < 0x90);
}

// `p` has kBlock bytes and kBeside after them.
inline BlockMarks plain_masks(const unsigned char* p) {
  BlockMarks m;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (p[i] >= 0x80) {
      m.high |= bit;
      if (p[i] >= 0xC0) m.first_high |= bit;
      if (is_odd_lead(p[i], p[i + 1])) m.lead |= bit;
      if (may_be_kanji_digit(p[i], p[i + 1], p[i + 2])) m.kanji |= bit;
      if (p[i] == 0x80 && p[i + 1] == 0x80) m.wide_gap |= bit;
      if (may_be_gap(p[i], p[i + 1], p[i + 2])) m.gap |= bit;
      continue;
    }
    const std::uint8_t c = kClasses[p[i]], sign = kSigns[p[i]];
    if (c & kDigit) m.digit |= bit;
    if (c & kLetter) m.letter |= bit;
    if (c & kToken) m.token |= bit;
    if (c & kDot) m.dot |= bit;
    if (sign & kAt) m.at |= bit;
    if (sign & kColon) m.colon |= bit;
    if (sign & kClose) m.close |= bit;
    if (sign & kPlain) m.plain |= bit;
    if (sign & kCapital) m.capital |= bit;
    if (sign & kFigure) m.figure |= bit;
    if (c & kSpace) m.space |= bit;
    if (sign & kControl) m.control |= bit;
    if (c & kSpecial) m.special |= bit;
    if (c & kBorder) m.border |= bit;
    if (c & kGap) m.number_gap |= bit;
  }
  return m;
}

#if defined(__x86_64__)
SEKISHO_AVX2 inline __m256i bytes_of(int value) {
  return _mm256_set1_epi8(static_cast<char>(value));
}
SEKISHO_AVX2 inline __m256i at_most(__m256i v, int limit) {
  return _mm256_cmpeq_epi8(_mm256_min_epu8(v, bytes_of(limit)), v);
}
// low <= v < low + count
SEKISHO_AVX2 inline __m256i within(__m256i v, int low, int count) {
  return at_most(_mm256_sub_epi8(v, bytes_of(low)), count - 1);
}
SEKISHO_AVX2 inline __m256i equal(__m256i v, int value) {
  return _mm256_cmpeq_epi8(v, bytes_of(value));
}
SEKISHO_AVX2 inline __m256i either(__m256i a, __m256i b) {
  return _mm256_or_si256(a, b);
}
SEKISHO_AVX2 inline __m256i both(__m256i a, __m256i b) {
  return _mm256_and_si256(a, b);
}
SEKISHO_AVX2 inline std::uint64_t bits(__m256i v) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(v));
}

SEKISHO_AVX2 inline void add_high(const unsigned char* p, __m256i v, std::size_t shift,
                                  BlockMarks& m) {
  const __m256i next = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 1));
  const __m256i third = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 2));
  const __m256i everyday = within(v, 0xE3, 7);
  const __m256i compat = both(equal(v, 0xE3), within(next, 0x84, 12));
  const __m256i foreign = _mm256_andnot_si256(everyday, within(v, 0xC2, 0x100 - 0xC2));
  const __m256i lead = either(foreign, compat);
  const __m256i kana_gap =
      either(equal(next, 0x80), either(both(equal(next, 0x82), equal(third, 0xA0)),
                                       both(equal(next, 0x83), within(third, 0xBB, 0x100 - 0xBB))));
  // may_be_kanji_digit by the low half of the first byte and both halves of the second, a bit for
  // each set of seconds; what follows E7 and E8 is one set.
  const __m256i firsts = _mm256_setr_epi8(0, 0, 0, 0, 1, 6, 48, 64, 64, 8, 0, 0, 0, 0, 0, 0,  //
                                          0, 0, 0, 0, 1, 6, 48, 64, 64, 8, 0, 0, 0, 0, 0, 0);
  const __m256i seconds_low =
      _mm256_setr_epi8(0, 0, 64, 0, 0, 4, 0, 0, 1, 9, 1, 10, 16, 36, 64, 0,  //
                       0, 0, 64, 0, 0, 4, 0, 0, 1, 9, 1, 10, 16, 36, 64, 0);
  const __m256i seconds_high =
      _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 100, 10, 0, 17, 0, 0, 0, 0,  //
                       0, 0, 0, 0, 0, 0, 0, 0, 100, 10, 0, 17, 0, 0, 0, 0);
  const __m256i half = bytes_of(0x0F);
  const __m256i sets =
      both(_mm256_shuffle_epi8(firsts, both(v, half)),
           both(_mm256_shuffle_epi8(seconds_low, both(next, half)),
                _mm256_shuffle_epi8(seconds_high, both(_mm256_srli_epi16(next, 4), half))));
  const __m256i one_of_them =
      _mm256_andnot_si256(_mm256_cmpeq_epi8(sets, _mm256_setzero_si256()), everyday);
  const __m256i zero = both(equal(v, 0xE3), both(equal(next, 0x80), equal(third, 0x87)));
  const __m256i thousand = both(equal(v, 0xE4), both(equal(next, 0xBB), equal(third, 0x9F)));
  const __m256i deeds =
      either(both(equal(v, 0xE5), either(both(equal(next, 0xA3), equal(third, 0xB1)),
                                         either(both(equal(next, 0xBC), equal(third, 0x90)),
                                                both(equal(next, 0x8F), equal(third, 0x82))))),
             both(equal(v, 0xE4), both(equal(next, 0xBC), equal(third, 0x8D))));
  const __m256i kanji = either(either(one_of_them, deeds), either(zero, thousand));
  m.first_high |= bits(within(v, 0xC0, 0x40)) << shift;
  m.lead |= bits(lead) << shift;
  m.kanji |= bits(kanji) << shift;
  m.wide_gap |= bits(both(equal(v, 0x80), equal(next, 0x80))) << shift;
  m.gap |= bits(either(foreign, both(equal(v, 0xE3), kana_gap))) << shift;
}

// The bytes of ASCII that are marked by a table of columns (low nibble), a bit for each row (high
// nibble).
SEKISHO_AVX2 inline std::uint64_t listed(__m256i columns, __m256i low, __m256i row) {
  const __m256i found = both(_mm256_shuffle_epi8(columns, low), row);
  return bits(_mm256_cmpeq_epi8(found, _mm256_setzero_si256())) ^ 0xFFFFFFFFu;
}

SEKISHO_AVX2 inline BlockMarks masks_by_32(const unsigned char* p) {
  BlockMarks m;
  const __m256i special = _mm256_setr_epi8(
      0x40, 0, 0x04, 0, 0, 0x04, 0x04, 0x04, 0, 0, 0x04, 0, char(0xA8), 0x08, 0, 0,  //
      0x40, 0, 0x04, 0, 0, 0x04, 0x04, 0x04, 0, 0, 0x04, 0, char(0xA8), 0x08, 0, 0);
  const __m256i border =
      _mm256_setr_epi8(0x10, 0, 0x04, 0, 0, 0, 0, 0x04, 0, 0x01, 0, 0x08, char(0x8C), 0, 0, 0,  //
                       0x10, 0, 0x04, 0, 0, 0, 0, 0x04, 0, 0x01, 0, 0x08, char(0x8C), 0, 0, 0);
  const __m256i gap = _mm256_setr_epi8(0x14, 0x04, 0x04, 0, 0, 0, 0, 0x04, 0x04, 0x05, 0x0D,
                                       char(0xAC), char(0x84), char(0xA5), char(0xA4), 0x2C,  //
                                       0x14, 0x04, 0x04, 0, 0, 0, 0, 0x04, 0x04, 0x05, 0x0D,
                                       char(0xAC), char(0x84), char(0xA5), char(0xA4), 0x2C);
  const __m256i close = _mm256_setr_epi8(
      0, 0, 0, 0, 0, 0, 0, 0, 0x04, 0x04, 0, char(0xA8), 0, char(0xA0), 0x08, 0,  //
      0, 0, 0, 0, 0, 0, 0, 0, 0x04, 0x04, 0, char(0xA8), 0, char(0xA0), 0x08, 0);
  constexpr char kP = char(0xA0), kG = 0x50, kBoth = char(0xF0);
  const __m256i plain =
      _mm256_setr_epi8(kP, kP, kP, kP, kP, 0, kP, kBoth, 0, kBoth, kBoth, kG, kG, kG, kG, 0,  //
                       kP, kP, kP, kP, kP, 0, kP, kBoth, 0, kBoth, kBoth, kG, kG, kG, kG, 0);
  const __m256i rows =
      _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, char(128), 0, 0, 0, 0, 0, 0, 0, 0,  //
                       1, 2, 4, 8, 16, 32, 64, char(128), 0, 0, 0, 0, 0, 0, 0, 0);
  for (std::size_t half = 0; half < kBlock; half += 32) {
    const __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + half));
    const __m256i low = both(v, bytes_of(0x0F));
    const __m256i row = _mm256_shuffle_epi8(rows, both(_mm256_srli_epi16(v, 4), bytes_of(0x0F)));
    m.special |= listed(special, low, row) << half;
    m.border |= listed(border, low, row) << half;
    m.number_gap |= listed(gap, low, row) << half;
    m.digit |= bits(within(v, '0', 10)) << half;
    m.letter |= bits(within(either(v, bytes_of(0x20)), 'a', 26)) << half;
    m.token |= bits(either(equal(v, '~'), either(either(equal(v, '+'), equal(v, '/')),
                                                 either(equal(v, '-'), equal(v, '_')))))
               << half;
    m.dot |= bits(equal(v, '.')) << half;
    m.at |= bits(equal(v, '@')) << half;
    m.colon |= bits(equal(v, ':')) << half;
    m.close |= listed(close, low, row) << half;
    m.plain |= listed(plain, low, row) << half;
    m.capital |= bits(within(v, 'A', 26)) << half;
    const __m256i zero = equal(either(v, bytes_of(0x20)), 'o');
    m.figure |= bits(either(either(zero, equal(v, 'S')), either(equal(v, 'l'), equal(v, 'I'))))
                << half;
    m.space |= bits(at_most(v, 0x20)) << half;
    m.control |= bits(at_most(v, 0x1F)) << half;
    const std::uint64_t high = bits(v);
    m.high |= high << half;
    if (high != 0) add_high(p + half, v, half, m);
  }
  return m;
}

// low <= v < low + count
SEKISHO_AVX512 inline std::uint64_t within_64(__m512i v, int low, int count) {
  return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8(static_cast<char>(low))),
                                _mm512_set1_epi8(static_cast<char>(count)));
}
SEKISHO_AVX512 inline std::uint64_t equal_64(__m512i v, int value) {
  return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(static_cast<char>(value)));
}
SEKISHO_AVX512 inline std::uint64_t any_of_64(__m512i v, int bits) {
  return _mm512_test_epi8_mask(v, _mm512_set1_epi8(static_cast<char>(bits)));
}

// may_be_kanji_digit: a bit for each set of second bytes, by the second byte less 0x80.
constexpr std::array<std::uint8_t, 64> make_kanji_seconds() {
  std::array<std::uint8_t, 64> out{};
  for (unsigned b = 0; b < 64; ++b)
    for (unsigned first = 0; first < 6; ++first)
      if (may_be_kanji_digit(static_cast<unsigned char>(0xE4 + first),
                             static_cast<unsigned char>(0x80 + b), 0))
        out[b] = static_cast<std::uint8_t>(out[b] | 1u << first);
  return out;
}
inline constexpr auto kKanjiSeconds = make_kanji_seconds();

SEKISHO_AVX512 inline void add_high_64(const unsigned char* p, __m512i v, std::uint64_t high,
                                       BlockMarks& m) {
  const __m512i next = _mm512_loadu_si512(p + 1), third = _mm512_loadu_si512(p + 2);
  const std::uint64_t everyday = within_64(v, 0xE3, 7), kana = equal_64(v, 0xE3);
  const std::uint64_t foreign = high & ~within_64(v, 0x80, 0x42) & ~everyday;
  const std::uint64_t second_80 = equal_64(next, 0x80);
  const std::uint64_t kana_gap = second_80 | (equal_64(next, 0x82) & equal_64(third, 0xA0)) |
                                 (equal_64(next, 0x83) & ~within_64(third, 0, 0xBB));
  const __m512i firsts =
      _mm512_broadcast_i32x4(_mm_setr_epi8(0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 0, 0, 0, 0, 0, 0));
  const __m512i first = _mm512_maskz_shuffle_epi8(everyday, firsts, v & _mm512_set1_epi8(0x0F));
  const __m512i second = _mm512_maskz_permutexvar_epi8(within_64(next, 0x80, 0x40), next,
                                                       _mm512_loadu_si512(kKanjiSeconds.data()));
  m.kanji = _mm512_test_epi8_mask(first, second) | (kana & second_80 & equal_64(third, 0x87)) |
            (equal_64(v, 0xE4) & ((equal_64(next, 0xBB) & equal_64(third, 0x9F)) |
                                  (equal_64(next, 0xBC) & equal_64(third, 0x8D)))) |
            (equal_64(v, 0xE5) & ((equal_64(next, 0xA3) & equal_64(third, 0xB1)) |
                                  (equal_64(next, 0xBC) & equal_64(third, 0x90)) |
                                  (equal_64(next, 0x8F) & equal_64(third, 0x82))));
  m.first_high = high & ~within_64(v, 0x80, 0x40);
  m.lead = foreign | (kana & within_64(next, 0x84, 12));
  m.wide_gap = equal_64(v, 0x80) & second_80;
  m.gap = foreign | (kana & kana_gap);
}

SEKISHO_AVX512 inline BlockMarks masks_by_64(const unsigned char* p) {
  BlockMarks m;
  const __m512i v = _mm512_loadu_si512(p);
  m.high = _mm512_movepi8_mask(v);
  const __m512i is = _mm512_maskz_permutex2var_epi8(~m.high, _mm512_loadu_si512(kClasses.data()), v,
                                                    _mm512_loadu_si512(kClasses.data() + 64));
  const __m512i sign = _mm512_maskz_permutex2var_epi8(~m.high, _mm512_loadu_si512(kSigns.data()), v,
                                                      _mm512_loadu_si512(kSigns.data() + 64));
  m.digit = any_of_64(is, kDigit);
  m.letter = any_of_64(is, kLetter);
  m.token = any_of_64(is, kToken);
  m.dot = any_of_64(is, kDot);
  m.at = any_of_64(sign, kAt);
  m.colon = any_of_64(sign, kColon);
  m.close = any_of_64(sign, kClose);
  m.plain = any_of_64(sign, kPlain);
  m.capital = any_of_64(sign, kCapital);
  m.figure = any_of_64(sign, kFigure);
  m.space = any_of_64(is, kSpace);
  m.control = any_of_64(sign, kControl);
  m.special = any_of_64(is, kSpecial);
  m.border = any_of_64(is, kBorder);
  m.number_gap = any_of_64(is, kGap);
  if (m.high != 0) add_high_64(p, v, m.high, m);
  return m;
}
#endif

// Cheap: most quotes stand around a word or before a colon, most other signs before a blank or a
// sign of code. What a special must be followed by to be worth a look, by kinds of specials, a bit
// each.
enum Marking : std::uint8_t {
  kQuote = 1,
  kPercent = 2,
  kEntity = 4,
  kTag = 8,
  kEquals = 16,
  kOther = 32
};

constexpr std::array<std::uint8_t, 256> make_markings() {
  std::array<std::uint8_t, 256> out{};
  for (const char c : {'\\', '|', '*', '`'}) out[static_cast<std::size_t>(c)] = kOther;
  out['"'] = out['\''] = kQuote;
  out['%'] = kPercent;
  out['&'] = kEntity;
  out['<'] = kTag;
  out['='] = kEquals;
  return out;
}
inline constexpr auto kMarkings = make_markings();

constexpr std::array<std::uint8_t, 256> make_marked_by() {
  std::array<std::uint8_t, 256> out{};
  const auto add = [&out](std::string_view characters, unsigned bits) {
    for (const char c : characters)
      out[static_cast<unsigned char>(c)] =
          static_cast<std::uint8_t>(out[static_cast<unsigned char>(c)] | bits);
  };
  for (std::uint8_t& bits : out) bits = kOther;
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  add(" \t\r\n\"'`,.+&|\\~;})]$", kQuote);
  add("0123456789ABCDEFabcdefuUwW", kPercent);
  add("#", kEntity);
  add(kLetters, kEntity | kTag);
  add("~/!", kTag);
  add("0123456789ABCDEFabcdef?\n\r$uU", kEquals);  // "=utf-7"
  return out;
}
inline constexpr auto kMarkedBy = make_marked_by();

// Those of `specials` that are.
[[gnu::always_inline]] inline std::uint64_t marked_plainly(const unsigned char* p,
                                                           std::uint64_t specials) {
  std::uint64_t out = 0;
  for (std::uint64_t left = specials; left != 0; left &= left - 1) {
    const auto at = static_cast<std::size_t>(std::countr_zero(left));
    if ((kMarkings[p[at]] & kMarkedBy[p[at + 1]]) != 0) out |= left & (0 - left);
  }
  return out;
}

#if defined(__x86_64__)
SEKISHO_AVX512 inline std::uint64_t marked_by_64(const unsigned char* p, std::uint64_t specials) {
  if (specials == 0) return 0;
  const __m512i v = _mm512_loadu_si512(p), next = _mm512_loadu_si512(p + 1);
  const __m512i kind = _mm512_permutex2var_epi8(_mm512_loadu_si512(kMarkings.data()), v,
                                                _mm512_loadu_si512(kMarkings.data() + 64));
  const __m512i by =
      _mm512_mask_mov_epi8(_mm512_permutex2var_epi8(_mm512_loadu_si512(kMarkedBy.data()), next,
                                                    _mm512_loadu_si512(kMarkedBy.data() + 64)),
                           _mm512_movepi8_mask(next), _mm512_set1_epi8(kOther));
  return _mm512_mask_test_epi8_mask(specials, kind, by);
}
#endif

}  // namespace sekisho::filters::masks
