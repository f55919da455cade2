#pragma once

// Values cut in two by the border of two messages: the JSON between two contents of a conversation,
// or the speaker's name in a transcript.

#include <string_view>

#include "filters/finding.h"
#include "filters/views/pulled_apart.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// From the end of a text at `begin` to where the next message, or the next part of one, begins;
// `begin`: none follows.
std::size_t next_message(std::string_view text, std::size_t begin);

// Between two halves of a number, which end at `begin` and begin at `end`, its own separator was
// lost: the one that stands nearest.
std::string_view lost_separator(std::string_view text, std::size_t begin, std::size_t end);

// Adds a patch that takes away each border that begins in `where`.
void find_message_borders(std::string_view text, const Survey& survey, Range where,
                          PulledApart out);

}  // namespace sekisho::filters
