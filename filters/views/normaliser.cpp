#include "filters/views/normaliser.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <string>

#include "filters/char_set.h"
#include "filters/utf8.h"
#include "filters/views/character_forms.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestTurned = 2048;  // bytes of overridden text that are turned round
constexpr int kTokenReach = 48;
constexpr char32_t kSoftHyphen = 0xAD;

const icu::Normalizer2* nfkc() {
  UErrorCode status = U_ZERO_ERROR;
  static const icu::Normalizer2* const kInstance = icu::Normalizer2::getNFKCInstance(status);
  return kInstance;
}

// Everyday Japanese and Korean, which NFKC leaves alone.
bool stays(char32_t c) {
  return (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA) ||
         (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3);
}

bool is_ignorable(char32_t c) {
  return is_invisible(c) || is_stackable_mark(c);
}

// The byte that a variation selector smuggles.
char smuggled_byte(char32_t c) {
  return static_cast<char>(c <= 0xFE0F ? c - 0xFE00 : c - 0xE0100 + 16);
}

bool is_picture(char32_t c) {
  return (c >= 0x1F000 && c <= 0x1FAFF) || (c >= 0x2190 && c <= 0x2BFF);
}

bool is_voice_mark(char32_t c) {
  return c == 0x3099 || c == 0x309A || c == 0xFF9E || c == 0xFF9F;
}

char32_t combining_voice(char32_t c) {
  return c == 0x3099 || c == 0xFF9E ? 0x3099 : 0x309A;
}

// Compatibility decomposition without the marks that any letter may carry; 0 = none.
bool decomposed(char32_t c, std::string& out) {
  icu::UnicodeString parts;
  if (nfkc() == nullptr || !nfkc()->getDecomposition(static_cast<UChar32>(c), parts)) return false;
  for (int32_t i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const auto part = static_cast<char32_t>(parts.char32At(i));
    if (!is_stackable_mark(part)) append_utf8(out, part);
  }
  return true;
}

class Reading {
 public:
  Reading(std::string_view text, Range stretch, Invisible invisible, Patches& out)
      : text_(text),
        end_(stretch.end),
        at_(stretch.begin),
        read_(invisible != Invisible::kDropped),
        within_(invisible == Invisible::kWithin),
        out_(out) {
    last_ = raw_char_before(text, stretch.begin).value;
  }

  Carried run();

 private:
  void skip_ascii();
  std::size_t framed_nought() const;
  void see(RawChar c);
  void drop(RawChar c);
  std::size_t word_break(std::size_t at) const;
  bool carries_hidden(std::size_t at) const;
  bool see_hidden(RawChar c);
  void turn_round();
  bool see_separator(RawChar c);
  bool see_voiced(RawChar c);
  void see_other(RawChar c);
  char32_t next_plain(std::size_t at) const;
  bool mixes_with_latin(std::size_t at) const;
  bool mixes_with_digits(std::size_t at) const;
  void put(std::size_t size, std::string_view replacement);
  void keep(RawChar c) {
    last_ = c.value;
    at_ += c.size;
  }

  std::string_view text_;
  std::size_t end_, at_;
  bool read_, within_;
  Patches& out_;
  char32_t last_ = 0;           // the character before, as it reads
  std::size_t hidden_end_ = 0;  // of the newest hidden character that was read
  bool carries_ = false, beside_ = false;
  std::string buffer_;
};

void Reading::put(std::size_t size, std::string_view replacement) {
  if (replacement != text_.substr(at_, size)) out_.add({at_, at_ + size}, replacement);
  if (!replacement.empty()) last_ = raw_char_before(replacement, replacement.size()).value;
  at_ += size;
}

void Reading::skip_ascii() {
  while (at_ < end_ && static_cast<unsigned char>(text_[at_]) < 0x80) {
    if (const std::size_t size = text_[at_] == '(' || text_[at_] == '0' ? framed_nought() : 0)
      put(size, "0");
    else
      last_ = static_cast<unsigned char>(text_[at_++]);
  }
}

// "(0)" or "0." at the place: there is no ⑴ or ⒈ of nought, so that it stands for one beside them.
// 0 = it does not.
std::size_t Reading::framed_nought() const {
  constexpr std::size_t kReach = 8;  // others like it between
  const bool brackets = text_[at_] == '(';
  const std::string_view nought = brackets ? "(0)" : "0.";
  if (!text_.substr(at_).starts_with(nought)) return 0;
  const char32_t first = brackets ? 0x2474 : 0x2488;
  const auto framed = [first](char32_t c) { return c >= first && c < first + 9; };
  std::size_t before = at_, behind = at_ + nought.size();
  for (std::size_t i = 0; i < kReach; ++i) {
    if (framed(raw_char_before(text_, before).value) || framed(raw_char(text_, behind).value))
      return nought.size();
    if (text_.substr(0, before).ends_with(nought))
      before -= nought.size();
    else if (before > 0 && text_[before - 1] == '-')
      --before;
    if (text_.substr(behind).starts_with(nought))
      behind += nought.size();
    else if (behind < text_.size() && text_[behind] == '-')
      ++behind;
  }
  return 0;
}

Carried Reading::run() {
  while (at_ < end_) {
    skip_ascii();
    if (at_ >= end_) break;
    see(raw_char(text_, at_));
  }
  if (!carries_) return Carried::kNothing;
  return beside_ ? Carried::kTextBesideWords : Carried::kText;
}

void Reading::see(RawChar c) {
  if (read_ && is_picture(c.value) && carries_hidden(at_ + c.size)) {
    put(c.size, "");  // a flag, an emoji
  } else if (stays(c.value)) {
    if (!see_voiced(c)) keep(c);
  } else if (is_ignorable(c.value)) {
    if (!see_hidden(c)) drop(c);
  } else if (const std::string_view plain = plain_form(c.value); !plain.empty()) {
    put(c.size, plain);
  } else if (is_drawn_bar(c.value)) {
    put(c.size, "|");
  } else if (!see_separator(c)) {
    see_other(c);
  }
}

// Whether a hidden character that is read stands at `at`.
bool Reading::carries_hidden(std::size_t at) const {
  const char32_t c = raw_char(text_, at).value;
  return (is_tag(c) || is_variation_selector(c)) && is_hidden_character(text_, at);
}

// The size of the line end at `at` behind a soft hyphen within a word, which goes on below; 0: it
// is none.
std::size_t Reading::word_break(std::size_t at) const {
  const std::size_t size = text_.substr(at, 2) == "\r\n" ? 2 : text_.substr(at, 1) == "\n" ? 1 : 0;
  const auto within = [](char32_t c) { return c > U' ' && c < 0x7F; };
  return size != 0 && within(last_) && within(raw_char(text_, at + size).value) ? size : 0;
}

// One that says nothing does not part hidden ones from each other.
void Reading::drop(RawChar c) {
  if (const std::size_t line = c.value == kSoftHyphen ? word_break(at_ + c.size) : 0; line != 0)
    return put(c.size + line, "");
  const bool behind_hidden = read_ && hidden_end_ != 0 && at_ == hidden_end_;
  if (behind_hidden) hidden_end_ += c.size;
  const bool ends = behind_hidden && is_alnum(raw_char(text_, at_ + c.size).value);
  beside_ = beside_ || ends;
  put(c.size, ends && !within_ ? " " : "");
}

// Invisible characters that say something.
bool Reading::see_hidden(RawChar c) {
  const bool selector = is_variation_selector(c.value) && c.value >= 0xFE00;
  if (c.value == 0x202E || c.value == 0x202D) {
    carries_ = true;
    if (!read_ || c.value == 0x202D) return false;
    turn_round();
    return true;
  }
  if (!is_tag(c.value) && !selector) return false;
  if (!is_hidden_character(text_, at_)) return false;
  carries_ = true;
  if (!read_) return false;
  const char byte = selector ? smuggled_byte(c.value) : static_cast<char>(c.value - 0xE0000);
  const bool shown = static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7F;
  if (!shown && byte != '\n') return false;
  // What is hidden is words of its own.
  const bool begins = at_ != hidden_end_ && is_alnum(last_);
  hidden_end_ = at_ + c.size;
  constexpr char32_t kCancelTag = 0xE007F;
  RawChar next = raw_char(text_, hidden_end_);
  if (next.value == kCancelTag) next = raw_char(text_, hidden_end_ + next.size);
  const bool ends = is_alnum(next.value);
  beside_ = beside_ || begins || ends;
  buffer_ = begins && !within_ ? " " : "";
  buffer_ += byte;
  if (ends && !within_) buffer_ += ' ';
  put(c.size, buffer_);
  return true;
}

// From a right-to-left override to its end: as it is shown.
void Reading::turn_round() {
  const std::size_t begin = at_;
  const std::size_t most = std::min(text_.size(), at_ + kLongestTurned);
  std::vector<std::string_view> parts;
  std::size_t pos = at_ + 3;
  while (pos < most && text_[pos] != '\n') {
    const RawChar c = raw_char(text_, pos);
    if (c.value == 0x202C || c.value == 0x2069) break;
    if (!is_ignorable(c.value)) parts.push_back(text_.substr(pos, c.size));
    pos += c.size;
  }
  buffer_.clear();
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) buffer_ += *part;
  put(pos - begin, buffer_);
}

// The next character that is seen, in its plain form.
char32_t Reading::next_plain(std::size_t at) const {
  for (int i = 0; i < 8; ++i) {
    const RawChar c = raw_char(text_, at);
    if (c.size == 0) return 0;
    if (is_ignorable(c.value)) {
      at += c.size;
      continue;
    }
    if (c.value < 0x80) return c.value;
    const std::string_view plain = plain_form(c.value);
    if (!plain.empty()) return static_cast<unsigned char>(plain[0]);
    return char_at(text_, at).value;
  }
  return 0;
}

// What stands between two letters or digits of one value.
bool Reading::see_separator(RawChar c) {
  const bool hyphen = is_hyphen(c.value), dot = is_dot(c.value);
  const bool line = c.value == 0x2028 || c.value == 0x2029;
  const bool space = is_space(c.value) || c.value == 0x3000 || line;
  if (!hyphen && !dot && !space) return false;
  if (const std::size_t end = hyphen ? armour_dashes_end(text_, at_) : at_; end != at_) {
    put(end - at_, "-----");
    return true;
  }
  const char32_t next = next_plain(at_ + c.size);
  const bool digits = is_digit(last_) && is_digit(next);
  const bool alnums = is_alnum(last_) && is_alnum(next);
  // The long-vowel mark, the middle dot and the full stop are ordinary Japanese elsewhere.
  const bool japanese = c.value >= 0x3000;
  if (space && (alnums || !japanese)) {
    put(c.size, line ? "\n" : " ");
  } else if (constexpr char32_t kHalfLong = 0xFF70; c.value == kHalfLong && !digits) {
    put(c.size, "ー");
  } else if (japanese ? digits : alnums) {
    put(c.size, hyphen ? "-" : ".");
  } else {
    keep(c);
  }
  return true;
}

// A kana whose voice mark is a character of its own.
bool Reading::see_voiced(RawChar c) {
  const RawChar mark = raw_char(text_, at_ + c.size);
  if (!is_voice_mark(mark.value) || nfkc() == nullptr) return false;
  const UChar32 whole = nfkc()->composePair(static_cast<UChar32>(c.value),
                                            static_cast<UChar32>(combining_voice(mark.value)));
  if (whole < 0) return false;
  buffer_.clear();
  append_utf8(buffer_, static_cast<char32_t>(whole));
  put(c.size + mark.size, buffer_);
  return true;
}

bool Reading::mixes_with_latin(std::size_t at) const {
  // In full width, too.
  const auto narrow = [](char32_t c) { return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : c; };
  const auto ends = [](char32_t c) {
    return c < 0x80 ? !is_word(c) && c != U'-' && c != U'.' && c != U'@' : c >= 0x3000;
  };
  std::size_t pos = at;
  for (int i = 0; i < kTokenReach; ++i) {
    const RawChar c = raw_char_before(text_, pos);
    if (c.size == 0 || ends(narrow(c.value))) break;
    if (is_alnum(narrow(c.value))) return true;
    pos -= c.size;
  }
  pos = at;
  for (int i = 0; i < kTokenReach; ++i) {
    const RawChar c = raw_char(text_, pos);
    if (c.size == 0 || ends(narrow(c.value))) break;
    if (is_alnum(narrow(c.value))) return true;
    pos += c.size;
  }
  return false;
}

// Whether the characters around `at` are digits and what looks like one, in groups with hyphens
// too.
bool Reading::mixes_with_digits(std::size_t at) const {
  static constexpr CharSet kFigures = kAsciiDigits | CharSet("OolIS-");
  const auto counts = [](char32_t c) {
    return c < 0x80 ? kFigures.has(static_cast<char>(c))
                    : digit_lookalike(c) != 0 || kFigures.has(latin_lookalike(c));
  };
  bool digits = false;
  std::size_t pos = at;
  RawChar c;
  for (int i = 0; i < kTokenReach && counts((c = raw_char_before(text_, pos)).value); ++i) {
    digits |= is_digit(c.value);
    pos -= c.size;
  }
  if (c.value < 0x80 && is_alnum(c.value)) return false;
  pos = at;
  for (int i = 0; i < kTokenReach && counts((c = raw_char(text_, pos)).value); ++i) {
    digits |= is_digit(c.value);
    pos += c.size;
  }
  return digits && !(c.value < 0x80 && is_alnum(c.value));
}

void Reading::see_other(RawChar c) {
  if (const char digit = digit_lookalike(c.value); digit != 0) {
    if (mixes_with_digits(at_)) return put(c.size, std::string_view(&digit, 1));
    return keep(c);
  }
  if (const char latin = latin_lookalike(c.value); latin != 0) {
    if (mixes_with_latin(at_)) return put(c.size, std::string_view(&latin, 1));
    return keep(c);
  }
  if (c.value >= 0xFF66 && c.value <= 0xFF9D) {
    buffer_.clear();
    if (!decomposed(c.value, buffer_)) return keep(c);
    const RawChar mark = raw_char(text_, at_ + c.size);
    const char32_t base = raw_char(buffer_, 0).value;
    UChar32 whole = -1;
    if (is_voice_mark(mark.value))
      whole = nfkc()->composePair(static_cast<UChar32>(base),
                                  static_cast<UChar32>(combining_voice(mark.value)));
    if (whole < 0) return put(c.size, buffer_);
    buffer_.clear();
    append_utf8(buffer_, static_cast<char32_t>(whole));
    return put(c.size + mark.size, buffer_);
  }
  buffer_.clear();
  if (c.value == 0xFFFD || !decomposed(c.value, buffer_)) return keep(c);
  put(c.size, buffer_);
}

}  // namespace

Carried normalise(std::string_view text, Range stretch, Invisible invisible, Patches& out) {
  out.undo(kNormalised);
  return Reading(text, stretch, invisible, out).run();
}

}  // namespace sekisho::filters
