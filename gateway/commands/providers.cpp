#include "gateway/commands/providers.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/gateway_file.h"
#include "config/nearest.h"
#include "config/units.h"
#include "filters/bodies/json_scanner.h"
#include "gateway/commands/catalogue_changes.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/language.h"
#include "gateway/commands/named_file.h"
#include "gateway/commands/providers_due.h"
#include "gateway/commands/providers_update.h"
#include "gateway/commands/telling.h"
#include "gateway/configuration.h"
#include "policy/civil_time.h"

namespace sekisho::gateway {
namespace {

using config::Catalogue;
using config::FactValue;
using config::Provider;
using filters::JsonWriter;

struct ProvidersOptions {
  std::string path, id, older, newer, file, within = "180d";
  bool json = false, fail = false, force = false, dry_run = false;
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

std::string line(std::string_view key, const std::string& value) {
  return value.empty() ? "" : padded(std::string(key), 22) + value + "\n";
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

// When and where each fact was read, beside `facts`, whose form stays plain.
void write_origins(JsonWriter& w, const Catalogue& catalogue, const Provider& p) {
  w.key("origins").begin_object();
  const auto write = [&](const std::string& key) {
    const config::FactOrigin origin = config::origin_of(catalogue, p, key);
    w.key(key).begin_object().key("from").value(origin.overlay ? "overlay" : "catalogue");
    w.key("source");
    origin.source.empty() ? w.null() : w.value(origin.source);
    w.key("as_of");
    origin.as_of ? w.value(origin.as_of->to_string()) : w.null();
    w.key("unverified").value(origin.unverified).end_object();
  };
  for (const char* key : {"operator_country", "parent_country"}) write(key);
  for (const auto& [key, fact] : p.facts)
    if (key != "sources" && key != "unverified") write(key);
  w.end_object();
}

std::string origin_text(const Catalogue& catalogue, const Provider& p, const std::string& key,
                        std::int64_t now) {
  const config::FactOrigin origin = config::origin_of(catalogue, p, key);
  std::string out = origin.overlay ? "  (overlay" : "  (catalogue";
  if (origin.as_of) {
    const std::int64_t days = now / 86'400 - policy::days_from_civil(*origin.as_of);
    out += ", " + origin.as_of->to_string() + ", " +
           std::to_string(std::max<std::int64_t>(days, 0)) + " days old";
  }
  if (origin.unverified) out += ", unverified";
  const bool noted = p.notes.count(key) != 0 && !origin.source.empty();
  return out + (noted ? "; " + origin.source : "") + ")";
}

// The sources of the entry, spelled out.
std::string sources_text(const Catalogue& catalogue, const Provider& p) {
  std::string out;
  const auto it = p.facts.find("sources");
  if (it == p.facts.end()) return out;
  for (const std::string& name : it->second.items) {
    const auto known = catalogue.sources.find(name.substr(0, name.find(':')));
    out += line("source", known == catalogue.sources.end() ? name : name + ": " + known->second);
  }
  return out;
}

void write_facts(JsonWriter& w, const Provider& p) {
  w.key("facts").begin_object();
  for (const auto& [key, fact] : p.facts) {
    w.key(key);
    write_fact(w, fact);
  }
  w.end_object();
}

std::string endpoint_text(const config::EndpointRegion& e) {
  std::string leads = e.country + e.group;
  if (!e.table.empty()) leads = "table " + e.table;
  for (const auto& [region, place] : e.values)
    leads += (leads.empty() ? "" : ", ") + region + " = " + place;
  return e.where + " " + e.pattern + " -> " + leads;
}

std::int64_t now_seconds() {
  return static_cast<std::int64_t>(std::time(nullptr));
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
  tell_problems(problems);
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
    tell("sekisho providers show",
         near.empty()
             ? "no service '" + options.id + "' in the catalogue; see `sekisho providers list`"
             : "no service '" + options.id + "' in the catalogue, did you mean '" + near + "'?");
    return 2;
  }
  const std::string out = options.json ? show_provider_json(*catalogue, *p)
                                       : show_provider_text(*catalogue, *p, now_seconds());
  std::fwrite(out.data(), 1, out.size(), stdout);
  return 0;
}

void add_common(CLI::App& command, const std::shared_ptr<ProvidersOptions>& options) {
  command.add_option(
      "-c,--config", options->path,
      "gateway.yaml, for its catalogue and overlay; without it the shipped catalogue");
  command.add_flag("--json", options->json, "one JSON object on standard output");
}

int print(const std::string& out) {
  std::fwrite(out.data(), 1, out.size(), stdout);
  return 0;
}

int due(const ProvidersOptions& options) {
  if (!config::parse_duration(options.within)) {
    tell("sekisho providers due", "--within: '" + options.within + "' is no duration such as 180d");
    return 2;
  }
  config::Problems problems;
  const auto snapshot = load_snapshot(options.path, now_seconds(), problems);
  tell_problems(problems);
  if (!snapshot) return 2;
  const auto reviews = due_reviews(*snapshot, options.within, now_seconds());
  print(options.json ? due_json(reviews) : due_text(reviews, speaks_japanese()));
  const bool lapsed = std::any_of(reviews.begin(), reviews.end(), [](const DueReview& r) {
    return r.state == "missing" || r.state == "overdue";
  });
  return options.fail && lapsed ? 1 : 0;
}

std::optional<Catalogue> load_alone(const std::string& file) {
  config::Problems problems;
  Catalogue out = config::load_catalogue(file, "", problems);
  tell_problems(problems);
  if (!problems.empty()) return std::nullopt;
  return out;
}

int diff(const ProvidersOptions& options) {
  const auto older = load_alone(options.older), newer = load_alone(options.newer);
  if (!older || !newer) return 2;
  const CatalogueChanges changes = changes_between(*older, *newer);
  print(options.json ? changes_json(changes) : changes_text(changes, speaks_japanese()));
  return options.fail && !changes.empty() ? 1 : 0;
}

void add_due(CLI::App& providers, const std::shared_ptr<ProvidersOptions>& options,
             int& exit_code) {
  CLI::App* due_command = providers.add_subcommand(
      "due", "規約の確認の期限 / whose terms have to be reviewed, worst first");
  due_command->add_option("-c,--config", options->path, "gateway.yaml")->required();
  due_command->add_option("--within", options->within,
                          "for entries that ask for no review themselves (180d)");
  due_command->add_flag("--json", options->json, "one JSON object on standard output");
  due_command->add_flag("--fail", options->fail, "exit 1 when one is missing or overdue");
  due_command->footer("Example:\n  sekisho providers due -c gateway.yaml");
  due_command->callback([options, &exit_code] { exit_code = due(*options); });
}

void add_diff(CLI::App& providers, const std::shared_ptr<ProvidersOptions>& options,
              int& exit_code) {
  CLI::App* command = providers.add_subcommand(
      "diff", "二つのカタログの違い / what differs between two catalogues");
  command->add_option("old", options->older, "providers.yaml")->required();
  command->add_option("new", options->newer, "providers.yaml")->required();
  command->add_flag("--json", options->json, "one JSON object on standard output");
  command->add_flag("--fail", options->fail, "exit 1 when they differ");
  command->footer("Example:\n  sekisho providers diff providers.yaml new-providers.yaml");
  command->callback([options, &exit_code] { exit_code = diff(*options); });
}

void add_update(CLI::App& providers, const std::shared_ptr<ProvidersOptions>& options,
                int& exit_code) {
  CLI::App* command = providers.add_subcommand(
      "update", "カタログを入れ替える / puts a new catalogue in place, if it is valid");
  command->add_option("file", options->file, "the new providers.yaml")->required();
  command->add_option("-c,--config", options->path, "gateway.yaml")->required();
  command->add_flag("--force", options->force, "also an older one, or against the policy's tests");
  command->add_flag("--dry-run", options->dry_run, "say what would change, and change nothing");
  command->add_flag("--json", options->json, "what changes, as one JSON object");
  command->footer("Example:\n  sekisho providers update new-providers.yaml -c gateway.yaml");
  command->callback([options, &exit_code] {
    exit_code = update_catalogue(
        {options->file, options->path, options->force, options->dry_run, options->json},
        now_seconds());
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
    write_side_hosts(w, *p);
    write_facts(w, *p);
    w.end_object();
  }
  w.end_array().end_object();
  return out + "\n";
}

std::string show_provider_text(const Catalogue& catalogue, const Provider& p, std::int64_t now) {
  const auto dated = [&](const std::string& key, const std::string& value) {
    return value.empty() ? "" : line(key, value + origin_text(catalogue, p, key, now));
  };
  std::string out = line("id", p.id) + line("name", p.name) + line("kind", p.kind) +
                    line("operator", p.operator_name) +
                    dated("operator_country", p.operator_country) +
                    dated("parent_country", p.parent_country);
  if (p.aggregator) out += line("aggregator", "true: forwards to other operators");
  out += line("dialect", p.dialect) + line("confidence", p.confidence) +
         line("stated by overlay", join(p.overlaid)) + line("hosts", join(p.hosts)) +
         line("host_pattern", p.host_pattern) + line("paths", join(p.paths));
  for (const config::SideHosts& side : p.side_hosts)
    out += line("side hosts: " + side.role, join(side.hosts));
  for (const config::EndpointRegion& e : p.endpoint_region)
    out += line("endpoint region", endpoint_text(e));
  for (const auto& [key, fact] : p.facts)
    if (key != "sources" && key != "unverified") out += dated(key, fact_text(fact));
  return out + sources_text(catalogue, p);
}

std::string show_provider_json(const Catalogue& catalogue, const Provider& p) {
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
  write_origins(w, catalogue, p);
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
  add_due(*providers, options, exit_code);
  add_diff(*providers, options, exit_code);
  add_update(*providers, options, exit_code);
}

}  // namespace sekisho::gateway
