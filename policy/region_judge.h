#pragma once

// Where would it go? Gathers the evidence of a destination and judges it against `regions`.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/admission.h"
#include "policy/places.h"
#include "policy/routed_models.h"
#include "policy/service_index.h"

namespace sekisho::policy {

// What a destination entry states about the places of its service; an absent one was not stated.
struct StatedPlaces {
  ShortText<40> source;  // "policy:in-house-model"
  std::optional<Places> operator_seat, parent_seat, storage, processing;
  bool serves_itself = false;  // `aggregator: false`: it sends nothing on, whatever names look like
  bool forwards = false;       // `aggregator: true`
  std::optional<std::int64_t> as_of;  // day of the entry's review, since 1970
  const std::optional<Places>& of(EvidenceKind kind) const;
};

struct RegionFinding {
  std::vector<Evidence> evidence;
  CountrySet known_regions;
  bool region_unknown = false;
  bool refuses = false;
  std::string why;             // the first piece that refuses, as a clause
  Places storage, processing;  // as resolved, for requirements
};

class RegionJudge {
 public:
  // Without `regions` nothing is refused: the evidence is gathered for the record, as ignored.
  // `index` and `geo` tell whose names a service hides behind.
  RegionJudge(const std::optional<config::Regions>& regions, const config::CloudRegions& tables,
              const ServiceIndex& index, const Geo& geo);

  // Catalogue services of a host (every one of them must pass), what the entry states, the request
  // and the address. With neither services nor `stated` only address and network are judged: a host
  // that the policy passes unseen, or one that belongs to a third party.
  // `routes`: where the request would be sent on to, one a service or one of a host that the policy
  // alone names; null = nobody looked.
  RegionFinding judge(std::span<const Service* const> services, const StatedPlaces* stated,
                      const AdmissionQuery& query, std::string_view host,
                      const std::vector<Routes>* routes = nullptr) const;
  // Address and network alone.
  bool refuses(const AddressFacts& address) const;
  bool drops_denied() const { return drops_; }

 private:
  friend class EvidenceGatherer;
  bool judged_ = false;
  bool drops_ = false;
  CountrySet allow_, deny_;
  EvidenceSetting settings_[config::kEvidenceKinds] = {};
  const config::CloudRegions& tables_;
  const ServiceIndex& index_;
  const Geo& geo_;
};

}  // namespace sekisho::policy
