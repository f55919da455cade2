#include "config/policy_seals.h"

#include "config/yaml_document.h"
#include "config/yaml_reader.h"

namespace sekisho::config {
namespace {

void read_rule(YamlReader& reader, const YamlNode& node, std::vector<RuleSeal>& out) {
  MapReader rule(reader, node, "a data rule");
  if (!rule.valid()) return;
  RuleSeal seal;
  rule.text("id", seal.rule);
  seal.groups = read_seal(rule);
  if (!seal.groups.empty()) out.push_back(std::move(seal));
}

}  // namespace

std::vector<MarkedText> read_seal(MapReader& rule) {
  const YamlEntry* entry = rule.entry("seal");
  if (!entry) return {};
  YamlReader& reader = rule.reader();
  std::vector<MarkedText> groups = reader.texts(entry->value, "groups of recipients");
  if (entry->value.is_list() && entry->value.items.empty())
    reader.wrong(entry->value, "at least one group of recipients",
                 "name a group of gateway.yaml's audit.sealed.recipients, or take `seal` away");
  const YamlNode* action = rule.find("action");
  if (action && action->is_scalar() && action->text == "block")
    reader.problem(entry->at, "`seal` with `action: block`: what is not sent is not kept",
                   "write another action, or take `seal` away");
  return groups;
}

std::vector<RuleSeal> seals_of(const PolicyFile& policy) {
  std::vector<RuleSeal> out;
  if (policy.text.find("seal") == std::string::npos) return out;
  Problems known;
  const YamlDocument document = parse_yaml(policy.path, policy.text, known);
  YamlReader reader(policy.path, known);
  for (const YamlEntry& section : document.root.entries)
    if (section.key == "data")
      for (const YamlNode& rule : section.value.items) read_rule(reader, rule, out);
  return out;
}

}  // namespace sekisho::config
