// The shipped policy against the shipped catalogue.

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "tests/policy/snapshot_fixture.h"

namespace sekisho::tests {
namespace {

std::string shipped_text() {
  std::ifstream in(kShipped + "policy.yaml");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

const policy::Snapshot& shipped() {
  static const auto kSnapshot = compile(shipped_text());
  return *kSnapshot;
}

Ask from_there(const std::string& host, const std::string& country) {
  Ask ask{host};
  ask.address = in_country(country);
  return ask;
}

TEST(ShippedPolicy, RefusesEveryHostOfDeepSeekForItsRegion) {
  int looked_at = 0;
  for (const char* id : {"deepseek-api", "deepseek-chat"}) {
    const config::Provider* p = shipped().catalogue().find(id);
    ASSERT_TRUE(p);
    std::vector<std::string> hosts = p->hosts;
    for (const auto& side : p->side_hosts)
      if (side.role != "signin") hosts.insert(hosts.end(), side.hosts.begin(), side.hosts.end());
    for (std::string host : hosts) {
      if (host[0] == '*') host = "something" + host.substr(1);
      const auto a = admit(shipped(), {host});
      EXPECT_TRUE(a.refused) << host;
      EXPECT_EQ(a.reason, policy::Reason::kRegion) << host;
      EXPECT_EQ(a.alternative, "aws-bedrock") << host;
      ++looked_at;
    }
  }
  EXPECT_GE(looked_at, 15);
}

bool denied_seat(const config::Provider& p) {
  const auto denied = [](const std::string& c) { return c == "CN" || c == "HK" || c == "MO"; };
  return denied(p.operator_country) || denied(p.parent_country);
}

// By name alone, whatever the path: side hosts too. A host that the entry shares with a service of
// others (a sign-in of theirs, the longer match of their entry) is refused all the same.
TEST(ShippedPolicy, RefusesEveryHostOfEveryServiceOperatedFromADeniedCountry) {
  int services = 0, names = 0;
  for (const auto& p : shipped().catalogue().providers) {
    if (!denied_seat(p)) continue;
    ++services;
    std::vector<std::string> hosts = p.hosts;
    for (const auto& side : p.side_hosts)
      hosts.insert(hosts.end(), side.hosts.begin(), side.hosts.end());
    for (std::string host : hosts) {
      if (host[0] == '*') host = "x" + host.substr(1);
      const auto a = admit(shipped(), {host});
      EXPECT_TRUE(a.refused) << p.id << " " << host;
      const config::Provider* found = shipped().catalogue().find(a.provider);
      if (found && denied_seat(*found) && a.side_host_role != "signin")
        EXPECT_EQ(a.reason, policy::Reason::kRegion) << p.id << " " << host;
      ++names;
    }
  }
  EXPECT_EQ(services, 75);
  EXPECT_GT(names, 200);
}

TEST(ShippedPolicy, AdmitsTheWellKnownServices) {
  for (const char* host :
       {"api.openai.com", "jp.api.openai.com", "api.anthropic.com", "example.openai.azure.com",
        "japaneast.api.cognitive.microsoft.com", "bedrock-runtime.ap-northeast-1.amazonaws.com",
        "asia-northeast1-aiplatform.googleapis.com", "generativelanguage.googleapis.com",
        "api.mistral.ai", "api.business.githubcopilot.com"}) {
    EXPECT_EQ(outcome(shipped(), {host}).substr(0, 6), "allow ")
        << host << admit(shipped(), {host}).rules.back().why;
    EXPECT_EQ(outcome(shipped(), from_there(host, "US")).substr(0, 6), "allow ") << host;
    EXPECT_EQ(outcome(shipped(), from_there(host, "CN")), "block region regions") << host;
  }
}

TEST(ShippedPolicy, RefusesUnlistedHosts) {
  EXPECT_EQ(outcome(shipped(), {"paste.example.com"}), "block destination unlisted");
}

TEST(ShippedPolicy, CompilesAndAdmitsFastEnough) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  compile(shipped_text());
  const auto compiled = Clock::now();
  const auto address = in_country("JP");
  Ask ask = from_there("bedrock-runtime.ap-northeast-1.amazonaws.com", "JP");
  ask.path = "/model/jp.anthropic.claude-sonnet/converse";
  constexpr int kRounds = 2000;
  for (int i = 0; i < kRounds; ++i) admit(shipped(), ask);
  const auto bedrock = Clock::now();
  for (int i = 0; i < kRounds; ++i) admit(shipped(), {"api.openai.com"});
  const auto openai = Clock::now();
  const auto us = [](auto d) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(d).count() / 1000.0;
  };
  std::cout << "compile " << us(compiled - start) / 1000 << " ms, admit bedrock "
            << us(bedrock - compiled) / kRounds << " us, openai " << us(openai - bedrock) / kRounds
            << " us\n";
  // Generous: sanitizers and busy machines run this too.
  EXPECT_LT(us(openai - bedrock) / kRounds, 2000);
}

}  // namespace
}  // namespace sekisho::tests
