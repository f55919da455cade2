#pragma once

// IBANs and addresses of mail that are broken over lines, wherever they are cut: all of the lines
// together prove them.

#include <cstddef>
#include <string_view>

#include "filters/char_set.h"
#include "filters/views/pulled_apart.h"

namespace sekisho::filters {

inline constexpr CharSet kIbanChars{"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"};

inline constexpr std::string_view kItemMark = "・";

// Cheap: whether a line that ends at `end` may be of an IBAN that goes on at `next`.
inline bool may_break_iban(std::string_view text, std::size_t end, std::size_t next) {
  const auto part = [text](std::size_t at) {
    return at < text.size() && (kIbanChars.has(text[at]) || text[at] == ' ');
  };
  return part(end - 1) && (part(next) || text.substr(next, 2) == "- " ||
                           text.substr(next, kItemMark.size()) == kItemMark);
}

// From the line that ends at `end`, before its line end, on. The end of the value when it was
// joined, 0 otherwise.
std::size_t join_iban_lines(std::string_view text, std::size_t end, PulledApart out);
std::size_t join_mail_lines(std::string_view text, std::size_t end, PulledApart out);

}  // namespace sekisho::filters
