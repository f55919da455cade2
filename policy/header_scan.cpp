#include "policy/header_scan.h"

#include <algorithm>
#include <cstdint>

#include "policy/own_credential.h"

namespace sekisho::policy {
namespace {

constexpr std::string_view kSeparator = ": ";

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

std::string decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) break;
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xffffff;
    have += 6;
    if (have >= 8) out.push_back(static_cast<char>(bits >> (have -= 8) & 0xff));
  }
  return out;
}

bool has_prefix(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

}  // namespace

HeaderText::HeaderText(const std::vector<HeaderView>& headers) : headers_(headers) {
  std::size_t size = 0;
  for (const auto& [name, value] : headers) size += name.size() + value.size() + 3;
  text_.reserve(size);
  begins_.reserve(headers.size());
  for (const auto& [name, value] : headers) {
    begins_.push_back(text_.size());
    text_.append(name).append(kSeparator).append(value).push_back('\n');
  }
}

HeaderText::Spot HeaderText::locate(filters::Range in_text) const {
  const auto after = std::upper_bound(begins_.begin(), begins_.end(), in_text.begin);
  Spot spot;
  spot.header = static_cast<std::size_t>(after - begins_.begin()) - 1;
  const std::string_view name = headers_[spot.header].first;
  const std::string_view value = headers_[spot.header].second;
  const std::size_t value_at = begins_[spot.header] + name.size() + kSeparator.size();
  const auto in_value = [&](std::size_t at) {
    return at <= value_at ? 0 : std::min(at - value_at, value.size());
  };
  spot.value = {in_value(in_text.begin), in_value(in_text.end)};
  return spot;
}

std::string_view header_value(const std::vector<HeaderView>& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const HeaderView& h) {
    return equal_ignoring_case(h.first, name);
  });
  return found == headers.end() ? std::string_view() : found->second;
}

std::string header_list(const std::vector<HeaderView>& headers, std::string_view name) {
  std::string out;
  for (const auto& [field, value] : headers) {
    if (!equal_ignoring_case(field, name)) continue;
    if (!out.empty()) out += ", ";
    out += value;
  }
  return out;
}

std::string basic_credentials(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  if (!has_prefix(authorization, kScheme)) return {};
  const auto begin = authorization.find_first_not_of(' ', kScheme.size());
  return begin == std::string_view::npos ? std::string()
                                         : decode_base64(authorization.substr(begin));
}

bool is_signature_scheme(std::string_view authorization) {
  constexpr std::string_view kSchemes[] = {"AWS4-",     "GOOG4-",     "ACS3-",
                                           "TC3-HMAC-", "Signature ", "HMAC-SHA256 "};
  return std::any_of(std::begin(kSchemes), std::end(kSchemes),
                     [&](std::string_view s) { return has_prefix(authorization, s); });
}

}  // namespace sekisho::policy
