#pragma once

// Policies as text, compiled against the shipped catalogue, and questions to them in one line.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/catalogue.h"
#include "config/policy_file.h"
#include "policy/civil_time.h"
#include "policy/snapshot.h"
#include "tests/config/in_japanese.h"

namespace sekisho::tests {

inline const std::string kShipped = SEKISHO_SOURCE_DIR "/config/";

inline std::string all_problems(const config::Problems& problems) {
  std::string out;
  for (const auto& p : problems) out += config::to_string(p) + "\n";
  expect_japanese(problems);
  return out;
}

inline const config::Catalogue& shipped_catalogue() {
  static const config::Catalogue kCatalogue = [] {
    config::Problems problems;
    auto c = config::load_catalogue(kShipped + "providers.yaml", "", problems);
    EXPECT_TRUE(problems.empty()) << all_problems(problems);
    return c;
  }();
  return kCatalogue;
}

inline const config::CloudRegions& shipped_regions() {
  static const config::CloudRegions kRegions = [] {
    config::Problems problems;
    auto r = config::load_cloud_regions(kShipped + "cloud-regions.yaml", problems);
    EXPECT_TRUE(problems.empty()) << all_problems(problems);
    return r;
  }();
  return kRegions;
}

inline const std::vector<config::DetectorPackFile>& shipped_pack_files() {
  static const std::vector<config::DetectorPackFile> kPacks = [] {
    config::Problems problems;
    auto packs = config::load_shipped_packs(problems);
    EXPECT_TRUE(problems.empty()) << all_problems(problems);
    return packs;
  }();
  return kPacks;
}

// The shipped catalogue under an overlay given as text.
inline config::Catalogue catalogue_with(const std::string& overlay) {
  const auto path = std::filesystem::path(testing::TempDir()) /
                    (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) +
                     "-overlay.yaml");
  std::ofstream(path) << overlay;
  config::Problems problems;
  auto c = config::load_catalogue(kShipped + "providers.yaml", path.string(), problems);
  EXPECT_TRUE(problems.empty()) << all_problems(problems);
  std::filesystem::remove(path);
  return c;
}

// 2026-11-25T12:00 in Tokyo.
inline constexpr std::int64_t kNow = 1'795'575'600;

// As the gateway reloads: policies of one program share the packs they compile.
inline std::shared_ptr<const policy::Snapshot> compile_sharing(policy::SnapshotInputs in,
                                                               config::Problems& problems) {
  static std::shared_ptr<const policy::Snapshot> running;
  in.running = running;
  auto snapshot = policy::Snapshot::compile(std::move(in), problems);
  if (snapshot) running = snapshot;
  return snapshot;
}

inline std::shared_ptr<const policy::Snapshot> compile(const std::string& text,
                                                       config::Problems& problems,
                                                       config::Catalogue catalogue) {
  policy::SnapshotInputs in;
  in.policy = config::parse_policy("policy.yaml", text, problems);
  in.catalogue = std::move(catalogue);
  in.regions = shipped_regions();
  in.packs = shipped_pack_files();
  in.now = kNow;
  return compile_sharing(std::move(in), problems);
}

// Compiled once: catalogue and packs are most of what a snapshot costs, a second under a sanitizer.
inline const policy::Snapshot& shipped_parts() {
  static const std::shared_ptr<const policy::Snapshot> kParts = [] {
    config::Problems problems;
    auto s = compile("version: 1\nname: parts\n", problems, shipped_catalogue());
    EXPECT_TRUE(s) << all_problems(problems);
    return s;
  }();
  return *kParts;
}

inline std::shared_ptr<const policy::Snapshot> compile(const std::string& text,
                                                       const std::string& overlay = "") {
  const auto says = [&](const char* section) { return text.find(section) != std::string::npos; };
  config::Problems problems;
  auto s = !overlay.empty() ? compile(text, problems, catalogue_with(overlay))
           : says("detectors:") || says("datasets:")
               ? compile(text, problems, shipped_catalogue())
               : shipped_parts().with(config::parse_policy("policy.yaml", text, problems), kNow,
                                      problems);
  EXPECT_TRUE(s) << all_problems(problems);
  return s;
}

inline std::string problems_of(const std::string& text) {
  config::Problems problems;
  EXPECT_FALSE(compile(text, problems, shipped_catalogue()));
  return all_problems(problems);
}

// One question. Without `path` it is asked at the CONNECT stage.
struct Ask {
  Ask(std::string to, std::uint16_t to_port = 443, std::string by = "https")
      : host(std::move(to)), port(to_port), scheme(std::move(by)) {}

  std::string host;
  std::uint16_t port;
  std::string scheme;
  std::string user = "alice";
  std::string from = "10.0.0.1";
  std::optional<std::string> path;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<policy::AddressFacts> address;
  std::int64_t now = kNow;
};

inline policy::AddressFacts in_country(const std::string& country) {
  policy::AddressFacts a;
  a.countries = {{country, "Test-Country 2026-11-20", 5, false}};
  a.assumed_allowed = true;  // of what is not stated
  return a;
}

inline policy::Admission admit(const policy::Snapshot& snapshot, const Ask& ask) {
  policy::Client client;
  client.user = ask.user;
  client.address = *config::IpAddress::parse(ask.from);
  client.groups = snapshot.groups_of(client.user, client.address);
  policy::Destination to{ask.scheme, ask.host, ask.port,
                         config::IpAddress::parse(ask.host).has_value()};
  policy::AdmissionQuery query;
  query.client = &client;
  query.to = &to;
  query.now = ask.now;
  if (ask.path) {
    query.method = "POST";
    query.target = *ask.path;
    for (const auto& [name, value] : ask.headers) query.headers.emplace_back(name, value);
    query.body = ask.body;
  }
  if (ask.address) query.address = &*ask.address;
  return snapshot.admit(query);
}

// "allow in-house", "splice in-house", "block region regions", "would terms business".
inline std::string outcome(const policy::Snapshot& snapshot, const Ask& ask) {
  const policy::Admission a = admit(snapshot, ask);
  if (!a.refused && !a.would_refuse) return (a.splice ? "splice " : "allow ") + a.rule;
  return (a.refused ? "block " : "would ") + std::string(to_word(a.reason)) + " " + a.rule;
}

inline std::string evidence_text(const policy::Admission& a, policy::EvidenceKind kind) {
  std::string out;
  for (const auto& e : a.evidence) {
    if (e.kind != kind) continue;
    if (!out.empty()) out += "; ";
    out += e.value + " " + std::string(to_word(e.result));
  }
  return out;
}

}  // namespace sekisho::tests
