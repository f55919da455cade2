// What one admission costs, and whether it grows with the number of host rules: in the policy
// (`destinations[].hosts`) and in the catalogue.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "config/catalogue.h"
#include "config/detector_pack.h"
#include "config/gateway_file.h"
#include "config/policy_file.h"
#include "policy/snapshot.h"

namespace sekisho {
namespace {

constexpr std::int64_t kNow = 1'795'575'600;
constexpr std::size_t kHostsAnEntry = 100;

const char kPolicy[] =
    "version: 1\n"
    "regions: { allow: [JP, US, EU], deny: [CN, HK, MO], evidence: { operator: required, address: "
    "required } }\n"
    "destinations:\n"
    "  - { id: api, providers: [openai-api, anthropic-api, aws-bedrock, azure-openai], require: { "
    "trains_on_inputs: [\"no\", opt_out] } }\n"
    "detectors: { packs: [] }\n";

// Small numbers written so that names share no prefix, as real ones do not.
std::string host_name(std::size_t i) {
  const std::size_t mixed = i * 2'654'435'761u % 4'294'967'291u;
  return "h" + std::to_string(mixed) + ".example.jp";
}

void give_up(const config::Problems& problems) {
  for (const auto& p : problems) std::fprintf(stderr, "%s\n", config::to_string(p).c_str());
  std::exit(2);
}

policy::SnapshotInputs inputs() {
  config::Problems problems;
  policy::SnapshotInputs in;
  const std::string folder = config::shipped_directory() + "/";
  in.policy = config::parse_policy("policy.yaml", kPolicy, problems);
  in.catalogue = config::load_catalogue(folder + "providers.yaml", "", problems);
  in.regions = config::load_cloud_regions(folder + "cloud-regions.yaml", problems);
  in.packs = config::load_shipped_packs(problems);
  in.now = kNow;
  if (!problems.empty()) give_up(problems);
  return in;
}

// Half of them exact names, half wildcards.
void add_policy_hosts(std::size_t n, config::PolicyFile& policy) {
  for (std::size_t i = 0; i < n; ++i) {
    if (i % kHostsAnEntry == 0) {
      policy.destinations.emplace_back();
      policy.destinations.back().id = "entry-" + std::to_string(i);
    }
    policy.destinations.back().hosts.push_back({(i % 2 ? "*." : "") + host_name(i), {}});
  }
}

void add_catalogue_hosts(std::size_t n, config::Catalogue& catalogue) {
  for (std::size_t i = 0; i < n; ++i) {
    if (i % kHostsAnEntry == 0) {
      catalogue.providers.emplace_back();
      catalogue.providers.back().id = "service-" + std::to_string(i);
      catalogue.providers.back().operator_country = "US";
    }
    catalogue.providers.back().hosts.push_back((i % 2 ? "*." : "") + host_name(i));
  }
}

struct Built {
  std::shared_ptr<const policy::Snapshot> snapshot;
  double bytes_a_rule = 0;
};

std::shared_ptr<const policy::Snapshot> build(bool in_policy, std::size_t n, double& bytes) {
  config::Problems problems;
  const auto before = mallinfo2().uordblks;
  policy::SnapshotInputs in = inputs();
  in_policy ? add_policy_hosts(n, in.policy) : add_catalogue_hosts(n, in.catalogue);
  auto snapshot = policy::Snapshot::compile(std::move(in), problems);
  if (!snapshot) give_up(problems);
  bytes = static_cast<double>(mallinfo2().uordblks - before);
  return snapshot;
}

// What is read from the files stays in the snapshot, so it is part of what a rule weighs.
const Built& built(bool in_policy, std::size_t n) {
  static std::map<std::pair<bool, std::size_t>, Built> known;
  const auto [at, fresh] = known.try_emplace({in_policy, n});
  if (!fresh) return at->second;
  double without = 0, with = 0;
  build(in_policy, 0, without);  // what is made once and kept, by libraries too
  build(in_policy, 0, without);
  at->second.snapshot = build(in_policy, n, with);
  at->second.bytes_a_rule = (with - without) / static_cast<double>(n);
  return at->second;
}

struct Case {
  const char* name;
  const char* host;  // null = one of the rules
  const char* target;
};
constexpr Case kCases[] = {{"listed", nullptr, "/v1/chat/completions"},
                           {"nobody's", "unknown.example.com", "/"},
                           {"openai", "api.openai.com", "/v1/chat/completions"},
                           {"bedrock", "bedrock-runtime.ap-northeast-1.amazonaws.com",
                            "/model/anthropic.claude-3-haiku-20240307-v1:0/converse"},
                           {"deepseek", "api.deepseek.com", "/chat/completions"}};

void admit(benchmark::State& state, bool in_policy, const Case& c, std::size_t n) {
  const Built& b = built(in_policy, n);
  policy::Client client;
  client.user = "alice";
  client.groups = {"everyone"};
  policy::AddressFacts address;
  address.countries.push_back({"US", "country 2026-11-20", 5, false});
  policy::Destination to;
  to.host = c.host ? c.host : host_name(n / 2 / 2 * 2);
  const std::vector<policy::HeaderView> headers = {{"host", to.host},
                                                   {"content-type", "application/json"}};
  policy::AdmissionQuery query;
  query.client = &client;
  query.to = &to;
  query.method = "POST";
  query.target = c.target;
  query.headers = headers;
  query.address = &address;
  query.now = kNow;
  for (auto _ : state) {
    policy::Admission a = b.snapshot->admit(query);
    benchmark::DoNotOptimize(a);
  }
  state.counters["bytes/rule"] = b.bytes_a_rule;
}

void add_all() {
  for (const std::size_t n : {std::size_t{100}, std::size_t{10'000}, std::size_t{1'000'000}})
    for (const bool in_policy : {true, false})
      for (const Case& c : kCases) {
        const std::string name =
            std::string(in_policy ? "policy/" : "catalogue/") + std::to_string(n) + "/" + c.name;
        benchmark::RegisterBenchmark(name.c_str(), [in_policy, c, n](benchmark::State& state) {
          admit(state, in_policy, c, n);
        });
      }
}

}  // namespace
}  // namespace sekisho

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  sekisho::add_all();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
