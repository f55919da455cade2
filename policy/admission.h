#pragma once

// May this client send anything to this destination? By name first, then again with the path, the
// body and the address.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/body_fields.h"
#include "policy/client.h"
#include "policy/dialect.h"
#include "policy/geo.h"
#include "policy/places.h"
#include "policy/short_text.h"
#include "policy/words.h"

namespace sekisho::policy {

struct Evidence {
  EvidenceKind kind;
  ShortText<24> value;   // "CN"; "AT,BE,…"; "unknown"; "anywhere"; "edge:cloudflare(US)"
  ShortText<40> source;  // "catalogue:deepseek-api", "policy:in-house-model", "host", "path",
                         // "geo:DBIP…", "overlay"
  std::optional<int> age_days;
  EvidenceSetting setting = EvidenceSetting::kIfKnown;
  EvidenceResult result = EvidenceResult::kUnknown;

  bool names_country() const;    // else nobody knows, or it may be anywhere
  CountrySet countries() const;  // of `value`
};

// A rule that was looked at. `why` is one English clause.
struct RuleTrace {
  std::string id;  // destination entry, "regions", "unlisted", data rule, exception
  bool matched = false;
  std::string_view action;  // allow | block | redact | lifts | …: a literal
  std::string_view mode;    // enforce | observe: a literal
  ShortText<40> why;
  Reason reason = Reason::kNone;
};

struct EndpointPiece;  // policy/service_index.h

using HeaderView = std::pair<std::string_view, std::string_view>;

struct AdmissionQuery {
  const Client* client = nullptr;
  const Destination* to = nullptr;
  // Known inside the tunnel only; empty method = the CONNECT stage (path, header and body evidence
  // is then not looked at).
  std::string_view method;
  std::string_view target;  // origin-form with query
  std::vector<HeaderView> headers;
  // What the decoded body says (InspectionResult::fields); null = it was not read yet. `body` is
  // for those who have no fields at hand: it is read on the spot when it is not empty.
  const BodyFields* fields = nullptr;
  std::string_view body;
  const AddressFacts* address =
      nullptr;           // nullptr = not known yet: address and network evidence is not judged
  std::int64_t now = 0;  // unix seconds
  // Endpoint evidence of headers and body that was recorded when they were there; null = none.
  const std::vector<EndpointPiece>* recorded = nullptr;
  // The same of services that a body named, beside the host's own; null = none.
  const std::vector<Evidence>* recorded_routes = nullptr;
};

struct EnforceRule;  // policy/enforcement.h

class RouteFinder;  // policy/routed_models.h
struct Service;     // policy/service_index.h

// Where a service that forwards is told among whom it may choose, and those of them whose facts
// pass, by the names that its requests use.
struct SubProviderPin {
  std::string only, order;  // JSON pointers of lists
  std::vector<std::string> allowed;
  std::vector<const Service*> services;  // of the same
  const Service* at = nullptr;           // the service that forwards
  const RouteFinder* finder = nullptr;   // tells whom a client's own word means
};

struct Admission {
  bool refused = false;           // by policy, enforced
  bool would_refuse = false;      // in observe mode
  Reason reason = Reason::kNone;  // of the refusal, enforced or observed
  std::string rule;               // id of what decided: entry id, "regions", "unlisted"
  std::string provider, provider_name, entry;  // "" = none
  bool splice = false;                         // tls word: splice, else bump; refused = terminate
  bool unlisted = false;
  std::vector<Evidence> evidence;
  std::vector<RuleTrace> rules;
  std::string exception;             // entry that lifted `regions`, if any
  const Dialect* dialect = nullptr;  // never null after Snapshot::admit
  // The host inside the request that was refused, where it is not the one asked: "tools.example.net
  // (/mcp_servers/0/url)".
  std::string second_host;
  std::string side_host_role;               // "signin", … when the host is a side host
  CountrySet known_regions;                 // of operator, parent, storage, processing, endpoint,
                                            // address; for regions/regions_not
  bool region_unknown = false;              // some of these kinds are unknown
  std::optional<bool> uninspected_allowed;  // stated by the entry
  // Of a refusal for terms, expiry or destination: which term is not met, since when the approval
  // has ended, … A clause in both languages.
  config::Localized detail;
  std::string alternative;  // provider or entry to use instead, "" = none
  config::Localized alternative_note;
  bool observe = false;                     // the deciding entry or the policy is in observe mode
  std::vector<const EnforceRule*> enforce;  // rules that set something in this request
  std::optional<SubProviderPin> pin;        // where one of them has `sub_providers: allowed`
};

}  // namespace sekisho::policy
