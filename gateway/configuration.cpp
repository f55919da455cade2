#include "gateway/configuration.h"

#include <algorithm>
#include <utility>

#include "config/catalogue.h"
#include "config/policy_file.h"
#include "config/text_file.h"

namespace sekisho::gateway {
namespace {

using config::GatewayFile;
using config::Marked;
using config::Problems;

std::string named_or_shipped(const Marked<std::string>& named, const char* shipped) {
  return named.value.empty() ? config::shipped_directory() + "/" + shipped : named.value;
}

// Files that cannot be read were complained of where gateway.yaml names them.
bool readable(const GatewayFile& gateway) {
  for (const auto* file :
       {&gateway.policy, &gateway.catalogue_providers, &gateway.catalogue_regions,
        &gateway.catalogue_networks, &gateway.catalogue_overlay})
    if (!file->value.empty() && !config::unreadable(file->value).empty()) return false;
  return true;
}

std::shared_ptr<const policy::Snapshot> compile(const GatewayFile& gateway, std::int64_t now,
                                                Problems& problems) {
  const std::size_t before = problems.size();
  policy::SnapshotInputs in;
  in.now = now;
  in.policy = config::load_policy(gateway.policy.value, problems);
  const std::size_t after_policy = problems.size();
  in.catalogue =
      config::load_catalogue(named_or_shipped(gateway.catalogue_providers, "providers.yaml"),
                             gateway.catalogue_overlay.value, problems);
  in.regions = config::load_cloud_regions(
      named_or_shipped(gateway.catalogue_regions, "cloud-regions.yaml"), problems);
  auto networks = config::load_networks(
      named_or_shipped(gateway.catalogue_networks, "networks.yaml"), problems);
  in.geo = policy::Geo::open(gateway, std::move(networks), problems);
  if (problems.size() != after_policy) return nullptr;
  // Also when the policy's form is wrong: names that do not exist are told in the same run.
  auto snapshot = policy::Snapshot::compile(std::move(in), problems);
  return problems.size() == before ? snapshot : nullptr;
}

void run_tests(Configuration& out, std::int64_t now, Problems& problems) {
  out.tests = policy::run_policy_tests(*out.snapshot, now);
  for (const auto& test : out.tests)
    if (!test.passed)
      problems.push_back({out.snapshot->file().path, test.at,
                          "the test '" + test.name + "' fails: " + test.got, ""});
}

void examine_authority(Configuration& out, std::int64_t now, Problems& problems) {
  const auto& certificate = out.gateway.ca_certificate;
  const auto& key = out.gateway.ca_key;
  if (!config::unreadable(certificate.value).empty() || !config::unreadable(key.value).empty())
    return;
  std::string error;
  out.authority = Authority::load(certificate.value, key.value, error);
  if (!out.authority) {
    problems.push_back({out.gateway.path, certificate.at, error, ""});
    return;
  }
  const auto hosts = out.snapshot ? opened_hosts(*out.snapshot) : std::vector<std::string>{};
  auto findings = out.authority->examine(now, hosts);
  out.authority->try_out(now, findings);
  for (const auto& finding : findings) {
    if (finding.error)
      problems.push_back({out.gateway.path, certificate.at, finding.message_en, ""});
    else
      out.warnings.push_back(certificate.value + ": " + finding.message_en);
  }
}

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void add_host(const std::string& written, std::vector<std::string>& to) {
  if (written.starts_with('[')) return to.push_back(written.substr(1, written.find(']') - 1));
  to.push_back(written.substr(0, written.find(':')));
}

}  // namespace

std::vector<std::string> opened_hosts(const policy::Snapshot& snapshot) {
  std::vector<std::string> out;
  for (const auto& destination : snapshot.file().destinations) {
    if (destination.tls != config::TlsMode::kBump) continue;
    for (const auto& host : destination.hosts) add_host(host.value, out);
    for (const auto& id : destination.providers)
      if (const config::Provider* provider = snapshot.catalogue().find(id.value))
        for (const auto& host : provider->hosts) add_host(host, out);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Configuration read_configuration(const std::string& path, std::int64_t now, Problems& problems) {
  Configuration out;
  out.gateway = config::load_gateway(path, problems);
  if (!readable(out.gateway)) return out;
  out.snapshot = compile(out.gateway, now, problems);
  examine_authority(out, now, problems);
  if (!out.snapshot) return out;
  run_tests(out, now, problems);
  append(out.warnings, out.snapshot->warnings(now));
  append(out.warnings, out.snapshot->geo().warnings(now));
  return out;
}

std::optional<Configuration> load_configuration(const std::string& path, std::int64_t now,
                                                Problems& problems) {
  const std::size_t before = problems.size();
  Configuration out = read_configuration(path, now, problems);
  if (problems.size() != before || !out.snapshot) return std::nullopt;
  return out;
}

std::shared_ptr<const policy::Snapshot> load_snapshot(const std::string& path, std::int64_t now,
                                                      Problems& problems) {
  const std::size_t before = problems.size();
  const GatewayFile gateway = config::read_gateway_form(path, problems);
  if (problems.size() != before) return nullptr;
  return compile(gateway, now, problems);
}

}  // namespace sekisho::gateway
