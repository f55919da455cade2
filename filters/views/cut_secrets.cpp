#include "filters/views/cut_secrets.h"

#include <algorithm>
#include <string_view>

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/values/generic_secret.h"
#include "filters/views/password_pieces.h"
#include "filters/views/pieces.h"

namespace sekisho::filters {
namespace {

constexpr CharSet kSecretChars = kAsciiWord | CharSet("-+/.~=");
constexpr CharSet kPasswordChars = kAsciiWord | CharSet("!#$%&*+-./?@^~");
constexpr std::size_t kMostPieces = 12, kLongestSecret = 128;

// The piece that `text` begins with; empty: it is none of a secret, but a word, the name of
// something else, or a word of several on a line.
std::string_view piece_of(std::string_view text, const CharSet& chars) {
  static constexpr CharSet kEnds{"\n\r\"'|<,;\t])}\\"};
  std::size_t end = 0;
  while (end < text.size() && end <= kLongestSecret && chars.has(text[end])) ++end;
  std::size_t behind = end;
  while (at_or_nul(text, behind) == ' ') ++behind;
  const bool ends = behind == text.size() || kEnds.has(text[behind]);
  // "api_key": ["…"], "port": 1.
  const bool name = at_or_nul(text, end) == '"' && at_or_nul(text, end + 1) == ':';
  const std::string_view piece = text.substr(0, end);
  return !ends || name || is_plain_word(piece) ? std::string_view() : piece;
}

bool is_number(std::string_view piece) {
  static constexpr CharSet kNumber = kAsciiDigits | CharSet("-.");
  return std::all_of(piece.begin(), piece.end(), [](char c) { return kNumber.has(c); });
}

constexpr std::size_t kShortestWord = 4;  // "none"

// Cheap: most cells behind a name are words, and read at once.
bool begins_with_word(std::string_view text, const CharSet& chars) {
  std::size_t end = 0;
  while (end < text.size() && end <= kLongestSecret && chars.has(text[end])) ++end;
  return end >= kShortestWord && is_plain_word(text.substr(0, end));
}

// `is_whole` tells which values are such secrets.
template <class IsWhole>
bool read_cut(CutReader& in, const CharSet& chars, IsWhole is_whole) {
  if (begins_with_word(in.rest(), chars)) return false;
  for (std::size_t pieces = 1; pieces <= kMostPieces; ++pieces) {
    if (!in.take(chars)) return false;
    while (!in.at_cut() && in.take(chars))
      if (in.value().size() > kLongestSecret) return false;
    const bool whole = is_whole(in.value());
    const bool word = in.value().size() >= kShortestWord && is_plain_word(in.value());
    // A list of secrets is one, too.
    if (pieces == 1 && (word || (whole && in.at_line_cut()))) return false;
    if (!in.at_cut()) return pieces > 1 && whole;
    const std::string_view next = piece_of(in.behind_cut(), chars);
    if (next.empty() || (whole && is_number(next))) return pieces > 1 && whole;
  }
  return false;
}

}  // namespace

bool read_cut_secret(CutReader& in) {
  return read_cut(in, kSecretChars, is_secret_value);
}

bool read_cut_password(CutReader& in) {
  return read_cut(in, kPasswordChars, is_strong_password);
}

}  // namespace sekisho::filters
