#include "policy/gatekeeper.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "config/ip.h"
#include "policy/gatekeeper_ask.h"
#include "policy/terms.h"

namespace sekisho::policy {
namespace {

const std::vector<std::string> kEverybody = {"everyone"};

const std::vector<std::string>& groups_of(const AdmissionQuery& query) {
  return query.client && !query.client->groups.empty() ? query.client->groups : kEverybody;
}

bool holds(const std::vector<std::string>& groups, const std::vector<config::MarkedText>& names) {
  return std::any_of(names.begin(), names.end(), [&](const config::MarkedText& n) {
    return std::find(groups.begin(), groups.end(), n.value) != groups.end();
  });
}

void add_trace(Admission& out, std::string_view id, bool matched, bool allowed, bool observe,
               std::string_view why, Reason reason = Reason::kNone) {
  RuleTrace& t = out.rules.emplace_back();
  t.id = id;
  t.matched = matched;
  t.action = allowed ? "allow" : "block";
  t.mode = observe ? "observe" : "enforce";
  t.why = why;
  t.reason = reason;
}

}  // namespace

struct Gatekeeper::Candidate {
  const Entry* entry;
  const ServiceMatch* match;  // null: by `hosts`
};

struct Gatekeeper::Opinion {
  const Entry* entry = nullptr;
  const ServiceMatch* match = nullptr;
  RegionFinding regions;
  bool region_refuses = false;
  bool lifted = false;
  Reason own = Reason::kNone;  // terms or expired
  std::string why;
  config::Localized told;

  Reason reason() const { return region_refuses ? Reason::kRegion : own; }
  // What is not merely observed. `regions` has the mode of the policy, whatever the entry's.
  Reason enforced(bool policy_observes) const {
    if (region_refuses && !policy_observes) return Reason::kRegion;
    return entry->observe ? Reason::kNone : own;
  }
};

bool Entry::is_for(const std::vector<std::string>& groups) const {
  if (holds(groups, def->groups_not)) return false;
  return def->groups.empty() || holds(groups, def->groups);
}

bool Entry::admits_role(std::string_view role) const {
  if (role.empty()) return true;
  if (!def->side_hosts) return role == "signin" || role == "download" || role == "upload";
  return std::any_of(def->side_hosts->begin(), def->side_hosts->end(),
                     [&](const config::MarkedText& r) { return r.value == role; });
}

void Gatekeeper::find_listed(Ask& ask) const {
  const auto take = [&](const HostTable<ListedHost>::Bucket& bucket, int rank) {
    ask.listed_name = true;
    // A port that is written beats "host:*".
    for (const bool any : {false, true}) {
      for (const ListedHost& h : bucket)
        if (h.rule.any_port == any && h.rule.accepts(ask.query.to->scheme, ask.query.to->port))
          ask.listed.push_back(h.entry);
      if (ask.listed.empty()) continue;
      ask.listed_rank = rank;
      return true;
    }
    for (const ListedHost& h : bucket) ask.other_ports.push_back(h.entry);
    return false;
  };
  const auto* exact = listed_.exact(ask.host());
  if (exact && take(*exact, host_rank(true, false, ask.host().size()))) return;
  if (ask.query.to->literal) return;
  listed_.wildcards(ask.host(), [&](std::size_t length, const auto& bucket) {
    return take(bucket, host_rank(false, false, length));
  });
}

Gatekeeper::Ask Gatekeeper::look_up(const AdmissionQuery& query, PathKnowledge path) const {
  Ask ask{query};
  if (query.to->literal) {
    if (const auto ip = config::IpAddress::parse(query.to->host)) ask.literal = ip->to_string();
  } else {
    ask.services =
        index_.match(query.to->host, query.target.substr(0, query.target.find('?')), path);
  }
  for (const ServiceMatch& m : ask.services.found)
    if (m.service && !m.shared &&
        std::find(ask.judged.begin(), ask.judged.end(), m.service) == ask.judged.end())
      ask.judged.push_back(m.service);
  find_listed(ask);
  find_routes(ask);
  return ask;
}

bool Gatekeeper::speaks(const Ask& ask, const Entry& entry, std::string_view role,
                        Admission& out) const {
  std::string why;
  if (!entry.is_for(groups_of(ask.query))) {
    why = "for other groups than those of this client";
    out.detail = {"他の部署またはネットワークに限って承認されています",
                  "it is approved for other groups or networks only"};
  } else if (!entry.admits_role(role)) {
    why = "does not admit side hosts of the role " + std::string(role);
    if (out.detail.empty())
      out.detail = {
          "サービスの付随機能（" + std::string(role) + "）は承認されていません",
          "this side function of the service (" + std::string(role) + ") is not approved"};
  }
  if (why.empty()) return true;
  add_trace(out, entry.def->id, false, true, entry.observe, why);
  return false;
}

// The longest match picks the entries, and shorter ones are not tried. The catalogue speaks for
// HTTPS on its own port alone.
FewOf<Gatekeeper::Candidate, 4> Gatekeeper::candidates(const Ask& ask, Admission& out) const {
  FewOf<Candidate, 4> found;
  const Destination& to = *ask.query.to;
  const bool by_service =
      to.scheme == "https" && to.port == 443 && ask.services.rank >= ask.listed_rank;
  if (by_service)
    for (const ServiceMatch& m : ask.services.found) {
      const auto entries = by_service_.find(m.service);
      if (entries == by_service_.end()) continue;
      for (const Entry* e : entries->second)
        if (speaks(ask, *e, m.role, out)) found.push_back({e, &m});
    }
  if (ask.listed_rank >= ask.services.rank)
    for (const Entry* e : ask.listed)
      if (speaks(ask, *e, "", out)) found.push_back({e, nullptr});
  return found;
}

Gatekeeper::Opinion Gatekeeper::ask_entry(const Ask& ask, const Candidate& candidate) const {
  Opinion o;
  o.entry = candidate.entry;
  o.match = candidate.match;
  const config::DestinationDef& def = *candidate.entry->def;
  const bool shared = candidate.match && candidate.match->shared;
  const StatedPlaces* stated = shared ? nullptr : &candidate.entry->stated;
  o.regions =
      judge_.judge(ask.judged, stated, ask.query, ask.host(), shared ? nullptr : &ask.routes);
  const bool expired = candidate.entry->until && ask.query.now >= *candidate.entry->until;
  o.lifted = o.regions.refuses && candidate.entry->lifts_regions && !expired;
  o.region_refuses = o.regions.refuses && !o.lifted;
  const config::Provider* provider = candidate.match
                                         ? candidate.match->service->provider
                                         : (ask.judged.empty() ? nullptr : ask.judged[0]->provider);
  const TermsInput terms{&def, provider, &o.regions, &tables_, &zone_, ask.query.now};
  std::optional<UnmetRequirement> unmet = unmet_requirement(terms);
  if (!unmet) unmet = unmet_by_routes(ask, def, o.regions);
  if (unmet) {
    o.own = Reason::kTerms;
    o.why = std::move(unmet->why);
    o.told = std::move(unmet->told);
  } else if (expired) {
    const std::string day = def.approval.until->to_string();
    o.own = Reason::kExpired;
    o.why = "expired on " + day;
    o.told = {"承認の期限は " + day + " まででした", "the approval ended on " + day};
  }
  return o;
}

void Gatekeeper::apply_regions(RegionFinding finding, bool lifted, Admission& out) const {
  out.evidence = std::move(finding.evidence);
  out.known_regions = finding.known_regions;
  out.region_unknown = finding.region_unknown;
  if (!file_.regions) return;
  if (lifted) finding.why += ", lifted by " + out.exception;
  const bool refuses = finding.refuses && !lifted;
  add_trace(out, "regions", finding.refuses, !refuses, observe_,
            finding.refuses ? std::string_view(finding.why) : "no evidence refuses",
            refuses ? Reason::kRegion : Reason::kNone);
}

// Every entry refuses: the first reason of the list among all of them stands. What only observed
// rules refuse passes, and is recorded.
void Gatekeeper::refuse_all(std::vector<Opinion>& opinions, Admission& out) const {
  const auto enforced = [&](const Opinion& o) { return o.enforced(observe_); };
  const bool refused = std::none_of(opinions.begin(), opinions.end(),
                                    [&](const Opinion& o) { return enforced(o) == Reason::kNone; });
  const auto reason = [&](const Opinion& o) { return refused ? enforced(o) : o.reason(); };
  Opinion& first =
      *std::min_element(opinions.begin(), opinions.end(), [&](const Opinion& a, const Opinion& b) {
        return std::pair(reason(a), a.entry->def->id) < std::pair(reason(b), b.entry->def->id);
      });
  out.refused = refused;
  out.would_refuse = !refused;
  out.observe = !refused;
  out.reason = reason(first);
  out.rule = out.reason == Reason::kRegion ? "regions" : first.entry->def->id;
  if (out.reason != Reason::kRegion) out.detail = first.told;
  out.splice = !refused && std::all_of(opinions.begin(), opinions.end(), [](const Opinion& o) {
    return o.entry->def->tls == config::TlsMode::kSplice;
  });
  adopt(first, out);
}

// The finding moves: this opinion is the one that stands.
void Gatekeeper::adopt(Opinion& o, Admission& out) const {
  out.entry = o.entry->def->id;
  if (o.match) {
    out.side_host_role = o.match->role;
    out.provider = o.match->service->provider->id;
  }
  if (o.entry->def->uninspected)
    out.uninspected_allowed = *o.entry->def->uninspected == config::Action::kAllow;
  if (o.lifted) out.exception = o.entry->def->id;
  apply_regions(std::move(o.regions), o.lifted, out);
}

// Several entries admit: order never matters, so the strictest does, then the id.
bool Gatekeeper::stricter(const Opinion& a, const Opinion& b) const {
  const auto key = [&](const Opinion& o) {
    const config::DestinationDef& d = *o.entry->def;
    const bool allows = d.uninspected.value_or(file_.uninspected) == config::Action::kAllow;
    return std::tuple(d.tls == config::TlsMode::kSplice, allows, o.lifted, o.entry->observe,
                      std::string_view(d.id));
  };
  return key(a) < key(b);
}

void Gatekeeper::weigh(std::vector<Opinion>& opinions, Admission& out) const {
  Opinion* admits = nullptr;
  for (Opinion& o : opinions) {
    const bool ok = o.reason() == Reason::kNone;
    if (o.own != Reason::kNone || ok)
      add_trace(out, o.entry->def->id, true, ok, o.entry->observe,
                ok ? std::string_view("admits this destination") : o.why, o.own);
    if (ok && (!admits || stricter(o, *admits))) admits = &o;
  }
  if (!admits) return refuse_all(opinions, out);
  out.rule = admits->entry->def->id;
  out.splice = admits->entry->def->tls == config::TlsMode::kSplice;
  out.observe = admits->entry->observe;
  adopt(*admits, out);
}

void Gatekeeper::refuse(Reason reason, std::string rule, Admission& out) const {
  out.refused = !observe_;
  out.would_refuse = observe_;
  out.observe = observe_;
  out.reason = reason;
  out.rule = std::move(rule);
}

// Nothing admits the host for this client. DeepSeek is refused for its region all the same.
void Gatekeeper::judge_without_entry(const Ask& ask, Admission& out) const {
  if (!ask.known()) return judge_unlisted(ask, out);
  RegionFinding finding = judge_.judge(ask.judged, nullptr, ask.query, ask.host(), &ask.routes);
  const bool refuses = finding.refuses;
  apply_regions(std::move(finding), false, out);
  for (const Entry* e : ask.other_ports)
    add_trace(out, e->def->id, false, true, e->observe,
              "names this host with another port or scheme");
  add_trace(out, "destinations", true, false, observe_,
            ask.services.found.empty() ? "no entry names this host for this client"
                                       : "no entry allows this service here",
            Reason::kDestination);
  if (!refuses) return refuse(Reason::kDestination, "destinations", out);
  out.detail = {};
  refuse(Reason::kRegion, "regions", out);
}

// A host that nobody lists has no facts to judge; where it passes unseen, its address still counts.
void Gatekeeper::judge_unlisted(const Ask& ask, Admission& out) const {
  const Destination& to = *ask.query.to;
  out.unlisted = true;
  const bool passes = file_.unlisted_splice && !to.literal && to.scheme == "https";
  add_trace(out, "unlisted", true, passes, observe_,
            to.literal ? "an address must be listed as such"
                       : "neither the catalogue nor the policy names this host",
            passes ? Reason::kNone : Reason::kDestination);
  if (!passes) return refuse(Reason::kDestination, "unlisted", out);
  RegionFinding finding = judge_.judge({}, nullptr, ask.query, ask.host());
  const bool refuses = finding.refuses;
  apply_regions(std::move(finding), false, out);
  if (refuses) return refuse(Reason::kRegion, "regions", out);
  out.rule = "unlisted";
  out.splice = !ask.services.depends_on_path;
}

void Gatekeeper::name_service(const Ask& ask, Admission& out) const {
  const ServiceMatch* match = nullptr;
  for (const ServiceMatch& m : ask.services.found)
    if (m.service && !m.shared && (!match || m.service->provider->id == out.provider)) match = &m;
  if (out.provider.empty() && match) out.provider = match->service->provider->id;
  if (match && out.side_host_role.empty()) out.side_host_role = match->role;
  const Service* service = nullptr;
  if (match && match->service->provider->id == out.provider)
    service = match->service;
  else if (!out.provider.empty())
    service = index_.find(out.provider);
  if (service) out.provider_name = service->provider->name;
  const std::string_view path = ask.query.target.substr(0, ask.query.target.find('?'));
  out.dialect = &dialect_for(match && service ? service->provider->dialect : "none", path);
}

void Gatekeeper::name_alternative(Admission& out) const {
  for (const std::string* key : {&out.provider, &out.entry})
    for (const config::Alternative& a : file_.alternatives)
      if (!key->empty() && a.provider == *key) {
        out.alternative = a.use.value;
        out.alternative_note = a.note;
        return;
      }
}

// What must be set must be opened.
void Gatekeeper::add_enforcement(const Ask& ask, Admission& out) const {
  if (enforce_.empty() || out.refused) return;
  out.enforce = enforce_.find(ask.query, ask.host(), out);
  if (std::any_of(out.enforce.begin(), out.enforce.end(),
                  [](const EnforceRule* rule) { return !rule->observe; }))
    out.splice = false;
  if (std::any_of(out.enforce.begin(), out.enforce.end(),
                  [](const EnforceRule* rule) { return rule->def->sub_providers.has_value(); }))
    out.pin = pin(ask, out);
}

Admission Gatekeeper::answer(const AdmissionQuery& query, PathKnowledge path) const {
  Admission out;
  out.rules.reserve(4);
  const Ask ask = look_up(query, path);
  std::vector<Opinion> opinions;
  for (const Candidate& c : candidates(ask, out)) opinions.push_back(ask_entry(ask, c));
  if (opinions.empty()) {
    judge_without_entry(ask, out);
  } else {
    out.detail = {};  // of entries that do not speak here
    weigh(opinions, out);
  }
  name_service(ask, out);
  judge_models(ask, out);
  judge_second_destinations(ask, out);
  if (out.refused || out.would_refuse) name_alternative(out);
  add_enforcement(ask, out);
  return out;
}

// Where only the path tells whose host it is, CONNECT is granted if either answer would be, and
// the tunnel is opened to see.
Admission Gatekeeper::admit(const AdmissionQuery& query) const {
  if (!query.fields && !query.body.empty()) {
    const BodyFields fields = read_body_fields(query.body);
    AdmissionQuery with_fields = query;
    with_fields.fields = &fields;
    return admit(with_fields);
  }
  if (!query.method.empty()) return answer(query, PathKnowledge::kGiven);
  Admission fits = answer(query, PathKnowledge::kFits);
  if (!fits.refused) return fits;
  Admission other = answer(query, PathKnowledge::kFitsNobody);
  return other.refused ? fits : other;
}

}  // namespace sekisho::policy
