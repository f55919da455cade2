#include "config/catalogue_entry.h"

#include <algorithm>

#include "config/country.h"
#include "config/facts.h"
#include "config/host_pattern.h"
#include "config/nearest.h"

namespace sekisho::config {
namespace {

const std::vector<std::string_view> kKinds = {"api",   "chat",  "coding", "aggregator",
                                              "image", "voice", "search"};
const std::vector<std::string_view> kDialects = {"openai", "anthropic", "gemini", "bedrock",
                                                 "cohere", "dashscope", "ollama", "none"};
const std::vector<std::string_view> kWheres = {"host", "path", "query", "header", "url", "body"};
const std::vector<std::string_view> kConfidences = {"low", "medium", "high"};

void read_word(MapReader& m, std::string_view key, const std::vector<std::string_view>& words,
               std::string& out) {
  const YamlNode* n = m.find(key);
  if (!n) return;
  if (auto w = m.reader().word(*n, words)) out = std::move(*w);
}

void read_country_or_unknown(MapReader& m, std::string_view key, std::string& out) {
  const YamlNode* n = m.find(key);
  if (!n) return;
  if (n->is_scalar() && n->text == "unknown") {
    out = n->text;
  } else if (auto country = m.reader().country(*n)) {
    out = std::move(*country);
  }
}

std::vector<std::string> plain_texts(YamlReader& reader, const YamlNode& n, std::string_view what) {
  std::vector<std::string> out;
  for (MarkedText& t : reader.texts(n, what)) out.push_back(std::move(t.value));
  return out;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

// Wildcards over the names of a cloud are usual here: the entry's `host_pattern` narrows them.
std::vector<std::string> read_host_list(YamlReader& reader, const YamlNode& node) {
  std::vector<std::string> out;
  for (MarkedText& h : reader.texts(node, "hosts")) {
    const bool wild = h.value.rfind("*.", 0) == 0;
    const HostFault fault = check_host_name(wild ? h.value.substr(2) : h.value);
    if (fault.ok())
      out.push_back(lower(std::move(h.value)));
    else
      reader.problem(h.at, fault.message, fault.hint);
  }
  return out;
}

EndpointRegion read_endpoint(YamlReader& reader, const YamlNode& node) {
  EndpointRegion e;
  e.at = node.at;
  MapReader m(reader, node, "an `endpoint_region`");
  if (!m.valid()) return e;
  (void)m.require("where");
  (void)m.require("pattern");
  read_word(m, "where", kWheres, e.where);
  m.text("pattern", e.pattern);
  m.text("table", e.table);
  m.text("key", e.key);
  m.text("country", e.country);
  m.text("group", e.group);
  if (const YamlNode* values = m.find("values")) {
    if (!values->is_map()) reader.wrong(*values, "a map from a region to a country or group");
    for (const YamlEntry& v : values->entries)
      if (auto place = reader.text(v.value)) e.values[v.key] = std::move(*place);
  }
  m.finish();
  const int targets = !e.table.empty() + !e.country.empty() + !e.group.empty() + !e.values.empty();
  if (targets != 1)
    reader.problem(node.at,
                   "an `endpoint_region` needs one of `table`, `country`, `group`, `values`",
                   "say where the region leads");
  return e;
}

void read_endpoints(YamlReader& reader, const YamlNode& node, std::vector<EndpointRegion>& out) {
  out.clear();
  const auto* items = reader.list(node, "endpoint regions");
  if (!items) return;
  for (const YamlNode& item : *items) out.push_back(read_endpoint(reader, item));
}

void read_identity(MapReader& m, Provider& out) {
  m.text("name", out.name);
  m.text("operator", out.operator_name);
  read_country_or_unknown(m, "operator_country", out.operator_country);
  read_country_or_unknown(m, "parent_country", out.parent_country);
  read_word(m, "kind", kKinds, out.kind);
  m.boolean("aggregator", out.aggregator);
  read_word(m, "dialect", kDialects, out.dialect);
  read_word(m, "confidence", kConfidences, out.confidence);
}

void read_places(YamlReader& reader, MapReader& m, Provider& out) {
  if (const YamlNode* n = m.find("hosts")) out.hosts = read_host_list(reader, *n);
  if (const YamlNode* n = m.find("paths")) out.paths = plain_texts(reader, *n, "patterns");
  m.text("host_pattern", out.host_pattern);
  if (const YamlNode* n = m.find("side_hosts")) {
    out.side_hosts.clear();
    read_side_host_map(reader, *n, out.side_hosts);
  }
  if (const YamlNode* n = m.find("endpoint_region"))
    read_endpoints(reader, *n, out.endpoint_region);
}

}  // namespace

void read_side_host_map(YamlReader& reader, const YamlNode& node, std::vector<SideHosts>& out) {
  if (!node.is_map()) return reader.wrong(node, "a map from a role to hosts");
  const auto& roles = side_host_roles();
  for (const YamlEntry& e : node.entries) {
    if (std::find(roles.begin(), roles.end(), e.key) == roles.end())
      reader.problem(e.at, "unknown role '" + e.key + "' of side hosts", suggestion(e.key, roles));
    out.push_back({e.key, read_host_list(reader, e.value)});
  }
}

void read_provider(YamlReader& reader, MapReader& m, Provider& out) {
  read_identity(m, out);
  read_places(reader, m, out);
  // Identity is held in fields of its own; every other fact of the schema goes into `facts`.
  for (std::string_view fact : fact_names()) {
    static constexpr std::string_view kFields[] = {"operator", "operator_country", "parent_country",
                                                   "kind",     "aggregator",       "confidence"};
    if (std::find(std::begin(kFields), std::end(kFields), fact) != std::end(kFields)) continue;
    if (const YamlNode* n = m.find(fact)) read_fact(reader, fact, *n, out.facts);
  }
  m.finish();
  if (out.name.empty()) out.name = out.id;
}

}  // namespace sekisho::config
