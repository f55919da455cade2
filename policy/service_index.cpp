#include "policy/service_index.h"

#include <algorithm>
#include <utility>

#include "policy/civil_time.h"

namespace sekisho::policy {
namespace {

using config::EndpointRegion;
using config::Provider;

EndpointSignal::Where where_of(std::string_view word) {
  if (word == "path") return EndpointSignal::Where::kPath;
  if (word == "query") return EndpointSignal::Where::kQuery;
  if (word == "header") return EndpointSignal::Where::kHeader;
  if (word == "url") return EndpointSignal::Where::kUrl;
  if (word == "body") return EndpointSignal::Where::kBody;
  return EndpointSignal::Where::kHost;
}

std::optional<filters::Pattern> compile(const Provider& p, const std::string& pattern,
                                        config::Mark at, config::Problems& problems) {
  std::string error;
  auto compiled = filters::Pattern::compile(pattern, error);
  if (!compiled)
    problems.push_back(
        {p.from_overlay ? "catalogue.overlay" : "providers.yaml", at,
         "the pattern '" + pattern + "' of '" + p.id + "' does not compile: " + error, ""});
  return compiled;
}

using RegionTables = std::map<std::string, RegionTable>;

const RegionTable& table_named(const std::string& name, const RegionTables& tables) {
  static const RegionTable kNone;
  const auto found = tables.find(name);
  return found == tables.end() ? kNone : found->second;
}

void add_endpoint(const Provider& p, const EndpointRegion& def, const config::CloudRegions& regions,
                  const RegionTables& tables, Service& out, config::Problems& problems) {
  const auto where = where_of(def.where);
  // A line of the body is "POINTER = VALUE" and must fit as a whole: a prompt that quotes it is no
  // evidence.
  const bool body = where == EndpointSignal::Where::kBody;
  const std::string text = body ? "^(?:" + def.pattern + ")$" : def.pattern;
  auto pattern = compile(p, text, def.at, problems);
  if (!pattern) return;
  EndpointSignal& signal = out.endpoint.emplace_back();
  signal.where = where;
  signal.pattern = std::move(*pattern);
  signal.def = &def;
  signal.group = signal.pattern.group_index("region");
  signal.has_group = def.country.empty() && def.group.empty();
  if (!signal.has_group)
    signal.stated = resolve_places({def.country.empty() ? def.group : def.country}, regions);
  for (const auto& [region, place] : def.values)
    signal.values.emplace(region, resolve_places({place}, regions));
  signal.table = &table_named(def.table, tables);
  signal.overrides_host = where != EndpointSignal::Where::kHost && !def.values.empty();
  out.tells_inside = out.tells_inside || where != EndpointSignal::Where::kHost;
  out.overrides_inside = out.overrides_inside || signal.overrides_host;
}

Places fact_places(const Provider& p, const char* key, const config::CloudRegions& regions) {
  const auto fact = p.facts.find(key);
  return resolve_places(fact == p.facts.end() ? std::vector<std::string>() : fact->second.items,
                        regions);
}

void fill(const config::Catalogue& catalogue, const Provider& p,
          const config::CloudRegions& regions, const RegionTables& tables, Service& out,
          config::Problems& problems) {
  out.provider = &p;
  if (!p.host_pattern.empty()) out.host_pattern = compile(p, p.host_pattern, p.at, problems);
  for (const std::string& path : p.paths)
    if (auto pattern = compile(p, path, p.at, problems)) out.paths.push_back(std::move(*pattern));
  for (const EndpointRegion& e : p.endpoint_region)
    add_endpoint(p, e, regions, tables, out, problems);
  if (std::any_of(p.endpoint_region.begin(), p.endpoint_region.end(),
                  [](const EndpointRegion& e) { return e.table == "aws"; }))
    out.signed_regions = &table_named("aws", tables);
  out.operator_seat = resolve_places({p.operator_country}, regions);
  out.parent_seat = resolve_places({p.parent_country}, regions);
  out.storage = fact_places(p, "storage_countries", regions);
  out.processing = fact_places(p, "processing_countries", regions);
  static constexpr const char* kKeys[] = {"operator_country", "parent_country", "storage_countries",
                                          "processing_countries"};
  for (std::size_t i = 0; i < 4; ++i) {
    const bool overlaid =
        std::find(p.overlaid.begin(), p.overlaid.end(), kKeys[i]) != p.overlaid.end();
    out.sources[i] = (overlaid ? "overlay:" : "catalogue:") + p.id;
    if (const auto day = config::origin_of(catalogue, p, kKeys[i]).as_of)
      out.as_of[i] = days_from_civil(*day);
  }
}

}  // namespace

int host_rank(bool exact, bool narrowed, std::size_t suffix_length) {
  const int kind = exact ? 3 : narrowed ? 2 : 1;
  return kind * 1024 + static_cast<int>(std::min<std::size_t>(suffix_length, 1023));
}

ServiceIndex::ServiceIndex(const config::Catalogue& catalogue, const config::CloudRegions& regions,
                           config::Problems& problems) {
  for (const auto& [name, rows] : regions.tables) tables_.emplace(name, RegionTable(name, regions));
  for (const Provider& p : catalogue.providers) {
    services_.emplace_back();
    fill(catalogue, p, regions, tables_, services_.back(), problems);
    add_hosts(services_.back());
    by_id_.emplace(p.id, &services_.back());
  }
  add_shared(catalogue);
}

void ServiceIndex::add_hosts(const Service& service) {
  for (const std::string& host : service.provider->hosts)
    if (const auto name = canonical_host(host)) hosts_.add(*name, {&service, "", false});
  for (const config::SideHosts& side : service.provider->side_hosts)
    for (const std::string& host : side.hosts)
      if (const auto name = canonical_host(host)) hosts_.add(*name, {&service, side.role, false});
}

// Whoever names a shared host names somebody else's: marked on every reference to it.
void ServiceIndex::add_shared(const config::Catalogue& catalogue) {
  for (const config::SideHosts& side : catalogue.shared_side_hosts)
    for (const std::string& host : side.hosts)
      if (const auto name = canonical_host(host)) hosts_.add(*name, {nullptr, side.role, true});
}

const Service* ServiceIndex::find(std::string_view id) const {
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : it->second;
}

bool ServiceIndex::pick(const Bucket& bucket, std::string_view host, std::string_view path,
                        PathKnowledge known, bool want_narrowed, ServiceMatches& out) const {
  const bool shared =
      std::any_of(bucket.begin(), bucket.end(), [](const Reference& r) { return r.shared; });
  std::string host_and_path;  // "api.example.com/v1/x"
  for (const Reference& r : bucket) {
    const bool narrowed = r.service && r.role.empty() && r.service->narrowed();
    if (narrowed != want_narrowed) continue;
    if (narrowed && r.service->host_pattern && !r.service->host_pattern->search(host)) continue;
    if (narrowed && !r.service->paths.empty()) {
      out.depends_on_path = true;
      if (host_and_path.empty()) host_and_path.append(host).append(path);
      const bool fits =
          std::any_of(r.service->paths.begin(), r.service->paths.end(),
                      [&](const filters::Pattern& p) { return p.search(host_and_path); });
      if (known == PathKnowledge::kFitsNobody || (known == PathKnowledge::kGiven && !fits))
        continue;
    }
    out.found.push_back({r.service, r.role, shared});
  }
  return !out.found.empty();
}

ServiceMatches ServiceIndex::match(std::string_view host, std::string_view path,
                                   PathKnowledge known) const {
  ServiceMatches out;
  const Bucket* exact = hosts_.exact(host);
  for (const bool narrowed : {true, false})
    if (exact && pick(*exact, host, path, known, narrowed, out)) {
      out.rank = host_rank(true, narrowed, host.size());
      return out;
    }
  for (const bool narrowed : {true, false}) {
    hosts_.wildcards(host, [&](std::size_t length, const Bucket& bucket) {
      if (!pick(bucket, host, path, known, narrowed, out)) return false;
      out.rank = host_rank(false, narrowed, length);
      return true;
    });
    if (out.rank != 0) break;
  }
  return out;
}

}  // namespace sekisho::policy
