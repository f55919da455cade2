#include "policy/snapshot.h"

#include <openssl/evp.h>

#include <algorithm>
#include <utility>

#include "policy/detector_packs.h"
#include "policy/expiry.h"
#include "policy/gatekeeper.h"
#include "policy/snapshot_impl.h"

namespace sekisho::policy {
namespace {

std::string sha256(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) != 1) return "";
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "sha256:";
  for (unsigned int i = 0; i < size; ++i) {
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 15];
  }
  return out;
}

}  // namespace

Snapshot::Impl::~Impl() = default;
Snapshot::Snapshot() : impl_(std::make_unique<Impl>()) {}
Snapshot::~Snapshot() = default;

// What depends on the policy's own text, detectors left out.
void Snapshot::Impl::compile_rules(std::int64_t now, config::Problems& problems) {
  if (const auto found = TimeZone::find(file.timezone))
    zone = *found;
  else
    problems.push_back({file.path,
                        {},
                        "the time zone '" + file.timezone + "' is not known here",
                        "write a name such as Asia/Tokyo or UTC; others need the package tzdata"});
  gatekeeper = std::make_unique<const Gatekeeper>(file, *catalogue, *services, *regions, zone, *geo,
                                                  credentials.get(), problems);
  data = compile_data_rules(file, *catalogue, *regions, types, now, problems);
}

std::shared_ptr<const Snapshot> Snapshot::compile(SnapshotInputs inputs,
                                                  config::Problems& problems) {
  const std::size_t before = problems.size();
  std::shared_ptr<Snapshot> snapshot(new Snapshot);
  Impl& impl = *snapshot->impl_;
  impl.file = std::move(inputs.policy);
  impl.catalogue = std::make_shared<const config::Catalogue>(std::move(inputs.catalogue));
  impl.regions = std::make_shared<const config::CloudRegions>(std::move(inputs.regions));
  impl.geo = inputs.geo ? std::move(inputs.geo) : Geo::open({}, {}, problems);
  impl.credentials = std::move(inputs.credentials);
  impl.digest = sha256(impl.file.text);
  impl.services = std::make_shared<const ServiceIndex>(*impl.catalogue, *impl.regions, problems);
  impl.types = known_types(impl.file, inputs.packs);
  // Names in rules are told even when a detector is at fault.
  impl.compile_rules(inputs.now, problems);
  std::vector<filters::OtherDetector> registered;
  add_registered_detectors(impl.file, inputs.datasets, registered, impl.dataset_warnings, problems);
  impl.detectors = compile_detectors(impl.file, inputs.packs, problems, std::move(registered),
                                     inputs.running ? &inputs.running->detectors() : nullptr);
  config::sort_by_place(problems, before);
  if (problems.size() != before) return nullptr;
  return snapshot;
}

std::shared_ptr<const Snapshot> Snapshot::with(config::PolicyFile file, std::int64_t now,
                                               config::Problems& problems) const {
  const std::size_t before = problems.size();
  std::shared_ptr<Snapshot> snapshot(new Snapshot);
  Impl& impl = *snapshot->impl_;
  impl.file = std::move(file);
  impl.catalogue = impl_->catalogue;
  impl.regions = impl_->regions;
  impl.credentials = impl_->credentials;
  impl.services = impl_->services;
  impl.geo = impl_->geo;
  impl.types = impl_->types;
  impl.detectors = impl_->detectors;
  impl.digest = sha256(impl.file.text);
  impl.compile_rules(now, problems);
  if (problems.size() != before) return nullptr;
  return snapshot;
}

const std::string& Snapshot::digest() const {
  return impl_->digest;
}
const std::string& Snapshot::name() const {
  return impl_->file.name;
}
const std::string& Snapshot::text() const {
  return impl_->file.text;
}
const config::PolicyFile& Snapshot::file() const {
  return impl_->file;
}
const config::Catalogue& Snapshot::catalogue() const {
  return *impl_->catalogue;
}
const config::CloudRegions& Snapshot::regions() const {
  return *impl_->regions;
}
const Geo& Snapshot::geo() const {
  return *impl_->geo;
}
const config::Credentials* Snapshot::credentials() const {
  return impl_->credentials.get();
}
const filters::DetectorSet& Snapshot::detectors() const {
  return *impl_->detectors;
}

std::vector<std::string> Snapshot::warnings(std::int64_t now) const {
  std::vector<std::string> out;
  for (const Expiry& e : expiries(*this))
    if (std::string told = expiry_warning(e, now); !told.empty()) out.push_back(std::move(told));
  out.insert(out.end(), impl_->dataset_warnings.begin(), impl_->dataset_warnings.end());
  return out;
}

std::vector<std::string> Snapshot::groups_of(const std::string& user,
                                             const config::IpAddress& ip) const {
  std::vector<std::string> out = {"everyone"};
  for (const config::GroupDef& g : impl_->file.groups) {
    const bool named =
        !user.empty() && std::find(g.users.begin(), g.users.end(), user) != g.users.end();
    const bool placed = std::any_of(g.networks.begin(), g.networks.end(),
                                    [&](const config::IpNetwork& n) { return n.contains(ip); });
    if (named || placed) out.push_back(g.name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

void Snapshot::name_alternative(Admission& admission) const {
  impl_->gatekeeper->name_alternative(admission);
}

Admission Snapshot::admit(const AdmissionQuery& query) const {
  return impl_->gatekeeper->admit(query);
}

bool Snapshot::mixed_drops() const {
  return impl_->gatekeeper->regions().drops_denied();
}

bool Snapshot::address_denied(const AddressFacts& address) const {
  return impl_->gatekeeper->regions().refuses(address);
}

}  // namespace sekisho::policy
