#pragma once

// The catalogue as admission reads it: which services a host belongs to, with patterns compiled
// and places resolved.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/catalogue.h"
#include "filters/patterns/pattern.h"
#include "policy/admission.h"
#include "policy/few_of.h"
#include "policy/host_table.h"
#include "policy/places.h"

namespace sekisho::policy {

// One piece of endpoint evidence that a service can give.
struct EndpointSignal {
  enum class Where { kHost, kPath, kQuery, kHeader, kUrl, kBody } where = Where::kHost;
  filters::Pattern pattern;
  bool has_group = false;  // the pattern is to have a group `region`
  int group = -1;          // its index; -1: it has none, and gives no piece
  const config::EndpointRegion* def = nullptr;
  Places stated;  // of `country` or `group`
  std::map<std::string, Places, std::less<>> values;
  const RegionTable* table = nullptr;
  // Names a profile of several regions (`values` in path, header or body): it directs the call
  // elsewhere, whatever region the host is in. Any other piece must agree with the rest.
  bool overrides_host = false;
};

struct Service {
  const config::Provider* provider = nullptr;
  std::optional<filters::Pattern> host_pattern;
  std::vector<filters::Pattern> paths;
  std::vector<EndpointSignal> endpoint;
  Places operator_seat, parent_seat, storage, processing;
  // How its facts are named as a source, in the order of EvidenceKind: "catalogue:openai-api".
  ShortText<40> sources[4];
  // A cloud whose signatures (SigV4) name the region they hold in: its table. Null = it is none.
  const RegionTable* signed_regions = nullptr;
  // Of `endpoint`: whether anything behind the host's name can tell, or direct the call elsewhere.
  bool tells_inside = false, overrides_inside = false;
  // Days since 1970 at which these four were last known to be so, in this order; nothing = nobody
  // says.
  std::optional<std::int64_t> as_of[4];

  bool narrowed() const { return host_pattern.has_value() || !paths.empty(); }
};

// What is known of the path when a host is looked up.
enum class PathKnowledge {
  kGiven,      // `host_and_path` is whole
  kFits,       // not known yet: taken to be one of the service's own
  kFitsNobody  // not known yet: taken to be somebody else's
};

struct ServiceMatch {
  const Service* service = nullptr;  // null: a shared side host that no service names
  std::string_view role;             // of a side host; "" = the service itself
  bool shared = false;  // a side host of a third party: the service's facts say nothing
};

struct ServiceMatches {
  FewOf<ServiceMatch, 4> found;
  // Comparable with host_rank() of a policy's host; 0 = nothing found.
  int rank = 0;
  bool depends_on_path = false;  // another path might have given another answer
};

// Exact names beat wildcards that a pattern narrows, those beat plain ones; then the longer wins.
int host_rank(bool exact, bool narrowed, std::size_t suffix_length);

class ServiceIndex {
 public:
  // Patterns that do not compile are problems of `file`.
  ServiceIndex(const config::Catalogue& catalogue, const config::CloudRegions& regions,
               config::Problems& problems);

  // `host` in canonical form; `path` without query.
  ServiceMatches match(std::string_view host, std::string_view path, PathKnowledge known) const;
  const Service* find(std::string_view id) const;

 private:
  struct Reference {
    const Service* service;
    std::string_view role;
    bool shared;
  };
  using Bucket = HostTable<Reference>::Bucket;
  void add_hosts(const Service& service);
  void add_shared(const config::Catalogue& catalogue);
  bool pick(const Bucket& bucket, std::string_view host, std::string_view path, PathKnowledge known,
            bool want_narrowed, ServiceMatches& out) const;

  std::map<std::string, RegionTable> tables_;
  std::deque<Service> services_;
  std::unordered_map<std::string_view, const Service*> by_id_;
  HostTable<Reference> hosts_;
};

// Pieces of `service` that this request gives, by host and, once known, path, headers and body.
struct EndpointPiece {
  Places places;
  std::string_view source;  // "host", "path", "query", "header", "url", "body", "signature"
  bool overrides_host = false;
  std::string code = {};  // "us-east-1", as it stands there; "" = none, or a set of them
};
std::vector<EndpointPiece> endpoint_pieces(const Service& service, const AdmissionQuery& query,
                                           std::string_view host);

}  // namespace sekisho::policy
