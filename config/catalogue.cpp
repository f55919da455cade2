#include "config/catalogue.h"

#include <algorithm>
#include <unordered_map>

#include "config/catalogue_entry.h"
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

// The sources are for people who read the file: every fact may name one.
void check_sources(YamlReader& reader, const YamlNode* node) {
  if (!node) return;
  if (!node->is_map()) return reader.wrong(*node, "a map from a name to a source");
  for (const YamlEntry& e : node->entries) (void)reader.text(e.value);
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
    read_header(m, overlay_ ? overlay_as_of_ : out_.as_of);
    check_sources(reader_, m.find("sources"));
    const YamlNode* shared = m.find("shared_side_hosts");
    if (shared) read_side_host_map(reader_, *shared, out_.shared_side_hosts);
    read_developers(reader_, m.find("model_developers"), out_.model_developers);
    read_names(reader_, m.find("openrouter_providers"), out_.openrouter_providers);
    read_names(reader_, m.find("huggingface_router_providers"), out_.huggingface_router_providers);
    read_names(reader_, m.find("vendor_names"), out_.vendor_names);
    read_names(reader_, m.find("model_prefixes"), out_.model_prefixes);
    const YamlNode* providers = overlay_ ? m.find("providers") : m.require("providers");
    m.finish();
    const auto* items = providers ? reader_.list(*providers, "services") : nullptr;
    if (items)
      for (const YamlNode& item : *items) read_entry(item);
  }

  void read_entry(const YamlNode& node) {
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
  std::string overlay_as_of_;
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

Catalogue load_catalogue(const std::string& providers_path, const std::string& overlay_path,
                         Problems& problems) {
  Catalogue out;
  load_file(providers_path, problems, out, false);
  if (!overlay_path.empty()) load_file(overlay_path, problems, out, true);
  return out;
}

}  // namespace sekisho::config
