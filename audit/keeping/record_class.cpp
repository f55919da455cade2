#include "audit/keeping/record_class.h"

#include <chrono>
#include <iterator>

namespace sekisho::audit {
namespace {

constexpr ClassBits bit(std::string_view name) {
  for (std::size_t i = 0; i < kOtherClass; ++i)
    if (config::kRetentionClasses[i] == name) return 1u << i;
  return 0;
}

constexpr ClassBits kOther = 1u << kOtherClass;

ClassBits class_of_category(std::string_view category) {
  for (const std::string_view known : {"financial", "secret", "confidential"})
    if (category == known) return bit(known);
  return bit("personal");
}

}  // namespace

std::string_view class_name(std::size_t number) {
  return number < kOtherClass ? config::kRetentionClasses[number] : "default";
}

ClassBits classes_of(const DecisionRow& decision, const CategoryOf& category_of) {
  if (decision.verdict == "block") return bit("refused");
  ClassBits bits = 0;
  for (const auto& [type, n] : decision.findings)
    bits |= class_of_category(category_of ? category_of(type) : "");
  if (!decision.exception.empty()) bits |= bit("exception");
  return bits ? bits : kOther;
}

ClassBits classes_of_kind(std::string_view kind) {
  for (const std::string_view bound : {"outcome", "segment", "checkpoint"})
    if (kind == bound) return 0;
  return bit("operation");
}

std::optional<Retention> retention_of(const config::AuditKeeping& keeping) {
  if (!keeping.keep) return std::nullopt;
  Retention retention;
  for (std::size_t i = 0; i < kClassCount; ++i) {
    const auto own = keeping.keep_class.find(class_name(i));
    const auto period = own == keeping.keep_class.end() ? *keeping.keep : own->second;
    retention.keep_us[i] = std::chrono::microseconds(period).count();
  }
  return retention;
}

}  // namespace sekisho::audit
