#pragma once

// Passwords in pieces behind their name, over lines or messages: "PW：Kz!" … "73tui!2" … "58by1".
// Nothing in such a piece says what it is; the name before the first and the form of all together
// do.

#include <cstddef>
#include <string_view>

#include "filters/views/line_pieces.h"
#include "filters/views/pulled_apart.h"
#include "filters/views/survey.h"

namespace sekisho::filters {

constexpr std::size_t kLongestPasswordPiece = 32;

// Cheap: whether so little stands at `at` on its line.
inline bool may_be_password_piece(std::string_view text, const Survey& survey, std::size_t at) {
  constexpr std::size_t kBehind = 3;  // the backslash of a shell, a return
  const std::size_t most = kLongestPasswordPiece + kBehind;
  return text.size() - at <= most ||
         survey.marked_within(at, most, [](const BlockMarks& m) { return m.control; });
}

// Of the kinds of characters that people are told to mix, a digit and both kinds of letters at
// least.
bool is_strong_password(std::string_view value);

// Whether a word that may be such a piece is all that stands on its line from `at` on.
bool is_password_piece(std::string_view text, std::size_t at);

// Joins the piece that ends at `end` with the next ones, surely; `next_piece` tells where the one
// behind a piece begins. The end of the last one, 0: it is none.
std::size_t join_password_pieces(std::string_view text, std::size_t end, NextPiece next_piece,
                                 PulledApart out);

}  // namespace sekisho::filters
