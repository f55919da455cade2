#include "config/transfers.h"

#include "config/yaml_document.h"

namespace sekisho::config {
namespace {

constexpr Word<TransferRoute> kRoutes[] = {
    {"consent", TransferRoute::kConsent},
    {"equivalent_measures", TransferRoute::kEquivalentMeasures},
    {"designated", TransferRoute::kDesignated},
    {"no_provision", TransferRoute::kNoProvision}};

void read_date(MapReader& m, std::string_view key, std::optional<Date>& out) {
  if (const YamlNode* n = m.find(key)) out = m.reader().date(*n);
}

// `text` and the date of it, or `why` there is none.
void read_account(MapReader& m, std::string_view key, std::string_view date_key, Localized& text,
                  Localized& why, std::string& url, std::optional<Date>& day) {
  const YamlEntry* entry = m.entry(key);
  if (!entry) return;
  MapReader inner(m.reader(), entry->value, "`" + std::string(key) + "`");
  inner.localized("text", text);
  inner.text("url", url);
  read_date(inner, date_key, day);
  inner.localized("why_not", why);
  inner.finish();
  if (!inner.valid()) return;
  if (text.empty() && why.empty())
    m.reader().problem(entry->at, "`" + std::string(key) + "` has neither `text` nor `why_not`",
                       "write what is known, or why it cannot be told");
  if (!text.empty() && !day)
    m.reader().problem(entry->at, "`" + std::string(key) + "` does not say of which day it is",
                       "write `" + std::string(date_key) + ": 2026-04-01`");
}

TransferDef read_transfer(YamlReader& reader, const YamlNode& node) {
  TransferDef t;
  t.at = node.at;
  MapReader m(reader, node, "a transfer");
  if (const YamlNode* id = m.require("id")) t.id = reader.text(*id).value_or("");
  m.texts("providers", "services", t.providers);
  m.texts("destinations", "destinations", t.destinations);
  if (const YamlNode* n = m.require("country")) t.country = reader.country(*n).value_or("");
  m.text("recipient", t.recipient);
  if (m.require("route")) m.word("route", kRoutes, t.route);
  m.localized("basis", t.basis);
  read_account(m, "regime", "as_of", t.regime, t.regime_why, t.regime_url, t.regime_as_of);
  read_account(m, "measures", "checked", t.measures, t.measures_why, t.measures_url,
               t.measures_checked);
  m.localized("stop", t.stop);
  m.finish();
  if (m.valid() && t.providers.empty() && t.destinations.empty())
    reader.problem(node.at,
                   "the transfer '" + t.id + "' has neither `providers` nor `destinations`",
                   "name the recipients that it is about");
  return t;
}

}  // namespace

std::vector<TransferDef> read_transfers(YamlReader& reader, const YamlNode& node) {
  std::vector<TransferDef> out;
  const auto* items = reader.list(node, "transfers");
  if (!items) return out;
  for (const YamlNode& item : *items) out.push_back(read_transfer(reader, item));
  check_unique_ids(reader, out);
  return out;
}

std::vector<TransferDef> parse_transfers(const std::string& path, const std::string& text,
                                         Problems& problems) {
  const YamlDocument document = parse_yaml(path, text, problems);
  YamlReader reader(path, problems);
  for (const YamlEntry& e : document.root.entries)
    if (e.key == "transfers") return read_transfers(reader, e.value);
  return {};
}

}  // namespace sekisho::config
