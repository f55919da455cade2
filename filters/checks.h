#pragma once

// The one table of what a pack may name in `check:`: code that knows about values what a pattern
// cannot say.

#include <span>
#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// One of the functions is set.
struct NamedCheck {
  std::string_view name;
  DetectorRow::Check check = nullptr;               // of a match of the row's pattern
  DetectorRow::AtGate at_gate = nullptr;            // instead of a pattern: around the gate
  DetectorRow::OverNumbers over_numbers = nullptr;  // over numbers; the gate may be left out
  std::string_view meaning;                         // for people
  DetectorRow::OverText over_text = nullptr;        // over all text, without a gate
};

std::span<const NamedCheck> named_checks();
const NamedCheck* find_check(std::string_view name);  // null = no such check

}  // namespace sekisho::filters
