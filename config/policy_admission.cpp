#include <algorithm>

#include "config/country.h"
#include "config/facts.h"
#include "config/host_pattern.h"
#include "config/nearest.h"
#include "config/policy_sections.h"

namespace sekisho::config {
namespace {

constexpr std::string_view kCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";

bool place_form(std::string_view text) {
  if (text.size() == 2 && text != "EU") return is_country(text);
  return text.size() >= 2 && text.find_first_not_of(kCapitals) == std::string_view::npos;
}

constexpr std::string_view kEvidenceNames[kEvidenceKinds] = {
    "operator", "parent", "storage", "processing", "endpoint", "network", "address"};
constexpr Word<EvidenceSetting> kSettings[] = {{"required", EvidenceSetting::kRequired},
                                               {"if_known", EvidenceSetting::kIfKnown},
                                               {"ignore", EvidenceSetting::kIgnore}};

void read_evidence(YamlReader& reader, const YamlNode& node, Regions& out) {
  MapReader m(reader, node, "`evidence`");
  for (int kind = 0; kind < kEvidenceKinds; ++kind)
    m.word(kEvidenceNames[kind], kSettings, out.evidence[kind]);
  m.finish();
}

void read_hosts(YamlReader& reader, MapReader& m, DestinationDef& d) {
  m.texts("hosts", "hosts", d.hosts);
  for (const MarkedText& h : d.hosts) {
    const HostFault fault = check_host_pattern(h.value);
    if (!fault.ok()) reader.problem(h.at, fault.message, fault.hint);
  }
}

void read_side_hosts(YamlReader& reader, MapReader& m, DestinationDef& d) {
  const YamlNode* n = m.find("side_hosts");
  if (!n) return;
  d.side_hosts = reader.texts(*n, "roles");
  const auto& roles = side_host_roles();
  for (const MarkedText& role : *d.side_hosts)
    if (std::find(roles.begin(), roles.end(), role.value) == roles.end())
      reader.problem(role.at, "unknown role '" + role.value + "' in `side_hosts`",
                     suggestion(role.value, roles));
}

void read_tls(YamlReader& reader, MapReader& m, DestinationDef& d) {
  static constexpr Word<TlsMode> kTls[] = {{"bump", TlsMode::kBump}, {"splice", TlsMode::kSplice}};
  const YamlNode* n = m.find("tls");
  if (!n) return;
  const auto tls = reader.word(*n, kTls);
  if (!tls) return;
  d.tls = *tls;
  if (d.tls == TlsMode::kSplice && (d.hosts.empty() || !d.providers.empty()))
    reader.problem(n->at, "`tls: splice` is allowed only for an entry with `hosts` alone",
                   "services of the catalogue are opened; list the hosts in an entry of their own");
}

void check_target(YamlReader& reader, MapReader& m, const YamlNode& node) {
  const YamlNode* providers = m.find("providers");
  const YamlNode* hosts = m.find("hosts");
  const auto empty = [](const YamlNode* n) { return !n || (n->is_list() && n->items.empty()); };
  if (empty(providers) && empty(hosts))
    reader.problem(node.at, "a destination needs `providers` or `hosts`",
                   "name services of the catalogue, or hosts");
}

DestinationDef read_destination(YamlReader& reader, const YamlNode& node) {
  static constexpr Word<Action> kUninspected[] = {{"block", Action::kBlock},
                                                  {"allow", Action::kAllow}};
  DestinationDef d;
  d.at = node.at;
  MapReader m(reader, node, "a destination");
  if (!m.valid()) return d;
  if (const YamlNode* id = m.require("id")) d.id = reader.text(*id).value_or("");
  check_target(reader, m, node);
  m.texts("providers", "services of the catalogue", d.providers);
  read_hosts(reader, m, d);
  m.texts("groups", "groups", d.groups);
  m.texts("groups_not", "groups", d.groups_not);
  read_side_hosts(reader, m, d);
  if (const YamlNode* facts = m.find("facts")) d.facts = read_facts(reader, *facts);
  if (const YamlNode* require = m.find("require")) d.require = read_requirements(reader, *require);
  read_tls(reader, m, d);
  m.word("mode", kModes, d.mode);
  m.word("uninspected", kUninspected, d.uninspected);
  read_approval(m, false, d.approval);
  m.finish();
  return d;
}

Alternative read_alternative(YamlReader& reader, const YamlEntry& e) {
  Alternative a;
  a.provider = e.key;
  a.at = e.at;
  MapReader m(reader, e.value, "the alternative of '" + e.key + "'");
  if (const YamlNode* use = m.require("use"))
    if (auto t = reader.marked_text(*use)) a.use = std::move(*t);
  m.localized("note", a.note);
  m.finish();
  return a;
}

}  // namespace

std::vector<MarkedText> read_places(YamlReader& reader, const YamlNode& node) {
  std::vector<MarkedText> out;
  for (MarkedText& place : reader.texts(node, "countries")) {
    if (place_form(place.value)) {
      out.push_back(std::move(place));
      continue;
    }
    const std::string meant = nearest_country(place.value);
    const bool joined =
        place.value.find("、") != std::string::npos || place.value.find("，") != std::string::npos;
    if (joined) {
      reader.problem(place.at, "'" + place.value + "' is one text, not several countries",
                     "separate them by a half-width comma: [JP, US]");
      continue;
    }
    reader.problem(place.at,
                   "'" + place.value + "' is neither a country code nor a group of countries",
                   meant.empty() ? "write two capital letters as in JP, or a group such as EU"
                                 : "did you mean '" + meant + "'?");
  }
  return out;
}

Regions read_regions(YamlReader& reader, const YamlNode& node) {
  static constexpr Word<Mixed> kMixed[] = {{"refuse", Mixed::kRefuse}, {"drop", Mixed::kDrop}};
  Regions r;
  r.at = node.at;
  MapReader m(reader, node, "`regions`");
  if (const YamlNode* n = m.require("allow")) r.allow = read_places(reader, *n);
  if (const YamlNode* n = m.find("deny")) r.deny = read_places(reader, *n);
  m.boolean("final", r.final);
  m.word("mixed", kMixed, r.mixed);
  if (const YamlNode* n = m.find("evidence")) read_evidence(reader, *n, r);
  m.finish();
  return r;
}

std::vector<DestinationDef> read_destinations(YamlReader& reader, const YamlNode& node) {
  std::vector<DestinationDef> out;
  const auto* items = reader.list(node, "destinations");
  if (!items) return out;
  for (const YamlNode& item : *items) out.push_back(read_destination(reader, item));
  check_unique_ids(reader, out);
  return out;
}

std::vector<Alternative> read_alternatives(YamlReader& reader, const YamlNode& node) {
  std::vector<Alternative> out;
  if (!node.is_map()) {
    reader.wrong(node, "a map from a service to its alternative",
                 "write `deepseek-api: { use: aws-bedrock }`");
    return out;
  }
  for (const YamlEntry& e : node.entries) out.push_back(read_alternative(reader, e));
  return out;
}

void read_approval(MapReader& m, bool required, Approval& out) {
  YamlReader& reader = m.reader();
  const YamlNode* until = required ? m.require("until") : m.find("until");
  if (until) out.until = reader.date(*until);
  const bool all = required || until;
  for (std::string_view key : {"ticket", "approved_by", "reason"})
    if (all) (void)m.require(key);
  m.text("ticket", out.ticket);
  if (const YamlNode* n = m.find("approved_by")) {
    for (MarkedText& who : reader.texts(*n, "names")) out.approved_by.push_back(who.value);
    if (n->is_list() && n->items.empty()) reader.wrong(*n, "at least one name");
  }
  m.localized("reason", out.reason);
}

}  // namespace sekisho::config
