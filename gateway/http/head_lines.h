#pragma once

// The lines of a head and of a trailer section, read by the letter of RFC 9112: CRLF and nothing
// else ends a line, no folding, no control characters, names are tokens.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/framing.h"
#include "gateway/http/message.h"

namespace sekisho::gateway {

// nullopt: nothing wrong.
using Fault = std::optional<FramingError>;
FramingError framing_error(std::string_view rule, std::string detail, int status = 400);

bool is_token(std::string_view text);
// Visible ASCII without '#': what a request target may hold.
bool is_target(std::string_view text);
// HTAB, SP, visible ASCII and obs-text: what a field value or a reason may hold.
bool is_field_text(std::string_view text);
std::string_view trim_ows(std::string_view text);

// Takes one line off the front of `rest`, without its CRLF. Fault: a bare LF, or no line end at
// all.
Fault take_line(std::string_view& rest, std::string_view& line);
// Takes field lines up to and including the empty line; `rest` must end there. At most `max` lines
// (431).
Fault take_fields(std::string_view rest, std::size_t max, Headers& out);

// Calls `each` with every element of a comma-separated list, empty ones left out; stops when it
// says false.
template <class Each>
bool for_each_element(std::string_view list, Each each) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim_ows(list.substr(0, comma));
    if (!element.empty() && !each(element)) return false;
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return true;
}

}  // namespace sekisho::gateway
