#include "config/catalogue.h"
#include "config/host_pattern.h"
#include "config/text_file.h"
#include "config/units.h"
#include "config/yaml_reader.h"

namespace sekisho::config {
namespace {

constexpr std::uint64_t kHighestAsn = 4'294'967'294;

EdgeNetwork read_edge(YamlReader& reader, const YamlNode& node) {
  EdgeNetwork edge;
  MapReader m(reader, node, "an edge network");
  if (const YamlNode* n = m.require("name")) edge.name = reader.text(*n).value_or("");
  m.text("operator", edge.operator_name);
  if (const YamlNode* n = m.require("country")) edge.country = reader.country(*n).value_or("");
  const YamlNode* networks = m.find("networks");
  if (const auto* items = networks ? reader.list(*networks, "networks") : nullptr)
    for (const YamlNode& item : *items)
      if (const auto network = reader.network(item)) edge.networks.push_back(*network);
  const YamlNode* asns = m.find("asns");
  if (const auto* items = asns ? reader.list(*asns, "AS numbers") : nullptr)
    for (const YamlNode& item : *items)
      if (const auto asn = reader.integer(item, 1, kHighestAsn))
        edge.asns.push_back(static_cast<std::uint32_t>(*asn));
  (void)m.find("note");
  m.finish();
  return edge;
}

// `CN: [4134, 4837]`: a country and the numbers of the networks operated from it.
void read_asn_countries(YamlReader& reader, const YamlNode& node, Networks& out) {
  if (!node.is_map()) return reader.wrong(node, "a map from a country to AS numbers");
  for (const YamlEntry& e : node.entries) {
    YamlNode key;
    key.kind = YamlNode::Kind::kScalar;
    key.text = e.key;
    key.at = e.at;
    const auto country = reader.country(key);
    const auto* items = reader.list(e.value, "AS numbers");
    if (!country || !items) continue;
    for (const YamlNode& item : *items) {
      const auto asn = reader.integer(item, 1, kHighestAsn);
      if (!asn) continue;
      if (!out.asn_country.emplace(static_cast<std::uint32_t>(*asn), *country).second)
        reader.problem(item.at, "AS number " + item.text + " stands here a second time",
                       "delete one");
    }
  }
}

// `CN: ["volcgslb.com"]`: a country and the names below which its companies put others' services.
void read_name_countries(YamlReader& reader, const YamlNode& node, Networks& out) {
  if (!node.is_map()) return reader.wrong(node, "a map from a country to names");
  for (const YamlEntry& e : node.entries) {
    YamlNode key;
    key.kind = YamlNode::Kind::kScalar;
    key.text = e.key;
    key.at = e.at;
    const auto country = reader.country(key);
    for (MarkedText& name : reader.texts(e.value, "names")) {
      const HostFault fault = check_host_name(name.value);
      if (!fault.ok())
        reader.problem(name.at, fault.message, fault.hint);
      else if (country)
        out.name_country.emplace_back(std::move(name.value), *country);
    }
  }
}

void read_networks(YamlReader& reader, const YamlNode& root, Networks& out) {
  MapReader m(reader, root, "the list of networks");
  (void)m.find("version");
  (void)m.find("as_of");
  const YamlNode* edges = m.find("edges");
  if (const auto* items = edges ? reader.list(*edges, "edge networks") : nullptr)
    for (const YamlNode& item : *items) out.edges.push_back(read_edge(reader, item));
  if (const YamlNode* n = m.find("asn_country")) read_asn_countries(reader, *n, out);
  if (const YamlNode* n = m.find("name_country")) read_name_countries(reader, *n, out);
  m.finish();
}

}  // namespace

Networks load_networks(const std::string& path, Problems& problems) {
  Networks out;
  const auto text = read_text_file(path, problems);
  if (!text) return out;
  const std::size_t before = problems.size();
  const YamlDocument document = parse_yaml(path, *text, problems);
  YamlReader reader(path, problems);
  if (document.complete) read_networks(reader, document.root, out);
  sort_by_place(problems, before);
  return out;
}

}  // namespace sekisho::config
