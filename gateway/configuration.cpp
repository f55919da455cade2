#include "gateway/configuration.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <thread>
#include <utility>

#include "config/catalogue.h"
#include "config/credentials.h"
#include "config/detector_pack.h"
#include "config/nearest.h"
#include "config/pinned_files.h"
#include "config/policy_file.h"
#include "config/text_file.h"
#include "gateway/keys.h"
#include "gateway/parent_proxy.h"
#include "gateway/sealing.h"
#include "gateway/sinks/receiver.h"
#include "gateway/tls/listener_tls.h"

namespace sekisho::gateway {
namespace {

using config::GatewayFile;
using config::Marked;
using config::PinnedFiles;
using config::Problems;

constexpr int kAttempts = 50;
constexpr std::chrono::milliseconds kLookAgain{10};

std::string named_or_shipped(const Marked<std::string>& named, const char* shipped) {
  return named.value.empty() ? config::shipped_directory() + "/" + shipped : named.value;
}

// Everything that gateway.yaml names and that a reload reads again.
std::vector<std::string> files_of(const std::string& path, const GatewayFile& g, std::int64_t now) {
  std::vector<std::string> out{path};
  const auto add = [&out](const Marked<std::string>& file) {
    if (!file.value.empty()) out.push_back(file.value);
  };
  for (const auto* file : {&g.policy, &g.catalogue_providers, &g.catalogue_regions,
                           &g.catalogue_networks, &g.catalogue_overlay, &g.geo_asn,
                           &g.ca_certificate, &g.ca_key, &g.users_file, &g.credentials})
    add(*file);
  for (const auto& file : g.geo_country) add(file);
  for (const auto& listener : g.listen)
    if (listener.tls)
      for (const auto* file :
           {&listener.tls->certificate, &listener.tls->key, &listener.tls->client_ca})
        add(*file);
  const std::vector<std::string> sealed = certificate_files(g, now);
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}

// Packs of detectors that the policy names by path are of the same version as the policy.
void add_packs(const config::PolicyFile& policy, std::vector<std::string>& out) {
  const std::vector<std::string> packs = config::pack_paths(policy);
  out.insert(out.end(), packs.begin(), packs.end());
}

// The same before it is read for good, which is where its mistakes are told.
std::vector<std::string> files_named_by(const std::string& path, std::int64_t now) {
  Problems ignored;
  const GatewayFile gateway = config::read_gateway_form(path, ignored);
  std::vector<std::string> out = files_of(path, gateway, now);
  if (!gateway.policy.value.empty())
    add_packs(config::load_policy(gateway.policy.value, ignored), out);
  return out;
}

// Files that cannot be read were complained of where gateway.yaml names them, and a gateway.yaml
// that names no policy, or is none at all, itself.
bool readable(const GatewayFile& gateway) {
  if (gateway.policy.value.empty()) return false;
  for (const auto* file :
       {&gateway.policy, &gateway.catalogue_providers, &gateway.catalogue_regions,
        &gateway.catalogue_networks, &gateway.catalogue_overlay})
    if (!file->value.empty() && !config::unreadable(file->value).empty()) return false;
  return true;
}

// The policy keeps the name people know: the files of its tests are looked for beside it.
config::PolicyFile read_policy(const std::string& path, const PinnedFiles& pinned,
                               Problems& problems) {
  std::string why;
  const auto text = config::read_text_file(pinned.real(path), why);
  if (text) return config::parse_policy(path, *text, problems);
  problems.push_back({path, {}, "this file cannot be read: " + why, "check the path"});
  config::PolicyFile none;
  none.path = path;
  return none;
}

// The shipped packs, and the policy's own: a file that cannot be read is told where it is named.
std::vector<config::DetectorPackFile> read_packs(const config::PolicyFile& policy,
                                                 const PinnedFiles& pinned, Problems& problems) {
  auto out = config::load_shipped_packs(problems);
  if (!policy.detectors.packs) return out;
  for (const auto& written : *policy.detectors.packs) {
    if (!config::is_pack_path(written.value)) continue;
    const std::string path = config::resolve_path(policy.path, written.value);
    std::string why;
    const auto text = config::read_text_file(pinned.real(path), why);
    if (text)
      out.push_back(config::parse_detector_pack(path, *text, problems));
    else
      problems.push_back({policy.path, written.at,
                          "the pack '" + written.value + "' cannot be read: " + why,
                          "check the path, or write the name of a shipped pack"});
  }
  return out;
}

// The gateway's own keys: an empty set where gateway.yaml names no file.
std::shared_ptr<const config::Credentials> read_credentials(const GatewayFile& gateway,
                                                            const PinnedFiles& pinned,
                                                            Problems& problems) {
  const std::string& path = gateway.credentials.value;
  if (path.empty()) return std::make_shared<const config::Credentials>();
  if (!config::unreadable(path).empty()) return nullptr;  // told where gateway.yaml names it
  return config::Credentials::load(pinned.real(path), path, problems);
}

GatewayFile with_real_names(GatewayFile gateway, const PinnedFiles& pinned) {
  for (auto* file : {&gateway.catalogue_providers, &gateway.catalogue_regions,
                     &gateway.catalogue_networks, &gateway.catalogue_overlay, &gateway.geo_asn})
    if (!file->value.empty()) file->value = pinned.real(file->value);
  for (auto& file : gateway.geo_country) file.value = pinned.real(file.value);
  return gateway;
}

// Time-outs are for providers of the catalogue and for destinations of the policy.
void check_timeouts(const GatewayFile& gateway, const config::PolicyFile& policy,
                    const config::Catalogue& catalogue, Problems& problems) {
  std::vector<std::string_view> known;
  for (const auto& provider : catalogue.providers) known.push_back(provider.id);
  for (const auto& destination : policy.destinations) known.push_back(destination.id);
  for (const auto& [id, timeouts] : gateway.origin_timeouts)
    if (std::find(known.begin(), known.end(), id) == known.end())
      problems.push_back(
          {gateway.path, timeouts.at,
           "`origin_timeouts`: no provider and no destination is called '" + id + "'",
           config::suggestion(id, known)});
}

// `keys` null: which there are is not known here.
std::shared_ptr<const policy::Snapshot> compile(const GatewayFile& named, const PinnedFiles& pinned,
                                                std::shared_ptr<const config::Credentials> keys,
                                                std::shared_ptr<const policy::Snapshot> running,
                                                std::int64_t now, Problems& problems) {
  const GatewayFile gateway = with_real_names(named, pinned);
  const std::size_t before = problems.size();
  policy::SnapshotInputs in;
  in.now = now;
  in.credentials = std::move(keys);
  in.running = std::move(running);
  in.policy = read_policy(named.policy.value, pinned, problems);
  if (!in.policy.datasets.empty()) in.datasets = dataset_store(named);
  const std::size_t after_policy = problems.size();
  in.catalogue =
      config::load_catalogue(named_or_shipped(gateway.catalogue_providers, "providers.yaml"),
                             gateway.catalogue_overlay.value, problems);
  in.regions = config::load_cloud_regions(
      named_or_shipped(gateway.catalogue_regions, "cloud-regions.yaml"), problems);
  auto networks = config::load_networks(
      named_or_shipped(gateway.catalogue_networks, "networks.yaml"), problems);
  check_timeouts(named, in.policy, in.catalogue, problems);
  in.geo = policy::Geo::open(gateway, std::move(networks), problems);
  in.packs = read_packs(in.policy, pinned, problems);
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

void read_authority(Configuration& out, const PinnedFiles& pinned, std::int64_t now,
                    Problems& problems) {
  const auto& certificate = out.gateway.ca_certificate;
  const std::string real = pinned.real(certificate.value);
  const std::string key = pinned.real(out.gateway.ca_key.value);
  if (!config::unreadable(real).empty() || !config::unreadable(key).empty()) return;
  std::string error;
  out.authority = Authority::load(real, key, error);
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
  out.authority_findings = std::move(findings);
}

void read_users(Configuration& out, const PinnedFiles& pinned, Problems& problems) {
  const auto& file = out.gateway.users_file;
  if (out.gateway.authentication != config::Authentication::kBasic || file.value.empty()) return;
  const std::string real = pinned.real(file.value);
  if (!config::unreadable(real).empty()) return;
  std::string error;
  out.users = Users::load(real, error);
  if (!out.users) problems.push_back({out.gateway.path, file.at, error, ""});
}

std::string real_or_none(const PinnedFiles& pinned, const Marked<std::string>& file) {
  return file.value.empty() ? std::string() : pinned.real(file.value);
}

std::shared_ptr<const ListenerTls> read_listener_tls(const GatewayFile& gateway,
                                                     const config::ListenTls& files,
                                                     const PinnedFiles& pinned,
                                                     Problems& problems) {
  for (const auto* file : {&files.certificate, &files.key, &files.client_ca})
    if (!file->value.empty() && !config::unreadable(file->value).empty()) return nullptr;
  std::string error;
  auto tls =
      ListenerTls::load(real_or_none(pinned, files.certificate), real_or_none(pinned, files.key),
                        real_or_none(pinned, files.client_ca), error);
  if (!tls) problems.push_back({gateway.path, files.certificate.at, error, ""});
  return tls;
}

// Where a file cannot be read, it was told where gateway.yaml names it.
void read_listeners_tls(Configuration& out, const PinnedFiles& pinned, Problems& problems) {
  for (const auto& listener : out.gateway.listen)
    out.listener_tls.push_back(
        listener.tls ? read_listener_tls(out.gateway, *listener.tls, pinned, problems) : nullptr);
}

void read_parent_proxy(Configuration& out, Problems& problems) {
  const auto& settings = out.gateway.origin_proxy;
  if (!settings) return;
  const auto& file = settings->credentials;
  if (!file.value.empty() && !config::unreadable(file.value).empty()) return;
  std::string error;
  out.parent_proxy = ParentProxy::make(*settings, error);
  if (!out.parent_proxy)
    problems.push_back({out.gateway.path, file.at, error, "one line user:password, mode 0600"});
}

// A file that is not there, a secret that others can read, or a header that is none, is found
// before the gateway starts.
void check_sinks(const Configuration& out, Problems& problems) {
  const std::string& path = out.gateway.path;
  for (const config::AuditSink& sink : out.gateway.audit_sinks) {
    for (const config::SinkFile& f : config::files_of(sink)) {
      std::string error = f.file->value.empty() ? "" : config::unreadable(f.file->value);
      if (!error.empty())
        error = "`" + std::string(f.key) + "`: the file '" + f.file->value +
                "' cannot be read: " + error;
      else if (f.key == "headers_file")
        (void)read_headers(*f.file, error);
      else if (f.secret)
        (void)read_secret(*f.file, error);
      if (!error.empty()) problems.push_back({path, f.file->at, error, ""});
    }
  }
}

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void add_host(const std::string& written, std::vector<std::string>& to) {
  if (written.starts_with('[')) return to.push_back(written.substr(1, written.find(']') - 1));
  to.push_back(written.substr(0, written.find(':')));
}

GatewayFile read_gateway(const std::string& path, const PinnedFiles& pinned, Problems& problems) {
  const auto text = config::read_text_file(pinned.real(path), problems);
  GatewayFile out;
  out.path = path;
  if (!text) return out;
  out = config::parse_gateway(path, *text, problems);
  config::check_named_files(out, problems);
  return out;
}

Configuration read_pinned(const std::string& path, const PinnedFiles& pinned,
                          const std::shared_ptr<const policy::Snapshot>& running, std::int64_t now,
                          Problems& problems) {
  Configuration out;
  out.gateway = read_gateway(path, pinned, problems);
  if (!readable(out.gateway)) return out;
  const auto begin = std::chrono::steady_clock::now();
  auto keys = read_credentials(out.gateway, pinned, problems);
  out.snapshot = compile(out.gateway, pinned, std::move(keys), running, now, problems);
  out.compile_time = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  read_authority(out, pinned, now, problems);
  read_users(out, pinned, problems);
  read_listeners_tls(out, pinned, problems);
  read_parent_proxy(out, problems);
  check_sinks(out, problems);
  if (!out.snapshot) return out;
  out.sealing = Sealing::make(out.gateway, out.snapshot->file(), now, problems, &pinned);
  if (out.sealing) append(out.warnings, out.sealing->warnings(now * 1'000'000));
  run_tests(out, now, problems);
  append(out.warnings, out.snapshot->warnings(now));
  append(out.warnings, out.snapshot->geo().warnings(now));
  return out;
}

// Files of the policy's tests and dictionaries are found only while it is read, and by the names
// that people wrote.
bool reads_more_files(const Configuration& c) {
  if (!c.snapshot) return false;
  for (const auto& test : c.snapshot->file().tests)
    if (test.body_file) return true;
  for (const auto& detector : c.snapshot->file().detectors.custom)
    if (!detector.dictionary.value.empty()) return true;
  return false;
}

// What was read is of one moment: nothing changed under the reader's hands.
bool is_of_one_version(const std::string& path, const std::vector<std::string>& files,
                       const PinnedFiles& pinned, const Configuration& read, bool had_problems,
                       std::int64_t now) {
  if (!pinned.unchanged()) return false;
  // A mistake may come from a name that was looked up by its links while they moved.
  if ((had_problems || reads_more_files(read)) && !pinned.links_unchanged()) return false;
  std::vector<std::string> named = files_of(path, read.gateway, now);
  if (read.snapshot)
    add_packs(read.snapshot->file(), named);
  else
    named = files_named_by(path, now);
  return files == named;
}

}  // namespace

policy::DatasetStore dataset_store(const config::GatewayFile& gateway) {
  policy::DatasetStore out;
  out.directory = gateway.datasets_directory.value;
  const auto key = read_dataset_key(gateway.keys_directory.value, out.problem);
  if (key) out.key = *key;
  return out;
}

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

Configuration read_configuration(const std::string& path, std::int64_t now, Problems& problems,
                                 const std::shared_ptr<const policy::Snapshot>& running) {
  for (int attempt = 1;; ++attempt) {
    const std::vector<std::string> files = files_named_by(path, now);
    const PinnedFiles pinned(files);
    Problems found;
    Configuration out = read_pinned(path, pinned, running, now, found);
    const bool whole = is_of_one_version(path, files, pinned, out, !found.empty(), now);
    if (!whole && attempt < kAttempts) {
      std::this_thread::sleep_for(kLookAgain);
      continue;
    }
    if (!whole)
      found.push_back({path,
                       {},
                       "the configuration went on changing while it was read",
                       "write the new files beside the old ones and put them in place at once"});
    pinned.restore_names(found);
    problems.insert(problems.end(), std::make_move_iterator(found.begin()),
                    std::make_move_iterator(found.end()));
    return out;
  }
}

std::optional<Configuration> load_configuration(
    const std::string& path, std::int64_t now, Problems& problems,
    const std::shared_ptr<const policy::Snapshot>& running) {
  const std::size_t before = problems.size();
  Configuration out = read_configuration(path, now, problems, running);
  if (problems.size() != before || !out.snapshot) return std::nullopt;
  return out;
}

std::shared_ptr<const policy::Snapshot> load_snapshot(const std::string& path, std::int64_t now,
                                                      Problems& problems,
                                                      const FilesInstead& instead) {
  const std::size_t before = problems.size();
  GatewayFile gateway = config::read_gateway_form(path, problems);
  if (problems.size() != before) return nullptr;
  auto files = files_named_by(path, now);
  if (!instead.policy.empty()) gateway.policy.value = instead.policy;
  if (!instead.providers.empty()) gateway.catalogue_providers.value = instead.providers;
  for (const std::string* file : {&instead.policy, &instead.providers})
    if (!file->empty()) files.push_back(*file);
  const PinnedFiles pinned(files);
  Problems unread;  // whoever asks may be nobody who may read the keys: they stay unknown
  auto keys = read_credentials(gateway, pinned, unread);
  auto snapshot = compile(gateway, pinned, std::move(keys), nullptr, now, problems);
  pinned.restore_names(problems);
  return snapshot;
}

}  // namespace sekisho::gateway
