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
  const std::string& text() const;           // as it was compiled
  // The group named `name` of the first match; nullopt: no match or no such group.
  std::optional<std::string> group(std::string_view text, const std::string& name) const;
  // Index of the group for `next`; -1: there is none.
  int group_index(const std::string& name) const;
  // What the group holds in the first match at or behind `from`, which moves behind that match; no
  // data where the group took no part in it. nullopt: no further match.
  std::optional<std::string_view> next(std::string_view text, int group, std::size_t& from) const;
  // All matches of the group, in order, at most `limit`.
  std::vector<std::string> groups(std::string_view text, const std::string& name,
                                  int limit = 16) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace sekisho::filters
