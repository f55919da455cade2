#include "filters/views/escapes.h"

#include <algorithm>
#include <string>

#include "filters/bodies/charset.h"
#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/utf8.h"
#include "filters/views/blob_codings.h"
#include "filters/views/character_names.h"
#include "filters/views/escape_marks.h"
#include "filters/views/escaped_layout.h"
#include "filters/views/html_text.h"
#include "filters/views/marks_within.h"
#include "filters/views/pieces.h"
#include "filters/views/survey.h"
#include "filters/views/utf7_text.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestWord = 512;         // of an encoded word of mail
constexpr std::size_t kLongestArmour = 8u << 10;  // of <~…~>
constexpr std::size_t kSoftLine = 80;             // quoted-printable lines have 76

// `count` hexadecimal digits at `at`; -1 when there are fewer.
long hex_at(std::string_view text, std::size_t at, std::size_t count) {
  long value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const int digit = hex_value(at_or_nul(text, at + i));
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// "{41}" at `at`: its value, and its end.
long braced_hex(std::string_view text, std::size_t at, std::size_t& end) {
  if (at_or_nul(text, at) != '{') return -1;
  long value = 0;
  for (std::size_t i = at + 1; i < at + 9; ++i) {
    if (at_or_nul(text, i) == '}') {
      end = i + 1;
      return i > at + 1 ? value : -1;
    }
    const int digit = hex_value(at_or_nul(text, i));
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return -1;
}

// u8"Z\\u0065t": where what stands before the quote at `at` begins when the literal has escapes;
// `at`: nothing does, or it has none near.
std::size_t escaped_literal_begin(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 24;
  static constexpr CharSet kLast{"8uUL"};
  if (at < 3 || !kLast.has(text[at - 1])) return at;
  const std::size_t begin = text[at - 1] == '8' ? at - 2 : at - 1;
  if (literal_prefix_size(text, begin) != at - begin || kAsciiWord.has(text[begin - 1])) return at;
  const std::string_view literal = text.substr(at + 1, kReach);
  const std::size_t escape = literal.substr(0, literal.find(text[at])).find('\\');
  return escape == std::string_view::npos ? at : begin;
}

class EscapeFinder {
 public:
  EscapeFinder(std::string_view text, const Survey& survey, Range where, Patches& out)
      : text_(text), survey_(survey), where_(where), out_(out), values_(text) {}

  void run();

 private:
  std::size_t see(std::size_t at);
  std::size_t see_backslash(std::size_t at);
  std::size_t see_unicode(std::size_t at);
  std::size_t see_percent(std::size_t at);
  std::size_t see_plus(std::size_t at);
  std::size_t see_entity(std::size_t at);
  std::size_t see_equals(std::size_t at);
  std::size_t see_word(std::size_t at);
  std::size_t see_tag(std::size_t at);
  std::size_t see_within(std::size_t at, std::size_t end);
  long css_code(std::size_t at);
  long chained_code(std::size_t at, std::size_t& end);
  std::size_t see_powershell(std::size_t at);
  std::size_t see_named(std::size_t at);
  std::size_t put(std::size_t begin, std::size_t end, std::string_view text, bool asks = true);
  std::size_t put_whole(std::size_t begin, std::size_t end, std::string_view text);
  std::size_t put_code(std::size_t begin, std::size_t end, long code, bool asks = true);
  std::size_t put_byte(std::size_t begin, std::size_t end, long byte, bool asks = true);
  bool percent_near(std::size_t at) const;
  bool quoted_near(std::size_t at) const;
  bool names_number(std::size_t at) const;

  std::string_view text_;
  const Survey& survey_;
  Range where_;
  Patches& out_;
  ValuesAround values_;
  std::size_t last_word_ = 0;     // end of the last encoded word
  std::size_t last_quoted_ = 0;   // end of the last =41
  std::size_t soft_end_ = 0;      // of the last soft line end within a value
  std::size_t last_css_ = 0;      // end of the last \000041
  std::size_t last_chained_ = 0;  // end of the last \0101 or "\41 "
  std::size_t no_armour_ = 0;     // no "~>" before
};

std::size_t EscapeFinder::put(std::size_t begin, std::size_t end, std::string_view text,
                              bool asks) {
  out_.add({begin, end}, text, asks);
  return end;
}

std::size_t EscapeFinder::put_code(std::size_t begin, std::size_t end, long code, bool asks) {
  if (code < 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return begin + 1;
  std::string character;
  if (code != 0) append_utf8(character, static_cast<char32_t>(code));
  return put(begin, end, character, asks);
}

// Something that may hold several values.
std::size_t EscapeFinder::put_whole(std::size_t begin, std::size_t end, std::string_view text) {
  out_.undo(kUnescaped | kWrapped);
  out_.add({begin, end}, text);
  out_.undo(kUnescaped);
  return end;
}

// A byte of a longer character, often.
std::size_t EscapeFinder::put_byte(std::size_t begin, std::size_t end, long byte, bool asks) {
  const char c = static_cast<char>(byte);
  return put(begin, end, std::string_view(&c, byte == 0 ? 0 : 1), asks);
}

void EscapeFinder::run() {
  constexpr auto kSigns = [](const BlockMarks&, const BlockMarks& m, const BlockMarks&) {
    return m.special | m.token;  // a plus is among these
  };
  survey_.each(where_.begin, where_.end, kSigns, [this](std::size_t at) { return see(at); });
}

// Where to go on.
std::size_t EscapeFinder::see(std::size_t at) {
  switch (text_[at]) {
    case '\\':
      return see_backslash(at);
    case '%':
      return see_percent(at);
    case '+':
      return see_plus(at);
    case '&':
      return see_entity(at);
    case '=':
      return see_equals(at);
    case '<':
      return see_tag(at);
    case '`':
      if (const std::size_t end = see_powershell(at); end != at) return end;
      return see_within(at, bold_end(text_, at));
    case '*':
      return see_within(at, bold_end(text_, at));
    case '/':
      return see_within(at, comment_end(text_, at));
    case '"':
    case '\'':
      if (const std::size_t end = empty_hole_end(text_, at); end != at) return put(at - 2, end, "");
      if (const std::size_t prefix = escaped_literal_begin(text_, at); prefix != at)
        return put(prefix, at, "", false) + 1;
      return at + 1;
    default:
      return at + 1;
  }
}

std::size_t EscapeFinder::see_unicode(std::size_t at) {
  std::size_t end = at + 6;
  if (const long code = braced_hex(text_, at + 2, end); code >= 0) return put_code(at, end, code);
  long code = hex_at(text_, at + 2, 4);
  if (code < 0) return at + 2;
  if (code >= 0xD800 && code < 0xDC00 && text_.substr(at + 6, 2) == "\\u") {
    const long low = hex_at(text_, at + 8, 4);
    if (low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      end = at + 12;
    }
  }
  return std::max(put_code(at, end, code), at + 2);
}

// "`u{41}"; `at`: it is none.
std::size_t EscapeFinder::see_powershell(std::size_t at) {
  std::size_t end = at;
  const long code = at_or_nul(text_, at + 1) == 'u' ? braced_hex(text_, at + 2, end) : -1;
  return code < 0 ? at : put_code(at, end, code);
}

// "\\N{DIGIT FOUR}", "\\N{LATIN CAPITAL LETTER A}", as Python and Perl name characters.
std::size_t EscapeFinder::see_named(std::size_t at) {
  if (at_or_nul(text_, at + 2) != '{') return at + 2;
  const NamedCharacter named = named_character(text_, at + 3);
  return named.code < 0 ? at + 2 : std::max(put_code(at, named.end + 1, named.code), at + 2);
}

// "\\0101\\0113", as echo and printf write octal, and "\\41 \\4b ", as style sheets do: one after
// the other. -1 = neither.
long EscapeFinder::chained_code(std::size_t at, std::size_t& end) {
  const auto slash = [this](std::size_t i) { return at_or_nul(text_, i) == '\\'; };
  long value = 0;
  for (std::size_t i = at + 2; i < at + 5; ++i) {
    const int digit = at_or_nul(text_, i) - '0';
    if (digit < 0 || digit > 7) value = -0x10000;
    value = value * 8 + digit;
  }
  const bool noughts = at_or_nul(text_, at + 1) == '0' && value >= 0x20 && value < 0x7F &&
                       (slash(at + 5) || last_chained_ == at);
  const long pair = hex_at(text_, at + 1, 2);
  const bool spaced = at_or_nul(text_, at + 3) == ' ' && pair >= 0x20 && pair < 0x7F &&
                      (slash(at + 4) || last_chained_ == at);
  if (!noughts && !spaced) return -1;
  end = last_chained_ = noughts ? at + 5 : at + 4;
  return noughts ? value : pair;
}

// Marks that a reader does not take for a part of the value around them; `end` = `at`: none.
std::size_t EscapeFinder::see_within(std::size_t at, std::size_t end) {
  return end == at ? at + 1 : put(at, end, "", values_.may_be({at, end}));
}

// "\000041" as style sheets write it, one after the other; else it is octal. -1 = none.
long EscapeFinder::css_code(std::size_t at) {
  constexpr std::size_t kSize = 7;
  if (text_.substr(at + 1, 4) != "0000") return -1;
  const long code = hex_at(text_, at + 5, 2);
  const bool beside = at_or_nul(text_, at + kSize) == '\\' || (last_css_ != 0 && last_css_ == at);
  if (!beside || code < 0x20 || code >= 0x7F) return -1;
  last_css_ = at + kSize;
  return code;
}

std::size_t EscapeFinder::see_backslash(std::size_t at) {
  const char next = at_or_nul(text_, at + 1);
  std::size_t end = at + 4;
  switch (next) {
    case 'u':
      return see_unicode(at);
    case 'N':
      return see_named(at);
    case 'U': {
      const long code = hex_at(text_, at + 2, 8);
      return code < 0 ? at + 2 : std::max(put_code(at, at + 10, code), at + 2);
    }
    case 'x': {
      if (const long code = braced_hex(text_, at + 2, end); code >= 0)
        return put_code(at, end, code);
      // C# writes four digits.
      const long wide = hex_at(text_, at + 2, 4);
      if (wide >= 0x20 && wide < 0x100 && text_.substr(at + 2, 2) == "00")
        return put_code(at, at + 6, wide);
      const long byte = hex_at(text_, at + 2, 2);
      // '\\x414b…': bytes as PostgreSQL writes them are read with the other long runs.
      if (byte >= 0 && hex_at(text_, at + 4, 14) >= 0) return at + 2;
      return byte < 0 ? at + 2 : put_byte(at, at + 4, byte);
    }
    case '\\': {
      const char third = at_or_nul(text_, at + 2);
      const bool nested = third == 'u' || third == 'x' || third == 'U' || third == '\\' ||
                          third == '/' || (third >= '0' && third <= '7') ||
                          text_.substr(at + 2, 2) == "N{";
      return put(at, at + 2, "\\", nested);
    }
    case '\'':
      // "\'41", as rich text has it, one after the other.
      if (hex_at(text_, at + 2, 2) >= 0x20 &&
          (text_.substr(at + 4, 2) == "\\'" || last_chained_ == at)) {
        last_chained_ = at + 4;
        return put_byte(at, at + 4, hex_at(text_, at + 2, 2));
      }
      return put(at, at + 2, "'", false);
    case '/':
      return put(at, at + 2, "/", escapes_slash(text_, at));
    case '"':
      return put(at, at + 2, "\"", parts_value(text_, at));
    case 'n':
      return put(at, at + 2, "\n", parts_value(text_, at));
    case 't':
      return put(at, at + 2, "\t", parts_value(text_, at));
    case 'r':
      return put(at, at + 2, "", parts_value(text_, at));
    default:
      break;
  }
  if (escapes_sign(text_, at))
    return put(at, at + 2, std::string_view(&next, 1), values_.may_be({at, at + 1}));
  if (const long code = chained_code(at, end); code >= 0) return put_code(at, end, code);
  if (next < '0' || next > '7') return at + 2;
  if (const long code = css_code(at); code >= 0) return put_code(at, last_css_, code);
  long value = 0;
  std::size_t digits = 0;
  for (; digits < 3; ++digits) {
    const char c = at_or_nul(text_, at + 1 + digits);
    if (c < '0' || c > '7') break;
    value = value * 8 + (c - '0');
  }
  if (digits < 2 || value > 255) return at + 2;
  return put_byte(at, at + 1 + digits, value);
}

std::size_t EscapeFinder::see_percent(std::size_t at) {
  const char next = at_or_nul(text_, at + 1);
  if (next == 'u' || next == 'U') {
    const long code = hex_at(text_, at + 2, 4);
    return code < 0 ? at + 1 : put_code(at, at + 6, code);
  }
  const long byte = hex_at(text_, at + 1, 2);
  return byte < 0 ? at + 1 : put_byte(at, at + 3, byte);
}

bool EscapeFinder::percent_near(std::size_t at) const {
  constexpr std::size_t kNear = 32;
  const auto is_one = [this](std::size_t i) {
    return text_[i] == '%' && hex_at(text_, i + 1, 2) >= 0;
  };
  const auto ends = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  for (std::size_t i = at; i > 0 && at - i < kNear && !ends(text_[i - 1]); --i)
    if (is_one(i - 1)) return true;
  for (std::size_t i = at; i < text_.size() && i - at < kNear && !ends(text_[i]); ++i)
    if (is_one(i)) return true;
  return false;
}

// "電話は+1%20212", "+%34%34 20": the plus of a telephone, whose digits may be escaped.
bool begins_telephone(std::string_view text, std::size_t at) {
  if (at > 0 && (is_alnum(static_cast<unsigned char>(text[at - 1])) || text[at - 1] == '+'))
    return false;
  const long next = at_or_nul(text, at + 1) == '%' ? hex_at(text, at + 2, 2) : -1;
  return is_digit(static_cast<unsigned char>(at_or_nul(text, at + 1))) ||
         (next >= '1' && next <= '9');
}

// A space in a form's text.
std::size_t EscapeFinder::see_plus(std::size_t at) {
  if (begins_telephone(text_, at)) return at + 1;
  return percent_near(at) ? put(at, at + 1, " ", false) : at + 1;
}

std::size_t EscapeFinder::see_entity(std::size_t at) {
  const Entity entity = read_entity(text_, at);
  if (entity.end == 0) return at + 1;
  bool asks = entity.numeric || !entity.ordinary;
  if (entity.code == 0xA0 || entity.code == 0x20)
    asks = (at > 0 && alnum_at(text_, at - 1)) && alnum_at(text_, entity.end);
  const auto number = [this](std::size_t i) {
    return is_digit(static_cast<unsigned char>(at_or_nul(text_, i)));
  };
  asks = asks || (at > 0 && number(at - 1) && number(entity.end));
  if (entity.code == '<') asks = begins_escaped_tag(text_, at);
  if (entity.code == '&') asks = at_or_nul(text_, entity.end) == '#';
  return std::max(put_code(at, entity.end, entity.code == 0xA0 ? ' ' : entity.code, asks), at + 1);
}

bool EscapeFinder::quoted_near(std::size_t at) const {
  if (last_quoted_ != 0 && at - last_quoted_ <= kSoftLine) return true;
  const std::size_t most = std::min(text_.size(), at + 3 + kSoftLine);
  for (std::size_t i = at + 3; i < most; ++i) {
    if (text_[i] != '=') continue;
    const char next = at_or_nul(text_, i + 1);
    if (next == '\n' || next == '\r') return true;
    if (hex_at(text_, i + 1, 2) >= 0 && !is_lower(static_cast<unsigned char>(next))) return true;
  }
  return false;
}

// "AWS_ACCESS_KEY_ID=" at the end of a line: the value stands on the next one. Pieces of a value
// hold no such words.
bool ends_name(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 48;
  static constexpr CharSet kName = kAsciiLetters | CharSet("_");
  static constexpr std::string_view kWords[] = {"key", "token", "secret", "password", "_id", "url"};
  std::size_t begin = at;
  while (begin > 0 && at - begin < kLongest && kName.has(text[begin - 1])) --begin;
  const std::string name = lower_case(std::string(text.substr(begin, at - begin)));
  const bool alone = begin == 0 || text[begin - 1] == '\n' || text[begin - 1] == ' ';
  return alone && std::any_of(std::begin(kWords), std::end(kWords),
                              [&name](auto word) { return name.ends_with(word); });
}

std::size_t EscapeFinder::see_equals(std::size_t at) {
  const char next = at_or_nul(text_, at + 1);
  if (next == '?') return see_word(at);
  if (names_utf7(text_, at + 1)) {
    out_.undo(kUnescaped | kWrapped);
    patch_utf7(text_, at, out_);
    out_.undo(kUnescaped);
    return at + 1;
  }
  if (next == '\n' || (next == '\r' && at_or_nul(text_, at + 2) == '\n')) {
    const std::size_t end = at + (next == '\n' ? 2 : 3);
    // Padding of base64 ends a line as well, and the characters of a dump may.
    const bool soft = at > 0 && text_[at - 1] != '=' && text_[at - 1] != '\n' &&
                      !begins_dump_row(text_, end) && !ends_name(text_, at);
    // "5466 0927=\n 6076 8864", "1964/02=\n/17": the sign of a number begins the next line.
    static constexpr CharSet kNumberSigns{" /-."};
    const bool number = soft && is_digit(static_cast<unsigned char>(text_[at - 1])) &&
                        kNumberSigns.has(at_or_nul(text_, end)) &&
                        is_digit(static_cast<unsigned char>(at_or_nul(text_, end + 1)));
    // "7226=\n606=37": a value goes on, encoded.
    if (soft && text_[at - 1] > ' ' && at_or_nul(text_, end) > ' ') soft_end_ = end;
    return soft ? put(at, end, "", alnum_at(text_, end) || number || quoted_near(at)) : at + 1;
  }
  const long byte = hex_at(text_, at + 1, 2);
  // "=4b=49": one right after the other, in small letters too.
  const bool chained =
      last_quoted_ == at || (at_or_nul(text_, at + 3) == '=' && hex_at(text_, at + 4, 2) >= 0);
  const auto lower = [this](std::size_t i) {
    return is_lower(static_cast<unsigned char>(text_[i]));
  };
  if (byte < 0 || (!chained && (lower(at + 1) || lower(at + 2)))) return at + 1;
  const bool shown = byte >= 0x20 || byte == '\t' || byte == '\n' || byte == '\r';
  const bool goes_on = soft_end_ != 0 && at - soft_end_ <= kSoftLine && byte < 0x80;
  if (!shown || (!chained && !goes_on && !quoted_near(at))) return at + 1;
  const bool setting = names_number(at) && last_quoted_ != at;
  // "length=5007".
  constexpr std::size_t kThird = 3;
  if (setting && is_digit(static_cast<unsigned char>(at_or_nul(text_, at + kThird)))) return at + 1;
  last_quoted_ = at + 3;
  return put_byte(at, at + 3, byte, !setting);
}

// "rows=1234", "id=00ab": a setting whose value only looks encoded, as lines of logs are full of.
bool EscapeFinder::names_number(std::size_t at) const {
  const char before = at == 0 ? '\0' : text_[at - 1];
  if (!is_lower(static_cast<unsigned char>(before)) && before != '_') return false;
  std::size_t end = at + 1;
  static constexpr CharSet kDigits{"0123456789abcdef"};
  while (end < text_.size() && kDigits.has(text_[end])) ++end;
  return !alnum_at(text_, end) && at_or_nul(text_, end) != '=';
}

std::string decoded_charset(std::string_view name, const std::string& bytes) {
  const Charset charset = charset_named(name);
  if (charset == Charset::kUtf8 || charset == Charset::kNone || charset == Charset::kUnknown ||
      charset == Charset::kUtf16 || charset == Charset::kUtf32)
    return bytes;
  CharsetDecoder decoder(charset, bytes);
  std::string text;
  Layer layer;
  CharsetDecoder::Status status;
  while ((status = decoder.step(text, layer, 0)) == CharsetDecoder::Status::kMore) {
  }
  return status == CharsetDecoder::Status::kDone ? text : bytes;
}

std::string decoded_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const long byte = text[i] == '=' ? hex_at(text, i + 1, 2) : -1;
    if (byte >= 0) i += 2;
    out += byte >= 0 ? static_cast<char>(byte) : text[i] == '_' ? ' ' : text[i];
  }
  return out;
}

// RFC 2047: =?charset?B|Q?text?=; white space between two of them is nothing.
std::size_t EscapeFinder::see_word(std::size_t at) {
  const std::string_view rest = text_.substr(at + 2, kLongestWord);
  const std::size_t first = rest.find('?');
  if (first == std::string_view::npos || first == 0 || first > 24 || first + 2 >= rest.size() ||
      rest[first + 2] != '?')
    return at + 1;
  const std::size_t last = rest.find("?=", first + 3);
  if (last == std::string_view::npos) return at + 1;
  const std::string_view coded = rest.substr(first + 3, last - first - 3);
  std::string bytes;
  if (rest[first + 1] == 'B' || rest[first + 1] == 'b') {
    bytes = decode_base64_run(coded, 0);
  } else if (rest[first + 1] == 'Q' || rest[first + 1] == 'q') {
    bytes = decoded_q(coded);
  } else {
    return at + 1;
  }
  const std::size_t end = at + 2 + last + 2;
  if (last_word_ != 0 && last_word_ < at &&
      text_.substr(last_word_, at - last_word_).find_first_not_of(" \t\r\n") ==
          std::string_view::npos)
    put(last_word_, at, "", false);
  last_word_ = end;
  return put_whole(at, end, decoded_charset(rest.substr(0, first), bytes));
}

std::size_t EscapeFinder::see_tag(std::size_t at) {
  if (at_or_nul(text_, at + 1) == '~') {
    if (at < no_armour_) return at + 2;
    const std::string_view rest = text_.substr(at + 2, kLongestArmour);
    const std::size_t last = rest.find("~>");
    if (last == std::string_view::npos) {
      no_armour_ = at + 2 + rest.size();
      return at + 2;
    }
    std::string bytes;
    if (!decode_base85(rest.substr(0, last), bytes) || !is_mostly_text(bytes)) return at + 2;
    return put_whole(at, at + 2 + last + 2, bytes);
  }
  if (at == 0) return at + 1;
  const std::size_t end = inline_tags_end(text_, at);
  // What an attribute holds is read by itself.
  if (end == at || text_.substr(at, end - at).find("=\"data:") != std::string_view::npos)
    return at + 1;
  const bool comment = at_or_nul(text_, at + 1) == '!';
  const auto joins = [this, comment](std::size_t i) {
    return i < text_.size() &&
           (alnum_at(text_, i) || static_cast<unsigned char>(text_[i]) >= 0x80 || text_[i] == '-' ||
            text_[i] == '@' || text_[i] == '.' || text_[i] == '_' ||
            (comment && (text_[i] == ':' || text_[i] == '/')));
  };
  const auto digit = [this](std::size_t i) {
    return i < text_.size() && is_digit(static_cast<unsigned char>(text_[i]));
  };
  // Groups of a number keep the space between them.
  const bool spaced =
      at > 1 && ((digit(at - 1) && at_or_nul(text_, end) == ' ' && digit(end + 1)) ||
                 (text_[at - 1] == ' ' && digit(at - 2) && digit(end)));
  return put(at, end, "", spaced || (joins(at - 1) && joins(end)));
}

}  // namespace

void find_escapes(std::string_view text, const Survey& survey, Range where, Patches& out) {
  out.undo(kUnescaped);
  EscapeFinder(text, survey, where, out).run();
}

}  // namespace sekisho::filters
