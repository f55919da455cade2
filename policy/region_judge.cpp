#include "policy/region_judge.h"

#include <algorithm>
#include <utility>

namespace sekisho::policy {
namespace {

constexpr EvidenceKind kStaticKinds[] = {EvidenceKind::kOperator, EvidenceKind::kParent,
                                         EvidenceKind::kStorage, EvidenceKind::kProcessing};

const Places& service_places(const Service& s, EvidenceKind kind) {
  switch (kind) {
    case EvidenceKind::kOperator:
      return s.operator_seat;
    case EvidenceKind::kParent:
      return s.parent_seat;
    case EvidenceKind::kStorage:
      return s.storage;
    default:
      return s.processing;
  }
}

const ShortText<40>& source_of(const Service& s, EvidenceKind kind) {
  return s.sources[static_cast<std::size_t>(kind)];
}

CountrySet country_set(const std::vector<config::MarkedText>& places,
                       const config::CloudRegions& tables) {
  CountrySet out;
  for (const config::MarkedText& p : places) out |= resolve_places({p.value}, tables).countries;
  return out;
}

std::string_view result_clause(EvidenceResult r) {
  switch (r) {
    case EvidenceResult::kDenied:
      return "is denied";
    case EvidenceResult::kNotAllowed:
      return "is not allowed";
    case EvidenceResult::kStale:
      return "comes from a database that is too old";
    default:
      return "must be known and is not";
  }
}

}  // namespace

const std::optional<Places>& StatedPlaces::of(EvidenceKind kind) const {
  switch (kind) {
    case EvidenceKind::kOperator:
      return operator_seat;
    case EvidenceKind::kParent:
      return parent_seat;
    case EvidenceKind::kStorage:
      return storage;
    default:
      return processing;
  }
}

// One judgement under way.
class EvidenceGatherer {
 public:
  EvidenceGatherer(const RegionJudge& judge, std::int64_t now) : judge_(judge), now_(now) {
    out_.evidence.reserve(kUsual);
  }

  void add_service(const Service& s, const StatedPlaces* stated, const AdmissionQuery& query,
                   std::string_view host) {
    const Endpoint endpoint = add_endpoint(s, query, host);
    for (EvidenceKind kind : kStaticKinds) {
      const Places* places = &service_places(s, kind);
      if (stated && stated->of(kind)) {
        // The customer's own word stands, but none of it makes a denied country harmless.
        if (judge_.deny_.any_of(places->countries))
          add(kind, *places, source_of(s, kind), false, age(as_of(s, kind)));
        continue;
      }
      const bool selected = places->customer_selected;
      if (selected && endpoint.places.known()) {
        remember(kind, endpoint.places);
        add(kind, endpoint.places, "endpoint");
        continue;
      }
      remember(kind, *places);
      add(kind, *places, source_of(s, kind), selected && endpoint.pending, age(as_of(s, kind)));
    }
  }

  void add_stated(const StatedPlaces& stated, bool alone) {
    for (EvidenceKind kind : kStaticKinds) {
      const std::optional<Places>& places = stated.of(kind);
      if (!places && !alone) continue;
      const Places& p = places ? *places : kUnknown;
      remember(kind, p);
      add(kind, p, stated.source, false, places ? age(stated.as_of) : std::nullopt);
    }
    if (!alone) return;
    remember(EvidenceKind::kEndpoint, kUnknown);
    add(EvidenceKind::kEndpoint, kUnknown, "");
  }

  void add_address(const AddressFacts& a) {
    add_owner(a);
    for (const std::string& alias : a.aliases) add_alias(alias);
    if (a.edge.empty()) return add_countries(a);
    const std::string seat = a.network_country.empty() ? "" : "(" + a.network_country + ")";
    Evidence& e = piece(EvidenceKind::kAddress, a.network_source);
    e.value = "edge:" + a.edge + seat;
    e.result = edge_result(a, e.setting);
    weigh(e, false);
    // A database may still place the edge in a denied country.
    for (const CountryAnswer& c : a.countries)
      if (judge_.deny_.contains(c.country)) add_country(c);
    out_.region_unknown = true;
  }

  // Who else gets the request. They are judged by the facts of their own entries; what an entry of
  // the policy states of the service asked says nothing of them.
  void add_routes(const Routes& routes, const StatedPlaces* stated) {
    for (const SubProvider& sub : routes.named) add_sub_provider(sub);
    if (stated && stated->serves_itself) return;
    add_possible(routes.possible);
    for (const NamedModel& m : routes.models) add_implied(routes, m);
    const bool says_nobody = routes.named.empty() && routes.possible.empty();
    const bool proxy = stated && stated->forwards && !routes.forwards &&
                       (routes.unread || (!routes.models.empty() && says_nobody));
    if (!routes.open && !proxy) return;
    remember(EvidenceKind::kOperator, kUnknown);
    add(EvidenceKind::kOperator, kUnknown,
        "whoever is chosen, for want of " + (!proxy ? routes.open_where
                                             : routes.models.empty()
                                                 ? std::string("body:/model")
                                                 : routes.models.front().where));
  }

  void add_recorded(const Evidence& e) {
    Places places;
    places.countries = e.countries();
    places.anywhere = e.value == "anywhere";
    places.unknown = places.countries.empty() && !places.anywhere;
    remember(e.kind, places);
    add(e.kind, places, e.source);
  }

  RegionFinding take() { return std::move(out_); }

 private:
  static const Places kUnknown;
  static constexpr std::size_t kToldInFull = 32, kUsual = 10;
  using Source = ShortText<40>;

  struct Endpoint {
    Places places;
    bool pending = false;  // path, headers or body may still tell
  };

  // Stands in the list at once, where it is filled in; weigh() sees what it means.
  Evidence& piece(EvidenceKind kind, const Source& source) {
    Evidence& e = out_.evidence.emplace_back();
    e.kind = kind;
    e.source = source;
    e.setting = setting(kind);
    return e;
  }

  EvidenceSetting setting(EvidenceKind kind) const {
    return judge_.settings_[static_cast<std::size_t>(kind)];
  }

  static Places in_country(std::string_view code) {
    return code.empty() ? kUnknown : Places{CountrySet(code), false, false, false};
  }

  EvidenceResult result(const Places& p, EvidenceSetting setting) const {
    if (judge_.deny_.any_of(p.countries)) return EvidenceResult::kDenied;
    if (setting == EvidenceSetting::kIgnore) return EvidenceResult::kIgnored;
    if (!judge_.allow_.all_of(p.countries)) return EvidenceResult::kNotAllowed;
    return p.known() ? EvidenceResult::kOk : EvidenceResult::kUnknown;
  }

  // An edge proves no place; its owner's seat stands for it.
  EvidenceResult edge_result(const AddressFacts& a, EvidenceSetting setting) const {
    if (judge_.deny_.contains(a.network_country)) return EvidenceResult::kDenied;
    if (setting == EvidenceSetting::kIgnore) return EvidenceResult::kIgnored;
    if (setting == EvidenceSetting::kIfKnown) return EvidenceResult::kEdge;
    if (a.network_country.empty())
      return a.assumed_allowed && a.network_source.empty() ? EvidenceResult::kEdge
                                                           : EvidenceResult::kUnknown;
    if (a.network_stale) return EvidenceResult::kStale;
    return judge_.allow_.contains(a.network_country) ? EvidenceResult::kEdge
                                                     : EvidenceResult::kNotAllowed;
  }

  static const std::optional<std::int64_t>& as_of(const Service& s, EvidenceKind kind) {
    return s.as_of[static_cast<std::size_t>(kind)];
  }

  // Whole days since then. What is dated ahead of the clock is as good as new.
  std::optional<int> age(const std::optional<std::int64_t>& day) const {
    if (!day || now_ == 0) return std::nullopt;
    return static_cast<int>(std::max<std::int64_t>(now_ / 86'400 - *day, 0));
  }

  void add(EvidenceKind kind, const Places& places, const Source& source, bool pending = false,
           std::optional<int> age_days = std::nullopt) {
    Evidence& e = piece(kind, source);
    e.value = places.text();
    e.age_days = age_days;
    e.result = result(places, e.setting);
    weigh(e, pending);
  }

  // `pending`: what is missing or too wide may still be told inside the tunnel.
  void weigh(const Evidence& e, bool pending) {
    const bool required = e.setting == EvidenceSetting::kRequired;
    const bool lacking = e.result == EvidenceResult::kUnknown || e.result == EvidenceResult::kStale;
    const bool refuses = judge_.judged_ && (e.result == EvidenceResult::kDenied ||
                                            (e.result == EvidenceResult::kNotAllowed && !pending) ||
                                            (lacking && required && !pending));
    if (!refuses || out_.refuses) return;
    out_.refuses = true;
    std::string& why = out_.why;
    why.append(to_word(e.kind)).append(" ").append(e.value);
    why.append(" ").append(result_clause(e.result));
    if (!e.source.empty()) why.append(" (").append(e.source).append(")");
  }

  // Regions that data rules look at. The owner's seat (network) is none of them.
  void remember(EvidenceKind kind, const Places& places) {
    if (kind == EvidenceKind::kStorage) out_.storage = places;
    if (kind == EvidenceKind::kProcessing) out_.processing = places;
    if (places.known())
      out_.known_regions |= places.countries;
    else
      out_.region_unknown = true;
  }

  Endpoint add_endpoint(const Service& s, const AdmissionQuery& query, std::string_view host) {
    auto pieces = endpoint_pieces(s, query, host);
    if (query.recorded) pieces.insert(pieces.end(), query.recorded->begin(), query.recorded->end());
    Endpoint out;
    const bool inside = !query.method.empty();
    if (pieces.empty()) {
      out.places = kUnknown;
      out.pending = !inside && s.tells_inside;
      remember(EvidenceKind::kEndpoint, out.places);
      add(EvidenceKind::kEndpoint, out.places, "", out.pending);
      return out;
    }
    const bool overridden =
        std::any_of(pieces.begin(), pieces.end(), [](const auto& p) { return p.overrides_host; });
    bool contradiction = false;
    out.places = combine(pieces, overridden, contradiction);
    out.pending = !inside && (s.overrides_inside || (s.tells_inside && !out.places.known()));
    remember(EvidenceKind::kEndpoint, out.places);
    for (const EndpointPiece& p : pieces) add_piece(p, out, overridden, contradiction);
    if (contradiction) out.places = kUnknown;
    return out;
  }

  void add_piece(const EndpointPiece& p, const Endpoint& endpoint, bool overridden,
                 bool contradiction) {
    Evidence& e = piece(EvidenceKind::kEndpoint, p.source);
    e.value = p.places.text();
    e.result = result(p.places, e.setting);
    if (e.result != EvidenceResult::kDenied) {
      if (overridden && !p.overrides_host)
        e.result = EvidenceResult::kIgnored;
      else if (contradiction)
        e.result = EvidenceResult::kNotAllowed;
      else if (endpoint.places.known())
        e.result = result(endpoint.places, e.setting);
    }
    // Pieces that contradict each other refuse whatever is pending.
    weigh(e, endpoint.pending && !contradiction);
  }

  // What the pieces say together: the countries common to all that count. A piece that leads
  // nowhere makes the whole unknown.
  static Places combine(const std::vector<EndpointPiece>& pieces, bool overridden,
                        bool& contradiction) {
    Places out;
    bool first = true, lost = false, anywhere = false;
    for (const EndpointPiece& p : pieces) {
      if (overridden && !p.overrides_host) continue;
      anywhere = anywhere || p.places.anywhere;
      lost = lost || !p.places.known();
      if (!p.places.known()) continue;
      out = first ? p.places : common_places(out, p.places);
      if (!first && out.countries.empty()) contradiction = true;
      first = false;
    }
    if (!lost) return out;
    out = kUnknown;
    if (anywhere) out = Places{{}, false, true, false};
    return out;
  }

  void add_owner(const AddressFacts& a) {
    Evidence& e = piece(EvidenceKind::kNetwork, a.network_source);
    if (a.network_country.empty() && a.assumed_allowed && a.network_source.empty()) {
      e.value = "not stated";
      e.result =
          e.setting == EvidenceSetting::kIgnore ? EvidenceResult::kIgnored : EvidenceResult::kOk;
      return weigh(e, false);
    }
    const Places p = in_country(a.network_country);
    e.value = p.text();
    e.result = result(p, e.setting);
    if (!a.network_country.empty()) e.age_days = a.network_age_days;
    mark_stale(a.network_stale, e);
    weigh(e, false);
  }

  void add_sub_provider(const SubProvider& sub) {
    if (!sub.service) {
      remember(EvidenceKind::kOperator, kUnknown);
      return add(EvidenceKind::kOperator, kUnknown, sub.where);
    }
    const Service& s = *sub.service;
    for (EvidenceKind kind : kStaticKinds) {
      const Places& places = service_places(s, kind);
      remember(kind, places);
      // Of a long list those are told who decide.
      const EvidenceResult r = result(places, setting(kind));
      if (r == EvidenceResult::kOk && out_.evidence.size() >= kToldInFull) continue;
      add(kind, places, sub.where + " " + source_of(s, kind).str());
    }
  }

  // Of many who might be chosen those are told who decide.
  void add_possible(const std::vector<SubProvider>& possible) {
    constexpr int kTold = 4;
    int told = 0;
    for (const EvidenceResult wanted : {EvidenceResult::kDenied, EvidenceResult::kNotAllowed})
      for (const SubProvider& sub : possible) {
        if (told >= kTold || !sub.service) continue;
        for (EvidenceKind kind : kStaticKinds) {
          const Places& places = service_places(*sub.service, kind);
          if (result(places, setting(kind)) != wanted) continue;
          add(kind, places, sub.where + " " + source_of(*sub.service, kind).str());
          ++told;
          break;
        }
      }
  }

  // A name of a developer's own service, met elsewhere, is sent on to it; at whoever resells, any
  // name of the developer's may be. Weights that somebody runs himself are his.
  void add_implied(const Routes& routes, const NamedModel& m) {
    const auto implied = [&](const Developer& d) {
      const Places seat = resolve_places({d.def->country}, judge_.tables_);
      if (result(seat, setting(EvidenceKind::kOperator)) == EvidenceResult::kDenied)
        add(EvidenceKind::kOperator, seat, m.where + " developer:" + d.def->id);
    };
    if (m.service_of && !routes.own_names) implied(*m.service_of);
    if (!routes.open) return;
    for (const Developer* d : m.developers)
      if (d != m.service_of || routes.own_names) implied(*d);
  }

  // Behind an edge the address is anybody's, but its name says whose. Only a denied country is
  // told.
  void add_alias(std::string_view given) {
    const auto alias = given.empty() ? std::nullopt : canonical_host(given.substr(0, 253));
    if (!alias) return;
    const std::string country = judge_.geo_.country_of_name(*alias);
    if (judge_.deny_.contains(country))
      add(EvidenceKind::kNetwork, in_country(country), "cname:" + *alias);
    const auto owners = judge_.index_.match(*alias, "/", PathKnowledge::kFits);
    for (const ServiceMatch& m : owners.found) {
      if (!m.service || m.shared) continue;
      for (const Places* seat : {&m.service->operator_seat, &m.service->parent_seat})
        if (judge_.deny_.any_of(seat->countries))
          add(EvidenceKind::kNetwork, *seat,
              "cname:" + *alias + " catalogue:" + m.service->provider->id);
    }
  }

  static void mark_stale(bool stale, Evidence& e) {
    if (stale && e.result != EvidenceResult::kDenied && e.result != EvidenceResult::kIgnored)
      e.result = EvidenceResult::kStale;
  }

  void add_countries(const AddressFacts& a) {
    const bool fresh = std::any_of(a.countries.begin(), a.countries.end(),
                                   [](const auto& c) { return !c.stale && !c.country.empty(); });
    for (const CountryAnswer& c : a.countries) {
      // Beside an answer that counts, one that does not can only deny.
      const bool counts = !c.stale && !c.country.empty();
      if (!fresh || counts || judge_.deny_.contains(c.country)) add_country(c);
    }
    if (!a.countries.empty()) return;
    Evidence& e = piece(EvidenceKind::kAddress, "");
    e.value = a.assumed_allowed ? "not stated" : "unknown";
    e.result = e.setting == EvidenceSetting::kIgnore ? EvidenceResult::kIgnored
               : a.assumed_allowed                   ? EvidenceResult::kOk
                                                     : EvidenceResult::kUnknown;
    out_.region_unknown = true;
    weigh(e, false);
  }

  void add_country(const CountryAnswer& c) {
    const Places p = in_country(c.country);
    Evidence& e = piece(EvidenceKind::kAddress, c.source);
    e.value = p.text();
    e.age_days = c.age_days;
    e.result = result(p, e.setting);
    mark_stale(c.stale, e);
    if (c.stale || c.country.empty())
      out_.region_unknown = true;
    else
      out_.known_regions.add(c.country);
    weigh(e, false);
  }

  const RegionJudge& judge_;
  std::int64_t now_;  // unix seconds; 0 = ages are not told
  RegionFinding out_;
};

const Places EvidenceGatherer::kUnknown{{}, true, false, false};

RegionJudge::RegionJudge(const std::optional<config::Regions>& regions,
                         const config::CloudRegions& tables, const ServiceIndex& index,
                         const Geo& geo)
    : judged_(regions.has_value()), tables_(tables), index_(index), geo_(geo) {
  std::fill(std::begin(settings_), std::end(settings_), EvidenceSetting::kIgnore);
  if (!regions) return;
  drops_ = regions->mixed == config::Mixed::kDrop;
  allow_ = country_set(regions->allow, tables);
  deny_ = country_set(regions->deny, tables);
  std::copy(std::begin(regions->evidence), std::end(regions->evidence), std::begin(settings_));
}

RegionFinding RegionJudge::judge(std::span<const Service* const> services,
                                 const StatedPlaces* stated, const AdmissionQuery& query,
                                 std::string_view host, const std::vector<Routes>* routes) const {
  EvidenceGatherer gather(*this, query.now);
  for (const Service* s : services) gather.add_service(*s, stated, query, host);
  if (stated) gather.add_stated(*stated, services.empty());
  if (routes)
    for (const Routes& r : *routes) gather.add_routes(r, stated);
  if (query.recorded_routes)
    for (const Evidence& e : *query.recorded_routes) gather.add_recorded(e);
  if (query.address) gather.add_address(*query.address);
  return gather.take();
}

bool RegionJudge::refuses(const AddressFacts& address) const {
  EvidenceGatherer gather(*this, 0);
  gather.add_address(address);
  return gather.take().refuses;
}

}  // namespace sekisho::policy
