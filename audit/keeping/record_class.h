#pragma once

// Which periods of `audit.retention` hold for a record.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "audit/record_view.h"
#include "config/audit_keeping.h"

namespace sekisho::audit {

inline constexpr std::size_t kClassCount = std::size(config::kRetentionClasses) + 1;
inline constexpr std::size_t kOtherClass = kClassCount - 1;  // "default"
std::string_view class_name(std::size_t number);

// Bits of the classes that the record belongs to; that of kOtherClass if to none.
using ClassBits = std::uint32_t;
// "secret", "pii", "financial", "confidential" of a finding's type; what is not known counts as
// personal data.
using CategoryOf = std::function<std::string(std::string_view type)>;
ClassBits classes_of(const DecisionRow& decision, const CategoryOf& category_of);
// Of every other record. None for an outcome, which goes with its decision, and for what a segment
// holds for its own sake.
ClassBits classes_of_kind(std::string_view kind);

struct Retention {
  // Microseconds by class, that of kOtherClass for the rest.
  std::array<std::int64_t, kClassCount> keep_us{};
};
// Nothing: nothing is ever removed.
std::optional<Retention> retention_of(const config::AuditKeeping& keeping);

}  // namespace sekisho::audit
