#include "gateway/commands/providers.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/gateway_file.h"
#include "config/nearest.h"
#include "filters/json_scanner.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/named_file.h"

namespace sekisho::gateway {
namespace {

using config::Catalogue;
using config::FactValue;
using config::Provider;
using filters::JsonWriter;

struct ProvidersOptions {
  std::string path, id;
  bool json = false;
};

std::vector<const Provider*> sorted(const Catalogue& catalogue) {
  std::vector<const Provider*> out;
  for (const Provider& p : catalogue.providers) out.push_back(&p);
  std::sort(out.begin(), out.end(),
            [](const Provider* a, const Provider* b) { return a->id < b->id; });
  return out;
}

std::string join(const std::vector<std::string>& items, std::string_view separator = ", ") {
  std::string out;
  for (const std::string& item : items) {
    if (!out.empty()) out += separator;
    out += item;
  }
  return out;
}

std::string fact_text(const FactValue& fact) {
  std::string out = join(fact.items);
  for (const auto& [name, value] : fact.fields)
    out += (out.empty() ? "" : ", ") + name + " " + value;
  return out;
}

std::string fact_of(const Provider& p, const char* key) {
  const auto it = p.facts.find(key);
  return it == p.facts.end() ? "" : fact_text(it->second);
}

std::string known_or_dash(const std::string& value) {
  return value.empty() || value == "unknown" ? "-" : value;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text + "  ";
}

// A fact may be a list, a map or one value: always the same shape for a program.
void write_fact(JsonWriter& w, const FactValue& fact) {
  if (!fact.fields.empty()) {
    w.begin_object();
    for (const auto& [name, value] : fact.fields) w.key(name).value(value);
    w.end_object();
    return;
  }
  w.begin_array();
  for (const std::string& item : fact.items) w.value(item);
  w.end_array();
}

void write_texts(JsonWriter& w, const std::vector<std::string>& texts) {
  w.begin_array();
  for (const std::string& t : texts) w.value(t);
  w.end_array();
}

void write_identity(JsonWriter& w, const Provider& p) {
  w.key("id").value(p.id).key("name").value(p.name).key("kind").value(p.kind);
  w.key("operator").value(p.operator_name);
  w.key("operator_country").value(p.operator_country);
  w.key("parent_country").value(p.parent_country);
  w.key("aggregator").value(p.aggregator).key("dialect").value(p.dialect);
  w.key("confidence").value(p.confidence).key("overlay");
  write_texts(w, p.overlaid);
  w.key("hosts");
  write_texts(w, p.hosts);
}

void write_side_hosts(JsonWriter& w, const Provider& p) {
  w.key("side_hosts").begin_object();
  for (const config::SideHosts& side : p.side_hosts) {
    w.key(side.role);
    write_texts(w, side.hosts);
  }
  w.end_object();
}

void write_facts(JsonWriter& w, const Provider& p) {
  w.key("facts").begin_object();
  for (const auto& [key, fact] : p.facts) {
    w.key(key);
    write_fact(w, fact);
  }
  w.end_object();
}

std::string line(std::string_view key, const std::string& value) {
  return value.empty() ? "" : padded(std::string(key), 22) + value + "\n";
}

std::string endpoint_text(const config::EndpointRegion& e) {
  std::string leads = e.country + e.group;
  if (!e.table.empty()) leads = "table " + e.table;
  for (const auto& [region, place] : e.values)
    leads += (leads.empty() ? "" : ", ") + region + " = " + place;
  return e.where + " " + e.pattern + " -> " + leads;
}

// The catalogue of the gateway file, or the shipped one without an overlay.
std::optional<Catalogue> load(const std::string& path) {
  std::string providers = config::shipped_directory() + "/providers.yaml", overlay;
  if (!path.empty()) {
    const auto gateway = read_named_gateway_file(path);
    if (!gateway) return std::nullopt;
    if (!gateway->catalogue_providers.value.empty()) providers = gateway->catalogue_providers.value;
    overlay = gateway->catalogue_overlay.value;
  }
  config::Problems problems;
  Catalogue catalogue = config::load_catalogue(providers, overlay, problems);
  for (const auto& p : problems) std::fprintf(stderr, "%s\n", config::to_string(p).c_str());
  if (!problems.empty()) return std::nullopt;
  return catalogue;
}

int list(const ProvidersOptions& options) {
  const auto catalogue = load(options.path);
  if (!catalogue) return 2;
  const std::string out =
      options.json ? list_providers_json(*catalogue) : list_providers_text(*catalogue);
  std::fwrite(out.data(), 1, out.size(), stdout);
  return 0;
}

int show(const ProvidersOptions& options) {
  const auto catalogue = load(options.path);
  if (!catalogue) return 2;
  const Provider* p = catalogue->find(options.id);
  if (!p) {
    std::vector<std::string_view> ids;
    for (const Provider& known : catalogue->providers) ids.push_back(known.id);
    const std::string near = config::nearest_name(options.id, ids);
    std::fprintf(stderr, "sekisho providers show: no service '%s' in the catalogue%s\n",
                 options.id.c_str(),
                 near.empty() ? "; see `sekisho providers list`"
                              : (", did you mean '" + near + "'?").c_str());
    return 2;
  }
  const std::string out = options.json ? show_provider_json(*p) : show_provider_text(*p);
  std::fwrite(out.data(), 1, out.size(), stdout);
  return 0;
}

void add_common(CLI::App& command, const std::shared_ptr<ProvidersOptions>& options) {
  command.add_option(
      "-c,--config", options->path,
      "gateway.yaml, for its catalogue and overlay; without it the shipped catalogue");
  command.add_flag("--json", options->json, "one JSON object on standard output");
}

void add_due(CLI::App& providers, int& exit_code) {
  CLI::App* due = providers.add_subcommand("due", "not supported by this version");
  due->allow_extras();
  due->callback([&exit_code] {
    std::fprintf(
        stderr,
        "sekisho providers due: this version does not support it yet; `sekisho check` warns "
        "of entries whose review is due\n");
    exit_code = 2;
  });
}

}  // namespace

std::string list_providers_text(const Catalogue& catalogue) {
  std::string out =
      padded("ID", 24) + "SEAT  PARENT  " + padded("STORAGE", 18) + padded("TRAINS", 8) + "NAME\n";
  for (const Provider* p : sorted(catalogue)) {
    out += padded(p->id, 24) + padded(known_or_dash(p->operator_country), 4) +
           padded(known_or_dash(p->parent_country), 6) +
           padded(known_or_dash(fact_of(*p, "storage_countries")), 18) +
           padded(known_or_dash(fact_of(*p, "trains_on_inputs")), 8) + p->name + "\n";
  }
  return out;
}

std::string list_providers_json(const Catalogue& catalogue) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("v").value(1).key("as_of").value(catalogue.as_of);
  w.key("providers").begin_array();
  for (const Provider* p : sorted(catalogue)) {
    w.begin_object();
    write_identity(w, *p);
    write_facts(w, *p);
    w.end_object();
  }
  w.end_array().end_object();
  return out + "\n";
}

std::string show_provider_text(const Provider& p) {
  std::string out = line("id", p.id) + line("name", p.name) + line("kind", p.kind) +
                    line("operator", p.operator_name) +
                    line("operator_country", p.operator_country) +
                    line("parent_country", p.parent_country);
  if (p.aggregator) out += line("aggregator", "true: forwards to other operators");
  out += line("dialect", p.dialect) + line("confidence", p.confidence) +
         line("stated by overlay", join(p.overlaid)) + line("hosts", join(p.hosts)) +
         line("host_pattern", p.host_pattern) + line("paths", join(p.paths));
  for (const config::SideHosts& side : p.side_hosts)
    out += line("side hosts: " + side.role, join(side.hosts));
  for (const config::EndpointRegion& e : p.endpoint_region)
    out += line("endpoint region", endpoint_text(e));
  for (const auto& [key, fact] : p.facts) out += line(key, fact_text(fact));
  return out;
}

std::string show_provider_json(const Provider& p) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("v").value(1);
  write_identity(w, p);
  w.key("host_pattern").value(p.host_pattern).key("paths");
  write_texts(w, p.paths);
  write_side_hosts(w, p);
  w.key("endpoint_region").begin_array();
  for (const config::EndpointRegion& e : p.endpoint_region) {
    w.begin_object().key("where").value(e.where).key("pattern").value(e.pattern);
    w.key("table").value(e.table).key("key").value(e.key);
    w.key("country").value(e.country).key("group").value(e.group).key("values").begin_object();
    for (const auto& [region, place] : e.values) w.key(region).value(place);
    w.end_object().end_object();
  }
  w.end_array();
  write_facts(w, p);
  w.end_object();
  return out + "\n";
}

void add_providers_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ProvidersOptions>();
  CLI::App* providers =
      app.add_subcommand("providers", "サービスの一覧と事実 / the catalogue of services");
  providers->require_subcommand(1);
  CLI::App* all = providers->add_subcommand("list", "一覧 / every service, one a line");
  add_common(*all, options);
  all->footer(
      "Example:\n  sekisho providers list -c gateway.yaml\n  sekisho providers list --json");
  all->callback([options, &exit_code] { exit_code = list(*options); });
  CLI::App* one = providers->add_subcommand("show", "一つの詳細 / everything known of one service");
  one->add_option("id", options->id, "as in `providers list`")->required();
  add_common(*one, options);
  one->footer("Example:\n  sekisho providers show deepseek-api");
  one->callback([options, &exit_code] { exit_code = show(*options); });
  add_due(*providers, exit_code);
}

}  // namespace sekisho::gateway
