#include "config/country.h"

#include <algorithm>
#include <utility>

namespace sekisho::config {
namespace {

// Codes and names that people write for a country and that are not its code.
constexpr std::pair<std::string_view, std::string_view> kMeant[] = {
    {"UK", "GB"},    {"EL", "GR"},    {"JPN", "JP"},      {"USA", "US"},   {"CHN", "CN"},
    {"JAPAN", "JP"}, {"CHINA", "CN"}, {"NORWAY", "NO"},   {"KOREA", "KR"}, {"TAIWAN", "TW"},
    {"日本", "JP"},  {"米国", "US"},  {"アメリカ", "US"}, {"中国", "CN"},  {"香港", "HK"},
    {"台湾", "TW"},  {"韓国", "KR"},  {"FALSE", "NO"}};

}  // namespace

bool is_country(std::string_view code) {
  if (code.size() != 2) return false;
  for (std::size_t i = 0; i + 1 < kCountryCodes.size(); i += 2)
    if (kCountryCodes.substr(i, 2) == code) return true;
  return false;
}

std::string nearest_country(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  if (is_country(upper)) return upper;
  for (const auto& [written, code] : kMeant)
    if (written == upper) return std::string(code);
  return {};
}

}  // namespace sekisho::config
