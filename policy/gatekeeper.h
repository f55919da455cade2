#pragma once

// Admission: which destination entries speak for a client and a host, and what they say.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "policy/admission.h"
#include "policy/civil_time.h"
#include "policy/enforcement.h"
#include "policy/expiry.h"
#include "policy/host_table.h"
#include "policy/region_judge.h"
#include "policy/routed_models.h"
#include "policy/service_index.h"
#include "policy/terms.h"

namespace sekisho::policy {

// A destination entry of the policy with its names resolved.
struct Entry {
  const config::DestinationDef* def = nullptr;
  std::vector<const Service*> services;
  StatedPlaces stated;
  bool observe = false;
  std::optional<std::int64_t> until;  // unix second at which it has ended
  bool lifts_regions = false;         // time-boxed and answered for, while `regions.final` is false

  bool is_for(const std::vector<std::string>& groups) const;
  bool admits_role(std::string_view role) const;
};

class Gatekeeper {
 public:
  // Refers to its arguments for life. Unknown names, at their marks, are problems.
  Gatekeeper(const config::PolicyFile& file, const config::Catalogue& catalogue,
             const ServiceIndex& services, const config::CloudRegions& regions,
             const TimeZone& zone, const Geo& geo, const config::Credentials* credentials,
             config::Problems& problems);

  Admission admit(const AdmissionQuery& query) const;
  void name_alternative(Admission& out) const;
  const RegionJudge& regions() const { return judge_; }
  // Ends of entries, and of the reviews that entries require.
  std::vector<Expiry> expiries() const;

 private:
  struct Ask;        // a query with its host looked up
  struct Candidate;  // an entry that speaks for this client and host
  struct Opinion;    // what one candidate says

  struct Second;  // an address inside a request

  struct ListedHost {
    const Entry* entry;
    HostRule rule;
  };

  bool deny_developer(const std::string& name, const Developer& developer);
  void add_entry(const config::DestinationDef& def, config::Problems& problems);
  void add_hosts(const Entry& entry, config::Problems& problems);
  Ask look_up(const AdmissionQuery& query, PathKnowledge path) const;
  void find_listed(Ask& ask) const;
  FewOf<Candidate, 4> candidates(const Ask& ask, Admission& out) const;
  bool speaks(const Ask& ask, const Entry& entry, std::string_view role, Admission& out) const;
  Opinion ask_entry(const Ask& ask, const Candidate& candidate) const;
  void weigh(std::vector<Opinion>& opinions, Admission& out) const;
  bool stricter(const Opinion& a, const Opinion& b) const;
  void adopt(Opinion& opinion, Admission& out) const;
  void refuse_all(std::vector<Opinion>& opinions, Admission& out) const;
  void refuse(Reason reason, std::string rule, Admission& out) const;
  void judge_without_entry(const Ask& ask, Admission& out) const;
  void judge_unlisted(const Ask& ask, Admission& out) const;
  void apply_regions(RegionFinding finding, bool lifted, Admission& out) const;
  void find_routes(Ask& ask) const;
  std::optional<UnmetRequirement> unmet_by_routes(const Ask& ask, const config::DestinationDef& def,
                                                  const RegionFinding& regions) const;
  bool also_refuse(Reason reason, std::string rule, bool observed, Admission& out) const;
  void judge_models(const Ask& ask, Admission& out) const;
  void judge_second_destinations(const Ask& ask, Admission& out) const;
  void judge_second(const Ask& ask, const Second& second, std::set<std::string>& seen,
                    Admission& out) const;
  void take_evidence(const std::vector<Evidence>& evidence, const std::string& where,
                     Admission& out) const;
  void add_pins(config::Problems& problems);
  bool passes(const Service& service) const;
  std::optional<SubProviderPin> pin(const Ask& ask, const Admission& out) const;
  void name_service(const Ask& ask, Admission& out) const;
  void add_enforcement(const Ask& ask, Admission& out) const;
  Admission answer(const AdmissionQuery& query, PathKnowledge path) const;

  const config::PolicyFile& file_;
  const config::CloudRegions& tables_;
  const TimeZone& zone_;
  const ServiceIndex& index_;
  RouteFinder routes_;
  std::set<const Developer*> denied_developers_;
  RegionJudge judge_;
  std::deque<Entry> entries_;
  std::unordered_map<const Service*, std::vector<const Entry*>> by_service_;  // in their order
  HostTable<ListedHost> listed_;
  EnforceRules enforce_;
  // Of services that rules pin: those whom `regions` lets answer.
  std::map<const Service*, std::vector<SubProviderName>> pinned_;
  bool observe_ = false;
};

}  // namespace sekisho::policy
