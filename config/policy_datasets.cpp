// `datasets`: lists and folders of documents that must not leave.
#include <algorithm>

#include "config/policy_sections.h"
#include "config/text_file.h"

namespace sekisho::config {
namespace {

constexpr std::size_t kMostColumns = 31;

void check_name(YamlReader& reader, const YamlEntry& entry) {
  static constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  if (!entry.key.empty() && entry.key.size() <= 64 && entry.key.front() != '-' &&
      entry.key.find_first_not_of(kAllowed) == std::string::npos)
    return;
  reader.problem(entry.at, "'" + entry.key + "' is not a name for a dataset",
                 "write small letters, digits, _ and -, as in customers");
}

// A decimal from 0.05 to 1.
std::optional<double> fraction(YamlReader& reader, const YamlNode& n) {
  double value = 0, place = 1;
  bool digits = n.is_scalar() && n.plain && !n.text.empty() && n.text.size() <= 8, dot = false;
  for (std::size_t i = 0; digits && i < n.text.size(); ++i) {
    const char c = n.text[i];
    if (c == '.' && !dot && i > 0) {
      dot = true;
    } else if (c >= '0' && c <= '9') {
      if (dot) place /= 10;
      value = dot ? value + (c - '0') * place : value * 10 + (c - '0');
    } else {
      digits = false;
    }
  }
  if (digits && value >= 0.05 && value <= 1) return value;
  reader.wrong(n, "a number from 0.05 to 1",
               "0.3 finds copies with small edits, 1 only verbatim ones");
  return std::nullopt;
}

void read_path(MapReader& m, std::string_view key, MarkedText& out) {
  m.marked_text(key, out);
  if (!out.value.empty()) out.value = resolve_path(m.reader().file(), out.value);
}

void read_list(YamlReader& reader, MapReader& m, DatasetDef& d) {
  if (const YamlNode* n = m.require("columns")) {
    d.columns = reader.texts(*n, "names of columns");
    if (n->is_list() && n->items.empty())
      reader.wrong(*n, "at least one name of a column", "write columns: [name, email]");
  }
  m.marked_text("key", d.key);
  const bool own_key = !d.key.value.empty() &&
                       std::none_of(d.columns.begin(), d.columns.end(),
                                    [&](const MarkedText& c) { return c.value == d.key.value; });
  const std::size_t all = d.columns.size() + (own_key ? 1 : 0);
  if (all > kMostColumns)
    reader.problem(d.at, "a dataset has at most 31 columns, the key among them",
                   "name those that tell who or what a row is");
  d.at_least_columns = all < 2 ? 1 : 2;
  if (const YamlNode* n = m.find("at_least_columns"))
    if (const auto count = reader.integer(*n, 1, std::max<std::size_t>(all, 1)))
      d.at_least_columns = static_cast<int>(*count);
}

DatasetDef read_dataset(YamlReader& reader, const YamlEntry& entry) {
  DatasetDef d;
  d.name = entry.key;
  d.at = entry.at;
  check_name(reader, entry);
  MapReader m(reader, entry.value, "the dataset '" + entry.key + "'");
  if (!m.valid()) return d;
  read_path(m, "exact", d.exact);
  read_path(m, "documents", d.documents);
  const bool list = m.find("exact") != nullptr, documents = m.find("documents") != nullptr;
  if (list == documents)
    reader.problem(entry.value.at,
                   "the dataset '" + entry.key + "' has " +
                       (list ? "both `exact` and `documents`" : "neither `exact` nor `documents`"),
                   "write exact: list.csv for rows of a list, or documents: folder/ for texts");
  if (list) read_list(reader, m, d);
  if (documents)
    if (const YamlNode* n = m.find("similarity"))
      d.similarity = fraction(reader, *n).value_or(d.similarity);
  MarkedText category;
  m.marked_text("category", category);
  if (!category.value.empty()) {
    check_type_form(reader, category, "a category");
    d.category = category.value;
  }
  m.finish();
  return d;
}

}  // namespace

std::vector<DatasetDef> read_datasets(YamlReader& reader, const YamlNode& node) {
  std::vector<DatasetDef> out;
  if (!node.is_map()) {
    reader.wrong(node, "a map of datasets",
                 "write `customers: { exact: customers.csv, columns: [name, email] }`");
    return out;
  }
  for (const YamlEntry& e : node.entries) out.push_back(read_dataset(reader, e));
  return out;
}

}  // namespace sekisho::config
