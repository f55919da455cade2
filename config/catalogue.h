#pragma once

// The catalogue of LLM services (providers.yaml), cloud regions (cloud-regions.yaml) and edge
// networks (networks.yaml) as typed values. Every scalar is text: NO is Norway. Schema and meaning:
// docs/catalogue.md. "unknown" is kept as written: it is a value.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/ip.h"
#include "config/mark.h"
#include "config/policy_file.h"

namespace sekisho::config {

struct EndpointRegion {
  std::string where;    // host | path | query | header | url | body
  std::string pattern;  // RE2 with a group `region`, or none when `country`/`group` is stated
  std::string table;    // a table of cloud-regions.yaml
  std::string key;      // how the look-up key is built, "{region}" replaced; "" = the region itself
  std::string country;  // stated outright
  std::string group;    // a group of cloud-regions.yaml
  std::map<std::string, std::string> values;  // region -> country or group
  Mark at;
};

struct SideHosts {
  std::string role;
  std::vector<std::string> hosts;
};

// What the customer wrote beside a single fact of the overlay.
struct FactNote {
  std::string source;
  std::optional<Date> reviewed_at;
};

struct Provider {
  std::string id, name;
  Mark at;
  std::string operator_name, operator_country, parent_country;  // countries: ISO, "unknown" or ""
  std::string kind;  // api | chat | coding | aggregator | image | voice | search
  bool aggregator = false;
  std::vector<std::string> hosts;
  std::vector<std::string> paths;  // RE2 over host/path, one must match
  std::string host_pattern;        // RE2
  std::vector<SideHosts> side_hosts;
  std::string dialect = "none";
  std::vector<EndpointRegion> endpoint_region;
  // Every other fact (storage_countries, trains_on_inputs, retention_days, certifications,
  // reviewed_at, …) by its key, as text.
  Facts facts;
  std::string confidence;             // low | medium | high
  bool from_overlay = false;          // any key of it was stated by the customer's overlay
  std::vector<std::string> overlaid;  // which keys
  std::map<std::string, FactNote>
      notes;  // of facts written as { value: …, source: …, reviewed_at: … }
};

struct ModelDeveloper {
  std::string id, country, pattern, service_only;
};

struct Catalogue {
  std::string as_of;                           // date of the shipped file
  std::string overlay_as_of;                   // of the overlay; "" = none given
  std::map<std::string, std::string> sources;  // name -> where it was read, of both files
  std::vector<Provider> providers;
  std::vector<SideHosts> shared_side_hosts;
  std::vector<ModelDeveloper> model_developers;
  std::map<std::string, std::string> openrouter_providers, huggingface_router_providers,
      vercel_gateway_providers;  // sub-provider -> entry id
  // What vendors are called in paths, headers and fields of gateways, and in front of model names
  // ("deepseek/deepseek-chat") at proxies that send them on -> entry id.
  std::map<std::string, std::string> vendor_names, model_prefixes;
  const Provider* find(std::string_view id) const;
};

// Where a fact comes from and how old it is.
struct FactOrigin {
  bool overlay = false;
  std::string source;         // spelled out; "" = none is named
  std::optional<Date> as_of;  // of the fact's own review, else of the entry's, else of the file
  bool unverified = false;    // general knowledge of the writer, nothing looked up
};
FactOrigin origin_of(const Catalogue& catalogue, const Provider& provider, std::string_view key);

struct CloudRegions {
  std::map<std::string, std::vector<std::string>>
      groups;  // EU -> {AT, …}; ANY -> {"*"}; "!CN" = except
  std::map<std::string, std::map<std::string, std::vector<std::string>>>
      tables;  // aws -> ap-northeast-1 -> {JP}; incl. not_a_region codes as {"*"}
};

struct EdgeNetwork {
  std::string name, operator_name, country;  // country = seat of the owner, ISO
  std::vector<IpNetwork> networks;
  std::vector<std::uint32_t> asns;
};
struct Networks {
  std::vector<EdgeNetwork> edges;
  std::map<std::uint32_t, std::string>
      asn_country;  // networks operated from a country whatever their place (ASN -> ISO)
  // Names of edges and balancers below which others' services get names -> ISO of who runs them.
  std::vector<std::pair<std::string, std::string>> name_country;
};

Catalogue load_catalogue(const std::string& providers_path, const std::string& overlay_path,
                         Problems& problems);
CloudRegions load_cloud_regions(const std::string& path, Problems& problems);
Networks load_networks(const std::string& path, Problems& problems);

}  // namespace sekisho::config
