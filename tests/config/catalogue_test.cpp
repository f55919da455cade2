#include "config/catalogue.h"

#include "tests/config/testing.h"

namespace sekisho::config {
namespace {

const char* const kShipped = R"(version: 1
as_of: "2026-11-24"
sources: { gk: "general knowledge" }
shared_side_hosts: { signin: [accounts.example.com] }
model_developers:
  - { id: deepseek, country: CN, pattern: "(^|/)deepseek", service_only: "^deepseek-chat$" }
openrouter_providers: { "DeepSeek": one }
huggingface_router_providers: { "zai-org": two }
providers:
  - id: one
    name: One
    operator: One Inc.
    operator_country: US
    parent_country: unknown
    kind: api
    hosts: [API.one.example, "*.one.example"]
    side_hosts: { signin: [login.one.example], telemetry: [t.one.example] }
    dialect: openai
    endpoint_region:
      - { where: host, pattern: "^(?P<region>us)\\.", table: aws }
      - { where: path, pattern: "^/(?P<region>us|g)/", values: { us: US, g: ANY } }
    storage_countries: [US, EU]
    processing_countries: [unknown]
    trains_on_inputs: "no"
    retention_days: 0
    certifications: { iso27001: "yes", ismap: unknown }
    reviewed_at: 2026-08-05
    confidence: high
  - { id: two, hosts: [two.example], operator_country: NO, aggregator: true, trains_on_inputs: yes }
)";

Catalogue load(const Folder& folder, const std::string& shipped, const std::string& overlay,
               Problems& problems) {
  const std::string first = folder.write("providers.yaml", shipped);
  const std::string second = overlay.empty() ? "" : folder.write("overlay.yaml", overlay);
  return load_catalogue(first, second, problems);
}

TEST(Catalogue, KeepsEveryScalarAsText) {
  Folder folder;
  Problems problems;
  const Catalogue c = load(folder, kShipped, "", problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  const Provider* one = c.find("one");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->hosts, (std::vector<std::string>{"api.one.example", "*.one.example"}));
  EXPECT_EQ(one->parent_country, "unknown");
  EXPECT_EQ(one->facts.at("retention_days").items[0], "0");
  EXPECT_EQ(one->facts.at("storage_countries").items, (std::vector<std::string>{"US", "EU"}));
  EXPECT_EQ(one->facts.at("certifications").fields[0],
            (std::pair<std::string, std::string>{"iso27001", "yes"}));
  EXPECT_EQ(one->facts.at("reviewed_at").items[0], "2026-08-05");
  EXPECT_EQ(one->endpoint_region[1].values.at("g"), "ANY");
  EXPECT_EQ(one->side_hosts[1].role, "telemetry");
  EXPECT_EQ(one->confidence, "high");
  EXPECT_FALSE(one->from_overlay);
  const Provider* two = c.find("two");
  EXPECT_EQ(two->operator_country, "NO");
  EXPECT_TRUE(two->aggregator);
  EXPECT_EQ(two->facts.at("trains_on_inputs").items[0], "yes");
  EXPECT_EQ(c.as_of, "2026-11-24");
  EXPECT_EQ(c.openrouter_providers.at("DeepSeek"), "one");
  EXPECT_EQ(c.model_developers[0].service_only, "^deepseek-chat$");
  EXPECT_EQ(c.find("three"), nullptr);
}

TEST(Overlay, ReplacesOnlyTheKeysItStates) {
  Folder folder;
  Problems problems;
  const Catalogue c = load(folder, kShipped, R"(version: 1
providers:
  - { id: one, trains_on_inputs: opt_out, reviewed_at: 2026-11-01, hosts: [new.one.example] }
)",
                           problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  const Provider* one = c.find("one");
  EXPECT_EQ(one->facts.at("trains_on_inputs").items[0], "opt_out");
  EXPECT_EQ(one->facts.at("reviewed_at").items[0], "2026-11-01");
  EXPECT_EQ(one->hosts, (std::vector<std::string>{"new.one.example"}));
  EXPECT_EQ(one->operator_name, "One Inc.");
  EXPECT_EQ(one->endpoint_region.size(), 2u);
  EXPECT_TRUE(one->from_overlay);
  EXPECT_EQ(one->overlaid, (std::vector<std::string>{"trains_on_inputs", "reviewed_at", "hosts"}));
  EXPECT_FALSE(c.find("two")->from_overlay);
  EXPECT_EQ(c.as_of, "2026-11-24");
}

TEST(Overlay, AddsNewServices) {
  Folder folder;
  Problems problems;
  const Catalogue c = load(
      folder, kShipped,
      "providers:\n  - { id: ours, name: Ours, hosts: [llm.ours.example], operator_country: JP }\n",
      problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  ASSERT_EQ(c.providers.size(), 3u);
  EXPECT_TRUE(c.find("ours")->from_overlay);
  EXPECT_EQ(c.find("ours")->dialect, "none");
}

TEST(Overlay, IsAsStrictAsTheCatalogue) {
  Folder folder;
  Problems problems;
  load(folder, kShipped, R"(providers:
  - { id: ours, host: [a.example] }
  - { id: one, trains_on_input: no }
  - { id: one, trains_on_inputs: no }
  - { id: two, dialect: openapi, operator_country: Japan, storage_countries: [jp] }
)",
       problems);
  EXPECT_EQ(problems.size(), 7u) << listed(problems);
}

TEST(Catalogue, RefusesAnEndpointThatLeadsNowhere) {
  Folder folder;
  Problems problems;
  load(folder,
       "providers:\n  - { id: a, hosts: [a.example], endpoint_region: [ { where: host, pattern: x "
       "} ] }\n",
       "", problems);
  ASSERT_EQ(problems.size(), 1u) << listed(problems);
  EXPECT_EQ(problems[0].at.line, 2);
}

TEST(Catalogue, AMissingFileIsAProblem) {
  Problems problems;
  load_catalogue("/nonexistent.yaml", "", problems);
  load_cloud_regions("/nonexistent.yaml", problems);
  load_networks("/nonexistent.yaml", problems);
  EXPECT_EQ(problems.size(), 3u);
}

TEST(CloudRegions, ResolvesGroupsAndCodesWithoutACountry) {
  Folder folder;
  Problems problems;
  const CloudRegions r = load_cloud_regions(folder.write("r.yaml", R"(version: 1
groups: { EU: [AT, DE], ANY: ["*"], ANY_EX_CN: ["*", "!CN"] }
not_a_region: { aws: [aws-global], gcp_multi: { eu: [EU], us: [US] } }
providers:
  aws: { name: A, confidence: high, source: s, regions: { ap-northeast-1: JP, no-1: NO } }
  gcp: { name: G, confidence: high, source: s, regions: { x: unknown } }
  prefix: { regions: { "one:eu": EU } }
)"),
                                            problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  EXPECT_EQ(r.groups.at("ANY_EX_CN"), (std::vector<std::string>{"*", "!CN"}));
  EXPECT_EQ(r.tables.at("aws").at("no-1"), (std::vector<std::string>{"NO"}));
  EXPECT_EQ(r.tables.at("aws").at("aws-global"), (std::vector<std::string>{"*"}));
  EXPECT_EQ(r.tables.at("gcp").at("eu"), (std::vector<std::string>{"AT", "DE"}));
  EXPECT_EQ(r.tables.at("gcp").at("x"), (std::vector<std::string>{"unknown"}));
  EXPECT_EQ(r.tables.at("prefix").at("one:eu"), (std::vector<std::string>{"AT", "DE"}));
}

TEST(CloudRegions, ReportsCountriesAndGroupsThatAreNone) {
  Folder folder;
  Problems problems;
  load_cloud_regions(
      folder.write("r.yaml", "providers:\n  aws: { regions: { a: jp, b: NOWHERE } }\n"), problems);
  EXPECT_EQ(problems.size(), 2u) << listed(problems);
}

TEST(Networks, ReportsWhatCannotBeRead) {
  Folder folder;
  Problems problems;
  load_networks(
      folder.write("n.yaml",
                   "version: 1\nedges:\n"
                   "  - { name: a, country: US, networks: [10.0.0.1/8], asns: [013335] }\n"
                   "asn_country: { CN: [1, 1], Japan: [2] }\n"),
      problems);
  EXPECT_EQ(problems.size(), 4u) << listed(problems);
}

TEST(Overlay, SingleFactsCarryTheirOwnSourceAndDate) {
  Folder folder;
  Problems problems;
  const Catalogue c = load(folder, kShipped, R"(version: 1
as_of: 2026-10-01
sources: { dpa: "contract of 2026" }
providers:
  - id: one
    trains_on_inputs: { value: opt_out, source: "contract, clause 4", reviewed_at: 2026-11-20 }
    certifications: { value: { iso27001: "yes" } }
    operator_country: { value: JP }
    retention_days: 30
)",
                           problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  const Provider& one = *c.find("one");
  EXPECT_EQ(one.facts.at("trains_on_inputs").items[0], "opt_out");
  EXPECT_EQ(one.facts.at("certifications").fields[0].second, "yes");
  EXPECT_EQ(one.operator_country, "JP");
  const auto told = [&](const char* key) {
    const FactOrigin o = origin_of(c, one, key);
    return std::string(o.overlay ? "overlay " : "catalogue ") +
           (o.as_of ? o.as_of->to_string() : "-") + " " + o.source;
  };
  EXPECT_EQ(told("trains_on_inputs"), "overlay 2026-11-20 contract, clause 4");
  EXPECT_EQ(told("operator_country"), "overlay 2026-10-01 ");  // the date of the file
  EXPECT_EQ(told("retention_days"), "overlay 2026-10-01 ");
  EXPECT_EQ(told("storage_countries"),
            "catalogue 2026-08-05 ");  // a dated reading, confidence high
  EXPECT_EQ(told("dpa"), "catalogue 2026-08-05 ");
}

TEST(Overlay, NoteThatIsWrongIsTold) {
  for (const char* wrong :
       {"trains_on_inputs: { value: maybe }", "retention_days: { value: 3, who: me }",
        "dpa: { value: \"yes\", reviewed_at: soon }", "hosts: { value: [a.example] }"}) {
    Folder folder;
    Problems problems;
    load(folder, kShipped, "version: 1\nproviders:\n  - { id: one, " + std::string(wrong) + " }\n",
         problems);
    EXPECT_FALSE(problems.empty()) << wrong;
  }
}

}  // namespace
}  // namespace sekisho::config
