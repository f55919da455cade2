#include "config/audit_proof.h"

#include <algorithm>

#include "config/gateway_sections.h"

namespace sekisho::config {
namespace {

using Kind = AuditWitness::Kind;

constexpr std::pair<std::string_view, Kind> kKinds[] = {{"directory", Kind::kDirectory},
                                                        {"syslog", Kind::kSyslog},
                                                        {"post", Kind::kPost},
                                                        {"put", Kind::kPut}};

bool is_plain_name(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), plain);
}

bool may_name_a_log(std::string_view name) {
  const auto fits = [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '+' && c != '{';
  };
  return name.size() <= 200 && std::all_of(name.begin(), name.end(), fits);
}

void read_place(MapReader& m, const GatewayFile& file, AuditWitness& out) {
  int places = 0;
  for (const auto& [key, kind] : kKinds) {
    const YamlNode* n = m.find(key);
    if (!n) continue;
    ++places;
    out.kind = kind;
    if (kind == Kind::kDirectory)
      read_path(m, key, file.path, out.to);
    else if (auto text = m.reader().marked_text(*n))
      out.to = {text->value, text->at};
    const bool web = kind == Kind::kPost || kind == Kind::kPut;
    const bool encrypted = out.to.value.starts_with("https://");
    const bool tried = file.laboratory && out.to.value.starts_with("http://");
    if (web && !out.to.value.empty() && !encrypted && !tried)
      m.reader().problem(n->at, "a witness is reached by https:// only",
                         "write https://…; http:// is for `laboratory: true`");
    if (kind == Kind::kSyslog && out.to.value.find(':') == std::string::npos)
      m.reader().wrong(*n, "a host and a port", "write logs.example.jp:6514");
  }
  if (places != 1)
    m.reader().problem(m.at(),
                       "a witness is at exactly one of `directory`, `syslog`, `post`, `put`",
                       "write { name: nas, directory: /mnt/worm/sekisho }");
}

AuditWitness read_witness(YamlReader& reader, const YamlNode& node, const GatewayFile& file) {
  AuditWitness out;
  MapReader m(reader, node, "a witness");
  if (const YamlNode* name = m.require("name")) {
    out.name = reader.text(*name).value_or("");
    if (!out.name.empty() && !is_plain_name(out.name))
      reader.wrong(*name, "a name of a-z, 0-9, - and _, at most 32 characters", "write nas-1");
  }
  read_place(m, file, out);
  read_path(m, "ca", file.path, out.ca);
  read_path(m, "certificate", file.path, out.certificate);
  read_path(m, "key", file.path, out.key);
  read_path(m, "credentials", file.path, out.credentials);
  m.text("aws_region", out.aws_region);
  if (const YamlNode* n = m.find("every")) {
    const auto every = reader.duration(*n);
    if (every && *every > std::chrono::hours(24))
      reader.wrong(*n, "a time of 24h at most", "write 10m");
    else if (every)
      out.every = *every;
  }
  m.finish();
  return out;
}

void read_checkpoint(YamlReader& reader, const YamlNode& node, AuditProof& out) {
  using namespace std::chrono_literals;
  MapReader m(reader, node, "`audit.checkpoint`");
  if (const YamlNode* n = m.find("every")) {
    const auto every = reader.duration(*n);
    if (every && (*every < 100ms || *every > 24h))
      reader.wrong(*n, "a time from 100ms to 24h", "write 10s");
    else if (every)
      out.checkpoint_every = *every;
  }
  if (const YamlNode* n = m.find("records"))
    out.checkpoint_records = reader.integer(*n, 1, 10'000'000).value_or(out.checkpoint_records);
  m.finish();
}

void read_witnesses(YamlReader& reader, const YamlNode& node, GatewayFile& out) {
  auto& witnesses = out.audit_proof.witnesses;
  if (!node.is_list())
    return reader.wrong(node, "a list of witnesses",
                        "write - { name: nas, directory: /mnt/worm/sekisho }");
  for (const YamlNode& item : node.items) {
    AuditWitness witness = read_witness(reader, item, out);
    const auto same = [&](const AuditWitness& w) { return w.name == witness.name; };
    if (!witness.name.empty() && std::any_of(witnesses.begin(), witnesses.end(), same))
      reader.problem(item.at, "two witnesses are called '" + witness.name + "'", "name one anew");
    witnesses.push_back(std::move(witness));
  }
}

}  // namespace

void read_audit_proof(MapReader& audit, GatewayFile& out) {
  YamlReader& reader = audit.reader();
  audit.text("origin", out.audit_proof.origin);
  if (const YamlNode* n = audit.find("origin"); n && !may_name_a_log(out.audit_proof.origin))
    reader.wrong(*n, "a name without spaces, '+' and '{'", "write sekisho.example.jp/gw1");
  if (const YamlNode* n = audit.find("checkpoint")) read_checkpoint(reader, *n, out.audit_proof);
  if (const YamlNode* n = audit.find("witnesses")) read_witnesses(reader, *n, out);
}

}  // namespace sekisho::config
