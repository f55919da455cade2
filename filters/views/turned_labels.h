#pragma once

// Labels with their values that are written backwards ("10-2345 :NSS", "…：号番ドーカ"), or in
// ROT13
// ("cnffjbeq: …"): known by the label, whatever the value is.

#include <cstddef>
#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Whether the colon at `at`, ":" or "：", stands beside such a label.
bool beside_turned_label(std::string_view text, std::size_t at);

// Adds a patch over each label of `where` and its value.
void find_turned_labels(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
