#include "filters/values/password_cells.h"

#include <algorithm>
#include <string>

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/values/password.h"
#include "filters/values/password_value.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestCell = 32, kLongestBorder = 64, kMostCells = 6;
constexpr CharSet kCellChars = kAsciiWord | CharSet("!#$%&*+-./:=?@^~");
constexpr CharSet kSymbols{"!#$%&*?@^~_-"};

// Over </td>, line ends and <td class="c">; `at`: there is no further cell.
std::size_t tags_end(std::string_view text, std::size_t at) {
  static constexpr CharSet kBlanks{" \t\r\n"};
  std::size_t pos = at;
  bool cell = false;
  while (pos < text.size() && pos - at < kLongestBorder) {
    if (kBlanks.has(text[pos])) {
      ++pos;
      continue;
    }
    if (text[pos] != '<') break;
    const std::string_view tag = text.substr(pos, kLongestBorder);
    const std::size_t close = tag.find('>');
    const bool opens = tag.starts_with("<td") || tag.starts_with("<dd");
    if (close == tag.npos || !(opens || tag.starts_with("</t") || tag.starts_with("</d")))
      return at;
    if (tag.starts_with("</tr")) return at;
    cell |= opens;
    pos += close + 1;
  }
  return cell ? pos : at;
}

// Over one sign that parts cells, with blanks and quotation marks; `first`: behind the name, where
// a list may begin. `sign` is the one of the row, once it is known.
std::size_t sign_end(std::string_view text, std::size_t at, bool first, char& sign) {
  static constexpr CharSet kSigns{"|,;\t"}, kBeside{" \"'"};
  std::size_t pos = at;
  const auto skip = [&] {
    while (kBeside.has(at_or_nul(text, pos)) && pos - at < 8) ++pos;
  };
  skip();
  const char c = at_or_nul(text, pos);
  if (first && c == ':') {
    ++pos;
    skip();
    if (at_or_nul(text, pos) != '[') return at;
    sign = ',';
  } else if (!kSigns.has(c) || (sign != '\0' && sign != c)) {
    return at;
  } else {
    sign = c;
  }
  ++pos;
  skip();
  return pos;
}

// Whether the row is over, or the list.
bool ends_row(std::string_view text, std::size_t at) {
  static constexpr CharSet kBeside{" \"'|\t"}, kEnds{"\r\n]"};
  std::size_t pos = at;
  while (kBeside.has(at_or_nul(text, pos)) && pos - at < 8) ++pos;
  return pos >= text.size() || kEnds.has(text[pos]) || text.substr(pos, 5) == "</td>";
}

constexpr std::size_t kBegin = 4;

// "Kz_", "Hn!51": no word of a cell begins so.
bool begins_mixed(std::string_view joined) {
  bool lower = false, upper = false, symbol = false;
  for (const char c : joined.substr(0, kBegin)) {
    lower |= is_lower(static_cast<unsigned char>(c));
    upper |= is_upper(static_cast<unsigned char>(c));
    symbol |= kSymbols.has(c);
  }
  return lower && upper && symbol;
}

bool begins_password(std::string_view joined) {
  const auto digits =
      std::count_if(joined.begin(), joined.end(), [](char c) { return kAsciiDigits.has(c); });
  return begins_mixed(joined) && digits >= 3;
}

// "8Q" and "kv*5!X0fs": all kinds of characters that people are told to mix, a sign among them
// where headings and words have none ("Acct#").
bool is_mixed(std::string_view joined, bool sign_within) {
  static constexpr CharSet kSigns{"!#$%&*?^~+"}, kOthers{"/:@="};
  bool lower = false, upper = false, digit = false, sign = false;
  for (const char c : joined) {
    if (kOthers.has(c)) return false;
    lower |= is_lower(static_cast<unsigned char>(c));
    upper |= is_upper(static_cast<unsigned char>(c));
    digit |= kAsciiDigits.has(c);
    sign |= kSigns.has(c);
  }
  return sign_within && lower && upper && digit && sign && joined.size() >= 8;
}

bool has_sign_within(std::string_view cell) {
  static constexpr CharSet kSigns{"!#$%&*?^~+"};
  bool sign = false, number = false;  // a digit before a letter
  for (std::size_t i = 0; i + 1 < cell.size(); ++i) {
    sign |= kSigns.has(cell[i]) && kAsciiAlnum.has(cell[i + 1]);
    number |= kAsciiDigits.has(cell[i]) && kAsciiLetters.has(cell[i + 1]);
  }
  return sign || (number && kSigns.has(cell.back()));
}

// A word: what stands in another column.
bool is_word(std::string_view cell) {
  constexpr std::size_t kShortest = 4;
  const auto all = [cell](auto is) {
    return std::all_of(cell.begin() + 1, cell.end(), [is](char c) {
      return is(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
    });
  };
  return cell.size() >= kShortest && kAsciiLetters.has(cell[0]) && (all(is_lower) || all(is_upper));
}

}  // namespace

bool find_password_in_cells(const DetectorRow& row, std::string_view text, std::size_t end,
                            Findings& out) {
  static constexpr CharSet kMayFollow{" |,;\t\"'<"};
  if (!kMayFollow.has(at_or_nul(text, end))) return false;
  const bool tags = text[end] == '<';
  char sign = '\0';
  std::string joined;
  std::size_t cells = 0, last = end, begin = 0;
  bool sign_within = false, word = false;
  for (; cells < kMostCells; ++cells) {
    const std::size_t next = tags ? tags_end(text, last) : sign_end(text, last, cells == 0, sign);
    if (next == last) break;
    std::size_t stop = next;
    while (stop - next <= kLongestCell && kCellChars.has(at_or_nul(text, stop))) ++stop;
    if (stop == next || stop - next > kLongestCell) break;
    if (cells == 0) begin = next;
    const std::string_view cell = text.substr(next, stop - next);
    sign_within |= has_sign_within(cell);
    word |= is_word(cell);
    joined += cell;
    // Most rows hold words.
    if (word && joined.size() >= kBegin && !begins_mixed(joined)) return false;
    last = stop;
  }
  if (cells < 2 || !ends_row(text, last)) return false;
  if (!begins_password(joined) && (word || !is_mixed(joined, sign_within))) return false;
  if (joined.size() > 40 || !password_stands_alone(joined)) return false;
  const Range value{begin, last};
  out.push_back(make_finding(row, 0.75, value, joined, "in the cells beside its name"));
  return true;
}

}  // namespace sekisho::filters
