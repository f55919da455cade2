#include "audit/reports/cell_text.h"

#include <cmath>
#include <cstdio>

#include "audit/query.h"

namespace sekisho::audit {
namespace {

std::string real_text(double value, const char* form) {
  char text[64];
  std::snprintf(text, sizeof text, form, std::isfinite(value) ? value : 0.0);
  return text;
}

std::string integer_text(std::int64_t value, ColumnKind kind, const policy::TimeZone& zone,
                         bool people) {
  if (kind == ColumnKind::kTime) return people ? clock_text(value, zone) : local_time(value, zone);
  if (kind == ColumnKind::kShare && people) return percent(static_cast<double>(value));
  return people && is_number(kind) ? grouped(value) : std::to_string(value);
}

std::string text_of_cell(const Cell& cell, ColumnKind kind, const policy::TimeZone& zone,
                         bool people) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&cell))
    return integer_text(*number, kind, zone, people);
  const auto* real = std::get_if<double>(&cell);
  if (!real) return {};
  if (people && kind == ColumnKind::kShare) return percent(*real);
  return real_text(*real, people ? "%.2f" : "%.6g");
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits[0] == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string percent(double share) {
  return real_text(share * 100, "%.1f") + " %";
}

std::string clock_text(std::int64_t unix_us, const policy::TimeZone& zone) {
  std::string text = local_time(unix_us, zone);  // "2026-07-02T21:34:56.123456+09:00"
  const std::size_t point = text.find('.');
  if (point == std::string::npos) return text;
  return text.substr(0, 10) + " " + text.substr(11, point - 11) + " " + text.substr(point + 7);
}

std::string people_text(const Cell& cell, ColumnKind kind, const policy::TimeZone& zone) {
  return text_of_cell(cell, kind, zone, true);
}

std::string machine_text(const Cell& cell, ColumnKind kind, const policy::TimeZone& zone) {
  return text_of_cell(cell, kind, zone, false);
}

double number_of(const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*number);
  const auto* real = std::get_if<double>(&cell);
  return real && std::isfinite(*real) ? *real : 0;
}

bool is_number(ColumnKind kind) {
  return kind == ColumnKind::kCount || kind == ColumnKind::kBytes || kind == ColumnKind::kShare;
}

}  // namespace sekisho::audit
