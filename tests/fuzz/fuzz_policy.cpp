// Any bytes as a policy, a gateway.yaml, an overlay of the catalogue, a table of regions or of
// networks (the first byte picks it): every problem names a place that is in the text, and what
// loads without one can be compiled.

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/catalogue.h"
#include "config/gateway_file.h"
#include "config/policy_file.h"
#include "config/yaml_document.h"
#include "filters/utf8.h"
#include "policy/evaluate.h"
#include "policy/snapshot.h"

using namespace sekisho;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Every name in the catalogue and its kin comes from a file: this one is in memory.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view text) : fd_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    require(::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  ~MemoryFile() { ::close(fd_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

void check(const config::Problems& problems, std::string_view text) {
  const auto lines =
      std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r') + 2;
  for (const auto& p : problems) {
    require(!p.message.empty() && filters::valid_utf8(config::to_string(p)));
    require(p.at.line >= 0 && p.at.line <= lines && p.at.column >= 0);
  }
}

const config::Catalogue& small_catalogue() {
  static const config::Catalogue kCatalogue = [] {
    config::Problems problems;
    return config::load_catalogue(SEKISHO_SOURCE_DIR "/config/providers.yaml", "", problems);
  }();
  return kCatalogue;
}

const std::vector<config::DetectorPackFile>& pack_files() {
  static const std::vector<config::DetectorPackFile> kPacks = [] {
    config::Problems problems;
    return config::load_shipped_packs(problems);
  }();
  return kPacks;
}

void compile(config::PolicyFile file, std::string_view text) {
  constexpr std::int64_t kNow = 1'782'995'696;
  config::Problems problems;
  static const std::shared_ptr<const policy::Geo> kNoGeo =
      policy::Geo::open(config::GatewayFile{}, config::Networks{}, problems);
  // The shipped packs are compiled by other tests and would take most of the time here.
  if (!file.detectors.packs) file.detectors.packs.emplace();
  policy::SnapshotInputs in;
  in.policy = std::move(file);
  in.catalogue = small_catalogue();
  in.packs = pack_files();
  in.geo = kNoGeo;
  in.now = kNow;
  const auto snapshot = policy::Snapshot::compile(std::move(in), problems);
  require((snapshot == nullptr) == !problems.empty());
  check(problems, text);
  if (!snapshot) return;
  (void)snapshot->warnings(kNow);
  for (const auto& test : policy::run_policy_tests(*snapshot, kNow))
    require(test.passed || !test.got.empty());
}

void load(unsigned kind, std::string_view text) {
  config::Problems problems;
  const std::string copy(text);
  const MemoryFile file(text);
  if (kind == 0) {
    auto policy = config::parse_policy("policy.yaml", copy, problems);
    check(problems, text);
    if (problems.empty()) compile(std::move(policy), text);
    return;
  }
  if (kind == 1) (void)config::parse_gateway("/nowhere/gateway.yaml", copy, problems);
  if (kind == 2) (void)config::load_catalogue(file.path(), "", problems);
  if (kind == 3) (void)config::load_cloud_regions(file.path(), problems);
  if (kind == 4) (void)config::load_networks(file.path(), problems);
  if (kind == 5) (void)config::parse_yaml("any.yaml", text, problems);
  check(problems, text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  load(data[0] % 6, {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
