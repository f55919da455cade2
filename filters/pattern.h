#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::filters {

// A compiled RE2 pattern behind a pointer, so that no other layer includes RE2. Immutable, safe
// from any thread.
class Pattern {
 public:
  // nullopt and `error` filled when it does not compile (RE2's words). max_mem bounded.
  static std::optional<Pattern> compile(const std::string& pattern, std::string& error);
  bool search(std::string_view text) const;  // unanchored
  // The group named `name` of the first match; nullopt: no match or no such group.
  std::optional<std::string> group(std::string_view text, const std::string& name) const;
  // All matches of the group, in order, at most `limit`.
  std::vector<std::string> groups(std::string_view text, const std::string& name,
                                  int limit = 16) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace sekisho::filters
