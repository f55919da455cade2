#pragma once

// Values cut in two by the border of two messages: the JSON between two contents of a conversation,
// or the speaker's name in a transcript.

#include <string_view>

#include "filters/finding.h"
#include "filters/views/pulled_apart.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Adds a patch that takes away each border that begins in `where`.
void find_message_borders(std::string_view text, const Survey& survey, Range where,
                          PulledApart out);

}  // namespace sekisho::filters
