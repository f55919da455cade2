#include "config/detector_pack.h"

#include <algorithm>

#include "config/gateway_file.h"
#include "config/text_file.h"
#include "config/yaml_reader.h"

namespace sekisho::config {
namespace {

constexpr std::size_t kShortestLiteral = 3;
constexpr std::size_t kLongestSpan = 16u << 10, kWidestContext = 1u << 10, kGateReach = 320;
constexpr Word<double> kConfidences[] = {{"low", 0.30}, {"medium", 0.60}, {"high", 0.85}};
const std::vector<std::string_view> kBorders = {"none", "word", "token", "base64"};

void read_confidence(YamlReader& reader, const YamlNode& node, double& out) {
  if (node.is_scalar() && !node.text.empty() && node.text[0] >= 'a' && node.text[0] <= 'z') {
    if (const auto level = reader.word(node, kConfidences)) out = *level;
    return;
  }
  if (const auto value = reader.number(node, 0, 1)) out = *value;
}

// One number: the shape's. A map: each part of the model.
void read_model(YamlReader& reader, const YamlNode& node, PackRowDef& row) {
  if (!node.is_map()) return read_confidence(reader, node, row.shape);
  MapReader m(reader, node, "`confidence`");
  if (const YamlNode* n = m.find("shape")) read_confidence(reader, *n, row.shape);
  if (const YamlNode* n = m.find("grouped")) read_confidence(reader, *n, row.grouped);
  if (const YamlNode* n = m.find("context")) read_confidence(reader, *n, row.in_context);
  if (const YamlNode* n = m.find("against")) read_confidence(reader, *n, row.minus_against);
  m.finish();
}

void read_bytes(MapReader& m, std::string_view key, std::size_t most, std::size_t& out) {
  const YamlNode* n = m.find(key);
  if (!n) return;
  if (const auto bytes = m.reader().integer(*n, 0, most)) out = static_cast<std::size_t>(*bytes);
}

// A list of words, or a map of the words and how far around the value they count.
void read_context(YamlReader& reader, const YamlNode& node, ContextDef& out) {
  if (node.is_list()) {
    out.words = reader.texts(node, "words");
    return;
  }
  MapReader m(reader, node, "the words around a value");
  if (!m.valid()) return;
  if (const YamlNode* n = m.require("words")) out.words = reader.texts(*n, "words");
  read_bytes(m, "before", kWidestContext, out.before);
  read_bytes(m, "after", kWidestContext, out.after);
  m.finish();
}

void check_name(YamlReader& reader, const MarkedText& name, std::string_view what) {
  static constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
  if (name.value.empty()) return;
  const bool ok = name.value.find_first_not_of(kAllowed) == std::string::npos &&
                  name.value.size() <= 64 && (name.value[0] < '0' || name.value[0] > '9');
  if (!ok)
    reader.problem(name.at, "'" + name.value + "' is not a name for " + std::string(what),
                   "write small letters, digits and _, as in project_code");
}

void read_border(MapReader& m, std::string_view key, std::string& out) {
  const YamlNode* n = m.find(key);
  if (!n) return;
  if (auto border = m.reader().word(*n, kBorders)) out = std::move(*border);
}

void read_what_is_sought(YamlReader& reader, MapReader& m, PackRowDef& row) {
  m.marked_text("gate", row.gate);
  m.texts("literals", "literal texts", row.literals);
  m.marked_text("pattern", row.pattern);
  m.marked_text("check", row.check);
  m.boolean("labelled", row.labelled);
  for (const MarkedText& literal : row.literals)
    if (literal.value.size() < kShortestLiteral)
      reader.problem(literal.at, "'" + literal.value + "' is too short to be looked for first",
                     "write at least " + std::to_string(kShortestLiteral) +
                         " letters that stand in every match, or use `gate`");
  if (!row.gate.value.empty() && !row.literals.empty())
    reader.problem(row.gate.at, "`gate` and `literals` stand in one row",
                   "keep the gate where a match begins with it, else the literals");
  if (row.pattern.value.empty() && row.check.value.empty())
    reader.problem(row.at, "a detector needs `pattern` or `check`",
                   "add the pattern of a value, or the name of the check that finds it");
}

void read_numbers(YamlReader& reader, MapReader& m, PackRowDef& row) {
  if (const YamlNode* n = m.find("confidence")) read_model(reader, *n, row);
  if (const YamlNode* n = m.find("context")) read_context(reader, *n, row.context);
  if (const YamlNode* n = m.find("against")) read_context(reader, *n, row.against);
  read_border(m, "left", row.left);
  read_border(m, "right", row.right);
  read_bytes(m, "lead", kGateReach, row.lead);
  read_bytes(m, "max_span", kLongestSpan, row.max_span);
  if (const YamlNode* n = m.find("min_entropy"))
    row.min_entropy = reader.number(*n, 0, 8).value_or(0);
  if (const YamlNode* n = m.find("specificity"))
    if (const auto value = reader.integer(*n, 0, 9)) row.specificity = static_cast<int>(*value);
}

PackRowDef read_row(YamlReader& reader, const YamlNode& node) {
  PackRowDef row;
  row.at = node.at;
  MapReader m(reader, node, "a detector");
  if (!m.valid()) return row;
  for (const std::string_view key : {"type", "category"}) (void)m.require(key);
  m.marked_text("type", row.type);
  check_name(reader, row.type, "a type");
  m.marked_text("second_type", row.second_type);
  check_name(reader, row.second_type, "a type");
  MarkedText category;
  m.marked_text("category", category);
  check_name(reader, category, "a category");
  row.category = category.value;
  read_what_is_sought(reader, m, row);
  read_numbers(reader, m, row);
  m.texts("allow", "patterns", row.allow);
  m.text("about", row.about);
  m.texts("match", "examples", row.match);
  m.texts("no_match", "examples", row.no_match);
  std::string source;
  m.text("source", source);
  m.finish();
  if (!row.pattern.value.empty() && row.shape <= 0 && row.in_context <= 0)
    reader.problem(row.at, "the detector of '" + row.type.value + "' has no confidence",
                   "add `confidence: 0.60`, or another number up to 1");
  return row;
}

void read_head(MapReader& m, DetectorPackFile& out) {
  const YamlNode* version = m.find("version");
  if (version && !(version->is_scalar() && version->text == "1"))
    m.reader().wrong(*version, "version 1, the only one this program reads", "write version: 1");
  (void)m.require("pack");
  m.text("pack", out.name);
  m.text("source", out.source);
}

}  // namespace

DetectorPackFile parse_detector_pack(const std::string& path, std::string_view text,
                                     Problems& problems) {
  const std::size_t before = problems.size();
  DetectorPackFile out;
  out.path = path;
  YamlReader reader(path, problems);
  const YamlDocument document = parse_yaml(path, text, problems);
  if (!document.complete) return out;
  MapReader m(reader, document.root, "a pack of detectors");
  read_head(m, out);
  const YamlNode* rows = m.require("detectors");
  m.finish();
  const auto* items = rows ? reader.list(*rows, "detectors") : nullptr;
  if (items)
    for (const YamlNode& item : *items) out.rows.push_back(read_row(reader, item));
  sort_by_place(problems, before);
  return out;
}

DetectorPackFile load_detector_pack(const std::string& path, Problems& problems) {
  const auto text = read_text_file(path, problems);
  if (text) return parse_detector_pack(path, *text, problems);
  DetectorPackFile none;
  none.path = path;
  return none;
}

const std::vector<std::string_view>& shipped_pack_names() {
  static const std::vector<std::string_view> kNames = {"secrets", "personal", "personal-jp",
                                                       "labels", "source"};
  return kNames;
}

std::vector<DetectorPackFile> load_shipped_packs(Problems& problems) {
  std::vector<DetectorPackFile> out;
  for (const std::string_view name : shipped_pack_names()) {
    const std::string path = shipped_directory() + "/detectors/" + std::string(name) + ".yaml";
    out.push_back(load_detector_pack(path, problems));
    // A file of another name would be loaded under it, and the policy's name find nothing.
    if (!out.back().name.empty() && out.back().name != name)
      problems.push_back({path,
                          {1, 1},
                          "this file must be the pack '" + std::string(name) + "'",
                          "write pack: " + std::string(name)});
  }
  return out;
}

bool is_pack_path(std::string_view written) {
  return written.find('/') != std::string_view::npos || written.ends_with(".yaml") ||
         written.ends_with(".yml");
}

std::vector<std::string> pack_paths(const PolicyFile& policy) {
  std::vector<std::string> out;
  if (!policy.detectors.packs) return out;
  for (const MarkedText& pack : *policy.detectors.packs)
    if (is_pack_path(pack.value)) out.push_back(resolve_path(policy.path, pack.value));
  return out;
}

}  // namespace sekisho::config
