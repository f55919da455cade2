#include "filters/views/escaped_layout.h"

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/views/escape_marks.h"
#include "filters/views/pieces.h"
#include "filters/views/token_prefixes.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestGlue = 40;
constexpr std::size_t kShortestBlobLine = 16;  // of what may be base64

// "\n", "\r", "\t" at `at`.
bool is_blank_escape(std::string_view text, std::size_t at) {
  if (at_or_nul(text, at) != '\\') return false;
  const char c = at_or_nul(text, at + 1);
  return c == 'n' || c == 'r' || c == 't';
}

// Over escaped and plain blanks, and what else is in `signs`.
std::size_t skip(std::string_view text, std::size_t at, const CharSet& signs) {
  std::size_t pos = at;
  while (pos < text.size() && pos - at < kLongestGlue) {
    if (is_blank_escape(text, pos))
      pos += 2;
    else if (signs.has(text[pos]))
      ++pos;
    else
      break;
  }
  return pos;
}

bool is_hex(std::string_view text, std::size_t at) {
  return at < text.size() && hex_value(text[at]) >= 0;
}

// "4b 49" at `at`, or "4b" that ends the text before it: bytes of a dump.
bool is_pair(std::string_view text, std::size_t at) {
  return is_hex(text, at) && is_hex(text, at + 1) && !alnum_at(text, at + 2);
}

// The piece of a token or number that ends at `end`.
std::string_view piece_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongestToken && token_at(text, begin - 1)) --begin;
  // The letter of a line end before it.
  if (begin > 0 && begin < end && is_blank_escape(text, begin - 1)) ++begin;
  return text.substr(begin, end - begin);
}

// What begins at `begin` is the domain of an address.
bool is_domain(std::string_view text, std::size_t begin) {
  return begin > 1 && at_sign(text, begin - 1) && token_at(text, begin - 2);
}

bool has_digit(std::string_view text) {
  for (const char c : text)
    if (kAsciiDigits.has(c)) return true;
  return false;
}

// Small and capital letters and digits, as keys have and words have not.
bool is_mixed(std::string_view piece) {
  constexpr std::size_t kFewest = 6;
  bool lower = false, upper = false;
  for (const char c : piece) {
    lower |= c >= 'a' && c <= 'z';
    upper |= c >= 'A' && c <= 'Z';
  }
  return piece.size() >= kFewest && lower && upper && has_digit(piece);
}

// Line ends between pieces of numbers, rows of cells and dumps, pieces of a token.
bool line_end_parts_value(std::string_view text, std::size_t at) {
  static constexpr CharSet kMargin{" >*|+-#'"}, kBefore{" |,;+'\\"};
  std::size_t next = skip(text, at, kMargin);
  if (next == at) return false;
  constexpr std::string_view kBullet = "・";
  if (text.substr(next, kBullet.size()) == kBullet) next += kBullet.size();
  // The rest of a cell or of a statement stands before it.
  std::size_t end = at;
  while (end > 0 && at - end < 4 && kBefore.has(text[end - 1])) --end;
  if (end == 0) return false;
  if (digit_at(text, end - 1)) {
    if (digit_at(text, next)) return true;
    return is_pair(text, next);
  }
  if (is_pair(text, next) && end > 2 && is_hex(text, end - 1) && is_hex(text, end - 2) &&
      !alnum_at(text, end - 3))
    return true;
  if (begins_dump_row(text, next)) return true;
  if (!token_at(text, end - 1) || !token_at(text, next)) return false;
  const std::string_view piece = piece_before(text, end);
  return is_domain(text, end - piece.size()) || has_token_prefix(piece) || is_mixed(piece);
}

// Quotes behind a piece of a value that something joins to the next one, or gives a name to.
bool quote_parts_value(std::string_view text, std::size_t at) {
  if (at == 0 || !token_at(text, at - 1)) return false;
  const std::string_view piece = piece_before(text, at);
  static constexpr CharSet kSigns{" +.&|~,()<>*^/"};
  const std::size_t begin = at - piece.size();
  const bool opens =
      is_domain(text, begin) || (begin > 1 && text[begin - 1] == '"' && text[begin - 2] == '\\');
  if (!opens) return false;
  const bool tells = is_domain(text, at - piece.size()) || has_digit(piece) ||
                     has_token_prefix(piece) || piece.size() >= kShortestBlobLine;
  const std::size_t next = skip(text, at + 2, kSigns);
  if (at_or_nul(text, next) == '\\' && at_or_nul(text, next + 1) == '"' && next > at + 2) {
    const std::string_view glue = text.substr(at + 2, next - at - 2);
    if (glue.find(',') == glue.npos) return tells || has_digit(text.substr(next + 2, kLongestGlue));
    // Members of a list, when digits or single characters; a name with its value is no member.
    std::size_t end = next + 2;
    while (token_at(text, end)) ++end;
    const bool member = text.substr(end, 2) == "\\\"" && at_or_nul(text, end + 2) != ':';
    return member && (tells || piece.size() == 1) && (piece.size() == 1) == (end - next - 2 == 1);
  }
  // part = \"AKIA…\"
  std::size_t before = begin - 2;
  while (before > 0 && text[before - 1] == ' ') --before;
  const bool given = before > 0 && (text[before - 1] == '=' || text[before - 1] == '(');
  return given && tells &&
         (is_blank_escape(text, at + 2) || at_or_nul(text, at + 2) == ';' ||
          at_or_nul(text, at + 2) == ')' || at_or_nul(text, at + 2) == ',');
}

}  // namespace

bool parts_value(std::string_view text, std::size_t at) {
  if (at_or_nul(text, at + 1) == '"') return quote_parts_value(text, at);
  return is_blank_escape(text, at) && line_end_parts_value(text, at);
}

}  // namespace sekisho::filters
