// The half of Gatekeeper that runs when a policy is compiled: names, dates, warnings.

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "config/country.h"
#include "config/nearest.h"
#include "config/transfers.h"
#include "policy/gatekeeper.h"
#include "policy/terms.h"

namespace sekisho::policy {
namespace {

class Names {
 public:
  Names(const config::PolicyFile& file, const config::Catalogue& catalogue,
        const config::CloudRegions& regions, config::Problems& problems)
      : file_(file), problems_(problems) {
    groups_.push_back("everyone");
    for (const auto& g : file.groups) groups_.push_back(g.name);
    for (const auto& p : catalogue.providers) services_.push_back(p.id);
    for (const auto& d : file.destinations) entries_.push_back(d.id);
    for (const auto& [name, members] : regions.groups) places_.push_back(name);
    for (const auto& d : catalogue.model_developers) developers_.push_back(d.id);
    targets_ = services_;
    targets_.insert(targets_.end(), entries_.begin(), entries_.end());
  }

  void group(const config::MarkedText& n) { check(n.value, n.at, groups_, "unknown group"); }
  void service(const config::MarkedText& n) { check(n.value, n.at, services_, "unknown service"); }
  void entry(const config::MarkedText& n) { check(n.value, n.at, entries_, "unknown destination"); }
  void target(const std::string& name, config::Mark at) {
    check(name, at, targets_, "neither a service of the catalogue nor a destination:");
  }
  // A country, or a group of countries.
  void place(const std::string& name, config::Mark at) {
    if (config::is_country(name)) return;
    check(name, at, places_, "neither a country nor a group of cloud-regions.yaml:");
  }
  void developer(const config::MarkedText& n) {
    check(n.value, n.at, developers_, "neither a developer of the catalogue nor a country:");
  }
  void no_ascii(const config::MarkedText& host) {
    problem(host.at, "the name '" + host.value + "' holds letters that have no simple ASCII form",
            "write it in its ASCII form, which begins with xn--");
  }
  void problem(config::Mark at, std::string message, std::string hint) {
    problems_.push_back({file_.path, at, std::move(message), std::move(hint)});
  }

 private:
  using List = std::vector<std::string_view>;

  void check(const std::string& name, config::Mark at, const List& known, const char* what) {
    if (std::find(known.begin(), known.end(), name) != known.end()) return;
    problem(at, std::string(what) + " '" + name + "'", config::suggestion(name, known));
  }

  const config::PolicyFile& file_;
  config::Problems& problems_;
  List groups_, services_, entries_, targets_, places_, developers_;
};

bool is_place_fact(std::string_view key) {
  return key == "operator_country" || key == "parent_country" || key == "storage_countries" ||
         key == "processing_countries" || key == "governing_law";
}

void check_places(const config::Facts& facts, Names& names) {
  for (const auto& [key, fact] : facts) {
    if (!is_place_fact(key)) continue;
    for (const std::string& item : fact.items)
      if (item != "unknown" && item != "customer_selected") names.place(item, fact.at);
  }
}

void check_entry(const config::DestinationDef& def, Names& names) {
  for (const auto& p : def.providers) names.service(p);
  for (const auto& g : def.groups) names.group(g);
  for (const auto& g : def.groups_not) names.group(g);
  check_places(def.facts, names);
  check_places(def.require, names);
}

void check_enforce(const config::EnforceDef& def, Names& names) {
  for (const auto& p : def.providers) names.service(p);
  for (const auto& d : def.destinations) names.entry(d);
  for (const auto& g : def.groups) names.group(g);
  for (const auto& g : def.groups_not) names.group(g);
  for (const auto& host : def.hosts)
    if (!parse_host_rule(host.value)) names.no_ascii(host);
}

std::optional<Places> stated_places(const config::Facts& facts, const char* key,
                                    const config::CloudRegions& regions) {
  const auto fact = facts.find(key);
  if (fact == facts.end()) return std::nullopt;
  return resolve_places(fact->second.items, regions);
}

StatedPlaces stated_by(const config::DestinationDef& def, const config::CloudRegions& regions) {
  StatedPlaces out;
  out.source = "policy:" + def.id;
  out.operator_seat = stated_places(def.facts, "operator_country", regions);
  out.parent_seat = stated_places(def.facts, "parent_country", regions);
  out.storage = stated_places(def.facts, "storage_countries", regions);
  out.processing = stated_places(def.facts, "processing_countries", regions);
  const auto aggregator = def.facts.find("aggregator");
  if (aggregator != def.facts.end() && !aggregator->second.items.empty()) {
    out.serves_itself = aggregator->second.items[0] == "false";
    out.forwards = aggregator->second.items[0] == "true";
  }
  const auto reviewed = def.facts.find("reviewed_at");
  if (reviewed != def.facts.end() && !reviewed->second.items.empty())
    if (const auto day = config::parse_date(reviewed->second.items[0]))
      out.as_of = days_from_civil(*day);
  return out;
}

bool answered_for(const config::Approval& a) {
  return a.until && !a.ticket.empty() && !a.approved_by.empty() && !a.reason.empty();
}

// Their form was looked at when the file was read.
void check_transfers(const config::PolicyFile& file, Names& names) {
  if (file.text.find("transfers") == std::string::npos) return;
  config::Problems known;
  for (const auto& t : config::parse_transfers(file.path, file.text, known)) {
    for (const auto& p : t.providers) names.service(p);
    for (const auto& d : t.destinations) names.entry(d);
  }
}

}  // namespace

Gatekeeper::Gatekeeper(const config::PolicyFile& file, const config::Catalogue& catalogue,
                       const ServiceIndex& services, const config::CloudRegions& regions,
                       const TimeZone& zone, const Geo& geo, const config::Credentials* credentials,
                       config::Problems& problems)
    : file_(file),
      tables_(regions),
      zone_(zone),
      index_(services),
      routes_(catalogue, index_, problems),
      judge_(file.regions, regions, index_, geo),
      enforce_(file, credentials, problems),
      observe_(file.mode == config::Mode::kObserve) {
  Names names(file, catalogue, regions, problems);
  if (file.regions) {
    for (const auto& p : file.regions->allow) names.place(p.value, p.at);
    for (const auto& p : file.regions->deny) names.place(p.value, p.at);
  }
  for (const auto& g : file.groups)
    if (g.name == "everyone")
      names.problem(g.at, "the group 'everyone' always exists and cannot be defined",
                    "give this group another name");
  for (const auto& def : file.destinations) {
    check_entry(def, names);
    add_entry(def, problems);
  }
  for (const auto& d : file.models.developers_deny) {
    bool known = false;
    for (const Developer& developer : routes_.developers())
      known = deny_developer(d.value, developer) || known;
    if (!known && !config::is_country(d.value) && !regions.groups.contains(d.value))
      names.developer(d);
  }
  for (const auto& def : file.enforce) check_enforce(def, names);
  add_pins(problems);
  for (const auto& a : file.alternatives) {
    names.target(a.provider, a.at);
    names.target(a.use.value, a.use.at);
  }
  check_transfers(file, names);
}

// By its id, its country, or a group of countries.
bool Gatekeeper::deny_developer(const std::string& name, const Developer& developer) {
  const Places places = resolve_places({name}, tables_);
  const bool meant = developer.def->id == name || places.countries.contains(developer.def->country);
  if (meant) denied_developers_.insert(&developer);
  return meant;
}

void Gatekeeper::add_entry(const config::DestinationDef& def, config::Problems& problems) {
  entries_.emplace_back();
  Entry& e = entries_.back();
  e.def = &def;
  for (const auto& p : def.providers)
    if (const Service* s = index_.find(p.value)) {
      e.services.push_back(s);
      auto& entries = by_service_[s];
      if (entries.empty() || entries.back() != &e) entries.push_back(&e);
    }
  e.stated = stated_by(def, tables_);
  e.observe = def.mode.value_or(file_.mode) == config::Mode::kObserve;
  if (def.approval.until) e.until = zone_.end_of(*def.approval.until);
  e.lifts_regions = file_.regions && !file_.regions->final && answered_for(def.approval);
  add_hosts(e, problems);
}

void Gatekeeper::add_hosts(const Entry& entry, config::Problems& problems) {
  for (const auto& host : entry.def->hosts) {
    const auto rule = parse_host_rule(host.value);
    if (rule)
      listed_.add(rule->pattern, {&entry, *rule});
    else
      problems.push_back(
          {file_.path, host.at,
           "the name '" + host.value + "' holds letters that have no simple ASCII form",
           "write it in its ASCII form, which begins with xn--"});
  }
}

std::vector<Expiry> Gatekeeper::expiries() const {
  std::vector<Expiry> out;
  for (const Entry& e : entries_) {
    if (e.until)
      out.push_back({Expiry::Kind::kDestination, e.def->id, "", e.def->approval.ticket, e.until});
    const auto within = e.def->require.find("reviewed_within");
    if (within == e.def->require.end() || within->second.items.empty()) continue;
    const auto review = [&](const std::string& name, const config::Provider* p) {
      const auto day = reviewed_at(*e.def, p);
      const auto end = day ? review_ends(*day, within->second.items[0], zone_) : std::nullopt;
      out.push_back({Expiry::Kind::kReview, name, e.def->id, "", end});
    };
    for (const Service* s : e.services) review(s->provider->id, s->provider);
    if (!e.def->hosts.empty()) review(e.def->hosts[0].value, nullptr);
  }
  return out;
}

}  // namespace sekisho::policy
