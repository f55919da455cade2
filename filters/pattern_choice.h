#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::filters {

// Which of many patterns match somewhere in a text: one pass, however many they are. Immutable,
// safe from any thread.
class PatternChoice {
 public:
  // Patterns that Pattern::compile takes. nullopt: one does not compile, or they need too much
  // memory together.
  static std::optional<PatternChoice> compile(const std::vector<std::string>& patterns);
  // Indices of those that match, in ascending order. nullopt: it could not be told within the
  // memory; ask each by itself.
  std::optional<std::vector<std::size_t>> matches(std::string_view text) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace sekisho::filters
