#include "policy/replay.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "policy/snapshot_impl.h"

namespace sekisho::policy {
namespace {

constexpr std::size_t kMostFindings = 10'000;  // of one type; more change no rule's mind

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// "JP", "AT,BE"; "unknown", "anywhere" and what is cut short name none.
CountrySet countries_of(std::string_view value) {
  CountrySet out;
  while (!value.empty()) {
    const std::size_t comma = value.find(',');
    const std::string_view one = value.substr(0, comma);
    if (one.size() != 2 || !is_upper(one[0]) || !is_upper(one[1])) return {};
    out.add(one);
    value = comma == std::string_view::npos ? std::string_view() : value.substr(comma + 1);
  }
  return out;
}

std::string first_of(const CountrySet& countries) {
  return countries.empty() ? std::string() : countries.codes().front();
}

// "edge:cloudflare(US)".
void read_edge(std::string_view value, AddressFacts& out) {
  std::string_view name = value.substr(5);
  if (name.size() > 4 && name.back() == ')' && name[name.size() - 4] == '(') {
    if (out.network_country.empty()) out.network_country = name.substr(name.size() - 3, 2);
    name.remove_suffix(4);
  }
  out.edge = name;
}

AddressFacts address_of(const RecordedRequest& request) {
  AddressFacts out;
  bool told = false;
  for (const RecordedEvidence& e : request.evidence) {
    if (e.value == "not stated") continue;
    const auto countries = countries_of(e.value);
    if (e.kind == "network") {
      told = true;
      out.network_source = e.source;
      out.network_stale = e.result == "stale";
      if (!countries.empty()) out.network_country = first_of(countries);
    } else if (e.kind == "address") {
      told = true;
      if (e.value.rfind("edge:", 0) == 0)
        read_edge(e.value, out);
      else
        out.countries.push_back({first_of(countries), e.source, 0, e.result == "stale"});
    }
  }
  // No connection was made: nothing is known of the address, and nothing is held against it.
  out.assumed_allowed = !told;
  return out;
}

// Pieces of endpoint evidence that the path cannot tell again.
std::vector<EndpointPiece> pieces_of(const RecordedRequest& request) {
  std::vector<EndpointPiece> out;
  bool overridden = false;
  for (const RecordedEvidence& e : request.evidence)
    overridden = overridden || (e.kind == "endpoint" && e.result == "ignored");
  for (const RecordedEvidence& e : request.evidence) {
    static constexpr std::string_view kTold[] = {"host", "path", "url", ""};
    if (e.kind != "endpoint" ||
        std::find(std::begin(kTold), std::end(kTold), e.source) != std::end(kTold))
      continue;
    Places places;
    places.countries = countries_of(e.value);
    places.anywhere = e.value == "anywhere";
    places.unknown = places.countries.empty() && !places.anywhere;
    out.push_back({std::move(places), e.source, overridden && e.result != "ignored"});
  }
  return out;
}

// What a body said of other services: a source that is neither the host's nor the policy's.
std::vector<Evidence> routes_of(const RecordedRequest& request) {
  std::vector<Evidence> out;
  for (const RecordedEvidence& e : request.evidence) {
    const auto begins = [&](std::string_view with) { return e.source.rfind(with, 0) == 0; };
    if (e.source.empty() || e.source == "endpoint" || begins("catalogue:") || begins("overlay:") ||
        begins("policy:"))
      continue;
    for (const EvidenceKind kind : {EvidenceKind::kOperator, EvidenceKind::kParent,
                                    EvidenceKind::kStorage, EvidenceKind::kProcessing}) {
      if (e.kind != to_word(kind)) continue;
      Evidence piece;
      piece.kind = kind;
      piece.value = e.value;
      piece.source = e.source;
      out.push_back(std::move(piece));
    }
  }
  return out;
}

const filters::TypeInfo* type_of(const Snapshot& snapshot, const std::string& name) {
  for (const filters::TypeInfo& t : snapshot.impl().types)
    if (t.type == name) return &t;
  return nullptr;
}

void add_findings(const Snapshot& snapshot, const RecordedRequest& request, InspectionResult& out) {
  for (const RecordedFinding& f : request.findings) {
    const filters::TypeInfo* type = type_of(snapshot, f.type);
    const std::size_t count =
        std::min<std::size_t>(static_cast<std::size_t>(std::max(f.count, 1)), kMostFindings);
    for (std::size_t i = 0; i < count; ++i) {
      PlacedFinding p;
      p.finding.type = f.type;
      p.finding.category = type ? std::string_view(type->category) : std::string_view();
      p.finding.confidence = f.confidence;
      // Beyond the sixteen that the record keeps, each counts as a value of its own.
      const bool kept = i < f.values.size();
      const bool all_kept = f.values.size() < 16;
      p.finding.normalised = kept       ? f.values[i]
                             : all_kept ? (f.values.empty() ? f.type : f.values.back())
                                        : "value " + std::to_string(i);
      p.where = f.where.empty() ? "" : f.where[std::min(i, f.where.size() - 1)];
      p.place = filters::Place::kBody;
      p.fixed = request.redact_impossible;
      p.older_turn = request.answered_already;
      out.findings.push_back(std::move(p));
    }
  }
}

InspectionResult inspection_of(const Snapshot& snapshot, const RecordedRequest& request) {
  InspectionResult out;
  static constexpr Coverage kAll[] = {Coverage::kInspected, Coverage::kPartly,
                                      Coverage::kUninspected, Coverage::kSpliced,
                                      Coverage::kNoBody};
  for (const Coverage c : kAll)
    if (to_word(c) == request.coverage) out.coverage = c;
  out.skipped = request.skipped;
  if (out.coverage == Coverage::kUninspected)
    out.unreadable = out.skipped.empty() ? "body" : out.skipped.front();
  out.unread_parts = out.coverage == Coverage::kPartly;
  if (out.unread_parts && out.skipped.empty()) out.skipped.push_back("body");
  add_findings(snapshot, request, out);
  return out;
}

}  // namespace

bool decided_by_body(std::string_view rule) {
  return rule == "models" || rule == "second_destinations";
}

bool decided_by_policy(std::string_view reason) {
  static constexpr std::array<std::string_view, 7> kOurs = {
      "", "region", "destination", "terms", "expired", "uninspected", "data"};
  return std::find(kOurs.begin(), kOurs.end(), reason) != kOurs.end();
}

Judgement replay(const Snapshot& snapshot, const RecordedRequest& request, std::int64_t now) {
  Judgement j;
  j.client.user = request.user;
  if (request.from) j.client.address = *request.from;
  j.client.groups = snapshot.groups_of(j.client.user, j.client.address);
  const AddressFacts address = address_of(request);
  const std::vector<EndpointPiece> pieces = pieces_of(request);
  const std::vector<Evidence> routes = routes_of(request);
  AdmissionQuery query;
  query.recorded_routes = &routes;
  query.client = &j.client;
  query.to = &request.to;
  if (request.method != "CONNECT") query.method = request.method;
  query.target = request.path;
  query.address = &address;
  query.recorded = &pieces;
  query.now = now;
  j.admission = snapshot.admit(query);
  j.verdict = snapshot.decide(j.client, j.admission, inspection_of(snapshot, request), now);
  return j;
}

}  // namespace sekisho::policy
