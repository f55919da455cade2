#include "policy/places.h"

#include <algorithm>
#include <iterator>

#include "config/country.h"

namespace sekisho::policy {
namespace {

void add_place(const std::string& item, const config::CloudRegions& regions, Places& out) {
  if (item == "*") {
    out.anywhere = true;
  } else if (item == "customer_selected") {
    out.customer_selected = true;
  } else if (config::is_country(item)) {
    out.countries.push_back(item);
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
  std::sort(out.countries.begin(), out.countries.end());
  out.countries.erase(std::unique(out.countries.begin(), out.countries.end()), out.countries.end());
  if (items.empty()) out.unknown = true;
  return out;
}

Places common_places(const Places& a, const Places& b) {
  Places out;
  std::set_intersection(a.countries.begin(), a.countries.end(), b.countries.begin(),
                        b.countries.end(), std::back_inserter(out.countries));
  return out;
}

std::string Places::text() const {
  if (anywhere) return "anywhere";
  std::string out;
  for (const std::string& c : countries) {
    if (!out.empty()) out += ',';
    out += c;
  }
  if (!unknown && !customer_selected) return out.empty() ? "unknown" : out;
  return out.empty() ? "unknown" : out + ",unknown";
}

std::size_t CountrySet::index(std::string_view code) {
  const auto letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (code.size() != 2 || !letter(code[0]) || !letter(code[1])) return kSize;
  return static_cast<std::size_t>(code[0] - 'A') * 26 + static_cast<std::size_t>(code[1] - 'A');
}

void CountrySet::add(std::string_view code) {
  const std::size_t i = index(code);
  if (i < kSize) bits_.set(i);
}

bool CountrySet::contains(std::string_view code) const {
  const std::size_t i = index(code);
  return i < kSize && bits_.test(i);
}

bool CountrySet::any_of(const Places& places) const {
  return std::any_of(places.countries.begin(), places.countries.end(),
                     [&](const std::string& c) { return contains(c); });
}

bool CountrySet::all_of(const Places& places) const {
  return std::all_of(places.countries.begin(), places.countries.end(),
                     [&](const std::string& c) { return contains(c); });
}

}  // namespace sekisho::policy
