#include "filters/views/token_pieces.h"

#include <algorithm>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/views/blobs.h"
#include "filters/views/line_pieces.h"
#include "filters/views/pieces.h"
#include "filters/views/survey.h"
#include "filters/views/token_prefixes.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMostPieces = 64, kFewestPieces = 3;
constexpr std::size_t kShortestToken = 16;
constexpr std::size_t kLongestGap = 8, kLongestMark = 24;

// A token begins with it: all of a known beginning, or most of it.
bool begins_token(std::string_view piece) {
  constexpr std::size_t kFewest = 2;
  return has_token_prefix(piece) ||
         (piece.size() >= kFewest && piece.size() < kLongestTokenPrefix &&
          begins_token_prefix(piece));
}

// What stands between two pieces from `at` on, without a character of a token; empty: too long.
std::string_view gap_behind(std::string_view text, std::size_t at) {
  std::size_t end = at;
  // " - ": the sign belongs to the gap.
  if (end + 2 < text.size() && text[end] == ' ' && text[end + 2] == ' ' && !alnum_at(text, end + 1))
    end += 3;
  while (end < text.size() && end - at <= kLongestGap && !token_at(text, end)) ++end;
  const bool fits = end > at && end - at <= kLongestGap && end < text.size();
  return fits ? text.substr(at, end - at) : std::string_view();
}

struct Pieces {
  std::string value;
  std::vector<Range> gaps;
  std::size_t end = 0;
};

void join(const Pieces& pieces, Patches& out) {
  for (const Range& gap : pieces.gaps) out.add(gap, "");
}

// "gh p_", "AK IA": the blank at `at` behind two characters of a token's beginning and before two.
bool parts_pairs(std::string_view text, std::size_t at) {
  if (at < 2 || at + 3 >= text.size() || text[at + 3] != ' ' || (at > 2 && token_at(text, at - 3)))
    return false;
  const char four[] = {text[at - 2], text[at - 1], text[at + 1], text[at + 2]};
  const std::string_view beginning(four, sizeof four);
  return has_token_prefix(beginning) || begins_token_prefix(beginning) ||
         may_begin_iban(beginning.substr(0, 2));
}

std::size_t behind_blank(std::string_view text, std::size_t at) {
  return at + 1 < text.size() && text[at] == ' ' && alnum_at(text, at + 1) ? at + 1 : at;
}

// Cheap: whether groups of a token may be parted by what stands at `at`: brackets back to back, two
// blanks, a sign between blanks, what is not ASCII.
bool may_part_evenly(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return false;
  const char next = text[at + 1];
  switch (text[at]) {
    case ' ':
      return next == ' ' || (text[at + 2] == ' ' && !alnum_at(text, at + 1) && next != '=') ||
             parts_pairs(text, at);
    case ']':
      return next == '[' || text[at + 2] == '[';
    case ')':
      return next == '(' || text[at + 2] == '(';
    case '}':
      return next == '{' || text[at + 2] == '{';
    case ':':
      return next == ':';
    case '\\':
      return next == '-' || next == ',';
    default:
      return static_cast<unsigned char>(text[at]) >= 0xC2;
  }
}
// Whether the gap at `end` comes again behind the characters of a token.
bool parts_again(std::string_view text, std::size_t end) {
  const std::string_view gap = gap_behind(text, end);
  if (gap.empty()) return false;
  const std::size_t next = end + gap.size();
  constexpr std::size_t kLongestPiece = 12;
  const std::size_t stop = token_end(text.substr(0, next + kLongestPiece), next);
  return stop > next && text.substr(stop, gap.size()) == gap;
}

// From the piece on, over equal gaps; what was `tried` as base64 is not tried again. The end of the
// last one, 0: it was not joined.
std::size_t join_even_pieces(std::string_view text, Range piece, std::size_t& tried,
                             PulledApart out) {
  constexpr std::size_t kShortestOfBlob = 4;
  const std::string_view gap = gap_behind(text, piece.end);
  const bool token = begins_token(text.substr(piece.begin, piece.size()));
  // Base64, two blanks between.
  if (!token && !(gap == "  " && piece.size() >= kShortestOfBlob && piece.begin >= tried)) return 0;
  if (gap.empty()) return 0;
  Pieces pieces{std::string(text.substr(piece.begin, piece.size())), {}, piece.end};
  while (pieces.gaps.size() < kMostPieces && text.substr(pieces.end, gap.size()) == gap) {
    const std::size_t begin = pieces.end + gap.size();
    // A hyphen of the gap is none of the piece.
    const std::size_t end = token_end(text.substr(0, begin + piece.size() + 1), begin);
    if (end == begin || end - begin > piece.size()) break;
    pieces.gaps.push_back({pieces.end, begin});
    pieces.value += text.substr(begin, end - begin);
    pieces.end = end;
    if (end - begin < piece.size()) break;
  }
  const bool enough =
      pieces.gaps.size() + 1 >= kFewestPieces && pieces.value.size() >= kShortestToken;
  if (!token) tried = pieces.end;
  if (!enough) return 0;
  const bool begins = has_token_prefix(pieces.value);
  if (!begins && (token || !says_in_base64(pieces.value))) return 0;
  join(pieces, begins ? out.doubtful : out.sure);
  return pieces.end;
}

// The mark that the line begins with before [begin, …), digits left out: "- ", ". ", "||".
std::string mark_of(std::string_view text, std::size_t line, std::size_t begin) {
  std::string mark;
  for (std::size_t at = line; at < begin; ++at)
    if (!kAsciiDigits.has(text[at])) mark += text[at];
  return mark;
}

// Over the mark of a line to its first piece; `line`: there is none.
std::size_t mark_end(std::string_view text, std::size_t line, std::string_view mark) {
  std::size_t pos = line, matched = 0;
  while (matched < mark.size() && pos - line <= kLongestMark && pos < text.size()) {
    if (text[pos] == mark[matched])
      ++matched;
    else if (!kAsciiDigits.has(text[pos]))
      return line;
    ++pos;
  }
  return matched == mark.size() ? pos : line;
}

// Nothing but marks of cells and quotation follows the piece on its line.
std::size_t line_end_behind(std::string_view text, std::size_t at) {
  static constexpr CharSet kMarks{" |\"',\r\\"};
  std::size_t end = at;
  while (end < text.size() && end - at < 8 && kMarks.has(text[end])) ++end;
  // Of a text in JSON, which ends there.
  const bool closed = end > at && text[end - 1] == '"' && end < text.size() &&
                      (text[end] == '}' || text[end] == ']');
  return end == text.size() || text[end] == '\n' || closed ? end : at - 1;
}

}  // namespace

std::size_t join_listed_pieces(std::string_view text, const Survey& survey, std::size_t end,
                               PulledApart out) {
  static constexpr CharSet kMarks{" |\"',\r\\"};
  std::size_t stop = end;
  while (stop > 0 && end - stop < 6 && kMarks.has(text[stop - 1])) --stop;
  if (stop == 0 || !token_at(text, stop - 1)) return 0;
  std::size_t begin = token_begin(survey, stop);
  while (begin < stop && !begins_token(text.substr(begin, stop - begin)) && text[begin] == '+')
    ++begin;  // of a patch
  if (!begins_token(text.substr(begin, stop - begin))) return 0;
  const std::size_t from = begin > kLongestMark ? begin - kLongestMark : 0;
  const std::size_t before = last_line_end(text.substr(from, begin - from));
  if (before == std::string_view::npos && from > 0) return 0;
  const std::size_t line = before == std::string_view::npos ? 0 : from + before + 1;
  const std::string mark = mark_of(text, line, begin);
  if (mark.empty() ||
      std::any_of(mark.begin(), mark.end(), [](char c) { return kAsciiLetters.has(c); }))
    return 0;
  Pieces pieces{std::string(text.substr(begin, stop - begin)), {}, stop};
  for (std::size_t last = end; pieces.gaps.size() < kMostPieces && last < text.size();) {
    const std::size_t next = mark_end(text, last + 1, mark);
    if (next == last + 1 || !token_at(text, next)) break;
    const std::size_t piece_end = token_end(text, next);
    const std::size_t line_end = line_end_behind(text, piece_end);
    const std::string_view piece = text.substr(next, piece_end - next);
    if (line_end < piece_end || is_plain_word(piece) || has_token_prefix(piece)) break;
    pieces.gaps.push_back({pieces.end, next});
    pieces.value += piece;
    pieces.end = piece_end;
    last = line_end;
  }
  if (pieces.gaps.empty() || pieces.value.size() < kShortestToken ||
      !has_token_prefix(pieces.value))
    return 0;
  join(pieces, out.doubtful);
  return pieces.end;
}

void find_even_pieces(std::string_view text, const Survey& survey, Range where, PulledApart out) {
  std::size_t done = 0, tried = 0;
  constexpr auto kGaps = [](const BlockMarks&, const BlockMarks& m, const BlockMarks& after) {
    return even_gaps(m, after);
  };
  survey.each(where.begin, where.end, kGaps, [&](std::size_t end) {
    if (end < done || !may_part_evenly(text, end) || !parts_again(text, end)) return end + 1;
    const std::size_t at = token_begin(survey, end);
    if (end - at == 2 && may_begin_iban(text.substr(at, 2))) {
      const auto breaks = breaks_of_iban(text, at, end, behind_blank);
      for (const Range& one : breaks) out.doubtful.add(one, "");
      if (!breaks.empty()) return done = breaks.back().end;
    }
    done = join_even_pieces(text, {at, end}, tried, out);
    return std::max(done, end + 1);
  });
}

}  // namespace sekisho::filters
