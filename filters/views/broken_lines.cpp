#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/views/broken_number.h"
#include "filters/views/cut_reader.h"
#include "filters/views/labelled_values.h"
#include "filters/views/line_heads.h"
#include "filters/views/line_pieces.h"
#include "filters/views/line_values.h"
#include "filters/views/login_lines.h"
#include "filters/views/loose_numbers.h"
#include "filters/views/password_pieces.h"
#include "filters/views/pieces.h"
#include "filters/views/pulled_apart.h"
#include "filters/views/siblings.h"
#include "filters/views/survey.h"
#include "filters/views/token_pieces.h"
#include "filters/views/token_prefixes.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

struct Kinds {
  std::size_t digits = 0, letters = 0, size = 0;
};

Kinds kinds_of(std::string_view text) {
  Kinds kinds;
  kinds.size = text.size();
  for (const char c : text) {
    kinds.digits += kAsciiDigits.has(c) ? 1 : 0;
    kinds.letters += kAsciiLetters.has(c) ? 1 : 0;
  }
  return kinds;
}

// "4716275-" … "913603754": the hyphen at `end` parts no groups of the number, it stands where the
// line is broken.
bool is_hyphenated(std::string_view text, std::size_t end, std::size_t next) {
  static constexpr CharSet kSigns{"-. "};
  std::size_t first = end;
  while (first > 0 && digit_at(text, first - 1)) --first;
  if (first == end || (first > 1 && kSigns.has(text[first - 1]) && digit_at(text, first - 2)))
    return false;
  std::size_t last = next;
  while (digit_at(text, last)) ++last;
  if (digit_at(text, next_line(text, last))) return false;
  return !(last < text.size() && kSigns.has(text[last]) && digit_at(text, last + 1));
}

// Keys of these kinds hold no hyphen.
bool holds_no_hyphen(std::string_view token) {
  static constexpr std::string_view kBeginnings[] = {"AKIA", "ASIA", "gh", "sk_", "rk_", "npm_"};
  return std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                     [token](std::string_view b) { return token.starts_with(b); });
}

// Digits of the number that ends at `end` or begins there.
std::size_t digits_before(std::string_view text, std::size_t end) {
  std::size_t digits = 0;
  for (std::size_t i = end; i > 0 && end - i < 24 && is_number_char(text[i - 1]); --i)
    digits += digit_at(text, i - 1) ? 1 : 0;
  return digits;
}
std::size_t digits_after(std::string_view text, std::size_t begin) {
  std::size_t digits = 0;
  for (std::size_t i = begin; i < text.size() && i - begin < 24 && is_number_char(text[i]); ++i)
    digits += digit_at(text, i) ? 1 : 0;
  return digits;
}

// Digits on the line below those from `begin` on, when these fill theirs.
std::size_t digits_below(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end < text.size() && end - begin < 8 && (digit_at(text, end) || text[end] == '-')) ++end;
  const std::size_t next = next_line(text, end);
  return next == end ? 0 : digits_after(text, next);
}

// The token that ends a line at `end`; `whole`: it is the line, as long as those of encoded text.
struct LineToken {
  std::size_t begin = 0;
  bool whole = false;
};
LineToken line_token(std::string_view text, const Survey& survey, std::size_t end) {
  constexpr std::size_t kShortest = 40;
  if (end > 0 && text[end - 1] == '\r') --end;
  const std::size_t begin = token_begin(survey, end);
  const bool alone = begin == 0 || text[begin - 1] == '\n';
  return {begin, alone && end - begin >= kShortest};
}

// Tells the lines of an encoding (base64 in lines) from those of a token: there are more than two
// of them, and none begins as a token does. Asked for lines in order; only so many bytes before one
// count that the answer is the same wherever one began to ask.
class EncodedBlock {
 public:
  EncodedBlock(std::string_view text, const Survey& survey) : text_(text), survey_(survey) {}

  // Whether the line that begins at `begin` goes on with one.
  bool goes_on_at(std::size_t begin) {
    if (begin == 0 || text_[begin - 1] != '\n') return false;
    const LineToken line = line_token(text_, survey_, begin - 1);
    if (!line.whole) return false;
    if (line.begin != newest_) look_back_from(line.begin);
    take(line.begin);
    newest_ = begin;
    return lines_ >= kFewestLines && (token_ == kNone || begin - token_ > kFurthest);
  }

 private:
  static constexpr std::size_t kNone = std::string_view::npos;
  static constexpr std::size_t kFewestLines = 4, kFurthest = 6u << 10;

  void look_back_from(std::size_t begin) {
    lines_ = 0;
    token_ = kNone;
    std::size_t first = begin;
    while (first > 0 && text_[first - 1] == '\n' && begin - first < kFurthest) {
      const LineToken line = line_token(text_, survey_, first - 1);
      first = line.begin;
      if (token_ == kNone && begins_token(first)) token_ = first;
      if (!line.whole) return;
      ++lines_;
    }
  }
  void take(std::size_t line) {
    ++lines_;
    if (begins_token(line)) token_ = line;
  }
  bool begins_token(std::size_t at) const {
    return has_token_prefix(text_.substr(at, kLongestTokenPrefix));
  }

  std::string_view text_;
  const Survey& survey_;
  std::size_t newest_ = kNone;  // the line asked for last
  std::size_t lines_ = 0;       // before it
  std::size_t token_ = kNone;   // the last of them that begins a token
};

// "4,034,405", "05/30": the digits behind the last comma or stroke are no number of their own.
bool ends_sum(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < 4 && digit_at(text, begin - 1)) --begin;
  if (begin < 2 || !digit_at(text, begin - 2)) return false;
  return (end - begin == 3 && text[begin - 1] == ',') ||
         (end - begin == 2 && text[begin - 1] == '/');
}

// "0000020 000001 000002 000003" below "0000000 …": two lines of numbers and blanks, as many of the
// same lengths in both, of which not all are alike, as those of a number cut into groups are.
bool are_columns(std::string_view above, std::string_view below) {
  constexpr std::size_t kFewest = 4;
  static constexpr CharSet kBlanks{" \t\r"};
  const auto next_size = [](std::string_view& line) {
    std::size_t at = 0;
    while (at < line.size() && kBlanks.has(line[at])) ++at;
    line.remove_prefix(at);
    for (at = 0; at < line.size() && kAsciiDigits.has(line[at]);) ++at;
    line.remove_prefix(at);
    return at;
  };
  std::size_t numbers = 0, first = 0;
  bool alike = true;
  for (std::size_t size = 0; (size = next_size(above)) > 0; ++numbers) {
    if (next_size(below) != size) return false;
    if (numbers == 0) first = size;
    alike = alike && size == first;
  }
  return numbers >= kFewest && !alike && above.empty() && next_size(below) == 0 && below.empty();
}

// Whether one row of a table or a log ends at `end` and another begins at `next`: as many cells in
// both, or the second begins as lines of logs and dumps do.
bool rows_meet(std::string_view text, std::size_t end, std::size_t next) {
  constexpr std::size_t kLongestRow = 1024;
  if (begins_log_line(text, next) || begins_dump_row(text, next)) return true;
  const std::size_t from = end > kLongestRow ? end - kLongestRow : 0;
  std::string_view above = text.substr(from, end - from), below = text.substr(next, kLongestRow);
  if (const std::size_t cut = last_line_end(above); cut != above.npos) above.remove_prefix(cut + 1);
  below = below.substr(0, below.find('\n'));
  if (are_columns(above, below)) return true;
  return std::any_of(kCellSigns.begin(), kCellSigns.end(), [&](char sign) {
    const auto cells = std::count(above.begin(), above.end(), sign);
    return cells >= 2 && std::count(below.begin(), below.end(), sign) == cells;
  });
}

// Whether a token begins with the two pieces, and its line end is within what it begins with.
bool break_prefix(std::string_view left, std::string_view right) {
  constexpr std::size_t kShortestRest = 8;
  // "1bC8Q" … "~D.uk", as Microsoft marks client secrets.
  const bool marked = !right.empty() && right.starts_with('~');
  if (left.size() >= kLongestTokenPrefix || (right.size() < kShortestRest && !marked)) return false;
  char whole[2 * kLongestTokenPrefix];
  const std::size_t more = std::min(right.size(), kLongestTokenPrefix);
  std::copy(left.begin(), left.end(), whole);
  std::copy_n(right.begin(), more, whole + left.size());
  return has_token_prefix(std::string_view(whole, left.size() + more));
}

// Cheap: so little of a token that what it begins with is not over.
bool may_be_cut_short(std::string_view piece) {
  constexpr std::size_t kFewest = 2;
  return piece.size() >= kFewest && piece.size() < kLongestTokenPrefix &&
         begins_token_prefix(piece);
}

// "A" … "KIA", "s" … "k_live_".
bool begins_over(std::string_view text, std::string_view left, std::size_t next) {
  if (left.size() != 1 || !token_at(text, next)) return false;
  const char pair[] = {left[0], text[next]};
  return may_begin_token({pair, 2});
}

// Whether the line that begins with the token at `begin` goes on with one that begins a few lines
// above.
bool goes_on_with_token(std::string_view text, const Survey& survey, std::size_t begin) {
  constexpr int kMostLines = 3;
  static constexpr CharSet kMargin{" \t>#*|\r\\"};
  // Words of code begin otherwise.
  static constexpr CharSet kMarks{"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"};
  const std::string_view first = text.substr(begin, 8);
  if (std::none_of(first.begin(), first.end(), [](char c) { return kMarks.has(c); })) return false;
  for (int i = 0; i < kMostLines; ++i) {
    std::size_t end = begin;
    while (end > 0 && begin - end < 24 && kMargin.has(text[end - 1])) --end;
    if (end == 0 || text[end - 1] != '\n') return false;
    end = line_end(text, end - 1);
    const std::size_t above = token_begin(survey, end);
    if (above == end) return false;
    if (has_token_prefix(text.substr(above, end - above))) return true;
    begin = above;
  }
  return false;
}

// "IBAN" over a number.
bool is_heading_of(std::string_view left, std::string_view right) {
  return right.size() > 3 && may_begin_iban(right) &&
         std::all_of(left.begin(), left.end(), [](char c) { return kAsciiLetters.has(c); });
}

// A sentence of its own goes on behind the piece.
bool begins_sentence(std::string_view text, std::size_t end) {
  return end + 1 < text.size() && text[end] == ' ' && text[end + 1] != ',' &&
         static_cast<unsigned char>(text[end + 1]) < 0x80;
}

// "@request.host = …", "@app.route(…)": a variable of Ruby, a decorator of Python.
bool begins_statement(std::string_view text, std::size_t at) {
  static constexpr CharSet kGoesOn{"=([{<+|&?"};
  std::size_t pos = token_end(text, at + 1);
  if (pos < text.size() && text[pos] == ' ') ++pos;
  return pos < text.size() && kGoesOn.has(text[pos]);
}

// "end.join", ".map": a method of Ruby without arguments, and a variable of an object below it.
bool ends_with_call(std::string_view left) {
  static constexpr std::string_view kMethods[] = {
      "join",  "map",  "to_s",   "to_a",   "to_i",  "to_h",     "each",    "first",   "last",
      "new",   "save", "call",   "size",   "count", "sum",      "strip",   "freeze",  "dup",
      "max",   "min",  "sort",   "uniq",   "keys",  "values",   "reverse", "flatten", "compact",
      "empty", "nil",  "length", "upcase", "chomp", "downcase", "inspect", "split"};
  const std::size_t dot = left.rfind('.');
  return dot != left.npos && std::find(std::begin(kMethods), std::end(kMethods),
                                       left.substr(dot + 1)) != std::end(kMethods);
}

// "t.yamada", "k-sato2", as names in addresses are and words are not.
bool is_made_of_parts(std::string_view name) {
  static constexpr CharSet kParts = kAsciiDigits | CharSet("._-+");
  return std::any_of(name.begin(), name.end(), [](char c) { return kParts.has(c); });
}

// "…@kaisha" … "-" … "sample.co.jp", "…@kaisha" … "sample" … ".jp": no dot was in the host yet.
bool goes_on_as_host(std::string_view text, std::string_view left, std::size_t next) {
  const std::string_view right = text.substr(next, token_end(text, next) - next);
  return right.find('.') != right.npos && (right[0] == '.' || left.find('.') == left.npos);
}

// "user@example.com\n.RE": what roff is asked for, behind an address that is whole.
bool is_request(std::string_view text, std::size_t next, std::string_view left,
                std::string_view right) {
  const std::size_t end = next + right.size();
  static constexpr std::string_view kRequests[] = {".fi", ".br", ".nf", ".sp", ".ti", ".ce",
                                                   ".in", ".ft", ".nh", ".hy", ".ad"};
  const bool known =
      std::find(std::begin(kRequests), std::end(kRequests), right) != std::end(kRequests) ||
      (right.size() == 3 && is_upper(static_cast<unsigned char>(right[1])));
  return right.starts_with('.') && known && left.find('.') != left.npos &&
         (end >= text.size() || text[end] == '\n');
}

// Holds a capital or a digit, as words of code and prose do not.
bool is_marked(std::string_view piece) {
  return std::any_of(piece.begin(), piece.end(), [](char c) {
    return kAsciiDigits.has(c) || is_upper(static_cast<unsigned char>(c));
  });
}

// What a text within a script of a shell ends with.
bool ends_document(std::string_view word) {
  return word == "EOF" || word == "EOT" || word == "END";
}

// Cheap: whether the line end stands between two long pieces without any sign.
bool within_encoding(const Survey& survey, std::size_t end, std::size_t next) {
  constexpr std::size_t kLong = 40;
  constexpr auto kNone = [](const BlockMarks& m) { return ~kTokenMarks(m); };
  return end >= kLong && !survey.marked_within(next, kLong, kNone) &&
         !survey.marked_within(end - kLong, kLong, kNone);
}

// "5JG\\" … "JwkUQ": a backslash, and no blank before it or where the next line begins, which has
// one mark of quotation at most: that is how a word goes on.
bool goes_on_behind_backslash(std::string_view text, std::size_t end, std::size_t at) {
  if (end == at || text[end] != '\\' || (end + 1 < at && text[end + 1] == '\\')) return false;
  const std::size_t next = text.substr(at + 1, 2) == "> " ? at + 3 : at + 1;
  return token_at(text, end - 1) && token_at(text, next);
}

// "神戸市" … "中央区", as addresses are broken.
constexpr std::size_t kKanji = 3;
bool ends_with_kanji(std::string_view text, std::size_t at) {
  static constexpr CharSet kFirst{"\xE4\xE5\xE6\xE7\xE8\xE9"};
  return at > kKanji && static_cast<unsigned char>(text[at - 1]) >= 0x80 &&
         kFirst.has(text[at - kKanji]);
}

// The piece fills its line: the token was broken once more.
bool fills_line(std::string_view text, std::size_t end) {
  return end >= text.size() || text[end] == '\n' || text[end] == '\r' || text[end] == '\\' ||
         text.substr(end, 2) == " \\" || text.substr(end, 2) == " \n";
}

// "sk_live_1Z1l \nfJxz", "nao-mori@north \nbridge.io", "postgres://ba \ntch:": what goes on behind
// a blank and a line end, at `next`.
bool is_open_piece(std::string_view text, Range piece, std::size_t next) {
  const std::string_view token = text.substr(piece.begin, piece.size());
  if (!token_at(text, next) && !at_sign(text, next)) return false;
  if (begins_over(text, token, next) || token.starts_with("//")) return true;
  const bool begins = has_token_prefix(token) || begins_token_prefix(token);
  return (may_begin_token(token) && begins) || (piece.begin > 0 && at_sign(text, piece.begin - 1));
}

}  // namespace

void find_broken_lines(std::string_view text, const Survey& survey, Range where, PulledApart out) {
  constexpr std::size_t kFewestOfBoth = 5;
  EncodedBlock block(text, survey);
  NumberColumns columns(text, out);
  std::size_t listed = 0;  // the end of the last token over items of a list
  BrokenNumber number(text);
  std::size_t mail_at = std::string_view::npos;   // where the address that was broken last goes on
  std::size_t chain_at = std::string_view::npos;  // where a token goes on, a piece a line
  const std::string_view looked_at = text.substr(where.begin, where.size());
  const auto holds = [looked_at](std::string_view what) {
    return looked_at.find(what) != std::string_view::npos;
  };
  const bool mails = survey.next(where.begin, where.end, kAtSigns) < where.end;
  const bool logins = mails && (holds(":/") || holds(":\n") || holds(":\r") || holds(":\\"));
  constexpr std::string_view kHyphen = "‐";  // of typesetting
  const bool every_line = logins || holds(kHyphen);
  // Values that are no tokens; true: nothing else is broken there.
  const auto join_value = [&](std::size_t at, std::size_t end, std::size_t next) {
    if (may_be_password_piece(text, survey, next)) {
      if (const std::size_t last =
              is_password_piece(text, next) ? join_password_pieces(text, end, next_line, out) : 0;
          last != 0) {
        listed = last;
        return true;
      }
      // "後半: " on the next line.
      const bool told = at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0x80;
      if (const std::size_t last = told ? join_password_pieces(text, end, part_label_end, out) : 0;
          last != 0) {
        listed = last;
        return true;
      }
    }
    if (may_break_iban(text, end, next)) {
      if (const std::size_t last = join_iban_lines(text, end, out); last != 0) {
        listed = last;
        return true;
      }
    }
    if (may_begin_item(text, at + 1)) {
      listed = std::max(listed, join_listed_pieces(text, survey, at, out));
      if (at < listed) return true;
    }
    std::size_t before = digits_before(text, end);
    std::size_t after = before > 0 ? digits_after(text, next) : 0;
    if (after > 0 && before + after < kFewestOfBoth) after += digits_below(text, next);
    if (after > 0) before = number.take(end);
    if (before > 0 && after > 0 && before + after >= kFewestOfBoth) {
      if (rows_meet(text, end, next) || ends_sum(text, end)) return true;
      // A single blank belongs to the number, more are a margin.
      const bool blank = next == at + 2 && text[at + 1] == ' ';
      const std::string sign(sign_at_break(number.seen(), text.substr(next)));
      if (text[end - 1] == '-' && !number.has_hyphen() && is_hyphenated(text, end - 1, next)) --end;
      number.break_off(next, sign);
      out.doubtful.add({end, blank && sign.empty() ? at + 1 : next}, sign);
      return true;
    }
    if (logins && breaks_login(text, end, next)) {
      out.doubtful.add({end, next}, "");
      return true;
    }
    return false;
  };
  const auto join = [&](std::size_t at) {
    if (text[at] != '\n') return at + 1;
    std::size_t end = line_end(text, at);
    if (end > 0 && static_cast<unsigned char>(text[end - 1]) >= 0x80 &&
        text.substr(0, end).ends_with(kHyphen))
      end -= kHyphen.size();
    if (end == 0) return at + 1;
    if (ends_with_kanji(text, at)) {
      listed = std::max(listed, join_labelled_value(text, {at - kKanji, at}, out));
      if (!every_line || at < listed) return at + 1;
    }
    if (end <= listed) return at + 1;
    // A blank may belong to the piece.
    const bool wide_blank = text[end - 1] == '\x80' && text.substr(0, end).ends_with("　");
    const std::size_t stop = text[end - 1] == ' ' && end > 1 ? end - 1
                             : wide_blank && end > 3         ? end - 3
                                                             : end;
    // Lines of an encoding are longer than any piece of a value.
    constexpr std::size_t kLongestPiece = 48;
    const std::size_t padding = text[stop - 1] != '='                  ? 0
                                : text.substr(0, stop).ends_with("==") ? 2
                                                                       : 1;
    const std::size_t piece = stop - padding;
    const std::size_t word =
        piece > 0 && token_at(text, piece - 1) ? token_begin(survey, piece) : piece;
    if (word < piece && piece - word < kLongestPiece && may_begin_value(text, word, piece))
      if (const std::size_t last = join_labelled_value(text, {word, piece}, out); last != 0) {
        listed = last;
        return at + 1;
      }
    // "sk_live_ \n\tm2D8": the blank is of the break, not of groups of a number.
    const bool tab = text.substr(at + 1).starts_with('\t');
    if (stop + 1 == end && token_at(text, stop - 1) &&
        (tab ? !digit_at(text, stop - 1) || mails || logins ||
                   may_begin_token(text.substr(word, stop - word))
             : word == chain_at || is_open_piece(text, {word, stop}, at + 1) ||
                   (logins && breaks_login(text, stop, skip_margin(text, at + 1)))))
      end = stop;
    if (goes_on_behind_backslash(text, end, at)) {
      const std::size_t next = skip_margin(text, at + 1);
      std::size_t last = may_break_iban(text, end, next) ? join_iban_lines(text, end, out) : 0;
      if (last == 0 && mails) last = join_mail_lines(text, end, out);
      if (last == 0) out.sure.add({end, next}, "");
      listed = std::max(listed, last);
      return at + 1;
    }
    if (columns.join(at)) return at + 1;
    std::size_t next = skip_margin(text, at + 1);
    // The line before shows no number when a value within it was copied.
    if (digit_at(text, next) && has_token_prefix(text.substr(word, stop - word)))
      next = std::max(next, numbered_end(text, at + 1));
    if (logins)
      if (const std::size_t login = sibling_of_login(text, end); login != end) next = login;
    if (!within_encoding(survey, end, next) && join_value(at, end, next)) return at + 1;
    if (!(token_at(text, stop - 1) || at_sign(text, end - 1))) return at + 1;
    const std::size_t begin = word;
    if (may_follow_name(text, begin))
      if (const auto last = join_sibling_lines(text, survey, {begin, stop}, mails, out);
          last != 0) {
        listed = last;
        return at + 1;
      }
    if (stop < end) return at + 1;
    if (const std::size_t last = mails ? join_mail_lines(text, end, out) : 0; last != 0) {
      listed = last;
      return at + 1;
    }
    if (text[end - 1] == '-' && holds_no_hyphen(text.substr(begin, end - begin))) --end;
    const std::string_view left = text.substr(begin, end - begin);
    const bool may = may_begin_token(left) || (left.size() > 5 && left[5] == '~');
    bool begins = may && has_token_prefix(left);
    if (!begins && ((may && may_be_cut_short(left)) || begins_over(text, left, next))) {
      const auto breaks = breaks_of_prefix(text, begin, end);
      for (const Range& one : breaks) out.doubtful.add(one, "");
      if (!breaks.empty()) {
        listed = breaks.back().end;
        return at + 1;
      }
    }
    const bool shortly =
        left.size() == 1 || (may && left.size() < kLongestTokenPrefix && begins_token_prefix(left));
    const bool groups = text[end - 1] == '-' && digit_at(text, end - 2);
    // "DE" … "後半: ".
    const bool labelled = at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0x80;
    const bool open = begins || shortly || groups || labelled || digit_at(text, end - 1) ||
                      at_sign(text, end - 1) || (begin > 0 && at_sign(text, begin - 1));
    if (const std::size_t part = open ? part_label_end(text, at) : at; part != at) {
      out.doubtful.add({end, part}, "");
      return at + 1;
    }
    if (!token_at(text, next) && !at_sign(text, next)) return at + 1;
    // "* @param" begins a line of a comment.
    const bool comment =
        at_sign(text, next) && text[next - 1] == ' ' && next > 2 && text[next - 2] == '*';
    const bool mail = at_sign(text, next)
                          ? !comment && !begins_statement(text, next) && is_made_of_parts(left) &&
                                !ends_with_call(left)
                          : (begin > 0 && at_sign(text, begin - 1)) || at_sign(text, end - 1) ||
                                (begin == mail_at && goes_on_as_host(text, left, next));
    if (!mail && !begins && block.goes_on_at(begin)) return at + 1;
    const std::string_view right = text.substr(next, token_end(text, next) - next);
    if (is_heading_of(left, right)) return at + 1;
    if (!mail && begins_other(text, {next, next + right.size()})) return at + 1;
    const Kinds a = kinds_of(left), b = kinds_of(right);
    if (!mail && a.letters + b.letters < 2) return at + 1;  // no token
    begins = begins || ((b.digits > 0 || right.starts_with('~')) && break_prefix(left, right));
    const bool fills = fills_line(text, next + right.size());
    const bool chained = begin == chain_at && fills && is_marked(right);
    const bool keyed = (begins && (b.size >= 4 || fills)) || chained;
    // "ghp_A1b2\" … "xsm": the backslash of a shell says that it goes on.
    const bool told = end < at && text[end] == '\\' && keyed;
    const auto plain = [&] {
      return (!keyed && is_plain_word(left)) || (!told && is_plain_word(right)) ||
             ends_document(right);
    };
    const std::size_t size = a.size + b.size;
    bool token = a.letters + b.letters >= 2;
    if (token && ((size >= 16 && (keyed || a.digits + b.digits >= 2)) || (keyed && fills)))
      token = !plain();
    else
      token = token && !begins && size >= 8 && !begins_sentence(text, next + b.size) && !plain() &&
              goes_on_with_token(text, survey, begin);
    if (!token && !mail) return at + 1;
    if (mail && is_request(text, next, left, right)) return at + 1;
    if (mail && fills) mail_at = next;
    // A token of its own begins there; a part of one begins "eyJ" as well.
    const bool part = begins && right.starts_with("eyJ");
    if (!mail && !part && has_token_prefix(right)) return at + 1;
    if (begins_item(text, next) || begins_log_line(text, next)) return at + 1;
    if (keyed && fills) chain_at = next;
    out.doubtful.add({end, next}, "");
    return at + 1;
  };
  // Only an address goes on behind signs that end sentences and lines of code.
  constexpr auto kBreaks = [](const BlockMarks& before, const BlockMarks& m, const BlockMarks&) {
    const std::uint64_t last = before.close | before.colon | before.high;
    // Behind a kanji or kana, whose first bytes are no more than three before, an address.
    const std::uint64_t wide = m.high << 1 & m.first_high << 3;
    return m.control & (wide | ~((m.close | m.colon | m.high) << 1 | last >> 63));
  };
  every_line ? survey.each(where.begin, where.end, kControls, join)
             : survey.each(where.begin, where.end, kBreaks, join);
}

}  // namespace sekisho::filters
