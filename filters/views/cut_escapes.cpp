#include "filters/views/cut_escapes.h"

#include <algorithm>
#include <string>

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/views/escape_marks.h"
#include "filters/views/html_text.h"
#include "filters/views/survey.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestBorder = 96, kLongestMargin = 24;
constexpr std::size_t kNear = 24;     // another escape stands so near
constexpr std::size_t kLongest = 11;  // "&#x1F600;"
constexpr CharSet kQuotes{"\"'`"}, kHex{"0123456789abcdefABCDEF"}, kOctal{"01234567"};

// Walks over what stands between two pieces.
class Border {
 public:
  Border(std::string_view text, std::size_t at) : text_(text), begin_(at), at_(at) {}

  // Where the next piece begins; where this began: there is no border.
  std::size_t end() {
    if (at_or_nul(text_, at_) == '<') return cell_tags_end(text_, at_);
    const bool closed = skip_quotes();
    skip_blanks();
    bool parts = at_or_nul(text_, at_) == '\t' && skip(1);
    parts = skip_sign(closed) || parts;
    skip_blanks();
    parts = skip_line_end() || parts;
    if (closed) {
      skip_name();
      return skip_quotes() && at_ - begin_ > 1 ? at_ : begin_;
    }
    return parts ? at_ : begin_;
  }
  // Behind the name of a piece ("'\nB='").
  bool named() const { return named_; }

 private:
  bool skip(std::size_t count) {
    at_ += count;
    return true;
  }
  // Quotes, doubled ones of CSV, escaped ones of JSON.
  bool skip_quotes() {
    const std::size_t from = at_;
    while (at_or_nul(text_, at_) == '\\' &&
           (at_or_nul(text_, at_ + 1) == '\\' || kQuotes.has(at_or_nul(text_, at_ + 1))))
      ++at_;
    const char quote = at_or_nul(text_, at_);
    if (!kQuotes.has(quote)) {
      at_ = from;
      return false;
    }
    const bool doubled = at_ == from && at_or_nul(text_, at_ + 1) == quote;
    return skip(doubled ? 2 : 1);
  }
  void skip_blanks() {
    while (at_or_nul(text_, at_) == ' ' && at_ - begin_ < kLongestBorder) ++at_;
  }
  // What joins literals, or parts cells.
  bool skip_sign(bool closed) {
    const char c = at_or_nul(text_, at_);
    if (c == '|') return skip(1);
    static constexpr CharSet kJoining{"+.&,;"};
    return closed && kJoining.has(c) && skip(1);
  }
  // A line end, escaped or continued by a backslash, with the margin of the next line.
  bool skip_line_end() {
    std::size_t pos = at_;
    while (at_or_nul(text_, pos) == '\\') ++pos;
    const bool escaped =
        pos > at_ && (at_or_nul(text_, pos) == 'n' || at_or_nul(text_, pos) == 'r');
    if (escaped) {
      at_ = pos + 1;
      if (text_[pos] == 'r') return skip_line_end();
    } else {
      if (at_or_nul(text_, pos) == '\r') ++pos;
      if (at_or_nul(text_, pos) != '\n') return false;
      at_ = pos + 1;
    }
    skip_margin();
    return true;
  }
  // Indentation, marks of quotation, of a patch and of comments, the number of the line.
  void skip_margin() {
    static constexpr CharSet kMargin{" \t>+|"};
    const std::size_t from = at_;
    while (kMargin.has(at_or_nul(text_, at_)) && at_ - from < kLongestMargin) ++at_;
    std::size_t pos = at_;
    while (kAsciiDigits.has(at_or_nul(text_, pos)) && pos - at_ < 5) ++pos;
    if (pos == at_) return;
    const std::string_view behind = text_.substr(pos, 3);
    if (behind == " | ")
      at_ = pos + 3;
    else if (behind.starts_with(": "))
      at_ = pos + 2;
    else if (behind.starts_with('\t'))
      at_ = pos + 1;
  }
  // "B=", "p1 = " before the next quote.
  void skip_name() {
    constexpr std::size_t kLongestName = 24;
    skip_blanks();
    std::size_t pos = at_;
    while (kAsciiWord.has(at_or_nul(text_, pos)) && pos - at_ < kLongestName) ++pos;
    if (pos == at_) return;
    while (at_or_nul(text_, pos) == ' ') ++pos;
    if (at_or_nul(text_, pos) != '=') return;
    ++pos;
    while (at_or_nul(text_, pos) == ' ') ++pos;
    named_ = true;
    at_ = pos;
  }

  std::string_view text_;
  std::size_t begin_, at_;
  bool named_ = false;
};

// How far `chars` go on as an escape: all of it may be the beginning of one, or it is whole.
enum class Escape { kNone, kBegun, kWhole };

bool all(std::string_view text, const CharSet& set) {
  return std::all_of(text.begin(), text.end(), [&set](char c) { return set.has(c); });
}
Escape of_size(std::string_view digits, const CharSet& set, std::size_t size) {
  if (!all(digits, set) || digits.size() > size) return Escape::kNone;
  return digits.size() == size ? Escape::kWhole : Escape::kBegun;
}
// Digits, 6 at most, up to the sign that closes the escape.
Escape closed_by(std::string_view digits, const CharSet& set, char close) {
  constexpr std::size_t kMost = 6;
  const bool whole = digits.size() > 1 && digits.back() == close;
  if (whole) digits.remove_suffix(1);
  if (!all(digits, set) || digits.size() > kMost) return Escape::kNone;
  return whole ? Escape::kWhole : Escape::kBegun;
}

Escape read(std::string_view chars) {
  if (chars.size() < 2) return Escape::kBegun;
  const char second = chars[1];
  if (chars[0] == '%') return of_size(chars.substr(1), kHex, 2);
  if (chars[0] == '&') {
    if (second != '#') return Escape::kNone;
    const bool hex = chars.size() > 2 && (chars[2] | 0x20) == 'x';
    return closed_by(chars.substr(hex ? 3 : 2), hex ? kHex : kAsciiDigits, ';');
  }
  const bool braced = chars.size() > 2 && chars[2] == '{';
  if ((second == 'u' || second == 'x') && braced) return closed_by(chars.substr(3), kHex, '}');
  if (second == 'u') return of_size(chars.substr(2), kHex, 4);
  if (second == 'x') return of_size(chars.substr(2), kHex, 2);
  return second <= '3' ? of_size(chars.substr(1), kOctal, 3) : Escape::kNone;
}

// What an escape of the same kind begins with.
bool same_kind(std::string_view text, std::size_t at, char sign, char second) {
  if (at_or_nul(text, at) != sign) return false;
  const char c = at_or_nul(text, at + 1);
  if (sign == '%') return hex_value(c) >= 0 && hex_value(at_or_nul(text, at + 2)) >= 0;
  if (second >= '0' && second <= '7')
    return c >= '0' && c <= '3' && kOctal.has(at_or_nul(text, at + 2));
  return c == second &&
         kHex.has(at_or_nul(
             text,
             at + (at_or_nul(text, at + 2) == '{' || at_or_nul(text, at + 2) == 'x' ? 3 : 2)));
}

bool same_kind_near(std::string_view text, Range cut, char second) {
  const char sign = text[cut.begin];
  for (std::size_t at = cut.begin; at > 0 && cut.begin - at < kNear; --at)
    if (same_kind(text, at - 1, sign, second)) return true;
  for (std::size_t at = cut.end; at < text.size() && at - cut.end < kNear; ++at)
    if (same_kind(text, at, sign, second)) return true;
  return false;
}

// Cheap: whether an escape may begin at `at` that is not whole.
bool may_be_cut(std::string_view text, std::size_t at) {
  const char next = at_or_nul(text, at + 1);
  if (next == ' ' && at_or_nul(text, at + 2) != '|') return false;
  switch (text[at]) {
    case '%':
      return hex_value(next) < 0 || hex_value(at_or_nul(text, at + 2)) < 0;
    case '&':
      return !kAsciiLetters.has(next) && next != '&';
    case '\\':
      return next != '\\' && (next != '"' || !kAsciiAlnum.has(at_or_nul(text, at + 2)));
    default:
      return false;
  }
}

// Adds the escape that begins at `at` when it is cut; where to go on.
std::size_t see(std::string_view text, std::size_t at, Patches& out) {
  constexpr std::size_t kMostCuts = 2;
  std::string chars, borders;
  std::size_t cuts = 0, pos = at;
  for (Escape as = Escape::kBegun; as != Escape::kWhole;) {
    if (pos >= text.size() || chars.size() > kLongest) return at + 1;
    chars += text[pos];
    as = read(chars);
    if (as != Escape::kNone) {
      ++pos;
      continue;
    }
    chars.pop_back();
    Border border(text.substr(0, std::min(text.size(), pos + kLongestBorder)), pos);
    const std::size_t end = border.end();
    if (end == pos || ++cuts > kMostCuts) return at + 1;
    // Variables go on to have names.
    if (border.named()) borders += text.substr(pos, end - pos);
    pos = end;
    as = Escape::kBegun;
  }
  if (cuts == 0) return pos;
  if (!same_kind_near(text, {at, pos}, chars[1])) return at + 1;
  out.add({at, pos}, chars + borders);
  return pos;
}

}  // namespace

void find_cut_escapes(std::string_view text, const Survey& survey, Range where, Patches& out) {
  out.undo(kJoined);
  survey.each(where.begin, where.end, kSpecials,
              [&](std::size_t at) { return may_be_cut(text, at) ? see(text, at, out) : at + 1; });
}

}  // namespace sekisho::filters
