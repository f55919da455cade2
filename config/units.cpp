#include "config/units.h"

#include <limits>

#include "config/policy_file.h"

namespace sekisho::config {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

// Splits "32MiB" at the first byte that is no digit and multiplies.
template <std::size_t N>
std::optional<std::uint64_t> with_unit(std::string_view text, const Unit (&units)[N]) {
  const std::size_t end = text.find_first_not_of("0123456789");
  if (end == std::string_view::npos) return std::nullopt;
  const auto n = parse_decimal(text.substr(0, end));
  if (!n) return std::nullopt;
  for (const Unit& u : units)
    if (text.substr(end) == u.suffix)
      return *n > kMax / u.factor ? std::nullopt : std::optional(*n * u.factor);
  return std::nullopt;
}

bool digits_at(std::string_view text, std::size_t from, std::size_t count, int max) {
  if (from + count > text.size()) return false;
  int n = 0;
  for (char c : text.substr(from, count)) {
    if (c < '0' || c > '9') return false;
    n = n * 10 + (c - '0');
  }
  return n <= max;
}

bool valid_offset(std::string_view text) {
  if (text.empty() || text == "Z") return true;
  return text.size() == 6 && (text[0] == '+' || text[0] == '-') && digits_at(text, 1, 2, 23) &&
         text[3] == ':' && digits_at(text, 4, 2, 59);
}

}  // namespace

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t n = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (n > (kMax - digit) / 10) return std::nullopt;
    n = n * 10 + digit;
  }
  return n;
}

std::optional<double> parse_fraction(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto whole = parse_decimal(text.substr(0, point));
  if (!whole) return std::nullopt;
  if (point == std::string_view::npos) return static_cast<double>(*whole);
  const std::string_view digits = text.substr(point + 1);
  if (digits.empty() || digits.size() > 4) return std::nullopt;
  int part = 0, scale = 1;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    part = part * 10 + (c - '0');
    scale *= 10;
  }
  // One division, so that "0.60" is the double nearest to it.
  return (static_cast<double>(*whole) * scale + part) / scale;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  static constexpr Unit kUnits[] = {{"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}};
  return with_unit(text, kUnits);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr Unit kUnits[] = {
      {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  const auto ms = with_unit(text, kUnits);
  if (!ms) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*ms));
}

std::optional<std::string> normalise_date_time(std::string_view text) {
  if (text.size() < 16 || !parse_date(text.substr(0, 10)) || text[10] != 'T') return std::nullopt;
  if (!digits_at(text, 11, 2, 23) || text[13] != ':' || !digits_at(text, 14, 2, 59))
    return std::nullopt;
  std::string out(text.substr(0, 16));
  std::string_view rest = text.substr(16);
  if (rest.empty() || rest[0] != ':') {
    out += ":00";
  } else {
    if (!digits_at(rest, 1, 2, 59)) return std::nullopt;
    out += rest.substr(0, 3);
    rest.remove_prefix(3);
    if (!rest.empty() && rest[0] == '.') {
      const std::size_t end = rest.find_first_not_of("0123456789", 1);
      const std::size_t length = end == std::string_view::npos ? rest.size() : end;
      if (length < 2 || length > 10) return std::nullopt;
      out += rest.substr(0, length);
      rest.remove_prefix(length);
    }
  }
  if (!valid_offset(rest)) return std::nullopt;
  return out + std::string(rest);
}

}  // namespace sekisho::config
