#include "filters/views/variable_joins.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/views/blobs.h"
#include "filters/views/named_pieces.h"
#include "filters/views/pieces.h"
#include "filters/views/self_appends.h"
#include "filters/views/token_prefixes.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestName = 40, kLongestPiece = 256;
constexpr std::size_t kReach =
    1u << 10;                           // from one piece to the next, and to where they are joined
constexpr std::size_t kMostPieces = 8;  // of one value
constexpr std::size_t kNextLine = 64;   // from the end of a piece to the next one

constexpr CharSet kBlanks{" \t\r\n"}, kQuoteSigns{"\"'`"};

struct Piece {
  std::string_view name;
  Range literal;         // without its quotes
  bool counted = false;  // its name counts on from the one before, or the next one's does from it
};

// The names that may be given to what stands behind "=" or ":=", which ends before `end`: "const
// part", "$part"; of "part: str" both, since either may be one. Empty: none.
struct Names {
  std::string_view name, typed;
};
Names assigned_names(std::string_view text, std::size_t end) {
  std::size_t at = end;
  const auto back_over_blanks = [&] {
    while (at > 0 && end - at < kLongestName && text[at - 1] == ' ') --at;
  };
  const auto back_over_word = [&] {
    const std::size_t word = at;
    while (at > 0 && word - at < kLongestName && kAsciiWord.has(text[at - 1])) --at;
    return text.substr(at, word - at);
  };
  back_over_blanks();
  if (at == 0 || text[at - 1] != '=') return {};
  --at;
  if (at > 0 && text[at - 1] == ':') --at;
  back_over_blanks();
  Names names{back_over_word(), {}};
  const std::size_t begin = at;
  back_over_blanks();
  if (at > 0 && text[at - 1] == ':' && !names.name.empty()) {
    --at;
    back_over_blanks();
    names.typed = back_over_word();
  }
  if (names.name.empty() || kAsciiDigits.has(names.name.front())) return {};
  // "data-key=": an attribute.
  if (begin > 0 && text[begin - 1] == '-') return {};
  return names;
}

// The end of the literal that begins at `begin`; 0: it is none that holds a piece.
std::size_t piece_end(std::string_view text, std::size_t begin) {
  static constexpr CharSet kInside = kTokenChars | CharSet("@: #%&!=?^*");
  const char quote = text[begin - 1];
  std::size_t end = begin;
  while (end < text.size() && end - begin <= kLongestPiece && kInside.has(text[end])) ++end;
  return end > begin && at_or_nul(text, end) == quote ? end : 0;
}

// The same of any text on one line.
std::size_t literal_end(std::string_view text, std::size_t begin) {
  const char quote = text[begin - 1];
  std::size_t end = begin;
  while (end < text.size() && end - begin <= 4 * kLongestPiece && text[end] != quote &&
         text[end] != '\n')
    ++end;
  return end > begin && at_or_nul(text, end) == quote ? end : 0;
}

// "A" and "B", "p0" and "p1": whether the second name counts on.
bool counts_on(std::string_view name, std::string_view next) {
  return !name.empty() && name.size() == next.size() && next.back() == name.back() + 1 &&
         name.substr(0, name.size() - 1) == next.substr(0, next.size() - 1) &&
         (name.size() == 1 || kAsciiDigits.has(name.back()) || name[name.size() - 2] == '_');
}

// Of names that pieces of one value are given: "A", "p0", "part_b".
bool may_count(std::string_view name) {
  return name.size() == 1 || kAsciiDigits.has(name.back()) ||
         (name.size() > 2 && name[name.size() - 2] == '_');
}

bool is_number(std::string_view text) {
  static constexpr CharSet kNumber = kAsciiDigits | CharSet("- ");
  return std::all_of(text.begin(), text.end(), [](char c) { return kNumber.has(c); });
}

// "GB30PZZI8969", as an IBAN begins.
bool begins_iban(std::string_view piece) {
  static constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
  return piece.size() > 4 && kCapitals.has(piece[0]) && kCapitals.has(piece[1]) &&
         kAsciiDigits.has(piece[2]) && kAsciiDigits.has(piece[3]) &&
         std::all_of(piece.begin() + 4, piece.end(),
                     [](char c) { return kCapitals.has(c) || kAsciiDigits.has(c) || c == ' '; });
}

// "mysq", "postgresql:", as the URL of a database begins.
bool begins_database_url(std::string_view piece) {
  constexpr std::size_t kFewest = 4;
  static constexpr std::string_view kSchemes[] = {"postgresql://", "postgres://", "mysql://",
                                                  "mongodb://",    "mariadb://",  "redis://"};
  return piece.size() >= kFewest &&
         std::any_of(std::begin(kSchemes), std::end(kSchemes),
                     [piece](std::string_view scheme) { return scheme.starts_with(piece); });
}

// Whether a value may begin with the piece: names and messages are put together all the time.
bool may_begin_value(std::string_view piece) {
  constexpr std::size_t kFewestDigits = 3;
  if (has_token_prefix(piece) || piece.find("://") != piece.npos) return true;
  if (const std::size_t at = piece.find('@'); at != piece.npos && at > 0) return true;
  if (begins_iban(piece)) return true;
  // Of a country, two letters stand before.
  static constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
  if (piece.size() > 4 && kCapitals.has(piece[0]) && kCapitals.has(piece[1]))
    piece.remove_prefix(2);
  return piece.size() >= kFewestDigits && is_number(piece);
}

// The same of so little of it that names and counts look alike: "AK", "ghp", "DE4", "45".
bool may_begin_shortly(std::string_view piece) {
  if (begins_database_url(piece)) return true;
  if (piece.size() < 2 || piece.size() >= kLongestTokenPrefix) return false;
  static constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
  if (is_number(piece) || begins_token_prefix(piece)) return true;
  return piece.size() <= 4 && kCapitals.has(piece[0]) && kCapitals.has(piece[1]) &&
         is_number(piece.substr(2));
}

// Cheap: small and capital letters that may be base64.
bool may_be_base64(std::string_view piece) {
  constexpr std::size_t kFewest = 8;
  if (piece.size() < kFewest || !may_begin_base64(piece)) return false;
  bool small = false, capital = false;
  for (const char c : piece.substr(1)) {
    if (c == ' ' || c == ':' || c == '@' || c == '.') return false;
    small |= c >= 'a' && c <= 'z';
    capital |= c >= 'A' && c <= 'Z';
  }
  return small && capital;
}

// Whether the name before the sign at `at` is that of a password.
bool names_password(std::string_view text, std::size_t at) {
  static constexpr std::string_view kNames[] = {"assword", "asswd", "PASSWORD", "pwd", "PWD"};
  if (at > 0 && text[at - 1] == ':') --at;
  if (at > 0 && text[at - 1] == ' ') --at;
  const std::string_view before = text.substr(0, at);
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [before](std::string_view name) { return before.ends_with(name); });
}

// "// password: " above "const a = ", "# パスワード" above "x = ": whether a comment names what the
// statement around `at` begins.
bool named_by_comment(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestLine = 64;
  static constexpr std::string_view kNames[] = {"assword", "asswd", "PASSWORD",   "PW",
                                                "pwd",     "PWD",   "パスワード", "暗証"};
  const std::size_t from = at - std::min(at, 2 * kLongestLine);
  std::string_view before = text.substr(from, at - from);
  const std::size_t line = last_line_end(before);
  if (line == std::string_view::npos || before.size() - line > kLongestLine) return false;
  before = before.substr(0, line);
  before = before.substr(last_line_end(before) + 1);  // npos + 1 = 0
  const std::size_t mark = std::min(before.find("//"), before.find('#'));
  if (mark == std::string_view::npos) return false;
  before = before.substr(mark);
  return std::any_of(std::begin(kNames), std::end(kNames), [before](std::string_view name) {
    return before.find(name) != std::string_view::npos;
  });
}

// "# password" above "K=Kz_68k", whose value ends at `end`: what the statement gives is named so.
void name_by_comment(std::string_view text, std::size_t end, Patches& out) {
  const std::string_view before = text.substr(0, end);
  const std::size_t from = end - std::min(end, kLongestPiece + 1);
  const std::size_t line_end = last_line_end(before.substr(from));
  if (line_end == before.npos) return;
  const std::size_t line = from + line_end + 1;
  if (!named_by_comment(text, line + 1)) return;
  const std::size_t sign = before.find('=', line);
  if (sign != before.npos) out.add({line, sign + 1}, "password=");
}

// What the pieces give together is a number as long as one, a token, an address.
bool may_be_value(std::string_view value) {
  constexpr std::size_t kFewest = 9;
  if (has_token_prefix(value) || value.find('@') != value.npos) return true;
  const bool country =
      value.size() > 2 && kAsciiLetters.has(value[0]) && kAsciiLetters.has(value[1]);
  return value.size() >= kFewest &&
         (begins_iban(value) || is_number(value.substr(country ? 2 : 0)));
}

// Whether the words and signs before the names at `at` say that those after commas are joined:
// join, concat, format.
bool joined_by_call(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t kNear = 48;
  const std::size_t from = begin > kNear ? begin - kNear : 0;
  const std::string_view near = text.substr(from, std::min(text.size(), end + kNear) - from);
  static constexpr std::string_view kWords[] = {"join",    "oncat", "format", "printf", "Format",
                                                "implode", "ONCAT", "%s%s",   "Join",   "paste"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [near](std::string_view word) { return near.find(word) != near.npos; });
}

// Whether the name before the sign at `at` begins its line, as a setting of a shell does.
bool begins_line(std::string_view text, std::size_t at) {
  std::size_t begin = at;
  while (begin > 0 && at - begin < kLongestName && kAsciiWord.has(text[begin - 1])) --begin;
  if (begin == at) return false;
  const std::string_view before = text.substr(0, begin);
  return before.empty() || before.back() == '\n' || before.ends_with("export ") ||
         before.ends_with("set ");
}

class JoinFinder {
 public:
  JoinFinder(std::string_view text, Patches& out) : text_(text), out_(out) {}

  // At a quote behind "=".
  void see_quote(std::size_t at);
  // At a value without quotes straight behind it, as shells have them.
  void see_plain(std::size_t at);
  // At the sign that gives a password its value.
  void see_password(std::size_t at);
  void look_for_joins();

 private:
  void look_between(Range where) {
    if (!where_.empty() && where.begin <= where_.back().end)
      where_.back().end = std::max(where_.back().end, where.end);
    else
      where_.push_back(where);
  }
  void look_for_decoding();
  void see_piece(std::size_t at, Range literal);
  const Piece* piece_named(std::string_view name, std::size_t before) const;
  std::string_view word_at(std::size_t at) const;
  std::size_t glue_end(std::size_t at, std::string& literal, bool& comma) const;
  std::size_t see_name(std::size_t at, std::string_view name);
  bool is_given(std::size_t at) const;

  std::string_view text_;
  Patches& out_;
  std::vector<Piece> pieces_;     // in order
  std::vector<Range> where_;      // a join may stand
  std::size_t last_ = 0;          // piece by its own name
  std::size_t patched_ = 0;       // the end of the last patch
  std::vector<Range> passwords_;  // a join of one may stand, in order
  std::size_t coded_ = 0;         // the end of the first piece that may be base64
  static constexpr CharSet kFirst = kAsciiLetters | CharSet("_");
};

void JoinFinder::see_quote(std::size_t at) {
  // Doubled, as in a cell of CSV.
  const std::size_t begin = at_or_nul(text_, at + 1) == text_[at] ? at + 2 : at + 1;
  std::size_t end = piece_end(text_, begin);
  if (end == 0) {
    const Names names = assigned_names(text_, at);
    if (!names.name.empty() && may_count(names.name)) end = literal_end(text_, begin);
  }
  if (end != 0) see_piece(at, {begin, end});
}

void JoinFinder::see_plain(std::size_t at) {
  constexpr std::size_t kShortest = 4;
  const std::size_t end = token_end(text_, at);
  const char after = at_or_nul(text_, end);
  const bool alone = after == '\0' || after == '\n' || after == '\r' || after == ';';
  const bool goes_on = !pieces_.empty() && at - pieces_.back().literal.end <= kNextLine;
  const std::string_view piece = text_.substr(at, end - at);
  const bool enough = end - at >= kShortest || (end > at && (goes_on || may_begin_shortly(piece)));
  if (alone && enough && end - at <= kLongestPiece) see_piece(at, {at, end});
}

void JoinFinder::see_piece(std::size_t at, Range literal) {
  const Names names = assigned_names(text_, at);
  if (names.name.empty()) return;
  const std::string_view piece = text_.substr(literal.begin, literal.size());
  // The one before begins a value, if this goes on with it.
  const bool more =
      !pieces_.empty() && literal.begin - pieces_.back().literal.end <= kNextLine &&
      may_begin_shortly(text_.substr(pieces_.back().literal.begin, pieces_.back().literal.size()));
  const bool first = pieces_.empty() || literal.begin - pieces_.back().literal.end > kNextLine;
  if (first && named_by_comment(text_, at)) {
    passwords_.push_back({literal.end, std::min(text_.size(), literal.end + kReach / 2)});
    look_between(passwords_.back());
  }
  const bool counted = !first && counts_on(pieces_[last_].name, names.name);
  if (counted) pieces_[last_].counted = true;
  last_ = pieces_.size();
  pieces_.push_back({names.name, literal, counted});
  if (!names.typed.empty()) pieces_.push_back({names.typed, literal});
  if (coded_ == 0 && may_be_base64(piece)) coded_ = literal.end;
  const std::size_t end = literal.end;
  if (more || may_begin_value(piece))
    look_between({end, std::min(text_.size(), end + kReach)});
  else if (counted)
    look_between({end, std::min(text_.size(), end + kNextLine)});
}

void JoinFinder::see_password(std::size_t at) {
  constexpr std::size_t kNear = 96;
  if (pieces_.empty() || at - pieces_.back().literal.end > kReach) return;
  passwords_.push_back({at, std::min(text_.size(), at + kNear)});
  look_between(passwords_.back());
}

// Pieces of base64 are joined where they are decoded.
void JoinFinder::look_for_decoding() {
  const std::string_view near = text_.substr(coded_, kReach);
  for (const std::string_view call :
       {"b64decode(", "atob(", "64Decode(", "64_decode(", "decode64("})
    if (const std::size_t at = near.find(call); at != near.npos) {
      const std::size_t begin = coded_ + at + call.size();
      where_.push_back({begin, std::min(text_.size(), begin + kNextLine)});
      return;
    }
}

// The newest of the pieces given before `before` that has the name.
const Piece* JoinFinder::piece_named(std::string_view name, std::size_t before) const {
  auto piece =
      std::lower_bound(pieces_.begin(), pieces_.end(), before,
                       [](const Piece& p, std::size_t at) { return p.literal.begin < at; });
  for (std::size_t i = 0; i < 2 * kMostPieces && piece != pieces_.begin(); ++i) {
    --piece;
    if (before - piece->literal.begin > kReach) return nullptr;
    if (piece->name == name) return &*piece;
  }
  return nullptr;
}

std::string_view JoinFinder::word_at(std::size_t at) const {
  std::size_t end = at;
  while (end < text_.size() && end - at < kLongestName && kAsciiWord.has(text_[end])) ++end;
  return text_.substr(at, end - at);
}

// Over what joins one name to the next; `at`: nothing does. `literal`: what a template has between.
std::size_t JoinFinder::glue_end(std::size_t at, std::string& literal, bool& comma) const {
  constexpr std::size_t kLongestGlue = 16;
  std::size_t pos = at;
  const auto skip = [&](const CharSet& set) {
    while (pos < text_.size() && pos - at < kLongestGlue && set.has(text_[pos])) ++pos;
  };
  if (at_or_nul(text_, pos) == '}') {
    ++pos;
    const std::size_t begin = pos;
    skip(kTokenChars | CharSet("@: "));
    literal = text_.substr(begin, pos - begin);
    if (at_or_nul(text_, pos) == '$' || at_or_nul(text_, pos) == '#') ++pos;
    if (at_or_nul(text_, pos) != '{') return at;
    return at_or_nul(text_, pos + 1) == '$' ? pos + 2 : pos + 1;
  }
  if (at_or_nul(text_, pos) == '$') return pos + 1;
  for (const std::string_view border : {")\\(", "%%"})
    if (text_.substr(pos, border.size()) == border) return pos + border.size();
  skip(kBlanks);
  static constexpr CharSet kJoining{"+.&|~<>"};
  const std::size_t sign = pos;
  skip(kJoining);
  if (pos == sign && at_or_nul(text_, pos) == ',') {
    comma = true;
    ++pos;
  }
  if (pos == sign) return at;
  skip(kBlanks);
  if (at_or_nul(text_, pos) == '$') ++pos;
  return pos;
}

// Where to go on behind the name, or all that it is joined with.
std::size_t JoinFinder::see_name(std::size_t at, std::string_view name) {
  const std::size_t next = at + name.size();
  const Piece* piece = piece_named(name, at);
  if (piece == nullptr || at < piece->literal.end) return next;
  const auto of = [this](const Piece& p) {
    return text_.substr(p.literal.begin, p.literal.size());
  };
  const bool begins = may_begin_value(of(*piece));
  const bool password = std::any_of(passwords_.begin(), passwords_.end(), [at](const Range& near) {
    return at > near.begin && at < near.end;
  });
  const bool coded = coded_ != 0 && may_begin_base64(of(*piece));
  const bool counted = piece->counted;
  if (!begins && !password && !coded && !counted && !may_begin_shortly(of(*piece))) return next;
  const std::size_t first_name = static_cast<std::size_t>(piece->name.data() - text_.data());
  std::string value(of(*piece));
  Range range = piece->literal;
  std::size_t end = next, count = 1;
  bool comma = false;
  for (; count < kMostPieces; ++count) {
    std::string literal;
    const std::size_t begin = glue_end(end, literal, comma);
    if (begin == end) break;
    std::string_view word = word_at(begin);
    std::size_t word_end = begin + word.size();
    const Piece* more = word.empty() ? nullptr : piece_named(word, at);
    // "this.b", "local.b".
    if (more == nullptr && !word.empty() && at_or_nul(text_, word_end) == '.') {
      word = word_at(word_end + 1);
      word_end += 1 + word.size();
      more = word.empty() ? nullptr : piece_named(word, at);
    }
    if (more == nullptr) break;
    value.append(literal).append(of(*more));
    range = {std::min(range.begin, more->literal.begin), std::max(range.end, more->literal.end)};
    end = word_end;
  }
  if (count == 1 || (comma && !joined_by_call(text_, at, end))) return next;
  if (!begins && !password && !counted && !may_be_value(value) && !says_in_base64(value))
    return next;
  // Of patches that overlap one stays anyway.
  if (range.size() > 2 * kReach || range.begin < patched_) return end;
  // The name that a number is given says what it is.
  if (is_number(value) && range.end <= at && at - range.end <= kLongestPiece) {
    const std::string first = value;
    value.append(text_.substr(range.end, at - range.end)).append("\"" + first + "\"");
    range.end = end;
  }
  // The name that the whole is given says what it is.
  if (password && !has_token_prefix(value) && value.find("://") == value.npos &&
      first_name < range.begin) {
    range.begin = first_name;
    // As the literal ends that it ends with.
    const char quote = at_or_nul(text_, range.end);
    value.insert(0, std::string("password = ") + (kQuoteSigns.has(quote) ? quote : ' '));
    // "api_key = p0 = …": another name is given the value before.
  } else if (counted && first_name < range.begin && is_given(first_name)) {
    if (text_[first_name - 1] == ' ') value.insert(0, 1, text_[range.begin - 1]);
    range.begin = first_name;
  }
  out_.add(range, value);
  patched_ = range.end;
  return end;
}

// Whether a sign that gives a value stands before `at`.
bool JoinFinder::is_given(std::size_t at) const {
  if (at > 0 && text_[at - 1] == ' ') --at;
  const std::string_view before = text_.substr(0, at);
  return before.ends_with('=') || before.ends_with(':') || before.ends_with("：");
}

void JoinFinder::look_for_joins() {
  if (coded_ != 0) look_for_decoding();
  for (const Range& where : where_) {
    for (std::size_t at = where.begin; at < where.end;) {
      if (!kFirst.has(text_[at])) {
        ++at;
        continue;
      }
      const std::string_view word = word_at(at);
      const bool begins = at == 0 || !kAsciiWord.has(text_[at - 1]);
      at = begins ? std::max(see_name(at, word), at + word.size()) : at + word.size();
    }
  }
}

}  // namespace

void find_variable_joins(std::string_view text, const Survey&, Range where, Patches& out) {
  out.undo(kJoined);
  JoinFinder joins(text, out);
  NamedPieces named(text);
  const std::string_view within = text.substr(0, where.end);
  for (std::size_t at = within.find('=', where.begin); at < where.end;
       at = within.find('=', at + 1)) {
    if (const Range glue = self_append_glue(text, at); glue.size() != 0) {
      name_by_comment(text, glue.begin, out);
      out.add(glue, "");
      continue;
    }
    named.join(at, out);
    const std::size_t quote = at_or_nul(text, at + 1) == ' ' ? at + 2 : at + 1;
    if (kQuoteSigns.has(at_or_nul(text, quote)))
      joins.see_quote(quote);
    else if (quote == at + 1 && token_at(text, quote) && begins_line(text, at))
      joins.see_plain(quote);
    if (names_password(text, at)) joins.see_password(at);
  }
  joins.look_for_joins();
}

}  // namespace sekisho::filters
