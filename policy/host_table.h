#pragma once

// Looks a host up among exact names and "*.x" wildcards, the longest first. A look-up allocates
// nothing.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sekisho::policy {

template <class T>
class HostTable {
 public:
  using Bucket = std::vector<T>;

  // `pattern` in lower case, without port and trailing dot: "a.example.jp" or "*.example.jp".
  void add(std::string_view pattern, T value) {
    if (pattern.substr(0, 2) == "*.")
      wild_[std::string(pattern.substr(2))].push_back(std::move(value));
    else
      exact_[std::string(pattern)].push_back(std::move(value));
  }

  const Bucket* exact(std::string_view host) const { return find(exact_, host); }

  // Calls `visit(suffix length, bucket)` for every wildcard above `host`, longest first, until it
  // returns true. Never for an address literal.
  template <class Visit>
  void wildcards(std::string_view host, Visit visit) const {
    for (std::size_t dot = host.find('.'); dot != std::string_view::npos;
         dot = host.find('.', dot + 1)) {
      const std::string_view suffix = host.substr(dot + 1);
      const Bucket* bucket = find(wild_, suffix);
      if (bucket && visit(suffix.size(), *bucket)) return;
    }
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>()(s); }
  };
  using Map = std::unordered_map<std::string, Bucket, Hash, std::equal_to<>>;

  static const Bucket* find(const Map& map, std::string_view key) {
    const auto it = map.find(key);
    return it == map.end() ? nullptr : &it->second;
  }

  Map exact_, wild_;
};

// A host as `destinations[].hosts` writes it.
struct HostRule {
  std::string pattern;  // lower case, IDN as A-labels, an address in its canonical form
  std::optional<std::uint16_t> port;  // nullopt: 443, or 80 for http://
  bool any_port = false;
  bool accepts(std::string_view scheme, std::uint16_t to_port) const;
};

// "llm.example.jp", "*.x", "host:8443", "host:*", "192.0.2.1", "[2001:db8::1]:8443"; the form was
// checked by config::check_host_pattern. nullopt: a name that has no IDN form here.
std::optional<HostRule> parse_host_rule(std::string_view text);

// A name in the form in which it is compared: lower case, no trailing dot, U-labels as A-labels.
// nullopt for letters whose IDN mapping is not simple (they must be written as xn--).
std::optional<std::string> canonical_host(std::string_view name);

}  // namespace sekisho::policy
