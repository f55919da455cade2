#pragma once

#include <optional>
#include <string_view>

#include "audit/sealed/sealed_ref.h"

namespace sekisho::audit {

// What a decision says of its copy; `json` as DecisionRow has it. Nothing: there is none.
std::optional<SealedRef> sealed_ref_of(std::string_view json);

}  // namespace sekisho::audit
