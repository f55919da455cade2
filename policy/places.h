#pragma once

// Sets of countries, as facts, regions and cloud tables state them.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/catalogue.h"
#include "config/country.h"
#include "policy/short_text.h"

namespace sekisho::policy {

// ISO codes as bits: copied and compared on the way of a request without asking for memory.
class CountrySet {
 public:
  CountrySet() = default;
  explicit CountrySet(std::string_view code) { add(code); }

  void add(std::string_view code);  // what is no code is left out
  bool contains(std::string_view code) const;
  bool empty() const {
    std::uint64_t any = 0;
    for (const std::uint64_t w : words_) any |= w;
    return any == 0;
  }
  // Some of them are in here.
  bool any_of(const CountrySet& other) const {
    std::uint64_t both = 0;
    for (std::size_t w = 0; w < kWords; ++w) both |= words_[w] & other.words_[w];
    return both != 0;
  }
  // Each of them is in here.
  bool all_of(const CountrySet& other) const {
    std::uint64_t outside = 0;
    for (std::size_t w = 0; w < kWords; ++w) outside |= other.words_[w] & ~words_[w];
    return outside == 0;
  }
  CountrySet& operator|=(const CountrySet& other) {
    for (std::size_t w = 0; w < kWords; ++w) words_[w] |= other.words_[w];
    return *this;
  }
  CountrySet& operator&=(const CountrySet& other) {
    for (std::size_t w = 0; w < kWords; ++w) words_[w] &= other.words_[w];
    return *this;
  }
  bool operator==(const CountrySet&) const = default;

  // Calls `visit` with each code, in alphabetical order.
  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t w = 0; w < kWords; ++w)
      for (std::uint64_t left = words_[w]; left != 0; left &= left - 1) {
        const std::size_t i = w * 64 + static_cast<std::size_t>(std::countr_zero(left));
        visit(config::kCountryCodes.substr(2 * i, 2));
      }
  }
  std::vector<std::string> codes() const;

 private:
  static constexpr std::size_t kSize = config::kCountryCodes.size() / 2;
  static std::size_t index(std::string_view code);  // in kCountryCodes; kSize = no code
  static constexpr std::size_t kWords = (kSize + 63) / 64;
  std::array<std::uint64_t, kWords> words_{};
};

// What a list of country codes and groups stands for.
struct Places {
  CountrySet countries;
  bool unknown = false;            // "unknown", or a code that leads nowhere
  bool anywhere = false;           // ANY, "anywhere but …": promises no place
  bool customer_selected = false;  // the region that the customer chose, see `endpoint`

  // Evidence of a place: every part of it is a country.
  bool known() const { return !unknown && !anywhere && !customer_selected && !countries.empty(); }
  // "JP", "AT,BE,…", "anywhere", "unknown": the form of records.
  ShortText<24> text() const;
};

// Items: ISO codes, groups of cloud-regions.yaml, "*", "!CN", "unknown", "customer_selected". What
// is none of these is unknown.
Places resolve_places(const std::vector<std::string>& items, const config::CloudRegions& regions);

// Countries common to both; neither may be unknown.
Places common_places(const Places& a, const Places& b);

// Where the regions of a cloud lie: one table of cloud-regions.yaml with its places resolved.
class RegionTable {
 public:
  RegionTable() = default;  // of a table that does not exist: every region is unknown
  RegionTable(const std::string& name, const config::CloudRegions& regions);
  const Places& find(std::string_view region) const;

 private:
  std::map<std::string, Places, std::less<>> rows_;
};

}  // namespace sekisho::policy
