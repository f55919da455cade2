// Where it would go: every kind of evidence, every setting, what is in the way of a deny.

#include <gtest/gtest.h>

#include "tests/policy/region_fixture.h"

namespace sekisho::tests {
namespace {

TEST(Regions, EveryHostOfDeepSeekIsRefusedWhateverTheEntriesSay) {
  const std::string open =
      "  - { id: p, providers: [deepseek-api, deepseek-chat], until: 2026-12-31,"
      " ticket: T-1, approved_by: [cto], reason: pilot }\n"
      "  - { id: h, hosts: [api.deepseek.com, x.chat.deepseek.com],"
      " facts: { operator_country: JP, parent_country: JP, storage_countries: [JP],"
      " processing_countries: [JP] } }\n";
  for (const std::string& entries : {open, provider("openai-api")}) {
    const auto s = compile(with("operator: required", entries));
    for (const char* id : {"deepseek-api", "deepseek-chat"}) {
      const config::Provider* p = s->catalogue().find(id);
      std::vector<std::string> hosts = p->hosts;
      for (const auto& side : p->side_hosts)
        if (side.role != "signin") hosts.insert(hosts.end(), side.hosts.begin(), side.hosts.end());
      for (std::string host : hosts) {
        if (host[0] == '*') host = "any" + host.substr(1);
        EXPECT_EQ(outcome(*s, {host}), "block region regions") << host;
        EXPECT_EQ(outcome(*s, {host, 8443}), "block region regions") << host;
      }
    }
    EXPECT_EQ(outcome(*s, {"x.chat.deepseek.com"}), "block region regions");
  }
}

TEST(Regions, DenyIsLookedForWhateverTheSetting) {
  const auto s = compile(with("", provider("moonshot-intl") + house("operator_country: JP")));
  const auto a = admit(*s, {"api.moonshot.ai"});
  EXPECT_TRUE(a.refused);
  EXPECT_EQ(a.reason, policy::Reason::kRegion);
  EXPECT_EQ(a.rule, "regions");
  EXPECT_EQ(evidence_text(a, EvidenceKind::kOperator), "SG ignored");
  EXPECT_EQ(evidence_text(a, EvidenceKind::kParent), "CN denied");
  EXPECT_EQ(outcome(*s, {"llm.example.jp"}), "allow h");
}

TEST(Regions, ChineseParentRefusesWhateverTheSeat) {
  const auto s = compile(with("operator: if_known", provider("zai"), "[SG, JP, US]"));
  for (const auto& p : s->catalogue().providers) {
    if (p.parent_country != "CN" || p.hosts.empty()) continue;
    std::string host = p.hosts[0];
    if (host[0] == '*') host = "x" + host.substr(1);
    const auto a = admit(*s, {host});
    if (a.provider != p.id) continue;
    EXPECT_EQ(a.reason, policy::Reason::kRegion) << p.id << " " << host;
  }
}

TEST(Regions, RequiredMustBeKnownAndAllowed) {
  const std::string entries =
      house("operator_country: JP") +
      "  - { id: none, hosts: [none.example.jp] }\n"
      "  - { id: unknown, hosts: [unknown.example.jp], facts: { operator_country: unknown } }\n"
      "  - { id: kr, hosts: [kr.example.jp], facts: { operator_country: KR } }\n";
  const auto required = compile(with("operator: required", entries));
  EXPECT_EQ(outcome(*required, {"llm.example.jp"}), "allow h");
  EXPECT_EQ(outcome(*required, {"none.example.jp"}), "block region regions");
  EXPECT_EQ(outcome(*required, {"unknown.example.jp"}), "block region regions");
  EXPECT_EQ(outcome(*required, {"kr.example.jp"}), "block region regions");
  const auto if_known = compile(with("operator: if_known", entries));
  EXPECT_EQ(outcome(*if_known, {"none.example.jp"}), "allow none");
  EXPECT_EQ(outcome(*if_known, {"unknown.example.jp"}), "allow unknown");
  EXPECT_EQ(outcome(*if_known, {"kr.example.jp"}), "block region regions");
  const auto ignored = compile(with("operator: ignore", entries));
  EXPECT_EQ(outcome(*ignored, {"kr.example.jp"}), "allow kr");
  EXPECT_EQ(evidence_text(admit(*ignored, {"kr.example.jp"}), EvidenceKind::kOperator),
            "KR ignored");
}

TEST(Regions, LeftOutEvidenceIsIfKnown) {
  const auto s = compile("version: 1\nname: t\nregions: { allow: [JP] }\ndestinations:\n" +
                         house("operator_country: KR") + "  - { id: n, hosts: [n.example.jp] }\n");
  EXPECT_EQ(outcome(*s, {"llm.example.jp"}), "block region regions");
  EXPECT_EQ(outcome(*s, {"n.example.jp"}), "allow n");
}

TEST(Regions, SetMustLieInsideAllow) {
  const std::string entries =
      house("storage_countries: [EU]") +
      "  - { id: two, hosts: [two.example.jp], facts: { storage_countries: [JP, SG] } }\n"
      "  - { id: half, hosts: [half.example.jp], facts: { storage_countries: [JP, unknown] } }\n";
  const auto eu = compile(with("storage: required", entries));
  EXPECT_EQ(outcome(*eu, {"llm.example.jp"}), "allow h");
  EXPECT_EQ(outcome(*eu, {"two.example.jp"}), "block region regions");
  EXPECT_EQ(outcome(*eu, {"half.example.jp"}), "block region regions");
  const auto germany = compile(with("storage: if_known", entries, "[JP, DE, FR]"));
  EXPECT_EQ(outcome(*germany, {"llm.example.jp"}), "block region regions");
  EXPECT_EQ(outcome(*germany, {"half.example.jp"}), "allow half");
}

TEST(Regions, OneDeniedMemberOfASetRefuses) {
  // Qwen Chat names Singapore and mainland China as storage.
  const auto s = compile(with("", provider("qwen-chat"), "[SG, JP]"));
  const auto a = admit(*s, {"chat.qwen.ai"});
  EXPECT_EQ(a.reason, policy::Reason::kRegion);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kStorage), "CN,SG denied");
}

TEST(Regions, OverlayBeatsTheShippedFact) {
  const std::string text = with("operator: required, storage: if_known", provider("openai-api"));
  const auto s =
      compile(text, "version: 1\nproviders:\n  - { id: openai-api, storage_countries: [KR] }\n");
  const auto a = admit(*s, {"api.openai.com"});
  EXPECT_TRUE(a.refused);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kStorage), "KR not_allowed");
  const auto storage = std::find_if(a.evidence.begin(), a.evidence.end(),
                                    [](const auto& e) { return e.kind == EvidenceKind::kStorage; });
  ASSERT_NE(storage, a.evidence.end());
  EXPECT_EQ(storage->source, "overlay:openai-api");
}

TEST(Regions, FactsOfAnEntryAreTheCustomersWordButHideNoDeny) {
  const std::string entries =
      "  - { id: p, providers: [openai-api], facts: { storage_countries: [JP] } }\n"
      "  - { id: q, providers: [moonshot-intl], facts: { operator_country: JP, parent_country: JP,"
      " storage_countries: [JP], processing_countries: [JP] } }\n";
  const auto s = compile(with("storage: required", entries));
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "allow p");
  EXPECT_EQ(outcome(*s, {"api.moonshot.ai"}), "block region regions");
}

const std::string kLab =
    "  - { id: lab, providers: [deepseek-api], groups: [lab], until: 2026-12-31, ticket: T-1,"
    " approved_by: [cto], reason: evaluation }\n"
    "  - { id: open, providers: [deepseek-api] }\n";

const std::string kGroups = "groups: { lab: { users: [lee] } }\n";

TEST(Final, NothingLiftsRegionsWhileItIsTrue) {
  const auto s = compile(with("operator: required", kLab) + kGroups);
  Ask lee{"api.deepseek.com"};
  lee.user = "lee";
  EXPECT_EQ(outcome(*s, lee), "block region regions");
}

TEST(Final, FalseLetsATimeBoxedEntryOfTheGroupLiftDenyAndAllowAlike) {
  const auto s = compile(
      with("operator: required, address: required", kLab, "[JP]", "  final: false\n") + kGroups);
  Ask lee = at("api.deepseek.com", in_country("KR"));
  lee.user = "lee";
  const auto a = admit(*s, lee);
  EXPECT_FALSE(a.refused);
  EXPECT_EQ(a.exception, "lab");
  EXPECT_EQ(a.rule, "lab");
  EXPECT_EQ(evidence_text(a, EvidenceKind::kOperator), "CN denied");
  // The entry is not for alice, and one that nobody answers for lifts nothing.
  EXPECT_EQ(outcome(*s, {"api.deepseek.com"}), "block region regions");
  // Nor does it lift after its end.
  lee.now = *policy::parse_time("2026-12-31T15:00:00Z", "UTC");
  EXPECT_EQ(outcome(*s, lee), "block region regions");
}

TEST(Regions, NorwayIsACountryAndNoAWord) {
  const auto s = compile(
      "version: 1\nname: norway\nregions:\n  allow: [JP, NO, US]\n  deny: [CN, HK, MO]\n"
      "  evidence: { operator: required, storage: required, processing: if_known, endpoint: "
      "if_known,"
      " address: required }\ndestinations:\n  - id: fjord\n    hosts: [llm.example.no]\n"
      "    facts: { operator_country: NO, storage_countries: [NO], trains_on_inputs: no,"
      " reviewed_at: 2026-10-01 }\n    require: { trains_on_inputs: [no, opt_out] }\n");
  EXPECT_EQ(outcome(*s, at("llm.example.no", in_country("NO"))), "allow fjord");
  EXPECT_EQ(outcome(*s, at("llm.example.no", in_country("SE"))), "block region regions");
}

TEST(Regions, AbsentSectionJudgesNothingAndRecordsEvidence) {
  const auto s = compile("version: 1\nname: t\ndestinations:\n" + provider("deepseek-api"));
  const auto a = admit(*s, at("api.deepseek.com", in_country("CN")));
  EXPECT_FALSE(a.refused);
  EXPECT_EQ(evidence_text(a, EvidenceKind::kOperator), "CN ignored");
  EXPECT_EQ(a.known_regions.codes(), (std::vector<std::string>{"CN"}));
}

TEST(KnownRegions, AreThoseOfEveryKindButTheNetwork) {
  const auto s = compile(with("operator: required",
                              house("operator_country: JP, parent_country: US,"
                                    " storage_countries: [DE, FR],"
                                    " processing_countries: [DE]"),
                              "[JP, US, EU]"));
  policy::AddressFacts a = in_country("SE");
  a.network_country = "KR";
  const auto out = admit(*s, at("llm.example.jp", a));
  EXPECT_EQ(out.known_regions.codes(), (std::vector<std::string>{"DE", "FR", "JP", "SE", "US"}));
  EXPECT_TRUE(out.region_unknown) << "nothing names an endpoint";
  const auto openai = admit(*s, {"api.openai.com"});
  EXPECT_EQ(openai.known_regions.codes(), (std::vector<std::string>{"US"}));
}

TEST(Traps, JapaneseOperatorThatForwardsAbroadIsNotJapaneseByItsProcessing) {
  const auto s =
      compile(with("operator: required, processing: required", provider("sakana"), "[JP]"));
  EXPECT_TRUE(s->catalogue().find("sakana")->aggregator);
  EXPECT_EQ(outcome(*s, {"api.sakana.ai"}), "block region regions");
}

TEST(Traps, SoutheastOfBytePlusIsNoCountry) {
  const auto s = compile(with("endpoint: required", provider("byteplus-modelark"), "[SG, MY, ID]"));
  const auto a = admit(*s, {"ark.ap-southeast.bytepluses.com"});
  EXPECT_EQ(evidence_text(a, EvidenceKind::kEndpoint), "unknown unknown");
}

TEST(Traps, CountryOfDeepSeeksEdgeProvesNothing) {
  const auto s = compile(with("operator: ignore", provider("deepseek-api")));
  policy::AddressFacts edge;
  edge.edge = "EdgeOne";
  edge.network_country = "US";
  EXPECT_EQ(outcome(*s, at("api.deepseek.com", edge)), "block region regions");
  EXPECT_EQ(outcome(*s, {"gator.volces.com"}), "block region regions");
  EXPECT_EQ(outcome(*s, {"apmplus.volces.com"}), "block region regions");
}

TEST(Traps, MostEntriesDoNotSatisfyWhatNobodyKnows) {
  const auto s = compile(
      with("storage: required", provider("openai-api"), "[JP, US, EU, GB, CA, AU, SG, IN, KR]"));
  int unknown = 0, refused = 0;
  for (const auto& p : s->catalogue().providers) {
    const auto storage = p.facts.find("storage_countries");
    if (storage == p.facts.end() || storage->second.items != std::vector<std::string>{"unknown"})
      continue;
    ++unknown;
    std::string host = p.hosts[0];
    if (host[0] == '*') host = "x" + host.substr(1);
    const auto a = admit(*s, {host});
    if (a.provider != p.id) continue;
    ++refused;
    EXPECT_EQ(a.reason, policy::Reason::kRegion) << p.id;
  }
  EXPECT_EQ(unknown, 193);
  EXPECT_GT(refused, 180);
}

TEST(Traps, WildcardsOfCloudsBelongToAnEntryOnlyWithItsPattern) {
  const auto s = compile(with("", provider("google-vertex")));
  for (const char* host : {"storage.googleapis.com", "oauth.googleapis.com", "s3.amazonaws.com"})
    EXPECT_EQ(outcome(*s, {host}), "block destination unlisted") << host;
}

}  // namespace
}  // namespace sekisho::tests
