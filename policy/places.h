#pragma once

// Sets of countries, as facts, regions and cloud tables state them.

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/catalogue.h"

namespace sekisho::policy {

// What a list of country codes and groups stands for.
struct Places {
  std::vector<std::string> countries;  // sorted, each once
  bool unknown = false;                // "unknown", or a code that leads nowhere
  bool anywhere = false;               // ANY, "anywhere but …": promises no place
  bool customer_selected = false;      // the region that the customer chose, see `endpoint`

  // Evidence of a place: every part of it is a country.
  bool known() const { return !unknown && !anywhere && !customer_selected && !countries.empty(); }
  // "JP", "AT,BE,…", "anywhere", "unknown": the form of records.
  std::string text() const;
};

// Items: ISO codes, groups of cloud-regions.yaml, "*", "!CN", "unknown", "customer_selected". What
// is none of these is unknown.
Places resolve_places(const std::vector<std::string>& items, const config::CloudRegions& regions);

// Countries common to both; neither may be unknown.
Places common_places(const Places& a, const Places& b);

// ISO codes as bits, so that a test costs nothing on the way of a request.
class CountrySet {
 public:
  void add(std::string_view code);
  bool contains(std::string_view code) const;
  bool any_of(const Places& places) const;
  bool all_of(const Places& places) const;

 private:
  static std::size_t index(std::string_view code);  // kSize = no code
  static constexpr std::size_t kSize = 26 * 26;
  std::bitset<kSize> bits_;
};

}  // namespace sekisho::policy
