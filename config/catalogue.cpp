#include "config/catalogue.h"

#include <algorithm>
#include <unordered_map>

#include "config/catalogue_entry.h"
#include "config/facts.h"
#include "config/text_file.h"
#include "config/yaml_reader.h"

namespace sekisho::config {
namespace {

void read_header(MapReader& m, std::string& as_of) {
  const YamlNode* version = m.find("version");
  if (version && !(version->is_scalar() && version->text == "1"))
    m.reader().wrong(*version, "version 1, the only one this program reads", "write version: 1");
  MarkedText date;
  m.marked_text("as_of", date);
  if (date.value.empty()) return;
  if (parse_date(date.value))
    as_of = date.value;
  else
    m.reader().problem(date.at, "expected a date as YYYY-MM-DD, found '" + date.value + "'");
}

void read_names(YamlReader& reader, const YamlNode* node, std::map<std::string, std::string>& out) {
  if (!node) return;
  if (!node->is_map()) return reader.wrong(*node, "a map from a name to an id");
  for (const YamlEntry& e : node->entries)
    if (auto id = reader.text(e.value)) out[e.key] = std::move(*id);
}

void read_developers(YamlReader& reader, const YamlNode* node, std::vector<ModelDeveloper>& out) {
  const auto* items = node ? reader.list(*node, "developers") : nullptr;
  if (!items) return;
  for (const YamlNode& item : *items) {
    ModelDeveloper d;
    MapReader m(reader, item, "a developer of models");
    m.text("id", d.id);
    m.text("country", d.country);
    m.text("pattern", d.pattern);
    m.text("service_only", d.service_only);
    m.finish();
    if (m.valid()) out.push_back(std::move(d));
  }
}

// `trains_on_inputs: { value: "no", source: "contract, clause 4", reviewed_at: 2026-11-20 }`: the
// note is taken off, so that the rest reads the bare fact.
YamlNode without_notes(YamlReader& reader, const YamlNode& node,
                       std::map<std::string, FactNote>& notes) {
  YamlNode out = node;
  for (YamlEntry& e : out.entries) {
    const auto& facts = fact_names();
    const auto is_value = [](const YamlEntry& inner) { return inner.key == "value"; };
    const auto& inner = e.value.entries;
    if (!e.value.is_map() || std::none_of(inner.begin(), inner.end(), is_value) ||
        std::find(facts.begin(), facts.end(), e.key) == facts.end())
      continue;
    MapReader m(reader, e.value, "the fact '" + e.key + "'");
    FactNote note;
    m.text("source", note.source);
    if (const YamlNode* day = m.find("reviewed_at")) note.reviewed_at = reader.date(*day);
    const YamlNode* value = m.find("value");
    m.finish();
    notes[e.key] = std::move(note);
    YamlNode bare = *value;
    e.value = std::move(bare);
  }
  return out;
}

class CatalogueLoader {
 public:
  CatalogueLoader(const std::string& path, Problems& problems, Catalogue& out, bool overlay)
      : reader_(path, problems), problems_(problems), out_(out), overlay_(overlay) {
    for (std::size_t i = 0; i < out_.providers.size(); ++i) index_[out_.providers[i].id] = i;
  }

  void load(const std::string& path) {
    const auto text = read_text_file(path, problems_);
    if (!text) return;
    const YamlDocument document = parse_yaml(path, *text, problems_);
    if (document.complete) read(document.root);
  }

 private:
  void read(const YamlNode& root) {
    MapReader m(reader_, root, overlay_ ? "the overlay" : "the catalogue");
    read_header(m, overlay_ ? out_.overlay_as_of : out_.as_of);
    read_names(reader_, m.find("sources"), out_.sources);
    const YamlNode* shared = m.find("shared_side_hosts");
    if (shared) read_side_host_map(reader_, *shared, out_.shared_side_hosts);
    read_developers(reader_, m.find("model_developers"), out_.model_developers);
    read_names(reader_, m.find("openrouter_providers"), out_.openrouter_providers);
    read_names(reader_, m.find("huggingface_router_providers"), out_.huggingface_router_providers);
    read_names(reader_, m.find("vercel_gateway_providers"), out_.vercel_gateway_providers);
    read_names(reader_, m.find("vendor_names"), out_.vendor_names);
    read_names(reader_, m.find("model_prefixes"), out_.model_prefixes);
    const YamlNode* providers = overlay_ ? m.find("providers") : m.require("providers");
    m.finish();
    const auto* items = providers ? reader_.list(*providers, "services") : nullptr;
    if (items)
      for (const YamlNode& item : *items) read_entry(item);
  }

  void read_entry(const YamlNode& written) {
    std::map<std::string, FactNote> notes;
    const YamlNode node = without_notes(reader_, written, notes);
    Provider fresh;
    fresh.at = node.at;
    MapReader m(reader_, node, "a service");
    const YamlNode* id = m.require("id");
    fresh.id = id ? reader_.text(*id).value_or("") : "";
    const auto known = index_.find(fresh.id);
    if (fresh.id.empty()) return;
    if (!seen_.emplace(fresh.id, node.at.line).second)
      return reader_.problem(node.at, "the service '" + fresh.id + "' stands here a second time",
                             "the first is in line " + std::to_string(seen_[fresh.id]));
    const bool shipped = known != index_.end();
    if (shipped) {
      fresh = out_.providers[known->second];
    } else {
      (void)m.require("hosts");
      index_[fresh.id] = out_.providers.size();
      out_.providers.emplace_back();
    }
    if (overlay_) mark_overlaid(node, fresh);
    read_provider(reader_, m, fresh);
    for (auto& [fact, note] : notes) fresh.notes[fact] = std::move(note);
    out_.providers[index_[fresh.id]] = std::move(fresh);
  }

  static void mark_overlaid(const YamlNode& node, Provider& p) {
    p.from_overlay = true;
    for (const YamlEntry& e : node.entries)
      if (e.key != "id") p.overlaid.push_back(e.key);
  }

  YamlReader reader_;
  Problems& problems_;
  Catalogue& out_;
  bool overlay_;
  std::unordered_map<std::string, std::size_t> index_;
  std::unordered_map<std::string, int> seen_;
};

void load_file(const std::string& path, Problems& problems, Catalogue& out, bool overlay) {
  const std::size_t before = problems.size();
  CatalogueLoader(path, problems, out, overlay).load(path);
  sort_by_place(problems, before);
}

}  // namespace

const Provider* Catalogue::find(std::string_view id) const {
  for (const Provider& p : providers)
    if (p.id == id) return &p;
  return nullptr;
}

FactOrigin origin_of(const Catalogue& catalogue, const Provider& provider, std::string_view key) {
  FactOrigin out;
  const auto fact = [&](const char* name) -> std::vector<std::string> {
    const auto it = provider.facts.find(name);
    return it == provider.facts.end() ? std::vector<std::string>() : it->second.items;
  };
  const auto overlaid = [&](std::string_view name) {
    return std::find(provider.overlaid.begin(), provider.overlaid.end(), name) !=
           provider.overlaid.end();
  };
  const auto reviewed = fact("reviewed_at");
  out.overlay = overlaid(key);
  const bool own_review = overlaid("reviewed_at");
  if (!reviewed.empty() &&
      (out.overlay ? own_review : !own_review && provider.confidence == "high"))
    out.as_of = parse_date(reviewed.front());
  if (!out.as_of) out.as_of = parse_date(out.overlay ? catalogue.overlay_as_of : catalogue.as_of);
  if (const auto note = provider.notes.find(std::string(key)); note != provider.notes.end()) {
    out.source = note->second.source;
    if (note->second.reviewed_at) out.as_of = note->second.reviewed_at;
  }
  if (!out.source.empty() || out.overlay != overlaid("sources")) return out;
  const auto names = fact("sources"), unverified = fact("unverified");
  for (const std::string& name : names) {
    const auto known = catalogue.sources.find(name.substr(0, name.find(':')));
    const auto whole = catalogue.sources.find(name);
    const std::string& text = whole != catalogue.sources.end()   ? whole->second
                              : known != catalogue.sources.end() ? known->second
                                                                 : name;
    out.source += (out.source.empty() ? "" : "; ") + text;
  }
  out.unverified =
      !out.overlay && (names == std::vector<std::string>{"gk"} ||
                       std::find(unverified.begin(), unverified.end(), key) != unverified.end());
  return out;
}

Catalogue load_catalogue(const std::string& providers_path, const std::string& overlay_path,
                         Problems& problems) {
  Catalogue out;
  load_file(providers_path, problems, out, false);
  if (!overlay_path.empty()) load_file(overlay_path, problems, out, true);
  return out;
}

}  // namespace sekisho::config
