#include "config/audit_sealed.h"

#include "config/audit_keeping.h"
#include "config/text_file.h"
#include "config/yaml_reader.h"

namespace sekisho::config {
namespace {

constexpr std::uint64_t kMostCap = 64ull << 20;

std::vector<Marked<std::string>> read_certificates(YamlReader& reader, const YamlNode& node,
                                                   const std::string& file) {
  std::vector<Marked<std::string>> out;
  for (const MarkedText& t : reader.texts(node, "files of certificates"))
    out.push_back({resolve_path(file, t.value), t.at});
  if (node.is_list() && node.items.empty())
    reader.wrong(node, "at least one certificate", "write [certs/auditor.pem]");
  return out;
}

void read_recipients(YamlReader& reader, const YamlNode& node, const std::string& file,
                     AuditSealed& out) {
  if (!node.is_map() || node.entries.empty())
    return reader.wrong(node, "groups, each with a list of certificates",
                        "write recipients: { auditors: [certs/auditor.pem] }");
  for (const YamlEntry& e : node.entries) {
    if (!out.recipients.try_emplace(e.key, read_certificates(reader, e.value, file)).second)
      reader.problem(e.at, "the group '" + e.key + "' is there twice", "join the two lists");
  }
}

void read_cap(YamlReader& reader, const YamlNode& node, AuditSealed& out) {
  const auto size = reader.size(node);
  if (!size) return;
  if (*size == 0 || *size > kMostCap) return reader.wrong(node, "a size up to 64MiB");
  out.cap = *size;
}

void read_retention(YamlReader& reader, const YamlNode& node, AuditSealed& out) {
  const auto period = node.is_scalar() ? parse_period(node.text) : std::nullopt;
  if (!period) return reader.wrong(node, "a period such as 90d, 18mo or 1y");
  out.retention = *period;
}

}  // namespace

void read_audit_sealed(MapReader& audit, const std::string& file, AuditSealed& out) {
  const YamlNode* n = audit.find("sealed");
  if (!n) return;
  YamlReader& reader = audit.reader();
  out.at = n->at;
  MapReader m(reader, *n, "`audit.sealed`");
  if (!m.valid()) return;
  if (const YamlNode* r = m.require("recipients")) read_recipients(reader, *r, file, out);
  if (const YamlNode* s = m.find("second")) out.second = read_certificates(reader, *s, file);
  if (const YamlNode* c = m.find("cap")) read_cap(reader, *c, out);
  if (const YamlNode* r = m.find("retention")) read_retention(reader, *r, out);
  m.text("directory", out.directory);
  if (!out.directory.empty()) out.directory = resolve_path(file, out.directory);
  m.finish();
}

}  // namespace sekisho::config
