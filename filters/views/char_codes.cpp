#include "filters/views/char_codes.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/utf8.h"
#include "filters/views/blob_codings.h"
#include "filters/views/escape_marks.h"
#include "filters/views/line_heads.h"
#include "filters/views/pieces.h"
#include "filters/views/survey.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kFewestCodes = 8;
constexpr std::size_t kMostCodes = 16384;
constexpr std::size_t kManyCodes = 12;
constexpr std::size_t kLongestBetween = 48;  // bytes between two numbers, with the call of one

bool digit_at(std::string_view text, std::size_t at) {
  return at < text.size() && kAsciiDigits.has(text[at]);
}
bool word_at(std::string_view text, std::size_t at) {
  return at < text.size() && kAsciiWord.has(text[at]);
}

enum class Base { kDecimal, kHex, kBinary, kPairs };

struct Code {
  std::size_t end = 0;  // 0 = none
  long value = 0;
};

Code read_hex(std::string_view text, std::size_t at, std::size_t least, std::size_t most) {
  long value = 0;
  std::size_t pos = at;
  for (; pos - at < most && hex_value(at_or_nul(text, pos)) >= 0; ++pos)
    value = value * 16 + hex_value(text[pos]);
  if (pos - at < least || word_at(text, pos)) return {};
  return {pos, value};
}

// Digits of a base of ten at most.
Code read_bits(std::string_view text, std::size_t at, int base, std::size_t least,
               std::size_t most) {
  long value = 0;
  std::size_t pos = at;
  for (; pos - at < most; ++pos) {
    const int digit = at_or_nul(text, pos) - '0';
    if (digit < 0 || digit >= base) break;
    value = value * base + digit;
  }
  return pos - at < least || word_at(text, pos) ? Code{} : Code{pos, value};
}

Code read_code(std::string_view text, std::size_t at, Base base) {
  switch (base) {
    case Base::kHex: {
      const char first = at_or_nul(text, at), second = at_or_nul(text, at + 1);
      if (first == '0' && (second == 'b' || second == 'B')) return read_bits(text, at + 2, 2, 7, 8);
      if (first == '0' && (second == 'o' || second == 'O')) return read_bits(text, at + 2, 8, 2, 7);
      const bool c_style = first == '0' && (second == 'x' || second == 'X');
      const bool named = (first == 'U' || first == 'u') && second == '+';
      if (c_style || named) return read_hex(text, at + 2, 1, 6);
      // "&H4B" of Basic.
      const bool basic = (first == 'H' || first == 'h') && at > 0 && text[at - 1] == '&';
      return basic ? read_hex(text, at + 1, 1, 6) : Code{};
    }
    case Base::kPairs: {
      // As assemblers write them: "4Bh".
      const char third = at_or_nul(text, at + 2);
      const bool suffixed = (third == 'h' || third == 'H') && !word_at(text, at + 3);
      const Code code = read_hex(text.substr(0, suffixed ? at + 2 : text.size()), at, 2, 2);
      return suffixed && code.end != 0 ? Code{at + 3, code.value} : code;
    }
    case Base::kBinary:
      return read_bits(text, at, 2, 7, 8);
    case Base::kDecimal:
      break;
  }
  long value = 0;
  std::size_t pos = at;
  for (; pos - at < 7 && digit_at(text, pos); ++pos) value = value * 10 + (text[pos] - '0');
  // "75u8", "75u": literals of bytes.
  if (pos > at && at_or_nul(text, pos) == 'u') pos += at_or_nul(text, pos + 1) == '8' ? 2 : 1;
  return pos == at || word_at(text, pos) ? Code{} : Code{pos, value};
}

// Names of calls that make a character of its code.
bool is_char_call(std::string_view name) {
  static constexpr std::string_view kCalls[] = {
      "chr",     "Chr",          "CHR",           "ChrW",   "chrw",   "char", "CHAR",
      "Char",    "fromCharCode", "fromCodePoint", "unichr", "String", "rune", "NCHAR",
      "UNICHAR", "byte",         "Byte",          "int",    "UInt8",  "uint8"};
  return std::find(std::begin(kCalls), std::end(kCalls), name) != std::end(kCalls);
}

// Over "0x7ffe1010:" at the beginning of a line, as debuggers show memory; `at` = there is none.
std::size_t skip_address(std::string_view text, std::size_t at) {
  constexpr std::size_t kFewest = 5, kMost = 16;
  if (text[at] != '0' || at_or_nul(text, at + 1) != 'x' || at == 0 || text[at - 1] != '\n')
    return at;
  std::size_t end = at + 2;
  while (end - at < kMost + 2 && hex_value(at_or_nul(text, end)) >= 0) ++end;
  return end - at >= kFewest + 2 && at_or_nul(text, end) == ':' ? end + 1 : at;
}

// Tells whether a line below a list is one of it: not behind the bracket that closed it, and no
// message of a chat.
class ListLines {
 public:
  void see(char c) {
    if (c == '\n')
      line_ = true;
    else if (c == '(' || c == '[' || c == '{')
      closed_ = line_ = false;
    else if (!line_ && (c == ')' || c == ']' || c == '}'))
      closed_ = true;
  }
  bool is_over(std::string_view text, std::size_t at) const {
    return line_ && (closed_ || begins_time(text, at));
  }

 private:
  bool closed_ = false, line_ = false;
};

// Over ")+chr(", ", ", " ", "][": where the next number may begin. `at` = there is none.
constexpr CharSet kBetween{" \t\r\n,;+.&|:-/()[]'\"{}"};
std::size_t skip_between(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  ListLines lines;
  const std::size_t most = std::min(text.size(), at + kLongestBetween);
  while (pos < most) {
    const char c = text[pos];
    if (kBetween.has(c)) {
      lines.see(c);
      ++pos;
      continue;
    }
    // A list goes on behind the end of its line.
    if (c == '\\' && (at_or_nul(text, pos + 1) == '\n' || at_or_nul(text, pos + 1) == '\r')) {
      ++pos;
      continue;
    }
    if (kAsciiDigits.has(c)) {
      const std::size_t address = c == '0' ? skip_address(text, pos) : pos;
      if (address == pos) break;
      pos = address;
      continue;
    }
    if (!is_letter(static_cast<unsigned char>(c))) break;
    std::size_t end = pos;
    while (end < most && is_alnum(static_cast<unsigned char>(text[end]))) ++end;
    const std::string_view name = text.substr(pos, end - pos);
    static constexpr CharSet kAfterCall{"(.)]"};
    if (at_or_nul(text, end) == '$' && at_or_nul(text, end + 1) == '(') ++end;  // of Basic
    if (end < most && kAfterCall.has(text[end]) && is_char_call(name)) {
      lines.see('(');
      pos = end + 1;
      continue;
    }
    break;
  }
  return lines.is_over(text, pos) ? at : pos;
}

// How long the call before `end` is: ''.join(map(chr, [75, 122])), pack("C*", 75, 122). 0: none.
std::size_t call_before(std::string_view text, std::size_t end) {
  static constexpr std::string_view kCalls[] = {"''.join(map(chr, ", "\"\".join(map(chr, ",
                                                "pack(\"C*\", ", "pack('C*', "};
  const std::string_view before = text.substr(0, end);
  for (const std::string_view call : kCalls)
    if (before.ends_with(call)) return call.size();
  return 0;
}

// The call or bracket that a list begins with.
std::size_t list_begin(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 48;
  std::size_t pos = at;
  while (pos > 0 && at - pos < kLongest) {
    const char c = text[pos - 1];
    const bool bracket = c == '(' || c == '[' || c == '{';
    if (!bracket) break;
    --pos;
    std::size_t name = pos;
    while (name > 0 && at - name < kLongest && (word_at(text, name - 1) || text[name - 1] == '.'))
      --name;
    pos = name;
  }
  if (const std::size_t call = call_before(text, pos); call != 0) return pos - call;
  // new byte[] {75, 122}, []byte{75, 122}
  std::size_t type = text.substr(0, pos).ends_with("{ ") ? pos - 2 : pos;
  if (type > 0 && text[type - 1] == ' ') --type;
  if (text.substr(0, type).ends_with("[]")) pos = type - 2;
  std::size_t name = pos;
  while (name > 0 && at - name < kLongest && word_at(text, name - 1)) --name;
  constexpr std::string_view kNew = "new ";
  return text.substr(0, name).ends_with(kNew) ? name - kNew.size() : pos;
}

std::size_t list_end(std::string_view text, std::size_t begin, std::size_t end) {
  long open = 0;
  for (std::size_t i = begin; i < end; ++i)
    open += text[i] == '(' || text[i] == '[' || text[i] == '{'   ? 1
            : text[i] == ')' || text[i] == ']' || text[i] == '}' ? -1
                                                                 : 0;
  while (open > 0 && end < text.size() &&
         (text[end] == ')' || text[end] == ']' || text[end] == '}')) {
    ++end;
    --open;
  }
  return end;
}

// Behind the bracket that closes the one at `at`, on its line; `at`: none does so near.
std::size_t closed_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 64;
  long open = 0;
  for (std::size_t pos = at; pos < text.size() && pos - at < kLongest; ++pos) {
    if (text[pos] == '\n') break;
    open += text[pos] == '(' ? 1 : text[pos] == ')' ? -1 : 0;
    if (open == 0) return pos + 1;
  }
  return at;
}

// Behind calls that make a text of the list: ".decode()", ".toString('utf8')", ".join('')",
// ".map(c => String.fromCharCode(c))".
std::size_t calls_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 48;
  constexpr int kMostCalls = 4;
  for (int calls = 0; calls < kMostCalls && at_or_nul(text, at) == '.'; ++calls) {
    std::size_t name = at + 1;
    while (name - at < kLongestName && word_at(text, name)) ++name;
    if (name == at + 1 || at_or_nul(text, name) != '(') break;
    const std::size_t end = closed_at(text, name);
    if (end == name) break;
    at = end;
  }
  return at;
}

// Characters that stand for others or are not seen: the list may hold a disguise of its own.
struct CodeRange {
  long first, last;
};
constexpr CodeRange kDisguises[] = {
    {0xAD, 0xAD},     {0x300, 0x36F},     {0x391, 0x3C9},     {0x401, 0x45F},    {0x660, 0x669},
    {0x6F0, 0x6F9},   {0x966, 0x96F},     {0x200B, 0x200F},   {0x2010, 0x2015},  {0x202A, 0x202E},
    {0x2060, 0x2069}, {0x2212, 0x2212},   {0x2460, 0x24FF},   {0x2776, 0x277F},  {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF}, {0x1D400, 0x1D7FF}, {0x1FBF0, 0x1FBF9}, {0xE0000, 0xE01EF}};
constexpr std::size_t kFewCodes = 0x2800;

constexpr auto kFewDisguises = [] {
  std::array<bool, kFewCodes> out{};
  for (const CodeRange& r : kDisguises)
    for (long code = r.first; code <= r.last && code < static_cast<long>(kFewCodes); ++code)
      out[static_cast<std::size_t>(code)] = true;
  return out;
}();

bool is_disguise(long code) {
  if (code < static_cast<long>(kFewCodes)) return kFewDisguises[static_cast<std::size_t>(code)];
  return std::any_of(std::begin(kDisguises), std::end(kDisguises),
                     [code](const CodeRange& r) { return code >= r.first && code <= r.last; });
}

// Of Japanese, and signs and kanji beyond the first 65,536.
bool may_be_character(long code) {
  return (code >= 9 && code <= 13) || (code >= 0x20 && code != 0x7F && code < 256) ||
         (code >= 0x3000 && code < 0x10000) || (code >= 0x1F000 && code < 0x33000);
}

// The text that the codes are, "" when they are none: bytes of UTF-8, or characters.
std::string text_of(const std::vector<long>& codes) {
  const bool bytes = std::all_of(codes.begin(), codes.end(), [](long c) { return c < 256; });
  std::string out;
  if (bytes) {
    for (const long c : codes) out += static_cast<char>(c);
    if (valid_utf8(out) && is_mostly_text(out)) return out;
    out.clear();
  }
  for (const long c : codes) {
    if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) || c == 0) return {};
    append_utf8(out, static_cast<char32_t>(c));
  }
  // Numbers of every size are a table.
  const auto wild = std::count_if(codes.begin(), codes.end(), [](long c) {
    return (c < 9 || (c > 0x7E && c < 0x3000) || c > 0xFFEF) && !is_disguise(c);
  });
  return wild * 20 > static_cast<long>(codes.size()) || !is_mostly_text(out) ? std::string() : out;
}

// The longest part of a list that may be text.
Range likely_part(const std::vector<long>& codes) {
  Range best, part;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (!may_be_character(codes[i]) && !is_disguise(codes[i])) part.begin = i + 1;
    part.end = i + 1;
    if (part.size() > best.size()) best = part;
  }
  return best;
}

// The same numbers read as octal ones: all have three digits, or begin with a nought.
std::string text_of_octals(std::string_view text, const std::vector<Range>& places) {
  std::string bytes;
  for (const Range& place : places) {
    // Of two digits they are enough to hold an 8 or a 9 when they are decimal.
    const bool nought = text[place.begin] == '0', many = places.size() >= kManyCodes;
    if (place.size() != 3 && !(nought && place.size() == 4) &&
        !((nought || many) && place.size() == 2))
      return {};
    const Code code = read_bits(text, place.begin, 8, place.size(), place.size());
    if (code.end == 0 || code.value > 255) return {};
    if (code.value == 0 && &place == &places.back()) break;
    bytes += static_cast<char>(code.value);
  }
  return is_mostly_text(bytes) ? bytes : std::string();
}

std::string text_of_pairs(std::string_view text, const std::vector<Range>& places, Range part) {
  std::string bytes;
  for (std::size_t i = part.begin; i < part.end; ++i) {
    if (places[i].size() != 2) return {};
    bytes += decode_hex(text.substr(places[i].begin, 2));
  }
  return is_mostly_text(bytes) ? bytes : std::string();
}

// Reads a list code by code, up to the first number that is neither a character nor, where all are
// of two digits, one half of a pair of hexadecimal ones, nor an octal one of three digits among
// such.
class ListReader {
 public:
  // `first` is what stands at `at`.
  ListReader(std::string_view text, std::size_t at, Base base, Code first)
      : text_(text),
        next_(at),
        end_(at),
        base_(base),
        code_(first),
        pairs_(base == Base::kDecimal),
        octals_(base == Base::kDecimal) {}

  // The next code; `end` 0 = the list is over.
  Code read(std::size_t& begin) {
    const Code code = code_;
    if (code.end == 0) return {};
    begin = next_;
    pairs_ = pairs_ && code.end - begin == 2;
    octals_ = octals_ && code.end - begin == 3 && read_bits(text_, begin, 8, 3, 3).end == code.end;
    end_ = code.end;
    const bool high_half = base_ == Base::kPairs && code.value == 0;
    if (!may_be_character(code.value) && !pairs_ && !octals_ && !high_half &&
        !is_disguise(code.value))
      return {};
    next_ = skip_between(text_, code.end);
    code_ = next_ == code.end ? Code{} : read_code(text_, next_, base_);
    return code;
  }
  // What was read ends here, with the number that broke it off.
  std::size_t end() const { return end_; }

 private:
  std::string_view text_;
  std::size_t next_, end_;
  Base base_;
  Code code_;    // at `next_`
  bool pairs_;   // all of two digits so far
  bool octals_;  // all octal ones of three digits so far
};

// Whether enough numbers follow one another; `looked` is moved to the end of those that are too
// few.
bool begins_list(std::string_view text, std::size_t at, Base base, Code first,
                 std::size_t& looked) {
  ListReader list(text, at, base, first);
  std::size_t begin = 0;
  for (std::size_t count = 0; count < kFewestCodes; ++count) {
    if (list.read(begin).end != 0) continue;
    looked = std::max(looked, list.end());
    return false;
  }
  return true;
}

// "41,00,4b,00": pairs of digits that are UTF-16.
void drop_high_halves(std::vector<long>& codes, std::vector<Range>& places) {
  if (codes.size() < 2 * kFewestCodes) return;
  for (std::size_t i = 1; i < codes.size(); i += 2)
    if (codes[i] != 0 || places[i].size() != 2) return;
  for (std::size_t i = 0; 2 * i < codes.size(); ++i) {
    codes[i] = codes[2 * i];
    places[i] = places[2 * i];
  }
  codes.resize((codes.size() + 1) / 2);
  places.resize(codes.size());
}

// Reads a list at `at`; its end when it was patched, 0 otherwise.
std::size_t patch_list(std::string_view text, std::size_t at, Base base, Code first,
                       std::size_t& looked, Patches& out) {
  if (!begins_list(text, at, base, first, looked)) return 0;
  if ((base == Base::kPairs || base == Base::kDecimal) && in_dump_row(text, at)) return 0;
  std::vector<long> codes;
  std::vector<Range> places;
  ListReader list(text, at, base, first);
  while (codes.size() < kMostCodes) {
    std::size_t begin = 0;
    const Code code = list.read(begin);
    if (code.end == 0 || code.value > 0x10FFFF) break;
    codes.push_back(code.value);
    places.push_back({begin, code.end});
  }
  if (places.empty()) return 0;
  looked = std::max(looked, places.back().end);
  if (base == Base::kPairs || base == Base::kDecimal) drop_high_halves(codes, places);
  // "49 48 33 … 4b": pairs of hexadecimal digits, the first of which hold no letter.
  const std::size_t beyond = skip_between(text, places.back().end);
  const bool goes_on = base == Base::kDecimal && beyond > places.back().end &&
                       hex_value(at_or_nul(text, beyond)) >= 0 &&
                       read_code(text, beyond, Base::kPairs).end != 0;
  if (goes_on && std::all_of(places.begin(), places.end(), [](Range r) { return r.size() == 2; }))
    return 0;
  Range part = likely_part(codes);
  // Numbers of two digits are pairs of hexadecimal ones as well.
  const Range all{0, places.size()};
  std::string decoded;
  if (base == Base::kDecimal && all.size() >= kFewestCodes)
    decoded = text_of_pairs(text, places, all);
  const bool pairs = !decoded.empty();
  if (part.size() >= kFewestCodes && (!pairs || part == all)) {
    codes.assign(codes.begin() + static_cast<std::ptrdiff_t>(part.begin),
                 codes.begin() + static_cast<std::ptrdiff_t>(part.end));
    decoded += (pairs ? "\n" : "") + text_of(codes);
  }
  bool whole = pairs;
  if (base == Base::kDecimal && !pairs && all.size() >= kFewestCodes)
    if (const std::string octal = text_of_octals(text, places); !octal.empty()) {
      decoded += (decoded.empty() ? "" : "\n") + octal;
      whole = true;
    }
  if (decoded.empty()) return 0;
  if (whole) part = all;
  const std::size_t begin = list_begin(text, places[part.begin].begin);
  const std::size_t end = calls_end(text, list_end(text, begin, places[part.end - 1].end));
  out.add({begin, end}, decoded);
  return end;
}

constexpr std::size_t kLongestCode = 8;  // "0x10FFFF", "01000001"

constexpr unsigned bit_of(Base base) {
  return 1u << static_cast<unsigned>(base);
}

// Cheap: in which bases a list may begin with the word at `at`, a bit each.
unsigned bases_of_first(std::string_view text, std::size_t at) {
  long value = 0;
  std::size_t end = at;
  for (; digit_at(text, end) && end - at <= kLongestCode; ++end)
    value = value * 10 + (text[end] - '0');
  const std::size_t size = end - at;
  const char next = at_or_nul(text, end);
  if (size > 0 && kBetween.has(next)) {
    const bool decimal = size < kLongestCode && (may_be_character(value) || is_disguise(value));
    return (decimal ? bit_of(Base::kDecimal) : 0) | (size == 2 ? bit_of(Base::kPairs) : 0) |
           (size >= 7 ? bit_of(Base::kBinary) : 0);
  }
  if (size > 0 && next == 'u') return bit_of(Base::kDecimal);
  if (size == 2 && (next == 'h' || next == 'H')) return bit_of(Base::kPairs);
  if (size > 1) return 0;
  const char second = at_or_nul(text, at + 1);
  static constexpr CharSet kPrefixes{"xXoObB"};
  const bool prefixed = text[at] == '0' ? kPrefixes.has(second) : second == '+' || second == 'X';
  if (prefixed && hex_value(at_or_nul(text, at + 2)) >= 0) return bit_of(Base::kHex);
  if (text[at] == 'H' || text[at] == 'h')
    return at > 0 && text[at - 1] == '&' && hex_value(second) >= 0 ? bit_of(Base::kHex) : 0;
  const char third = at_or_nul(text, at + 2);
  const bool ends = third == 'h' || third == 'H' || !word_at(text, at + 2);
  return hex_value(second) >= 0 && ends ? bit_of(Base::kPairs) : 0;
}

// Cheap: in which bases the numbers from `at` on end before they are enough for a list, a bit each:
// one is no character of that base. Digits and single signs alone are looked at; says nothing of
// others. `looked` is moved to the number that ends the decimal ones.
unsigned bases_that_end(std::string_view text, std::size_t at, std::size_t& looked) {
  static constexpr CharSet kSigns{",; \t|./:-\n"};
  constexpr unsigned kBoth = bit_of(Base::kDecimal) | bit_of(Base::kPairs);
  bool pairs = true, octals = true;
  std::size_t pos = at;
  for (std::size_t count = 0; count < kFewestCodes; ++count) {
    const std::size_t begin = pos;
    long value = 0;
    for (; digit_at(text, pos) && pos - begin < kLongestCode; ++pos)
      value = value * 10 + (text[pos] - '0');
    const std::size_t size = pos - begin;
    if (size == 0 || size == kLongestCode || pos + 1 >= text.size() || !kSigns.has(text[pos]))
      break;
    // Two digits may be a pair of hexadecimal ones, three may be octal ones, when all are.
    pairs = pairs && size == 2;
    octals = octals && size == 3;
    if (!pairs && !octals && !may_be_character(value) && !is_disguise(value)) {
      looked = std::max(looked, pos);
      return kBoth;
    }
    do ++pos;
    while (pos < text.size() && kSigns.has(text[pos]));
  }
  return pairs ? 0 : bit_of(Base::kPairs);
}

// Whether a list may begin with `code`.
bool may_be_first(std::string_view text, Code code) {
  return code.end != 0 && kBetween.has(at_or_nul(text, code.end)) &&
         (may_be_character(code.value) || is_disguise(code.value));
}

}  // namespace

void find_char_codes(std::string_view text, const Survey& survey, Range where, Patches& out) {
  out.undo(kCharCodes | kWrapped);
  std::size_t looked[4] = {0, 0, 0, 0};  // a list is not read again from its middle
  static constexpr CharSet kFirst{"0123456789abcdefABCDEFhHuU"};
  // Where digits begin a word, and words of one letter (U+0041) or two (a pair of digits), or with
  // a digit behind the first (E3h); not before words, but for those of calls, and Japanese within
  // the shortest list.
  constexpr auto kCodeStarts = [](const BlockMarks& before, const BlockMarks& m,
                                  const BlockMarks& after) {
    static_assert(kFewestCodes == 8);
    const TwoBlocks alnum{m.alnum(), after.alnum()}, digits{m.digit, after.digit};
    const std::uint64_t basic = m.special << 1 & ~alnum.ahead(3);  // "&HE3"
    const std::uint64_t starts =
        alnum.low & ~(alnum.low << 1 | before.alnum() >> 63) &
        (m.digit | digits.ahead(1) | ~alnum.ahead(1) | ~alnum.ahead(2) | basic);
    if (starts == 0) return starts;
    // Eight codes take 20 bytes and more: two digits each, few of them one.
    const TwoBlocks words{m.plain, after.plain}, high{m.high, after.high};
    const std::uint64_t near_word =
        words.spread(1).spread(2).spread(4).spread(8).spread(4).ahead(1);
    const std::uint64_t near_high = high.spread(1).spread(2).spread(4).spread(8).spread(4).ahead(1);
    const std::uint64_t candidates = starts & ~near_high;
    if ((candidates & near_word) == 0) return candidates;
    // "chr(", "[char]", "fromCharCode.", but neither "0.5" nor "}" behind a string.
    const std::uint64_t others = m.space | m.special | m.close;
    const std::uint64_t other = others << 1 | (before.space | before.special | before.close) >> 63;
    const std::uint64_t letter = m.letter << 1 | before.letter >> 63;
    const TwoBlocks calls{
        (m.close & ~other) | (m.dot & letter),
        (after.close & ~(((after.space | after.special | after.close) << 1) | others >> 63)) |
            (after.dot & (after.letter << 1 | m.letter >> 63))};
    const std::uint64_t called = calls.spread(1).spread(2).spread(4).spread(8).spread(8).low;
    return candidates & ~(near_word & ~called);
  };
  survey.each(where.begin, where.end, kCodeStarts, [&](std::size_t at) {
    if (!kFirst.has(text[at]) || (at > 0 && word_at(text, at - 1))) return at + 1;
    unsigned bases = bases_of_first(text, at);
    if (bases == 0) return at + 1;
    std::size_t& decimal = looked[static_cast<int>(Base::kDecimal)];
    if (at < decimal && (bases &= ~bit_of(Base::kDecimal)) == 0) return at + 1;
    if (kAsciiDigits.has(text[at]) && (bases &= ~bases_that_end(text, at, decimal)) == 0)
      return at + 1;
    for (const Base base : {Base::kHex, Base::kBinary, Base::kDecimal, Base::kPairs}) {
      std::size_t& seen = looked[static_cast<int>(base)];
      if (at < seen || (bases & bit_of(base)) == 0) continue;
      const Code first = read_code(text, at, base);
      if (!may_be_first(text, first)) continue;
      const std::size_t end = patch_list(text, at, base, first, seen, out);
      if (end == 0) continue;
      std::fill(std::begin(looked), std::end(looked), end);
      break;
    }
    return at + 1;
  });
}

}  // namespace sekisho::filters
