#include "config/policy_file.h"

#include "tests/config/testing.h"

namespace sekisho::config {
namespace {

PolicyFile good(const std::string& text) {
  Problems problems;
  PolicyFile p = parse_policy("p.yaml", text, problems);
  EXPECT_TRUE(problems.empty()) << listed(problems);
  return p;
}

TEST(PolicyFile, DefaultsAreThoseOfTheDocumentation) {
  const PolicyFile p = good("version: 1\n");
  EXPECT_EQ(p.mode, Mode::kEnforce);
  EXPECT_EQ(p.timezone, "Asia/Tokyo");
  EXPECT_FALSE(p.unlisted_splice);
  EXPECT_EQ(p.uninspected, Action::kBlock);
  EXPECT_EQ(p.exception_days, 90);
  EXPECT_FALSE(p.regions);
  EXPECT_FALSE(p.detectors.packs);
  EXPECT_EQ(p.messages.languages, (std::vector<std::string>{"ja", "en"}));
  EXPECT_EQ(p.text, "version: 1\n");
}

TEST(PolicyFile, DatasetsOfTheDocumentationAreRead) {
  Problems problems;
  const std::string folder = SEKISHO_TEST_DIR "/config/data";
  const PolicyFile p = load_policy(folder + "/policy_example.yaml", problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  ASSERT_EQ(p.datasets.size(), 2u);
  const DatasetDef& customers = p.datasets[0];
  EXPECT_EQ(customers.type(), "dataset:customers");
  EXPECT_EQ(customers.exact.value, folder + "/customers.csv");
  ASSERT_EQ(customers.columns.size(), 3u);
  EXPECT_EQ(customers.columns[2].value, "phone");
  EXPECT_EQ(customers.key.value, "id");
  EXPECT_EQ(customers.at_least_columns, 2);
  EXPECT_EQ(customers.category, "confidential");
  EXPECT_FALSE(p.datasets[1].is_list());
  EXPECT_EQ(p.datasets[1].documents.value, folder + "/designs/");
  EXPECT_DOUBLE_EQ(p.datasets[1].similarity, 0.3);
  EXPECT_EQ(p.data[6].findings[0].value, "dataset:customers");
}

TEST(PolicyFile, DatasetsHaveDefaults) {
  const PolicyFile p = good(
      "version: 1\ndatasets:\n  one: { exact: /a.csv, columns: [mail] }\n"
      "  two: { exact: b.csv, columns: [mail], key: id, category: pii }\n"
      "  texts: { documents: d, similarity: 1 }\n");
  EXPECT_EQ(p.datasets[0].at_least_columns, 1);
  EXPECT_EQ(p.datasets[0].exact.value, "/a.csv");
  EXPECT_EQ(p.datasets[1].at_least_columns, 2);
  EXPECT_EQ(p.datasets[1].category, "pii");
  EXPECT_DOUBLE_EQ(p.datasets[2].similarity, 1);
}

TEST(PolicyFile, ADetectorMayNameADictionary) {
  const PolicyFile p = good(
      "version: 1\ndetectors: { custom: [{ type: project, dictionary: words.txt, category: c, "
      "confidence: high, match: [x] }] }\n");
  EXPECT_EQ(p.detectors.custom[0].dictionary.value, "words.txt");
  EXPECT_TRUE(p.detectors.custom[0].pattern.value.empty());
}

TEST(PolicyFile, ExampleOfTheDocumentationIsReadWhole) {
  Problems problems;
  const PolicyFile p = load_policy(SEKISHO_TEST_DIR "/config/data/policy_example.yaml", problems);
  EXPECT_EQ(p.name, "example-corp");
  ASSERT_EQ(p.groups.size(), 3u);
  EXPECT_EQ(p.groups[0].users, (std::vector<std::string>{"alice", "bob"}));
  EXPECT_EQ(p.groups[0].networks[0].to_string(), "10.20.0.0/16");
  ASSERT_TRUE(p.regions);
  EXPECT_EQ(p.regions->deny[1].value, "HK");
  EXPECT_EQ(p.regions->evidence[static_cast<int>(EvidenceKind::kOperator)],
            EvidenceSetting::kRequired);
  EXPECT_EQ(p.regions->evidence[static_cast<int>(EvidenceKind::kParent)],
            EvidenceSetting::kIfKnown);
  ASSERT_EQ(p.destinations.size(), 4u);
  EXPECT_EQ(p.destinations[0].side_hosts->size(), 3u);
  EXPECT_FALSE(p.destinations[1].side_hosts);
  EXPECT_EQ(p.destinations[1].require.at("reviewed_within").items[0], "180d");
  EXPECT_EQ(p.destinations[2].tls, TlsMode::kSplice);
  EXPECT_EQ(p.destinations[2].facts.at("trains_on_inputs").items[0], "no");
  EXPECT_EQ(p.destinations[3].approval.until, (Date{2026, 12, 31}));
  EXPECT_EQ(p.destinations[3].approval.approved_by, (std::vector<std::string>{"cto"}));
  ASSERT_EQ(p.alternatives.size(), 1u);
  EXPECT_EQ(p.alternatives[0].use.value, "aws-bedrock");
  EXPECT_EQ(p.alternatives[0].note.en, "the open weights are on Bedrock");
  EXPECT_EQ(p.data.size(), 7u);
  EXPECT_EQ(p.data[3].at_least, 20);
  EXPECT_EQ(p.data[5].regions_not[0].value, "JP");
  EXPECT_EQ(p.exceptions[0].lifts[0].value, "labels");
  EXPECT_EQ(p.detectors.custom[0].pattern.value, "PRJ-[0-9]{4}-[A-Z]{2}");
  EXPECT_DOUBLE_EQ(p.detectors.custom[0].confidence, 0.85);
  ASSERT_EQ(p.tests.size(), 2u);
  EXPECT_EQ(p.tests[0].address_country, "US");
  EXPECT_EQ(p.tests[1].reason, "region");
}

TEST(PolicyFile, NoIsNorwayInListsAndTextInFacts) {
  const PolicyFile p = good(R"(version: 1
regions: { allow: [JP, NO, US] }
destinations:
  - id: fjord
    hosts: [llm.example.no]
    facts: { operator_country: NO, storage_countries: [NO], trains_on_inputs: no, reviewed_at: 2026-10-01 }
    require: { trains_on_inputs: [no, opt_out] }
tests:
  - { name: n, given: { to: llm.example.no, address_country: NO }, expect: { verdict: allow } }
)");
  EXPECT_EQ(p.regions->allow[1].value, "NO");
  EXPECT_EQ(p.destinations[0].facts.at("operator_country").items[0], "NO");
  EXPECT_EQ(p.destinations[0].facts.at("trains_on_inputs").items[0], "no");
  EXPECT_EQ(p.destinations[0].require.at("trains_on_inputs").items,
            (std::vector<std::string>{"no", "opt_out"}));
  EXPECT_EQ(p.tests[0].address_country, "NO");
}

TEST(PolicyFile, AScalarRequirementIsAListOfOne) {
  const PolicyFile p = good(
      "version: 1\ndestinations:\n  - { id: a, providers: [x], require: { trains_on_inputs: no, "
      "retention_days: 30, certifications: [iso27001] } }\n");
  EXPECT_EQ(p.destinations[0].require.at("trains_on_inputs").items,
            (std::vector<std::string>{"no"}));
  EXPECT_EQ(p.destinations[0].require.at("retention_days").items, (std::vector<std::string>{"30"}));
  EXPECT_EQ(p.destinations[0].require.at("certifications").items,
            (std::vector<std::string>{"iso27001"}));
}

TEST(PolicyFile, OneTextStandsForBothLanguages) {
  const PolicyFile p = good(
      "version: 1\ndata:\n  - { id: a, findings: [pii], action: block, message: だめ }\n"
      "  - { id: b, findings: [pii], action: block, message: { en: no } }\n");
  EXPECT_EQ(p.data[0].message.en, "だめ");
  EXPECT_EQ(p.data[1].message.ja, "no");
}

TEST(PolicyFile, EnforcedFieldsMayBeWrittenInThreeWays) {
  Problems problems;
  const PolicyFile p = parse_policy(
      "policy.yaml",
      "version: 1\nenforce:\n  - { id: a, providers: [x], body: { provider.zdr: true, /a~1b: 1.5,"
      " provider: { only: [p, q] } } }\n",
      problems);
  ASSERT_TRUE(problems.empty()) << to_string(problems.front());
  const auto& body = p.enforce.at(0).body;
  ASSERT_EQ(body.size(), 3u);
  EXPECT_EQ(body[0].pointer.value, "/provider/zdr");
  EXPECT_EQ(body[0].value.kind, FieldValue::Kind::kTrue);
  EXPECT_EQ(body[1].pointer.value, "/a~1b");
  EXPECT_EQ(body[1].value.kind, FieldValue::Kind::kNumber);
  EXPECT_EQ(body[2].pointer.value, "/provider/only");
  EXPECT_EQ(body[2].value.items.size(), 2u);
}

TEST(PolicyFile, RulesMayObserveByThemselves) {
  const PolicyFile p = good(
      "version: 1\nmode: observe\ndata:\n  - { id: a, findings: [pii], action: redact, mode: "
      "enforce, confidence: low }\n");
  EXPECT_EQ(p.mode, Mode::kObserve);
  EXPECT_EQ(p.data[0].mode, Mode::kEnforce);
  EXPECT_DOUBLE_EQ(p.data[0].confidence, 0.30);
}

TEST(PolicyFile, TestsKnowEveryWayToStateARequest) {
  Folder folder;
  folder.write("body.json", "{}");
  Problems problems;
  const std::string path = folder.write("policy.yaml", R"(version: 1
tests:
  - name: everything
    given:
      user: alice
      groups: [legal]
      from: 10.0.0.9
      to: "api.openai.com:8443"
      method: PUT
      path: "/v1/x?y=1"
      headers: { x-api-key: "k", accept: "*/*" }
      body_file: body.json
      model: gpt-x
      address: "2001:db8::1"
      address_country: JP
      address_network_country: US
      edge: true
      at: 2026-12-31T12:00
    expect: { verdict: allow, would: redact, reason: data, rule: r, rules: [r, s], findings: [], coverage: no_body, tls: bump }
  - name: repeated header
    given: { to: a.example.jp, headers: ["X-A: 1", "X-A: 2"], body: "" }
    expect: { findings: [] }
)");
  const PolicyFile p = load_policy(path, problems);
  ASSERT_TRUE(problems.empty()) << listed(problems);
  const PolicyTest& t = p.tests[0];
  EXPECT_EQ(t.groups->at(0).value, "legal");
  EXPECT_EQ(t.to.value, "api.openai.com:8443");
  EXPECT_EQ(t.method, "PUT");
  EXPECT_EQ(t.headers[1].second, "*/*");
  EXPECT_EQ(t.body_file, folder.path() + "/body.json");
  EXPECT_EQ(t.address->to_string(), "2001:db8::1");
  EXPECT_TRUE(t.edge);
  EXPECT_EQ(t.at_time, "2026-12-31T12:00:00");
  EXPECT_EQ(t.rules, (std::vector<std::string>{"r", "s"}));
  EXPECT_EQ(t.findings, std::vector<std::string>{});
  EXPECT_EQ(p.tests[1].method, "POST");
  EXPECT_EQ(p.tests[1].headers[1], (std::pair<std::string, std::string>{"X-A", "2"}));
  EXPECT_EQ(p.tests[1].body, "");
  EXPECT_FALSE(p.tests[1].prompt);
}

TEST(PolicyFile, ReadsCarriageReturnsAndByteOrderMark) {
  const PolicyFile p = good("\xEF\xBB\xBFversion: 1\r\nname: a\r\nunlisted: splice\r\n");
  EXPECT_EQ(p.name, "a");
  EXPECT_TRUE(p.unlisted_splice);
}

}  // namespace
}  // namespace sekisho::config
