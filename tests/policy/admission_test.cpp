// Who may send anything where: groups, hosts, entries, terms, time. Regions: region_test.cpp.

#include <gtest/gtest.h>

#include "tests/policy/snapshot_fixture.h"

namespace sekisho::tests {
namespace {

const std::string kHead = "version: 1\nname: test\n";
const std::string kRegions =
    "regions:\n  allow: [JP, US, EU]\n  deny: [CN, HK, MO]\n"
    "  evidence: { operator: required }\n";

TEST(Groups, EverybodyIsInEveryoneAndInEachGroupThatMatches) {
  const auto s = compile(kHead +
                         "groups:\n"
                         "  engineering: { users: [alice], networks: [10.20.0.0/16] }\n"
                         "  lab: { networks: [10.99.0.0/24, \"2001:db8::/32\"] }\n");
  const auto groups = [&](const std::string& user, const std::string& ip) {
    return s->groups_of(user, *config::IpAddress::parse(ip));
  };
  using List = std::vector<std::string>;
  EXPECT_EQ(groups("", "192.0.2.1"), (List{"everyone"}));
  EXPECT_EQ(groups("alice", "192.0.2.1"), (List{"engineering", "everyone"}));
  EXPECT_EQ(groups("bob", "10.20.3.4"), (List{"engineering", "everyone"}));
  EXPECT_EQ(groups("alice", "10.99.0.7"), (List{"engineering", "everyone", "lab"}));
  EXPECT_EQ(groups("bob", "::ffff:10.99.0.7"), (List{"everyone", "lab"}));
  EXPECT_EQ(groups("bob", "2001:db8::7"), (List{"everyone", "lab"}));
  EXPECT_EQ(groups("Alice", "192.0.2.1"), (List{"everyone"}));
}

TEST(Destinations, ServiceThatNoEntryAllowsIsRefused) {
  const auto s =
      compile(kHead + kRegions + "destinations:\n  - { id: api, providers: [openai-api] }\n");
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "allow api");
  EXPECT_EQ(outcome(*s, {"api.anthropic.com"}), "block destination destinations");
  const auto a = admit(*s, {"api.anthropic.com"});
  EXPECT_EQ(a.provider, "anthropic-api");
  EXPECT_FALSE(a.unlisted);
}

TEST(Destinations, UnlistedHostIsRefusedOrSpliced) {
  const auto block = compile(kHead);
  EXPECT_EQ(outcome(*block, {"packages.example.net"}), "block destination unlisted");
  EXPECT_TRUE(admit(*block, {"packages.example.net"}).unlisted);
  const auto splice = compile(kHead + "unlisted: splice\n");
  EXPECT_EQ(outcome(*splice, {"packages.example.net"}), "splice unlisted");
  EXPECT_EQ(outcome(*splice, {"packages.example.net", 8443}), "splice unlisted");
  // The catalogue names these, on whatever port.
  EXPECT_EQ(outcome(*splice, {"api.openai.com"}), "block destination destinations");
  EXPECT_EQ(outcome(*splice, {"api.openai.com", 8443}), "block destination destinations");
  // Plain HTTP cannot be passed unseen, and an address must be listed as such.
  EXPECT_EQ(outcome(*splice, {"packages.example.net", 80, "http"}), "block destination unlisted");
  EXPECT_EQ(outcome(*splice, {"192.0.2.1"}), "block destination unlisted");
}

TEST(Destinations, LooksAlikeAreNeverTakenForTheService) {
  const auto s = compile(
      kHead + "unlisted: splice\ndestinations:\n  - { id: api, providers: [openai-api] }\n");
  for (const char* host : {"xapi.openai.com.evil.test", "api-openai.com", "openai.com.test"})
    EXPECT_EQ(outcome(*s, {host}), "splice unlisted") << host;
}

TEST(Destinations, WildcardIsEveryNameBelowNotTheNameItself) {
  const auto s =
      compile(kHead + "destinations:\n  - { id: in-house, hosts: [\"*.llm.example.jp\"] }\n");
  EXPECT_EQ(outcome(*s, {"a.llm.example.jp"}), "allow in-house");
  EXPECT_EQ(outcome(*s, {"a.b.llm.example.jp"}), "allow in-house");
  EXPECT_EQ(outcome(*s, {"llm.example.jp"}), "block destination unlisted");
  EXPECT_EQ(outcome(*s, {"xllm.example.jp"}), "block destination unlisted");
}

TEST(Destinations, CaseTrailingDotAndIdnFormsOfAnEntryDoNotMatter) {
  const auto s =
      compile(kHead + "destinations:\n  - { id: a, hosts: [LLM.Example.JP., 社内.example.jp] }\n");
  EXPECT_EQ(outcome(*s, {"llm.example.jp"}), "allow a");
  EXPECT_EQ(outcome(*s, {"xn--v6q418g.example.jp"}), "allow a");
}

TEST(Destinations, NoPortIsThePortOfTheScheme) {
  const auto s = compile(kHead +
                         "destinations:\n"
                         "  - { id: plain, hosts: [plain.example.jp] }\n"
                         "  - { id: eight, hosts: [\"eight.example.jp:8443\"] }\n"
                         "  - { id: any, hosts: [\"any.example.jp:*\"] }\n");
  EXPECT_EQ(outcome(*s, {"plain.example.jp"}), "allow plain");
  EXPECT_EQ(outcome(*s, {"plain.example.jp", 80, "http"}), "allow plain");
  EXPECT_EQ(outcome(*s, {"plain.example.jp", 80}), "block destination destinations");
  EXPECT_EQ(outcome(*s, {"plain.example.jp", 8443}), "block destination destinations");
  EXPECT_EQ(outcome(*s, {"eight.example.jp", 8443}), "allow eight");
  EXPECT_EQ(outcome(*s, {"eight.example.jp"}), "block destination destinations");
  EXPECT_EQ(outcome(*s, {"any.example.jp", 1}), "allow any");
  EXPECT_EQ(outcome(*s, {"any.example.jp", 65535, "http"}), "allow any");
}

TEST(Destinations, LongestMatchPicksTheEntries) {
  const auto s = compile(kHead +
                         "groups: { lab: { users: [lee] } }\n"
                         "destinations:\n"
                         "  - { id: wide, hosts: [\"*.example.jp\"] }\n"
                         "  - { id: narrow, hosts: [\"*.ai.example.jp\"], groups: [lab] }\n"
                         "  - { id: exact, hosts: [x.ai.example.jp] }\n"
                         "  - { id: port, hosts: [\"y.ai.example.jp:443\"] }\n"
                         "  - { id: ports, hosts: [\"y.ai.example.jp:*\"] }\n");
  EXPECT_EQ(outcome(*s, {"a.example.jp"}), "allow wide");
  EXPECT_EQ(outcome(*s, {"x.ai.example.jp"}), "allow exact");
  EXPECT_EQ(outcome(*s, {"y.ai.example.jp"}), "allow port");
  EXPECT_EQ(outcome(*s, {"y.ai.example.jp", 444}), "allow ports");
  Ask lee{"b.ai.example.jp"};
  lee.user = "lee";
  EXPECT_EQ(outcome(*s, lee), "allow narrow");
  // None of the longest is for alice; the shorter one is not tried.
  EXPECT_EQ(outcome(*s, {"b.ai.example.jp"}), "block destination destinations");
}

TEST(Destinations, PolicyAndCatalogueHostsAreOneTable) {
  const auto s = compile(kHead +
                         "groups: { lab: { users: [lee] } }\n"
                         "destinations:\n"
                         "  - { id: azure, providers: [azure-openai] }\n"
                         "  - { id: ours, hosts: [ours.openai.azure.com], groups: [lab] }\n"
                         "  - { id: wide, hosts: [\"*.openai.com\"] }\n");
  EXPECT_EQ(outcome(*s, {"theirs.openai.azure.com"}), "allow azure");
  // The exact name beats the catalogue's wildcard, also for those it is not for.
  EXPECT_EQ(outcome(*s, {"ours.openai.azure.com"}), "block destination destinations");
  // And the catalogue's exact name beats the policy's wildcard.
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "block destination destinations");
  EXPECT_EQ(outcome(*s, {"other.openai.com"}), "allow wide");
}

TEST(Destinations, AnEntryForOtherGroupsCountsAsNone) {
  const auto s = compile(kHead +
                         "groups: { engineering: { users: [alice] }, legal: { users: [sato] } }\n"
                         "destinations:\n"
                         "  - { id: code, providers: [github-copilot], groups: [engineering] }\n"
                         "  - { id: api, providers: [openai-api], groups_not: [legal] }\n");
  EXPECT_EQ(outcome(*s, {"api.business.githubcopilot.com"}), "allow code");
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "allow api");
  Ask sato{"api.business.githubcopilot.com"};
  sato.user = "sato";
  EXPECT_EQ(outcome(*s, sato), "block destination destinations");
  sato.host = "api.openai.com";
  EXPECT_EQ(outcome(*s, sato), "block destination destinations");
}

TEST(Destinations, FirstReasonAmongTheEntriesOfTheClientStands) {
  const auto s =
      compile(kHead +
              "groups: { legal: { users: [sato] } }\n"
              "destinations:\n"
              "  - { id: a-expired, providers: [openai-api], until: 2026-01-31, ticket: T-1,"
              " approved_by: [cto], reason: pilot }\n"
              "  - { id: b-terms, providers: [openai-api], require: { retention_days: 1 } }\n"
              "  - { id: c-legal, providers: [openai-api], groups: [legal] }\n");
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "block terms b-terms");
  Ask sato{"api.openai.com"};
  sato.user = "sato";
  EXPECT_EQ(outcome(*s, sato), "allow c-legal");
}

TEST(Destinations, OrderOfEntriesDoesNotMatter) {
  const std::string a = "  - { id: strict, hosts: [x.example.jp], uninspected: block }\n";
  const std::string b =
      "  - { id: aaa-lax, hosts: [x.example.jp], uninspected: allow, tls: splice }\n";
  for (const std::string& list : {a + b, b + a}) {
    const auto s = compile(kHead + "destinations:\n" + list);
    const auto out = admit(*s, {"x.example.jp"});
    EXPECT_EQ(out.rule, "strict");
    EXPECT_FALSE(out.splice);
    EXPECT_EQ(out.uninspected_allowed, false);
  }
}

TEST(Destinations, SpliceIsTold) {
  const auto s =
      compile(kHead + "destinations:\n  - { id: a, hosts: [x.example.jp], tls: splice }\n");
  EXPECT_EQ(outcome(*s, {"x.example.jp"}), "splice a");
}

TEST(Destinations, PlainHttpIsAdmittedForListedHostsAlone) {
  const auto s =
      compile(kHead + kRegions + "destinations:\n  - { id: api, providers: [openai-api] }\n");
  EXPECT_EQ(outcome(*s, {"api.openai.com", 80, "http"}), "block destination destinations");
  EXPECT_EQ(outcome(*s, {"api.deepseek.com", 80, "http"}), "block region regions");
}

TEST(Destinations, AddressLiteralMustBeListedAsSuch) {
  const auto s = compile(kHead +
                         "destinations:\n"
                         "  - { id: four, hosts: [192.0.2.1] }\n"
                         "  - { id: six, hosts: [\"[2001:DB8::1]:8443\", \"2001:db8::2\"] }\n");
  EXPECT_EQ(outcome(*s, {"192.0.2.1"}), "allow four");
  EXPECT_EQ(outcome(*s, {"192.0.2.2"}), "block destination unlisted");
  EXPECT_EQ(outcome(*s, {"2001:db8::1", 8443}), "allow six");
  EXPECT_EQ(outcome(*s, {"2001:db8:0:0:0:0:0:2"}), "allow six");
  EXPECT_EQ(outcome(*s, {"::ffff:192.0.2.1"}), "allow four");
  EXPECT_EQ(outcome(*s, {"2001:db8::3"}), "block destination unlisted");
}

TEST(SideHosts, AdmitTheDefaultRolesAndRefuseTheOthers) {
  const auto s = compile(kHead + "destinations:\n  - { id: code, providers: [github-copilot] }\n");
  const auto upload = admit(*s, {"uploads.github.com"});
  EXPECT_FALSE(upload.refused);
  EXPECT_EQ(upload.side_host_role, "upload");
  EXPECT_EQ(upload.provider, "github-copilot");
  EXPECT_EQ(outcome(*s, {"api.github.com"}), "allow code");
  EXPECT_EQ(outcome(*s, {"collector.github.com"}), "block destination destinations");
}

TEST(SideHosts, AdmitTheRolesThatAnEntryNames) {
  const auto s = compile(kHead +
                         "destinations:\n  - { id: code, providers: [github-copilot],"
                         " side_hosts: [telemetry] }\n");
  EXPECT_EQ(outcome(*s, {"collector.github.com"}), "allow code");
  EXPECT_EQ(outcome(*s, {"uploads.github.com"}), "block destination destinations");
}

TEST(SideHosts, OfThirdPartiesAreJudgedOnTheirOwn) {
  const auto s = compile(kHead + kRegions +
                         "destinations:\n"
                         "  - { id: chat, providers: [openai-chatgpt] }\n"
                         "  - { id: lab, providers: [deepseek-chat] }\n");
  // DeepSeek names this host too, but it is not DeepSeek's.
  const auto a = admit(*s, {"accounts.google.com"});
  EXPECT_FALSE(a.refused) << a.rule;
  EXPECT_EQ(a.provider, "openai-chatgpt");
  EXPECT_TRUE(a.evidence.empty());
  // Nobody admitted names this one.
  EXPECT_EQ(outcome(*s, {"open.weixin.qq.com"}), "block destination destinations");
  // Its address is judged all the same.
  Ask there{"accounts.google.com"};
  there.address = in_country("HK");
  EXPECT_EQ(outcome(*s, there), "block region regions");
}

TEST(Paths, NarrowedServiceIsJudgedInsideTheTunnel) {
  const auto s = compile(
      kHead +
      "destinations:\n  - { id: db, providers: [databricks], require: { retention_days: 1 } }\n"
      "  - { id: ai, providers: [cloudflare-ai] }\n");
  EXPECT_EQ(outcome(*s, {"gateway.ai.cloudflare.com"}), "allow ai");
  Ask inside{"api.cloudflare.com"};
  inside.path = "/client/v4/accounts/abc/ai/run/@cf/meta/llama";
  EXPECT_EQ(outcome(*s, inside), "allow ai");
  inside.path = "/client/v4/zones";
  EXPECT_EQ(outcome(*s, inside), "block destination unlisted");
}

TEST(Paths, OtherPathsOfASharedHostStayUnlisted) {
  const auto s = compile(kHead + "unlisted: splice\n");
  // The path decides whose it is: the tunnel is opened, not spliced.
  EXPECT_EQ(outcome(*s, {"www.notion.so"}), "allow unlisted");
  Ask inside{"www.notion.so"};
  inside.path = "/some/page";
  EXPECT_EQ(outcome(*s, inside), "allow unlisted");
  inside.path = "/api/v3/getCompletion?x=1";
  EXPECT_EQ(outcome(*s, inside), "block destination destinations");
}

TEST(Paths, HostPatternKeepsTheRestOfACloudUnlisted) {
  const auto s = compile(kHead + "destinations:\n  - { id: aws, providers: [aws-bedrock] }\n");
  EXPECT_EQ(outcome(*s, {"bedrock-runtime.us-east-1.amazonaws.com"}), "allow aws");
  EXPECT_EQ(outcome(*s, {"s3.us-east-1.amazonaws.com"}), "block destination unlisted");
  EXPECT_EQ(outcome(*s, {"runtime.sagemaker.us-east-1.amazonaws.com"}),
            "block destination destinations");
}

TEST(Until, EndsWithThatDayInTheZoneOfThePolicy) {
  const auto s =
      compile(kHead +
              "destinations:\n  - { id: pilot, providers: [openai-api], until: 2026-12-31,"
              " ticket: T-1, approved_by: [cto], reason: pilot }\n");
  const auto at = [&](const char* time) {
    Ask ask{"api.openai.com"};
    ask.now = *policy::parse_time(time, "UTC");
    return outcome(*s, ask);
  };
  EXPECT_EQ(at("2026-12-30T15:00:00Z"), "allow pilot");
  EXPECT_EQ(at("2026-12-31T00:00:00Z"), "allow pilot");
  EXPECT_EQ(at("2026-12-31T14:59:59Z"), "allow pilot");
  EXPECT_EQ(at("2026-12-31T15:00:00Z"), "block expired pilot");
}

TEST(Until, ExpiredEntryStaysHarmlessAndIsReported) {
  const auto s = compile(kHead +
                         "destinations:\n"
                         "  - { id: old, providers: [openai-api], until: 2026-01-31, ticket: T-1,"
                         " approved_by: [cto], reason: pilot }\n"
                         "  - { id: new, providers: [openai-api] }\n");
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "allow new");
  const auto warnings = s->warnings(kNow);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("'old' (T-1) has expired"), std::string::npos) << warnings[0];
}

std::string with_require(const std::string& require, const std::string& provider = "azure-openai",
                         const std::string& overlay = "", const std::string& facts = "") {
  const auto s = compile(kHead + "destinations:\n  - { id: a, providers: [" + provider + "]" +
                             facts + ", require: { " + require + " } }\n",
                         overlay);
  const std::string host = s->catalogue().find(provider)->hosts[0];
  return outcome(*s, {host[0] == '*' ? "x" + host.substr(1) : host});
}

TEST(Require, ScalarIsAListOfOneAndUnknownSatisfiesNothing) {
  EXPECT_EQ(with_require("trains_on_inputs: no"), "allow a");
  EXPECT_EQ(with_require("trains_on_inputs: [opt_out, \"no\"]"), "allow a");
  EXPECT_EQ(with_require("trains_on_inputs: [opt_in, opt_out]"), "block terms a");
  EXPECT_EQ(with_require("trains_on_inputs: [no, unknown]", "sakana"), "block terms a");
  EXPECT_EQ(with_require("zero_retention: yes", "sakana"), "block terms a");
  EXPECT_EQ(with_require("dpa: yes"), "allow a");
}

// Every fact by itself: a value that meets, one that does not, and what is not known.
TEST(Require, TakesEveryFactOfTheCatalogue) {
  struct Row {
    const char *fact, *require, *meets, *fails;
  };
  const Row rows[] = {{"trains_on_inputs", "[\"no\", opt_out]", "opt_out", "opt_in"},
                      {"governing_law", "[JP, US]", "JP", "CN"},
                      {"retention_days", "30", "30", "31"},
                      {"zero_retention", "yes", "yes", "no"},
                      {"dpa", "yes", "yes", "no"},
                      {"certifications", "[iso27001]", "{ iso27001: yes, soc2: no }",
                       "{ iso27001: no, soc2: yes }"},
                      {"storage_countries", "[JP, EU]", "[JP, FR]", "[JP, CN]"},
                      {"processing_countries", "JP", "JP", "US"},
                      {"operator_country", "JP", "JP", "US"},
                      {"parent_country", "JP", "JP", "CN"},
                      {"confidence", "high", "high", "low"},
                      {"kind", "[api, coding]", "coding", "chat"},
                      {"aggregator", "false", "false", "true"},
                      {"operator", "Ours", "Ours", "Theirs"}};
  const auto with = [](const Row& row, const std::string& facts) {
    const auto s =
        compile("version: 1\ndestinations:\n  - { id: a, hosts: [x.example.jp], facts: {" + facts +
                "}, require: { " + row.fact + ": " + row.require + " } }\n");
    return outcome(*s, {"x.example.jp"});
  };
  for (const Row& row : rows) {
    const std::string fact = std::string(row.fact) + ": ";
    EXPECT_EQ(with(row, fact + row.meets), "allow a") << row.fact;
    EXPECT_EQ(with(row, fact + row.fails), "block terms a") << row.fact;
    EXPECT_EQ(with(row, " note: x "), "block terms a") << row.fact;
  }
  EXPECT_EQ(with({"certifications", "[iso27001]", "", ""}, "certifications: { iso27001: unknown }"),
            "block terms a");
  EXPECT_EQ(with({"retention_days", "30", "", ""}, "retention_days: unknown"), "block terms a");
  EXPECT_EQ(with({"governing_law", "JP", "", ""}, "governing_law: unknown"), "block terms a");
  EXPECT_EQ(with({"storage_countries", "JP", "", ""}, "storage_countries: [customer_selected]"),
            "block terms a");
}

TEST(Require, RetentionIsAtMost) {
  EXPECT_EQ(with_require("retention_days: 30"), "allow a");
  EXPECT_EQ(with_require("retention_days: 31"), "allow a");
  EXPECT_EQ(with_require("retention_days: 29"), "block terms a");
  EXPECT_EQ(with_require("retention_days: 3000", "deepseek-api").substr(0, 12), "block terms ");
}

TEST(Require, EveryNamedCertificationMustBeYes) {
  EXPECT_EQ(with_require("certifications: [iso27001, soc2]"), "allow a");
  EXPECT_EQ(with_require("certifications: iso27001"), "allow a");
  EXPECT_EQ(with_require("certifications: [iso27001, iso42001]"), "block terms a");
  EXPECT_EQ(with_require("certifications: [pci]"), "block terms a");
  EXPECT_EQ(with_require("certifications: [iso27001]", "google-gemini-api"), "block terms a");
}

TEST(Require, PlacesMustLieInside) {
  EXPECT_EQ(with_require("operator_country: [US, JP]"), "allow a");
  EXPECT_EQ(with_require("operator_country: JP"), "block terms a");
  EXPECT_EQ(with_require("storage_countries: [EU]", "mistral-api"), "allow a");
  EXPECT_EQ(with_require("storage_countries: [FR, DE]", "mistral-api"), "block terms a");
  EXPECT_EQ(with_require("governing_law: US"), "allow a");
}

TEST(Require, ReviewCountsOnlyWhenOursOrOfHighConfidence) {
  // Shipped with a date of 2026-08-05 and confidence high: 112 days ago.
  EXPECT_EQ(with_require("reviewed_within: 180d"), "allow a");
  EXPECT_EQ(with_require("reviewed_within: 112d"), "allow a");
  EXPECT_EQ(with_require("reviewed_within: 111d"), "block terms a");
  // No date, no review.
  EXPECT_EQ(with_require("reviewed_within: 180d", "github-copilot"), "block terms a");
  const std::string head = "version: 1\nproviders:\n  - id: github-copilot\n    reviewed_at: ";
  EXPECT_EQ(with_require("reviewed_within: 180d", "github-copilot", head + "2026-10-01\n"),
            "allow a");
  EXPECT_EQ(with_require("reviewed_within: 30d", "github-copilot", head + "2026-10-01\n"),
            "block terms a");
  EXPECT_EQ(with_require("reviewed_within: 180d", "github-copilot", head + "2026-12-01\n"),
            "block terms a")
      << "a review that lies ahead has not taken place";
  EXPECT_EQ(with_require("reviewed_within: 180d", "github-copilot", "",
                         ", facts: { reviewed_at: 2026-11-01 }"),
            "allow a");
  // A shipped date of lesser confidence certifies nothing.
  EXPECT_EQ(with_require("reviewed_within: 180d", "azure-openai",
                         "version: 1\nproviders:\n  - { id: azure-openai, confidence: medium }\n"),
            "block terms a");
}

TEST(Require, ReviewIsCountedInTheZoneOfThePolicy) {
  const auto s = compile(
      kHead +
      "destinations:\n  - { id: a, hosts: [x.example.jp], facts: { reviewed_at: 2026-11-01 },"
      " require: { reviewed_within: 10d } }\n");
  const auto at = [&](const char* time) {
    Ask ask{"x.example.jp"};
    ask.now = *policy::parse_time(time, "UTC");
    return outcome(*s, ask);
  };
  EXPECT_EQ(at("2026-11-11T14:59:59Z"), "allow a");
  EXPECT_EQ(at("2026-11-11T15:00:00Z"), "block terms a");
}

TEST(Require, FactsOfAnEntryAreTheCustomersWord) {
  EXPECT_EQ(with_require("trains_on_inputs: no", "google-gemini-api"), "block terms a");
  EXPECT_EQ(with_require("trains_on_inputs: no", "google-gemini-api", "",
                         ", facts: { trains_on_inputs: no }"),
            "allow a");
}

TEST(Require, OverlayReplacesOnlyTheKeysItStates) {
  const std::string overlay =
      "version: 1\nproviders:\n  - { id: openai-api, trains_on_inputs: \"yes\" }\n"
      "  - { id: ours, hosts: [llm.example.jp], operator_country: JP, trains_on_inputs: \"no\" }\n";
  EXPECT_EQ(with_require("trains_on_inputs: no", "openai-api", overlay), "block terms a");
  EXPECT_EQ(with_require("retention_days: 30", "openai-api", overlay), "allow a");
  EXPECT_EQ(with_require("trains_on_inputs: no", "ours", overlay), "allow a");
}

TEST(Observe, OnThePolicyRecordsAndStopsNothing) {
  const auto s = compile(
      kHead + "mode: observe\n" + kRegions +
      "destinations:\n  - { id: api, providers: [openai-api], require: { retention_days: 1 } }\n");
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "would terms api");
  EXPECT_EQ(outcome(*s, {"api.deepseek.com"}), "would region regions");
  EXPECT_EQ(outcome(*s, {"unknown.example"}), "would destination unlisted");
  EXPECT_TRUE(admit(*s, {"api.deepseek.com"}).observe);
}

TEST(Observe, OnAnEntryLetsPassItsOwnTermsButNeverTheRegion) {
  const auto s = compile(
      kHead + kRegions +
      "destinations:\n"
      "  - { id: api, providers: [openai-api], mode: observe, require: { retention_days: 1 } }\n"
      "  - { id: ds, providers: [deepseek-api], mode: observe }\n");
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "would terms api");
  EXPECT_EQ(outcome(*s, {"api.deepseek.com"}), "block region regions");
}

TEST(Observe, EntryMayEnforceInAnObservingPolicy) {
  const auto s = compile(kHead + "mode: observe\n" +
                         "destinations:\n  - { id: api, providers: [openai-api], mode: enforce,"
                         " require: { retention_days: 1 } }\n");
  EXPECT_EQ(outcome(*s, {"api.openai.com"}), "block terms api");
}

TEST(Alternatives, AreToldToWhoeverIsRefused) {
  const auto s = compile(
      kHead + kRegions +
      "destinations:\n  - { id: aws, providers: [aws-bedrock] }\n"
      "alternatives:\n"
      "  deepseek-api: { use: aws-bedrock, note: { ja: \"Bedrock へ\", en: \"use Bedrock\" } }\n"
      "  aws-bedrock: { use: aws }\n");
  const auto refused = admit(*s, {"api.deepseek.com"});
  EXPECT_EQ(refused.alternative, "aws-bedrock");
  EXPECT_EQ(refused.alternative_note.en, "use Bedrock");
  EXPECT_EQ(admit(*s, {"bedrock-runtime.us-east-1.amazonaws.com"}).alternative, "");
}

TEST(Names, EveryUnknownOneIsReportedAtItsPlaceInOneRun) {
  const std::string problems = problems_of(
      "version: 1\n"
      "name: test\n"
      "groups:\n"
      "  legal: { users: [sato] }\n"
      "regions:\n"
      "  allow: [JP, EUU]\n"
      "  deny: [CN, BEDROCK_CN]\n"
      "destinations:\n"
      "  - id: a\n"
      "    providers: [openai-apy]\n"
      "    groups: [legl]\n"
      "    groups_not: [nobody]\n"
      "  - id: b\n"
      "    hosts: [x.example.jp]\n"
      "    facts: { storage_countries: [EUUU] }\n"
      "    require: { operator_country: NOWHERE }\n"
      "alternatives:\n"
      "  deepseek-appi: { use: a }\n"
      "  deepseek-api: { use: zzz }\n");
  for (const char* part :
       {"policy.yaml:6:15:", "EUU", "policy.yaml:7:14:", "BEDROCK_CN", "policy.yaml:10:17:",
        "did you mean 'openai-api'?", "policy.yaml:11:14:", "did you mean 'legal'?",
        "policy.yaml:12:18:", "nobody", "policy.yaml:15:", "EUUU", "policy.yaml:16:", "NOWHERE",
        "policy.yaml:18:3:", "did you mean 'deepseek-api'?", "policy.yaml:19:", "zzz"})
    EXPECT_NE(problems.find(part), std::string::npos) << part << " in\n" << problems;
}

TEST(Names, GroupEveryoneExistsAndCannotBeDefined) {
  compile(kHead + "destinations:\n  - { id: a, hosts: [x.example.jp], groups: [everyone] }\n");
  EXPECT_NE(problems_of(kHead + "groups: { everyone: { users: [x] } }\n").find("everyone"),
            std::string::npos);
}

TEST(Snapshot, NamesItsTextByDigest) {
  const auto s = compile(kHead);
  EXPECT_EQ(s->digest().substr(0, 7), "sha256:");
  EXPECT_EQ(s->digest().size(), 7u + 64);
  EXPECT_NE(s->digest(), compile(kHead + "# a comment\n")->digest());
  EXPECT_EQ(s->text(), kHead);
}

TEST(Snapshot, NeverLeavesTheDialectUnset) {
  const auto s = compile(kHead + "destinations:\n  - { id: api, providers: [openai-api] }\n");
  for (const char* host : {"api.openai.com", "unknown.example", "192.0.2.1", "api.deepseek.com"})
    EXPECT_TRUE(admit(*s, {host}).dialect) << host;
  EXPECT_EQ(admit(*s, {"api.openai.com"}).dialect->name, "openai");
}

}  // namespace
}  // namespace sekisho::tests
