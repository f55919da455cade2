#include "config/audit_keeping.h"

#include <algorithm>

#include "config/units.h"
#include "config/yaml_reader.h"

namespace sekisho::config {
namespace {

constexpr std::uint64_t kMostDays = 366 * 100;
constexpr std::uint64_t kLeastReserve = 1ull << 20, kMostReserve = 16ull << 30;

void read_compress(MapReader& audit, AuditKeeping& out) {
  constexpr std::string_view kAfter = "after ";
  const YamlNode* n = audit.find("compress");
  if (!n) return;
  const std::string text = n->is_scalar() ? n->text : "";
  if (text == "never") {
    out.compress_after.reset();
    return;
  }
  const auto after = text.starts_with(kAfter)
                         ? parse_duration(std::string_view(text).substr(kAfter.size()))
                         : std::nullopt;
  if (after)
    out.compress_after = *after;
  else
    audit.reader().wrong(*n, "`after 7d` or `never`", "closed segments become .jsonl.zst");
}

std::optional<std::chrono::hours> read_period(YamlReader& reader, const YamlNode& n) {
  const auto period = n.is_scalar() ? parse_period(n.text) : std::nullopt;
  if (!period) reader.wrong(n, "a period such as 3y, 18mo or 90d");
  return period;
}

void read_classes(YamlReader& reader, const YamlNode& node, AuditKeeping& out) {
  MapReader m(reader, node, "`retention.classes`");
  for (const std::string_view name : kRetentionClasses)
    if (const YamlNode* n = m.find(name))
      if (const auto period = read_period(reader, *n)) out.keep_class[std::string(name)] = *period;
  m.finish();
}

void read_retention(MapReader& audit, AuditKeeping& out) {
  const YamlNode* n = audit.find("retention");
  if (!n) return;
  MapReader m(audit.reader(), *n, "`audit.retention`");
  if (const YamlNode* d = m.require("default")) out.keep = read_period(audit.reader(), *d);
  if (const YamlNode* c = m.find("classes")) read_classes(audit.reader(), *c, out);
  m.finish();
}

void read_warn(YamlReader& reader, const YamlNode& n, AuditKeeping& out) {
  const std::string text = n.is_scalar() ? n.text : "";
  const auto percent = text.ends_with('%')
                           ? parse_decimal(std::string_view(text).substr(0, text.size() - 1))
                           : std::nullopt;
  if (percent && *percent >= 1 && *percent <= 100)
    out.disk_warn = static_cast<double>(*percent) / 100;
  else
    reader.wrong(n, "a share of the budget such as 80%");
}

void read_reserve(YamlReader& reader, const YamlNode& n, AuditKeeping& out) {
  const auto size = reader.size(n);
  if (!size) return;
  if (*size < kLeastReserve || *size > kMostReserve)
    return reader.wrong(n, "a size from 1MiB to 16GiB");
  out.reserve = *size;
}

void read_disk(MapReader& audit, AuditKeeping& out) {
  const YamlNode* n = audit.find("disk");
  if (!n) return;
  YamlReader& reader = audit.reader();
  MapReader m(reader, *n, "`audit.disk`");
  if (const YamlNode* b = m.find("budget")) out.disk_budget = reader.size(*b);
  if (const YamlNode* w = m.find("warn")) read_warn(reader, *w, out);
  if (const YamlNode* r = m.find("reserve")) read_reserve(reader, *r, out);
  m.finish();
}

}  // namespace

std::optional<std::chrono::hours> parse_period(std::string_view text) {
  const std::size_t unit = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_decimal(text.substr(0, unit));
  const std::string_view word = text.substr(unit);
  const std::uint64_t days = word == "y" ? 366 : word == "mo" ? 31 : word == "d" ? 1 : 0;
  if (!number || !days || *number == 0 || *number > kMostDays / days) return std::nullopt;
  return std::chrono::hours(24 * *number * days);
}

void read_audit_keeping(MapReader& audit, AuditKeeping& out) {
  read_compress(audit, out);
  read_retention(audit, out);
  read_disk(audit, out);
}

}  // namespace sekisho::config
