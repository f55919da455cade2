#pragma once

// A marking that is one word among others: an alternative of a pattern, an entry of a list, a row
// of figures. It marks nothing there.

#include <string_view>

#include "filters/finding.h"
#include "filters/values/label_line.h"

namespace sekisho::filters {

bool is_one_of_words(const LabelLine& line);
// One word in quotation marks beside another.
bool is_one_of_quoted(const LabelLine& line);
// "TLP:RED と TLP:AMBER の違い": two grades on one line are compared; "（極秘・社内・公開等）".
bool is_one_of_grades(const LabelLine& line);

// Whether the marking is defined where it stands: other grades begin lines near it after the same
// bullet, number or border of a cell, or "…とは" follows. Looks at few lines around.
bool is_defined_here(std::string_view text, Range word);

// `after` behind "・極秘・厳秘": "社外秘・極秘・厳秘の違い" is about each of them.
std::string_view behind_other_markings(std::string_view after);

// A label with the words before and behind it that say how much.
Range with_degree(std::string_view text, Range label);

// "社外秘資料をSNSに上げない": what must not be done with any of them; `after`: behind the marking.
bool is_forbidden(std::string_view after);

}  // namespace sekisho::filters
