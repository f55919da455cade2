#include "policy/places.h"

#include "config/country.h"

namespace sekisho::policy {
namespace {

constexpr std::size_t pair_of(std::string_view code) {
  return static_cast<std::size_t>(code[0] - 'A') * 26 + static_cast<std::size_t>(code[1] - 'A');
}

// Where a code stands in the list of all of them; what is none stands behind its end.
constexpr auto kPlaceInList = [] {
  constexpr std::size_t kCodes = config::kCountryCodes.size() / 2;
  std::array<std::uint8_t, 26 * 26> out{};
  static_assert(kCodes < 256);
  out.fill(kCodes);
  for (std::size_t i = 0; i < kCodes; ++i)
    out[pair_of(config::kCountryCodes.substr(2 * i, 2))] = static_cast<std::uint8_t>(i);
  return out;
}();

void add_place(const std::string& item, const config::CloudRegions& regions, Places& out) {
  if (item == "*") {
    out.anywhere = true;
  } else if (item == "customer_selected") {
    out.customer_selected = true;
  } else if (config::is_country(item)) {
    out.countries.add(item);
  } else if (const auto group = regions.groups.find(item); group != regions.groups.end()) {
    for (const std::string& member : group->second)
      if (member != item) add_place(member, regions, out);
  } else if (item.empty() || item[0] != '!') {  // "!CN" only narrows an "anywhere"
    out.unknown = true;
  }
}

}  // namespace

Places resolve_places(const std::vector<std::string>& items, const config::CloudRegions& regions) {
  Places out;
  for (const std::string& item : items) add_place(item, regions, out);
  if (items.empty()) out.unknown = true;
  return out;
}

Places common_places(const Places& a, const Places& b) {
  Places out;
  out.countries = a.countries;
  out.countries &= b.countries;
  return out;
}

ShortText<24> Places::text() const {
  if (anywhere) return "anywhere";
  if (countries.empty()) return "unknown";
  std::string out;
  countries.each([&](std::string_view code) {
    if (!out.empty()) out += ',';
    out += code;
  });
  if (unknown || customer_selected) out += ",unknown";
  return out;
}

std::size_t CountrySet::index(std::string_view code) {
  const auto letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (code.size() != 2 || !letter(code[0]) || !letter(code[1])) return kSize;
  return kPlaceInList[pair_of(code)];
}

void CountrySet::add(std::string_view code) {
  const std::size_t i = index(code);
  if (i < kSize) words_[i / 64] |= std::uint64_t{1} << (i % 64);
}

bool CountrySet::contains(std::string_view code) const {
  const std::size_t i = index(code);
  return i < kSize && (words_[i / 64] >> (i % 64) & 1) != 0;
}

std::vector<std::string> CountrySet::codes() const {
  std::vector<std::string> out;
  each([&](std::string_view code) { out.emplace_back(code); });
  return out;
}

RegionTable::RegionTable(const std::string& name, const config::CloudRegions& regions) {
  const auto table = regions.tables.find(name);
  if (table == regions.tables.end()) return;
  for (const auto& [region, places] : table->second)
    rows_.emplace(region, resolve_places(places, regions));
}

const Places& RegionTable::find(std::string_view region) const {
  static const Places kUnknown{{}, true, false, false};
  const auto row = rows_.find(region);
  return row == rows_.end() ? kUnknown : row->second;
}

}  // namespace sekisho::policy
