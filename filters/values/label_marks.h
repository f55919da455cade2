#pragma once

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// AtGate of confidentiality labels. A label is a marking of a document, not the word in a sentence:
// it stands alone, in brackets, in a field of its name, in a header or footer, or a sentence says
// of this very document that it is so.
void find_label(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

}  // namespace sekisho::filters
