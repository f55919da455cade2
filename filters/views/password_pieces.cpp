#include "filters/views/password_pieces.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/values/password_value.h"
#include "filters/views/pieces.h"
#include "filters/views/token_prefixes.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMostPieces = 6;
constexpr std::size_t kShortestPassword = 8, kLongestPassword = 48;
constexpr CharSet kPieceChars = kAsciiWord | CharSet("!#$%&*+-./?@^~");

std::size_t piece_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at <= kLongestPasswordPiece && kPieceChars.has(text[end]))
    ++end;
  return end;
}

// The piece is all that its line or its message says from there on.
bool ends_all(std::string_view text, std::size_t end) {
  static constexpr CharSet kEnds{"\n\r\"\\"};
  return end >= text.size() || kEnds.has(text[end]) || literal_at(text, end, " \\");
}

// "password: ", "PW：", "パスワードは「" before `begin`, roughly: the detector tells.
bool is_named(std::string_view text, std::size_t begin) {
  constexpr std::size_t kReach = 40;
  static constexpr std::string_view kSigns[] = {":", "=", "：", "は", "＝", "→", "⇒", " is"};
  static constexpr std::string_view kNames[] = {"pass", "pwd",  "pw",         "kennwort",
                                                "パス", "暗証", "contraseña", "密码"};
  std::string_view before = text.substr(begin - std::min(begin, kReach), std::min(begin, kReach));
  static constexpr CharSet kBlanks{" \t\"'`"};
  while (!before.empty() && kBlanks.has(before.back())) before.remove_suffix(1);
  if (before.ends_with("「")) before.remove_suffix(3);
  static constexpr CharSet kLast{":=\x9A\xAF\x9D\x92s"};  // bytes of the signs
  if (before.empty() || !kLast.has(before.back())) return false;
  if (std::none_of(std::begin(kSigns), std::end(kSigns), [before](std::string_view sign) {
        return before.size() >= sign.size() && begins_at(before, before.size() - sign.size(), sign);
      }))
    return false;
  if (const std::size_t line = last_line_end(before); line != before.npos)
    before.remove_prefix(line + 1);
  // Cheap: what stands before most signs holds no byte that one of them begins with, in full width
  // neither.
  static constexpr CharSet kFirst{"pPkKcC\xE3\xE5\xE6\xEF"};
  if (std::none_of(before.begin(), before.end(), [](char c) { return kFirst.has(c); }))
    return false;
  const std::string lower = folded_lower(before);
  for (std::size_t at = 0; at < lower.size(); ++at)
    if (kFirst.has(lower[at]) &&
        std::any_of(std::begin(kNames), std::end(kNames),
                    [&](std::string_view name) { return begins_at(lower, at, name); }))
      return true;
  return false;
}

// A word of a text, with the sign of its end perhaps.
bool is_word(std::string_view piece) {
  static constexpr CharSet kEnds{".!?"};
  while (!piece.empty() && kEnds.has(piece.back())) piece.remove_suffix(1);
  return is_plain_word(piece);
}

// A sign, or digits here and there, as names of things ("Ubuntu22") have none.
bool is_mixed(std::string_view value) {
  constexpr int kFewestRuns = 3;
  int runs = 0;
  char before = 'a';
  for (const char c : value) {
    if (!kAsciiAlnum.has(c)) return true;
    runs += kAsciiDigits.has(c) && !kAsciiDigits.has(before) ? 1 : 0;
    before = c;
  }
  return runs >= kFewestRuns;
}

// A strong one of pieces, the first of them `first` bytes long: behind a word ("password: none")
// the rest has to be one alone.
bool is_strong(std::string_view value, std::size_t first) {
  return is_strong_password(value) &&
         (!is_word(value.substr(0, first)) || is_strong_password(value.substr(first)));
}

}  // namespace

bool is_strong_password(std::string_view value) {
  bool lower = false, upper = false;
  for (const char c : value) {
    lower |= is_lower(static_cast<unsigned char>(c));
    upper |= is_upper(static_cast<unsigned char>(c));
  }
  return lower && upper && value.size() >= kShortestPassword && value.size() <= kLongestPassword &&
         is_mixed(value) && password_stands_alone(value);
}

bool is_password_piece(std::string_view text, std::size_t at) {
  const std::size_t stop = piece_end(text, at);
  return stop > at && stop - at <= kLongestPasswordPiece && ends_all(text, stop);
}

std::size_t join_password_pieces(std::string_view text, std::size_t end, NextPiece next_piece,
                                 PulledApart out) {
  if (end == 0 || !kPieceChars.has(text[end - 1])) return 0;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongestPasswordPiece && kPieceChars.has(text[begin - 1]))
    --begin;
  // Cheap: most words have no name before them, and most lines are no single word.
  if (!is_named(text, begin)) return 0;
  const std::size_t next = next_piece(text, end);
  if (next == end) return 0;
  if (!is_password_piece(text, next)) return 0;
  std::size_t stop = piece_end(text, next);
  std::string value(text.substr(begin, end - begin));
  // What is one by itself needs nothing more.
  if (is_strong_password(value)) return 0;
  std::vector<Range> borders;
  std::size_t last = end;
  bool strong = false;
  for (std::size_t at = next; borders.size() < kMostPieces;) {
    const std::string_view piece = text.substr(at, stop - at);
    const bool none =
        std::none_of(piece.begin(), piece.end(), [](char c) { return kAsciiAlnum.has(c); });
    if (none || is_word(piece) || has_token_prefix(piece)) break;
    value += piece;
    borders.push_back({last, at});
    strong = is_strong(value, end - begin);
    last = stop;
    at = next_piece(text, last);
    if (at == last) break;
    if (!is_password_piece(text, at)) break;
    stop = piece_end(text, at);
  }
  if (!strong) return 0;
  for (const Range& border : borders) out.sure.add(border, "");
  return last;
}

}  // namespace sekisho::filters
