// The part of Gatekeeper that judges what a request names besides its own host: models, those who
// run them, and addresses to which the service connects.

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "policy/address_guard.h"
#include "policy/gatekeeper.h"
#include "policy/gatekeeper_ask.h"
#include "policy/own_credential.h"
#include "policy/second_destinations.h"
#include "policy/terms.h"

namespace sekisho::policy {
namespace {

using config::SecondDestinations;
using Kind = SecondDestination::Kind;

constexpr std::string_view kModels = "models";
constexpr std::string_view kSecond = "second_destinations";
constexpr std::size_t kTold = 16;

RuleTrace trace(std::string_view id, bool allowed, bool observe, std::string_view why,
                Reason reason) {
  RuleTrace t;
  t.id = id;
  t.matched = reason != Reason::kNone;
  t.action = allowed ? "allow" : "block";
  t.mode = observe ? "observe" : "enforce";
  t.why = why;
  t.reason = reason;
  return t;
}

bool is_denied(const Evidence& e) {
  return e.result == EvidenceResult::kDenied;
}

// Where headers of a gateway that forwards say to whom.
constexpr std::pair<std::string_view, std::string_view> kTargetHeaders[] = {
    {"helicone", "helicone-target-url"},
    {"helicone", "helicone-openai-api-base"},
    {"portkey", "x-portkey-custom-host"}};

}  // namespace

void Gatekeeper::find_routes(Ask& ask) const {
  if (ask.query.method.empty()) return;
  for (const Service* s : ask.judged) ask.routes.push_back(routes_.find(s, ask.query, ask.host()));
  if (ask.judged.empty() && !ask.listed.empty())
    ask.routes.push_back(routes_.find(nullptr, ask.query, ask.host()));
}

// The terms of whoever answers count as those of the service that is asked.
std::optional<UnmetRequirement> Gatekeeper::unmet_by_routes(const Ask& ask,
                                                            const config::DestinationDef& def,
                                                            const RegionFinding& regions) const {
  if (def.require.empty()) return std::nullopt;
  for (const Routes& r : ask.routes) {
    for (const SubProvider& sub : r.named) {
      if (!sub.service)
        return UnmetRequirement{sub.where + " names somebody whose terms are not known",
                                {sub.where + " の指す事業者の利用条件が分かりません",
                                 "the terms of whom " + sub.where + " names are not known"}};
      config::DestinationDef required = def;
      required.facts.clear();
      const TermsInput terms{&required, sub.service->provider, &regions, &tables_,
                             &zone_,    ask.query.now};
      if (auto unmet = unmet_requirement(terms)) {
        const std::string& id = sub.service->provider->id;
        return UnmetRequirement{sub.where + " " + id + ": " + unmet->why,
                                {id + " の" + unmet->told.ja, id + ": " + unmet->told.en}};
      }
    }
    if (r.may_train_where.empty()) continue;
    const auto trains = def.require.find("trains_on_inputs");
    if (trains == def.require.end()) continue;
    const auto& allowed = trains->second.items;
    if (std::find(allowed.begin(), allowed.end(), "yes") == allowed.end())
      return UnmetRequirement{
          r.may_train_where + " lets the request go to those who train on inputs",
          {"入力を学習に使う事業者へ回されることがあります (" + r.may_train_where + ")",
           "it may be passed on to those who train on inputs (" + r.may_train_where + ")"}};
  }
  return std::nullopt;
}

// Beside what was decided: the reason that comes first in the list stands.
bool Gatekeeper::also_refuse(Reason reason, std::string rule, bool observed, Admission& out) const {
  const bool weaker = observed && out.refused;
  const bool later =
      out.refused == !observed && out.reason != Reason::kNone && out.reason <= reason;
  if (weaker || later) return false;
  out.refused = !observed;
  out.would_refuse = observed;
  out.observe = observed;
  out.reason = reason;
  out.rule = std::move(rule);
  out.second_host.clear();
  return true;
}

void Gatekeeper::judge_models(const Ask& ask, Admission& out) const {
  std::string refused_by;
  for (const Routes& r : ask.routes) {
    for (const NamedModel& m : r.models)
      for (const Developer* d : m.developers) {
        const bool denied = denied_developers_.contains(d);
        std::string why = m.where;
        why.append(" names a model of ").append(d->def->id);
        why.append(" (").append(d->def->country).append(")");
        if (denied) refused_by = why;
        out.rules.push_back(
            trace(kModels, !denied, observe_, why, denied ? Reason::kDestination : Reason::kNone));
      }
    if (!r.model_open || denied_developers_.empty()) continue;
    refused_by = r.model_open_where + " leaves the model to the service";
    out.rules.push_back(trace(kModels, false, observe_, refused_by, Reason::kDestination));
  }
  if (!refused_by.empty()) also_refuse(Reason::kDestination, std::string(kModels), observe_, out);
}

struct Gatekeeper::Second {
  std::string where;
  std::string text;
  bool sends = false;
};

void Gatekeeper::judge_second_destinations(const Ask& ask, Admission& out) const {
  std::vector<Second> all;
  const BodyFields* fields = ask.query.fields;
  for (const auto& [id, name] : kTargetHeaders)
    for (const auto& [key, value] : ask.query.headers)
      if (out.provider == id && equal_ignoring_case(key, name))
        all.push_back({"header:" + std::string(name), std::string(value), true});
  if (fields)
    for (const BodyUrl& u : fields->urls) all.push_back({"body:" + u.pointer, u.value, u.sends});
  std::set<std::string> seen;
  for (const Second& s : all) judge_second(ask, s, seen, out);
  if (!fields || !fields->cut || fields->urls.empty()) return;
  out.rules.push_back(
      trace(kSecond, false, observe_, "more addresses than are looked at", Reason::kDestination));
  also_refuse(Reason::kDestination, std::string(kSecond), observe_, out);
}

void Gatekeeper::judge_second(const Ask& ask, const Second& second, std::set<std::string>& seen,
                              Admission& out) const {
  const SecondDestination read = read_second_destination(second.text, second.sends);
  const auto refuse = [&](Reason reason, std::string_view rule, bool observed, std::string why) {
    if (out.rules.size() < 4 * kTold)
      out.rules.push_back(trace(kSecond, false, observed, second.where + " " + why, reason));
    if (!also_refuse(reason, std::string(rule), observed, out)) return;
    const std::string_view where = second.where;
    out.second_host = read.kind == Kind::kHost ? read.to.host : std::string("URL");
    out.second_host += " (" + std::string(where.substr(where.find(':') + 1)) + ")";
  };
  switch (read.kind) {
    case Kind::kOwnStore:
      return;
    case Kind::kUnreadable:
      return refuse(Reason::kDestination, kSecond, observe_, "is no address that can be judged");
    case Kind::kCloud: {
      const Service* vendor = routes_.vendor(read.vendor);
      RegionFinding finding;
      if (vendor) finding = judge_.judge({&vendor, 1}, nullptr, AdmissionQuery{}, "");
      take_evidence(finding.evidence, second.where, out);
      if (finding.refuses) refuse(Reason::kRegion, "regions", observe_, finding.why);
      return;
    }
    case Kind::kHost:
      break;
  }
  const bool itself = read.to.host == ask.host() && read.to.port == ask.query.to->port;
  if (itself) return;
  std::string once = read.to.scheme + read.to.host + ":" + std::to_string(read.to.port);
  if (second.sends) once += read.target;
  if (!seen.insert((second.sends ? "s" : "f") + once).second) return;
  AdmissionQuery query;
  query.client = ask.query.client;
  query.to = &read.to;
  query.method = second.sends ? "POST" : "GET";
  query.target = read.target;
  query.now = ask.query.now;
  const Admission there = answer(query, PathKnowledge::kGiven);
  const bool listed =
      (second.sends ? file_.second_destinations.send : file_.second_destinations.fetch) ==
      SecondDestinations::Judged::kListed;
  const bool denied = std::any_of(there.evidence.begin(), there.evidence.end(), is_denied);
  take_evidence(there.evidence, second.where, out);
  if (second.sends) out.known_regions |= there.known_regions;
  if (there.refused || there.would_refuse) {
    const std::string inside =
        read.to.literal
            ? AddressGuard({}, {}, {}).refuse(*config::IpAddress::parse(read.to.host), read.to.port)
            : std::string();
    if (!inside.empty())
      return refuse(Reason::kAddress, kSecond, there.would_refuse,
                    "is an address that is " + inside);
    if (listed || (denied && there.reason == Reason::kRegion)) {
      const auto by = std::find_if(there.rules.begin(), there.rules.end(),
                                   [&](const RuleTrace& t) { return t.reason == there.reason; });
      return refuse(
          there.reason, there.rule, there.would_refuse,
          "leads to " + read.to.host + ": " +
              (by == there.rules.end() ? std::string(to_word(there.reason)) : by->why.str()));
    }
  }
  if (out.rules.size() < kTold)
    out.rules.push_back(trace(kSecond, true, observe_,
                              second.where + " leads to " + read.to.host + ", by " + there.rule,
                              Reason::kNone));
}

// What decides, with the place that names it in front of its source.
void Gatekeeper::take_evidence(const std::vector<Evidence>& evidence, const std::string& where,
                               Admission& out) const {
  for (const Evidence& e : evidence) {
    if (!e.names_country() && e.result != EvidenceResult::kDenied) continue;
    if (out.evidence.size() >= 2 * kTold && !is_denied(e)) continue;
    out.evidence.push_back(e);
    out.evidence.back().source = where + (e.source.empty() ? "" : " ") + e.source;
  }
}

// As a sub-provider that a request names.
bool Gatekeeper::passes(const Service& service) const {
  std::vector<Routes> routes(1);
  routes[0].named.push_back({"", &service});
  return !judge_.judge({}, nullptr, AdmissionQuery{}, "", &routes).refuses;
}

// Services that `sub_providers: allowed` speaks of, and whom it will name there.
void Gatekeeper::add_pins(config::Problems& problems) {
  for (const auto& def : file_.enforce) {
    if (!def.sub_providers) continue;
    for (const auto& name : def.providers) {
      const Service* service = index_.find(name.value);
      if (!service) continue;  // a problem already
      const auto& all = routes_.sub_providers(*service);
      if (!RouteFinder::pin_place(*service) || all.empty()) {
        problems.push_back({file_.path, name.at,
                            "'" + name.value + "' takes no list of those who may answer",
                            "openrouter and vercel-gateway do; elsewhere a request that is not "
                            "pinned by its client is refused"});
        continue;
      }
      auto& passing = pinned_[service];
      if (passing.empty())
        std::copy_if(
            all.begin(), all.end(), std::back_inserter(passing),
            [&](const SubProviderName& p) { return p.service != nullptr && passes(*p.service); });
    }
  }
}

// The terms that the entry requires hold for whoever answers as well.
std::optional<SubProviderPin> Gatekeeper::pin(const Ask& ask, const Admission& out) const {
  const Service* service = index_.find(out.provider);
  const auto found = pinned_.find(service);
  if (found == pinned_.end()) return std::nullopt;
  const PinPlace* place = RouteFinder::pin_place(*service);
  SubProviderPin pin;
  pin.only = place->only;
  pin.order = place->order;
  pin.at = service;
  pin.finder = &routes_;
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& e) { return e.def->id == out.entry; });
  config::DestinationDef required;
  if (entry != entries_.end()) required.require = entry->def->require;
  for (const SubProviderName& p : found->second) {
    if (!required.require.empty()) {
      const RegionFinding regions = judge_.judge({&p.service, 1}, nullptr, AdmissionQuery{}, "");
      const TermsInput terms{&required, p.service->provider, &regions, &tables_,
                             &zone_,    ask.query.now};
      if (unmet_requirement(terms)) continue;
    }
    pin.allowed.push_back(p.name);
    pin.services.push_back(p.service);
  }
  return pin;
}

}  // namespace sekisho::policy
