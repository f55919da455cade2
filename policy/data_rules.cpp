#include "policy/data_rules.h"

#include <algorithm>
#include <set>

#include "config/country.h"
#include "config/nearest.h"
#include "policy/civil_time.h"

namespace sekisho::policy {
namespace {

using config::MarkedText;

using Names = std::set<std::string, std::less<>>;

bool in_sorted(const std::vector<std::string>& words, std::string_view word) {
  return std::binary_search(words.begin(), words.end(), word);
}

void sort_unique(std::vector<std::string>& words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
}

Names finding_names(const std::vector<filters::TypeInfo>& types) {
  Names names;
  for (const auto& t : types) names.insert({t.type, t.category});
  return names;
}

// Turns written names into known ones, and says what is wrong with the others.
class Resolver {
 public:
  Resolver(const config::PolicyFile& policy, const config::Catalogue& catalogue,
           const config::CloudRegions& regions, const std::vector<filters::TypeInfo>& types,
           config::Problems& problems)
      : file_(policy.path), regions_(regions), problems_(problems) {
    groups_.insert("everyone");
    for (const auto& g : policy.groups) groups_.insert(g.name);
    for (const auto& p : catalogue.providers) providers_.insert(p.id);
    for (const auto& d : policy.destinations) destinations_.insert(d.id);
    for (const auto& r : policy.data) rules_.insert(r.id);
    findings_ = finding_names(types);
  }

  std::vector<std::string> groups(const std::vector<MarkedText>& names) {
    return known(names, groups_, "group");
  }
  std::vector<std::string> providers(const std::vector<MarkedText>& names) {
    return known(names, providers_, "provider of the catalogue");
  }
  std::vector<std::string> destinations(const std::vector<MarkedText>& names) {
    return known(names, destinations_, "destination of this policy");
  }
  std::vector<std::string> rules(const std::vector<MarkedText>& names) {
    return known(names, rules_, "data rule of this policy");
  }
  std::vector<std::string> findings(const std::vector<MarkedText>& names) {
    return known(names, findings_, "finding type or category");
  }
  CountryList countries(const std::vector<MarkedText>& names) {
    CountryList out;
    for (const auto& name : names) add_region(name, out);
    sort_unique(out.countries);
    sort_unique(out.except);
    return out;
  }
  void problem(config::Mark at, std::string message, std::string hint) {
    problems_.push_back({file_, at, std::move(message), std::move(hint)});
  }

 private:
  std::vector<std::string> known(const std::vector<MarkedText>& names, const Names& all,
                                 std::string_view what) {
    std::vector<std::string> out;
    for (const auto& name : names) {
      if (all.contains(name.value))
        out.push_back(name.value);
      else
        unknown(name, all, what);
    }
    sort_unique(out);
    return out;
  }

  void unknown(const MarkedText& name, const Names& all, std::string_view what) {
    const std::vector<std::string_view> views(all.begin(), all.end());
    problem(name.at, "'" + name.value + "' is no " + std::string(what),
            config::suggestion(name.value, views));
  }

  void add_region(const MarkedText& name, CountryList& out) {
    const auto group = regions_.groups.find(name.value);
    if (group != regions_.groups.end())
      for (const auto& member : group->second) add_member(member, out);
    else if (config::is_country(name.value))
      out.countries.push_back(name.value);
    else
      unknown_region(name);
  }

  static void add_member(const std::string& member, CountryList& out) {
    if (member == "*")
      out.any = true;
    else if (member.starts_with('!'))
      out.except.push_back(member.substr(1));
    else
      out.countries.push_back(member);
  }

  void unknown_region(const MarkedText& name) {
    const std::string near = config::nearest_country(name.value);
    problem(name.at, "'" + name.value + "' is no country (ISO 3166-1, two capitals) and no group",
            near.empty() ? "" : "did you mean '" + near + "'?");
  }

  std::string file_;
  const config::CloudRegions& regions_;
  config::Problems& problems_;
  Names groups_, providers_, destinations_, rules_, findings_;
};

std::shared_ptr<const RestoreRule> compile_restore(const config::RestoreDef& def) {
  auto out = std::make_shared<RestoreRule>();
  out->text = def.text;
  for (const auto& name : def.tools) out->tools.push_back(name.value);
  for (const auto& name : def.never) out->never.push_back(name.value);
  return out;
}

DataRule compile_rule(const config::DataRuleDef& def, const config::PolicyFile& policy,
                      Resolver& resolver) {
  DataRule rule;
  rule.id = def.id;
  rule.findings = resolver.findings(def.findings);
  rule.confidence = def.confidence;
  rule.at_least = def.at_least;
  rule.action = def.action;
  rule.observe = def.mode.value_or(policy.mode) == config::Mode::kObserve;
  rule.message = def.message;
  rule.groups = resolver.groups(def.groups);
  rule.groups_not = resolver.groups(def.groups_not);
  rule.providers = resolver.providers(def.providers);
  rule.destinations = resolver.destinations(def.destinations);
  rule.regions = resolver.countries(def.regions);
  rule.regions_not = resolver.countries(def.regions_not);
  if (rule.action == Action::kPseudonymise) rule.restore = compile_restore(def.restore);
  return rule;
}

DataException compile_exception(const config::ExceptionDef& def, const config::PolicyFile& policy,
                                std::int64_t now, Resolver& resolver) {
  DataException out;
  out.id = def.id;
  out.lifts = resolver.rules(def.lifts);
  out.groups = resolver.groups(def.groups);
  out.providers = resolver.providers(def.providers);
  if (!def.approval.until) return out;
  const TimeZone zone = TimeZone::find(policy.timezone).value_or(TimeZone());
  out.until = zone.end_of(*def.approval.until);
  const auto ahead = days_from_civil(*def.approval.until) - days_from_civil(zone.day_of(now));
  if (ahead > policy.exception_days)
    resolver.problem(def.at,
                     "the exception '" + def.id + "' ends " + std::to_string(ahead) +
                         " days ahead, at most " + std::to_string(policy.exception_days) +
                         " are allowed",
                     "choose an earlier day, or raise limits.exception_days");
  return out;
}

}  // namespace

bool CountryList::contains(std::string_view country) const {
  if (in_sorted(countries, country)) return true;
  return any && !in_sorted(except, country);
}

bool DataRule::matches(std::string_view type, std::string_view category,
                       double confidence_found) const {
  if (confidence_found < confidence) return false;
  if (in_sorted(findings, type)) return true;
  // Published test cards are told for sure, and stopped only where a rule names them.
  return type != "credit_card_test" && in_sorted(findings, category);
}

DataRules compile_data_rules(const config::PolicyFile& policy, const config::Catalogue& catalogue,
                             const config::CloudRegions& regions,
                             const std::vector<filters::TypeInfo>& types, std::int64_t now,
                             config::Problems& problems) {
  Resolver resolver(policy, catalogue, regions, types, problems);
  DataRules out;
  for (const auto& def : policy.data) out.rules.push_back(compile_rule(def, policy, resolver));
  for (const auto& def : policy.exceptions)
    out.exceptions.push_back(compile_exception(def, policy, now, resolver));
  return out;
}

}  // namespace sekisho::policy
