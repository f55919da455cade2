#include <algorithm>

#include "config/policy_seals.h"
#include "config/policy_sections.h"
#include "config/text_file.h"

namespace sekisho::config {
namespace {

constexpr Word<double> kConfidences[] = {{"low", 0.30}, {"medium", 0.60}, {"high", 0.85}};
constexpr Word<Action> kActions[] = {{"allow", Action::kAllow},
                                     {"pseudonymise", Action::kPseudonymise},
                                     {"redact", Action::kRedact},
                                     {"block", Action::kBlock}};

bool is_word(const YamlNode& n, std::string_view word) {
  return n.is_scalar() && n.text == word;
}

void read_action(YamlReader& reader, MapReader& m, DataRuleDef& rule) {
  const YamlNode* n = m.require("action");
  if (!n) return;
  if (const auto action = reader.word(*n, kActions)) rule.action = *action;
}

void check_tool_names(YamlReader& reader, const std::vector<MarkedText>& names) {
  for (const MarkedText& name : names) {
    const std::size_t star = name.value.find('*');
    if (star != std::string::npos && star + 1 != name.value.size())
      reader.problem(name.at, "'" + name.value + "' has a * that is not at its end",
                     "write a tool's whole name, or its beginning and one *, as in mcp__files__*");
  }
}

void read_restore(YamlReader& reader, MapReader& rule_map, DataRuleDef& rule) {
  const YamlEntry* entry = rule_map.entry("restore");
  if (!entry) return;
  MapReader m(reader, entry->value, "`restore`");
  if (!m.valid()) return;
  m.boolean("text", rule.restore.text);
  m.texts("tools", "names of tools", rule.restore.tools);
  m.texts("never", "names of tools", rule.restore.never);
  check_tool_names(reader, rule.restore.tools);
  check_tool_names(reader, rule.restore.never);
  m.finish();
  const YamlNode* action = rule_map.find("action");
  if (action && !is_word(*action, "pseudonymise"))
    reader.problem(entry->at, "`restore` goes with `action: pseudonymise` only",
                   "a mask is not restored; take `restore` away, or write action: pseudonymise");
}

void read_direction(YamlReader& reader, MapReader& m, DataRuleDef& rule) {
  static constexpr Word<Direction> kDirections[] = {{"request", Direction::kRequest}};
  const YamlNode* n = m.find("direction");
  if (!n) return;
  if (is_word(*n, "response")) return reader.unsupported(n->at, "`direction: response`");
  if (const auto direction = reader.word(*n, kDirections)) rule.direction = *direction;
}

void read_findings(YamlReader& reader, MapReader& m, DataRuleDef& rule) {
  const YamlNode* n = m.require("findings");
  if (!n) return;
  rule.findings = reader.texts(*n, "finding types");
  if (n->is_list() && n->items.empty())
    reader.wrong(*n, "at least one finding type", "write [secret] or another type or category");
}

void read_scope(YamlReader& reader, MapReader& m, DataRuleDef& rule) {
  m.texts("groups", "groups", rule.groups);
  m.texts("groups_not", "groups", rule.groups_not);
  m.texts("providers", "services of the catalogue", rule.providers);
  m.texts("destinations", "ids of destinations", rule.destinations);
  if (const YamlNode* n = m.find("regions")) rule.regions = read_places(reader, *n);
  if (const YamlNode* n = m.find("regions_not")) rule.regions_not = read_places(reader, *n);
}

DataRuleDef read_data_rule(YamlReader& reader, const YamlNode& node) {
  DataRuleDef rule;
  rule.at = node.at;
  MapReader m(reader, node, "a data rule");
  if (!m.valid()) return rule;
  if (const YamlNode* id = m.require("id")) rule.id = reader.text(*id).value_or("");
  read_findings(reader, m, rule);
  m.word("confidence", kConfidences, rule.confidence);
  if (const YamlNode* n = m.find("at_least"))
    if (const auto count = reader.integer(*n, 1, 1'000'000))
      rule.at_least = static_cast<int>(*count);
  read_action(reader, m, rule);
  m.word("mode", kModes, rule.mode);
  m.localized("message", rule.message);
  read_scope(reader, m, rule);
  read_direction(reader, m, rule);
  read_restore(reader, m, rule);
  (void)read_seal(m);  // only to hear what is wrong: seals_of() reads them
  m.finish();
  return rule;
}

ExceptionDef read_exception(YamlReader& reader, const YamlNode& node) {
  ExceptionDef e;
  e.at = node.at;
  MapReader m(reader, node, "an exception");
  if (!m.valid()) return e;
  if (const YamlNode* id = m.require("id")) e.id = reader.text(*id).value_or("");
  if (const YamlNode* n = m.require("lifts")) {
    e.lifts = reader.texts(*n, "ids of data rules");
    if (n->is_list() && n->items.empty()) reader.wrong(*n, "at least one id of a data rule");
  }
  m.texts("groups", "groups", e.groups);
  m.texts("providers", "services of the catalogue", e.providers);
  read_approval(m, true, e.approval);
  m.finish();
  return e;
}

CustomDetector read_custom_detector(YamlReader& reader, const YamlNode& node) {
  CustomDetector d;
  MapReader m(reader, node, "a detector");
  if (!m.valid()) return d;
  for (std::string_view key : {"type", "category"}) (void)m.require(key);
  m.marked_text("type", d.type);
  if (!d.type.value.empty()) check_type_form(reader, d.type, "a type");
  m.marked_text("pattern", d.pattern);
  m.marked_text("dictionary", d.dictionary);
  if (!d.dictionary.value.empty())
    d.dictionary.value = resolve_path(reader.file(), d.dictionary.value);
  if ((m.find("pattern") == nullptr) == (m.find("dictionary") == nullptr))
    reader.problem(node.at,
                   m.find("pattern") ? "a detector has both `pattern` and `dictionary`"
                                     : "a detector has neither `pattern` nor `dictionary`",
                   "write pattern: 'PRJ-[0-9]{4}', or dictionary: words.txt with one word a line");
  m.word("confidence", kConfidences, d.confidence);
  MarkedText category;
  m.marked_text("category", category);
  if (!category.value.empty()) check_type_form(reader, category, "a category");
  d.category = category.value;
  m.texts("match", "examples", d.match);
  m.texts("no_match", "examples", d.no_match);
  m.finish();
  return d;
}

void check_unique_types(YamlReader& reader, const std::vector<CustomDetector>& detectors) {
  for (std::size_t i = 0; i < detectors.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (!detectors[i].type.value.empty() && detectors[k].type.value == detectors[i].type.value) {
        reader.problem(detectors[i].type.at,
                       "the type '" + detectors[i].type.value + "' is defined twice",
                       "join the patterns with |, or give this one another name");
        break;
      }
}

}  // namespace

void check_type_form(YamlReader& reader, const MarkedText& name, std::string_view what) {
  static constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
  const bool ok = name.value.find_first_not_of(kAllowed) == std::string::npos &&
                  name.value.size() <= 64 && (name.value[0] < '0' || name.value[0] > '9');
  if (!ok)
    reader.problem(name.at, "'" + name.value + "' is not a name for " + std::string(what),
                   "write small letters, digits and _, as in project_code");
}

std::vector<DataRuleDef> read_data_rules(YamlReader& reader, const YamlNode& node) {
  std::vector<DataRuleDef> out;
  const auto* items = reader.list(node, "data rules");
  if (!items) return out;
  for (const YamlNode& item : *items) out.push_back(read_data_rule(reader, item));
  check_unique_ids(reader, out);
  return out;
}

std::vector<ExceptionDef> read_exceptions(YamlReader& reader, const YamlNode& node) {
  std::vector<ExceptionDef> out;
  const auto* items = reader.list(node, "exceptions");
  if (!items) return out;
  for (const YamlNode& item : *items) out.push_back(read_exception(reader, item));
  check_unique_ids(reader, out);
  return out;
}

DetectorSettings read_detectors(YamlReader& reader, const YamlNode& node) {
  DetectorSettings out;
  MapReader m(reader, node, "`detectors`");
  if (const YamlNode* n = m.find("packs")) out.packs = reader.texts(*n, "packs");
  const YamlNode* custom = m.find("custom");
  const auto* items = custom ? reader.list(*custom, "detectors") : nullptr;
  if (items)
    for (const YamlNode& item : *items) out.custom.push_back(read_custom_detector(reader, item));
  check_unique_types(reader, out.custom);
  std::vector<MarkedText> allowed;
  m.texts("allow_values", "harmless values", allowed);
  for (MarkedText& a : allowed) out.allow_values.push_back(std::move(a.value));
  m.finish();
  return out;
}

}  // namespace sekisho::config
