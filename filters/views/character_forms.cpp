#include "filters/views/character_forms.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "filters/utf8.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

struct Lookalike {
  char32_t from;
  char to;
};

// Sorted. Own choice by looks; letters that stand for digits are left out, since a rule for numbers
// must not read them.
constexpr Lookalike kLookalikes[] = {
    {0x0131, 'i'}, {0x0138, 'k'}, {0x017F, 's'}, {0x0184, 'b'}, {0x01A6, 'R'}, {0x01BD, 's'},
    {0x0251, 'a'}, {0x0261, 'g'}, {0x0262, 'G'}, {0x0269, 'i'}, {0x026A, 'I'}, {0x026F, 'w'},
    {0x0274, 'N'}, {0x0280, 'R'}, {0x028B, 'u'}, {0x028F, 'Y'}, {0x0299, 'B'}, {0x029C, 'H'},
    {0x029F, 'L'}, {0x037A, 'i'}, {0x037F, 'J'}, {0x0391, 'A'}, {0x0392, 'B'}, {0x0395, 'E'},
    {0x0396, 'Z'}, {0x0397, 'H'}, {0x0399, 'I'}, {0x039A, 'K'}, {0x039C, 'M'}, {0x039D, 'N'},
    {0x039F, 'O'}, {0x03A1, 'P'}, {0x03A4, 'T'}, {0x03A5, 'Y'}, {0x03A7, 'X'}, {0x03B1, 'a'},
    {0x03B3, 'y'}, {0x03B9, 'i'}, {0x03BA, 'k'}, {0x03BD, 'v'}, {0x03BF, 'o'}, {0x03C1, 'p'},
    {0x03C3, 'o'}, {0x03C4, 't'}, {0x03C5, 'u'}, {0x03C7, 'x'}, {0x03D2, 'Y'}, {0x03F2, 'c'},
    {0x03F3, 'j'}, {0x03F9, 'C'}, {0x03FA, 'M'}, {0x0405, 'S'}, {0x0406, 'I'}, {0x0408, 'J'},
    {0x0410, 'A'}, {0x0412, 'B'}, {0x0415, 'E'}, {0x041A, 'K'}, {0x041C, 'M'}, {0x041D, 'H'},
    {0x041E, 'O'}, {0x0420, 'P'}, {0x0421, 'C'}, {0x0422, 'T'}, {0x0423, 'Y'}, {0x0425, 'X'},
    {0x042C, 'b'}, {0x0430, 'a'}, {0x0433, 'r'}, {0x0435, 'e'}, {0x043A, 'k'}, {0x043C, 'm'},
    {0x043D, 'h'}, {0x043E, 'o'}, {0x0440, 'p'}, {0x0441, 'c'}, {0x0442, 't'}, {0x0443, 'y'},
    {0x0445, 'x'}, {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}, {0x0461, 'w'}, {0x0474, 'V'},
    {0x0475, 'v'}, {0x04AE, 'Y'}, {0x04AF, 'y'}, {0x04BB, 'h'}, {0x04BD, 'e'}, {0x04C0, 'I'},
    {0x04CF, 'l'}, {0x04D4, 'A'}, {0x0501, 'd'}, {0x050C, 'G'}, {0x051A, 'Q'}, {0x051B, 'q'},
    {0x051C, 'W'}, {0x051D, 'w'}, {0x053C, 'L'}, {0x054D, 'U'}, {0x054F, 'S'}, {0x0555, 'O'},
    {0x0561, 'w'}, {0x0563, 'q'}, {0x0566, 'q'}, {0x0570, 'h'}, {0x0578, 'n'}, {0x057C, 'n'},
    {0x057D, 'u'}, {0x0581, 'g'}, {0x0584, 'f'}, {0x0585, 'o'}, {0x13A0, 'D'}, {0x13A1, 'R'},
    {0x13A2, 'T'}, {0x13A5, 'i'}, {0x13AA, 'A'}, {0x13AB, 'J'}, {0x13AC, 'E'}, {0x13B3, 'W'},
    {0x13B7, 'M'}, {0x13BB, 'H'}, {0x13BD, 'Y'}, {0x13C0, 'G'}, {0x13C2, 'h'}, {0x13C3, 'Z'},
    {0x13CF, 'b'}, {0x13D2, 'R'}, {0x13D4, 'W'}, {0x13D5, 'S'}, {0x13D9, 'V'}, {0x13DA, 'S'},
    {0x13DE, 'L'}, {0x13DF, 'C'}, {0x13E2, 'P'}, {0x13E6, 'K'}, {0x13E7, 'd'}, {0x13F3, 'G'},
    {0x13F4, 'B'}, {0x1D00, 'A'}, {0x1D03, 'B'}, {0x1D04, 'C'}, {0x1D05, 'D'}, {0x1D07, 'E'},
    {0x1D0A, 'J'}, {0x1D0B, 'K'}, {0x1D0D, 'M'}, {0x1D0F, 'O'}, {0x1D18, 'P'}, {0x1D1B, 'T'},
    {0x1D1C, 'U'}, {0x1D20, 'V'}, {0x1D21, 'W'}, {0x1D22, 'Z'}, {0x1E9D, 'f'}, {0xA730, 'F'},
    {0xA731, 'S'}, {0xA792, 'c'}, {0xA7B3, 'X'}};

static_assert(std::is_sorted(std::begin(kLookalikes), std::end(kLookalikes),
                             [](const Lookalike& a, const Lookalike& b) {
                               return a.from < b.from;
                             }));

constexpr char kDigitTexts[] =
    "0\0\0"
    "1\0\0"
    "2\0\0"
    "3\0\0"
    "4\0\0"
    "5\0\0"
    "6\0\0"
    "7\0\0"
    "8\0\0"
    "9\0\0"
    "10\0"
    "11\0"
    "12\0"
    "13\0"
    "14\0"
    "15\0"
    "16\0"
    "17\0"
    "18\0"
    "19\0"
    "20\0";

std::string_view number_text(char32_t n) {
  return std::string_view(kDigitTexts + 3 * n, n < 10 ? 1 : 2);
}

constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
std::string_view letter(char32_t index) {
  return std::string_view(kLetters + index, 1);
}

struct Forms {
  char32_t first, last;
  int number = -1;  // of the first one, when they are numbers
  int index = -1;   // in kLetters of the first one
};
// What NFKC leaves as it is, or writes with brackets and full stops.
constexpr Forms kForms[] = {
    {0x2460, 0x2473, 1},       {0x2474, 0x2487, 1},       {0x2488, 0x249B, 1},
    {0x249C, 0x24B5, -1, 26},  {0x24B6, 0x24CF, -1, 0},   {0x24D0, 0x24E9, -1, 26},
    {0x24EA, 0x24EA, 0},       {0x24EB, 0x24F4, 11},      {0x24F5, 0x24FE, 1},
    {0x24FF, 0x24FF, 0},       {0x2776, 0x277F, 1},       {0x2780, 0x2789, 1},
    {0x278A, 0x2793, 1},       {0x1F100, 0x1F100, 0},     {0x1F101, 0x1F10A, 0},
    {0x1F10B, 0x1F10B, 0},     {0x1F10C, 0x1F10C, 0},     {0x1F110, 0x1F129, -1, 0},
    {0x1F130, 0x1F149, -1, 0}, {0x1F150, 0x1F169, -1, 0}, {0x1F170, 0x1F189, -1, 0},
    {0x1F1E6, 0x1F1FF, -1, 0}};

bool between(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}

bool alnum_byte(std::string_view text, std::size_t at) {
  return at < text.size() && is_alnum(static_cast<unsigned char>(text[at]));
}

bool is_wide_alnum(char32_t c) {
  return between(c, 0xFF10, 0xFF19) || between(c, 0xFF21, 0xFF3A) || between(c, 0xFF41, 0xFF5A);
}

// Reads as an ASCII letter or digit, in whatever form.
bool is_form(char32_t c) {
  if (c < 0x80) return is_alnum(c);
  return is_wide_alnum(c) || !plain_form(c).empty();
}

bool is_emoji_base(char32_t c) {
  return c > 0x80 && u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_EMOJI);
}

bool is_han(char32_t c) {
  return between(c, 0x3400, 0x9FFF) || between(c, 0xF900, 0xFAFF) || between(c, 0x20000, 0x323AF);
}

bool honest_selector(std::string_view text, std::size_t at, char32_t c) {
  const RawChar base = raw_char_before(text, at);
  // No character has two variants at once.
  const std::size_t size = c <= 0xFFFF ? 3 : 4;
  if (is_variation_selector(raw_char(text, at + size).value)) return false;
  if (c == 0xFE0F || c == 0xFE0E) {
    if (is_emoji_base(base.value)) return true;
    const bool key = is_digit(base.value) || base.value == U'#' || base.value == U'*';
    return key && raw_char(text, at + 3).value == 0x20E3;
  }
  if (is_han(base.value)) return true;
  if (between(c, 0x180B, 0x180F)) return between(base.value, 0x1800, 0x18AF);
  // Standardised variants of symbols and punctuation.
  return c == 0xFE00 &&
         (between(base.value, 0x2000, 0x2FFF) || between(base.value, 0x3001, 0x3002) ||
          between(base.value, 0xFF01, 0xFF1F));
}

// Whether the tags behind the black flag that ends at `at` name a country or a part of one, as in
// the flag of Scotland: small letters and digits, few of them, and the last tag.
bool names_region(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 6;
  for (std::size_t i = 0; i <= kMost; ++i) {
    const RawChar c = raw_char(text, at);
    if (c.value == 0xE007F) return i > 0;
    if (!between(c.value, 0xE0030, 0xE0039) && !between(c.value, 0xE0061, 0xE007A)) return false;
    at += c.size;
  }
  return false;
}

bool in_flag(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 8;  // characters, each of four bytes
  const std::size_t reach = std::min(at, 4 * kLongest);
  if (text.substr(at - reach, reach).find("\U0001F3F4") == std::string_view::npos) return false;
  std::size_t pos = at;
  for (std::size_t i = 0; i < kLongest; ++i) {
    const RawChar c = raw_char_before(text, pos);
    if (c.value == 0x1F3F4) return names_region(text, pos);
    if (!is_tag(c.value)) return false;
    pos -= c.size;
  }
  return false;
}

// A letter of the token around `at` is a digit or a sign that words do not have.
bool in_coded_token(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 32;
  const auto tells = [](char c) {
    return is_digit(static_cast<unsigned char>(c)) || c == '_' || c == '@';
  };
  const auto ends = [](char c) {
    return static_cast<unsigned char>(c) < 0x80 && !is_word(static_cast<unsigned char>(c)) &&
           c != '-' && c != '.' && c != '@';
  };
  for (std::size_t i = at; i > 0 && at - i < kReach && !ends(text[i - 1]); --i)
    if (tells(text[i - 1])) return true;
  for (std::size_t i = at; i < text.size() && i - at < kReach && !ends(text[i]); ++i)
    if (tells(text[i])) return true;
  return false;
}

// Counted numbers of Japanese dates and addresses take single digits.
bool counter_follows(std::string_view text, std::size_t at) {
  static constexpr std::string_view kCounters[] = {"年", "月", "日", "丁", "番", "号"};
  return std::any_of(std::begin(kCounters), std::end(kCounters),
                     [&](std::string_view c) { return text.substr(at, c.size()) == c; });
}

bool odd_wide(std::string_view text, std::size_t at, char32_t c) {
  const std::size_t next = at + 3;
  if (c >= 0xFF61 && c <= 0xFF9F) return true;
  const bool ascii_before = at > 0 && alnum_byte(text, at - 1),
             ascii_after = alnum_byte(text, next);
  if (is_wide_alnum(c)) {
    if (ascii_before || ascii_after) return true;
    return is_wide_alnum(raw_char(text, next).value) ||
           is_wide_alnum(raw_char_before(text, at).value) || counter_follows(text, next);
  }
  return between(c, 0xFF01, 0xFF5E) && ascii_before && ascii_after;
}

// Kanji after kanji with a variant: names have one.
bool selectors_beside(std::string_view text, std::size_t at, std::size_t size) {
  const RawChar next = raw_char(text, at + size);
  if (is_variation_selector(raw_char(text, at + size + next.size).value)) return is_han(next.value);
  const RawChar base = raw_char_before(text, at);
  return is_han(base.value) && is_variation_selector(raw_char_before(text, at - base.size).value);
}

bool odd_invisible(std::string_view text, std::size_t at, char32_t c, std::size_t size) {
  if (c == 0xFEFF && at == 0) return false;
  if (c == 0x200D) {  // joins emoji
    const char32_t next = raw_char(text, at + size).value;
    if (is_emoji_base(next) || next == 0xFE0F) return false;
  }
  if (c == 0x200C || c == 0x200D) {  // spelling of other scripts
    const char32_t before = raw_char_before(text, at).value;
    if (between(before, 0x0590, 0x0DFF)) return false;
  }
  if (is_variation_selector(c))
    return !honest_selector(text, at, c) || selectors_beside(text, at, size);
  return true;
}

bool begins_armour(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(std::min(at, text.size()), 6);
  return rest == "BEGIN " || rest.starts_with("END ");
}
bool ends_armour(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 11;
  const std::string_view before = text.substr(at - std::min(at, kLongest), std::min(at, kLongest));
  return before.ends_with("PRIVATE KEY") || before.ends_with("KEY BLOCK");
}

// "MJ │ 83": a drawn bar between the cells of a row.
bool parts_cells(std::string_view text, std::size_t at, std::size_t size) {
  constexpr std::size_t kMostBlanks = 16;
  std::size_t before = at, after = at + size;
  while (before > 0 && at - before < kMostBlanks && text[before - 1] == ' ') --before;
  while (after < text.size() && after - at - size < kMostBlanks && text[after] == ' ') ++after;
  const auto in_cell = [](char c) { return c > ' ' && c < 0x7F; };
  return before > 0 && after < text.size() && in_cell(text[before - 1]) && in_cell(text[after]);
}

bool is_odd(std::string_view text, std::size_t at, char32_t c, std::size_t size) {
  if (is_invisible(c)) return odd_invisible(text, at, c, size);
  if (c >= 0xFF00 && c <= 0xFFEF) return odd_wide(text, at, c);
  const bool before = at > 0 && alnum_byte(text, at - 1), after = alnum_byte(text, at + size);
  if (c < 0x300) {
    if (c == 0xB2 || c == 0xB3 || c == 0xB9) return true;
    if (c < 0xC0) return before && after;
    if (latin_lookalike(c) != 0) return before || after;
    return before && after && in_coded_token(text, at);
  }
  if (is_stackable_mark(c)) return true;
  if (is_drawn_bar(c)) return parts_cells(text, at, size);
  if ((before || after) && (latin_lookalike(c) != 0 || digit_lookalike(c) != 0)) return true;
  // The beginning of a token, before the sign behind it: "хохр-148…".
  const bool sign = at + size < text.size() && (text[at + size] == '-' || text[at + size] == '_');
  if (sign && alnum_byte(text, at + size + 1) && latin_lookalike(c) != 0) return true;
  if (is_hyphen(c) &&
      ((after && begins_armour(text, at + size)) || (before && ends_armour(text, at))))
    return true;
  if (is_hyphen(c) || is_dot(c) || is_space(c)) return before && after;
  if (between(c, 0x2028, 0x2029)) {  // the ends of lines and paragraphs
    const auto part = [text](std::size_t i) {
      return i < text.size() && (text[i] == '-' || text[i] == '_' || alnum_byte(text, i));
    };
    return at > 0 && part(at - 1) && part(at + size);
  }
  if (!plain_form(c).empty()) {
    if (u_isdigit(static_cast<UChar32>(c)) || between(c, 0x1D400, 0x1D7FF)) return true;
    return before || after || is_form(raw_char(text, at + size).value) ||
           is_form(raw_char_before(text, at).value);
  }
  if (between(c, 0x1E00, 0x1EFF)) return before && after && in_coded_token(text, at);
  if (between(c, 0x2100, 0x214F) || between(c, 0xFB00, 0xFB06) || between(c, 0xFE50, 0xFE6B))
    return before || after;
  if (c == 0x3299 || c == 0x32FF || between(c, 0x337B, 0x337E)) return true;
  return between(c, 0x2F00, 0x2FDF) || between(c, 0xF900, 0xFAFF);
}

}  // namespace

RawChar wide_raw_char(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  // Most are of three bytes, with a lead that puts no limit on the second one.
  if (text.size() - at >= 3) {
    const auto a = static_cast<unsigned char>(text[at]),
               b = static_cast<unsigned char>(text[at + 1]),
               c = static_cast<unsigned char>(text[at + 2]);
    const bool free = a > 0xE0 && a < 0xF0 && a != 0xED;
    if (free && (b & 0xC0) == 0x80 && (c & 0xC0) == 0x80)
      return {char32_t(a & 0xF) << 12 | char32_t(b & 0x3F) << 6 | char32_t(c & 0x3F), 3};
  }
  const std::size_t size = utf8_sequence(text.data() + at, text.data() + text.size());
  if (size == 0) return {0xFFFD, 1};
  return {utf8_code_point(text.data() + at, size), size};
}

RawChar raw_char_before(std::string_view text, std::size_t at) {
  if (at == 0 || at > text.size()) return {};
  std::size_t begin = at - 1;
  while (begin > 0 && at - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80)
    --begin;
  const RawChar c = raw_char(text, begin);
  return begin + c.size == at ? c : RawChar{0xFFFD, 1};
}

bool is_tag(char32_t c) {
  return between(c, 0xE0000, 0xE007F);
}

bool is_variation_selector(char32_t c) {
  return between(c, 0xFE00, 0xFE0F) || between(c, 0xE0100, 0xE01EF) || between(c, 0x180B, 0x180D) ||
         c == 0x180F;
}

bool is_bidi_control(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || between(c, 0x202A, 0x202E) ||
         between(c, 0x2066, 0x2069);
}

bool is_invisible(char32_t c) {
  if (c < 0x2000)
    return c == 0xAD || c == 0x034F || c == 0x061C || c == 0x115F || c == 0x1160 || c == 0x17B4 ||
           c == 0x17B5 || between(c, 0x180B, 0x180F);
  if (c < 0xFE00)
    return between(c, 0x200B, 0x200F) || between(c, 0x202A, 0x202E) || between(c, 0x2060, 0x206F) ||
           c == 0x3164;
  return between(c, 0xFE00, 0xFE0F) || c == 0xFEFF || c == 0xFFA0 || between(c, 0xFFF9, 0xFFFB) ||
         between(c, 0x1BCA0, 0x1BCA3) || between(c, 0x1D173, 0x1D17A) ||
         between(c, 0xE0000, 0xE0FFF);
}

bool is_drawn_bar(char32_t c) {
  return c == 0x2502 || c == 0x2503 || c == 0x2551;
}

bool is_right_to_left(char32_t c) {
  const bool rtl = between(c, 0x0590, 0x08FF) || between(c, 0xFB1D, 0xFDFF) ||
                   between(c, 0xFE70, 0xFEFC) || between(c, 0x10800, 0x10FFF) ||
                   between(c, 0x1E800, 0x1EFFF);
  return rtl && !is_bidi_control(c);
}

bool is_stackable_mark(char32_t c) {
  return between(c, 0x0300, 0x036F) || between(c, 0x0483, 0x0489) || between(c, 0x1AB0, 0x1AFF) ||
         between(c, 0x1DC0, 0x1DFF) || between(c, 0x20D0, 0x20F0) || between(c, 0xFE20, 0xFE2F);
}

char latin_lookalike(char32_t c) {
  const auto at =
      std::lower_bound(std::begin(kLookalikes), std::end(kLookalikes), c,
                       [](const Lookalike& l, char32_t value) { return l.from < value; });
  return at != std::end(kLookalikes) && at->from == c ? at->to : '\0';
}

char digit_lookalike(char32_t c) {
  switch (c) {
    case 0x01A7:  // Ƨ
      return '2';
    case 0x01B7:  // Ʒ
    case 0x021C:  // Ȝ
    case 0x0417:  // З
    case 0x0437:
    case 0x04E0:  // Ӡ
      return '3';
    case 0x0427:  // Ч
      return '4';
    case 0x01BC:  // Ƽ
      return '5';
    case 0x0431:  // б
      return '6';
    case 0x0222:  // Ȣ
    case 0x0223:
      return '8';
    default:
      return '\0';
  }
}

std::string_view plain_form(char32_t c) {
  if (c < 0x80) return {};
  if (c == 0xB9) return number_text(1);
  if (c == 0xB2 || c == 0xB3) return number_text(c - 0xB0);
  if (c < 0x0660) return {};
  if (between(c, 0x3040, 0xA4CF) || between(c, 0xAC00, 0xD7FF)) return {};
  if (c == 0x2070 || between(c, 0x2074, 0x2079)) return number_text(c - 0x2070);
  if (between(c, 0x2080, 0x2089)) return number_text(c - 0x2080);
  for (const Forms& forms : kForms) {
    if (!between(c, forms.first, forms.last)) continue;
    const char32_t step = c - forms.first;
    if (forms.index >= 0) return letter(static_cast<char32_t>(forms.index) + step);
    return number_text(static_cast<char32_t>(forms.number) + step);
  }
  if (between(c, 0x1D400, 0x1D6A3)) return letter((c - 0x1D400) % 52);
  if (u_charType(static_cast<UChar32>(c)) == U_DECIMAL_DIGIT_NUMBER)
    return number_text(static_cast<char32_t>(u_charDigitValue(static_cast<UChar32>(c))));
  return {};
}

std::size_t odd_character(std::string_view text, std::size_t at) {
  const RawChar c = raw_char(text, at);
  return c.size > 1 && is_odd(text, at, c.value, c.size) ? c.size : 0;
}

std::size_t armour_dashes_end(std::string_view text, std::size_t at) {
  constexpr int kFewest = 2, kMost = 10;
  std::size_t end = at;
  int dashes = 0;
  for (RawChar c = raw_char(text, end); dashes <= kMost && (c.value == U'-' || is_hyphen(c.value));
       c = raw_char(text, end)) {
    end += c.size;
    ++dashes;
  }
  const bool many = dashes >= kFewest && dashes <= kMost;
  return many && (begins_armour(text, end) || ends_armour(text, at)) ? end : at;
}

bool is_hidden_character(std::string_view text, std::size_t at) {
  const char32_t c = raw_char(text, at).value;
  if (is_tag(c)) return !in_flag(text, at);
  return is_variation_selector(c) && !honest_selector(text, at, c);
}

}  // namespace sekisho::filters
