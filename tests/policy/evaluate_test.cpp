#include "policy/evaluate.h"

#include <nlohmann/json.hpp>

#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

using nlohmann::json;

TEST(ParseDestination, TakesHostsAndUrls) {
  struct Case {
    const char *text, *scheme, *host;
    int port;
    const char* path;
  };
  const Case cases[] = {{"api.openai.com", "https", "api.openai.com", 443, ""},
                        {"API.OpenAI.com.", "https", "api.openai.com", 443, ""},
                        {"host.example:8443", "https", "host.example", 8443, ""},
                        {"https://h.example/v1/x?y=1#z", "https", "h.example", 443, "/v1/x?y=1"},
                        {"http://h.example", "http", "h.example", 80, ""},
                        {"https://h.example:9443?x", "https", "h.example", 9443, "/?x"},
                        {"192.0.2.1:8080", "https", "192.0.2.1", 8080, ""},
                        {"[2001:db8::1]:8080", "https", "2001:db8::1", 8080, ""},
                        {"2001:db8::1", "https", "2001:db8::1", 443, ""},
                        {"[::ffff:192.0.2.1]:443", "https", "192.0.2.1", 443, ""},
                        {"例え.jp", "https", "xn--r8jz45g.jp", 443, ""},
                        {"https://例え.JP./v1", "https", "xn--r8jz45g.jp", 443, "/v1"},
                        {"xn--r8jz45g.jp", "https", "xn--r8jz45g.jp", 443, ""},
                        {"my_bucket.s3.example", "https", "my_bucket.s3.example", 443, ""},
                        {"localhost.", "https", "localhost", 443, ""}};
  for (const auto& c : cases) {
    policy::Destination to;
    std::string path, error;
    ASSERT_TRUE(policy::parse_destination(c.text, to, path, error)) << c.text << ": " << error;
    EXPECT_EQ(to.scheme, c.scheme) << c.text;
    EXPECT_EQ(to.host, c.host) << c.text;
    EXPECT_EQ(to.port, c.port) << c.text;
    EXPECT_EQ(path, c.path) << c.text;
  }
}

TEST(ParseDestination, RefusesWhatIsNone) {
  for (const char* text :
       {"", "https://", "ftp://x.example", "h.example:", "h.example:0", "h.example:99999",
        "h.example:80x", "user@h.example", "a b", "[2001:db8::1", "[2001:db8::1]x", "..",
        "h..example",
        // What the gateway refuses as an authority is none here either.
        "h.example:0443", "h.example:+443", "127.1", "2130706433", "0x7f.1", "017700000001",
        "http://0177.0.0.1/", "1.2.3.4.5", "例え。jp", "１２７．０．０．１", "ＨＯＳＴ.example",
        "\xd0\xb0.example", "h%2eexample", "[fe80::1%25lo]", "-h.example", "h-.example",
        "*.example"}) {
    policy::Destination to;
    std::string path, error;
    EXPECT_FALSE(policy::parse_destination(text, to, path, error)) << text;
    EXPECT_FALSE(error.empty()) << text;
  }
  policy::Destination to;
  std::string path, error;
  EXPECT_FALSE(policy::parse_destination(std::string(64, 'a') + ".example", to, path, error));
  EXPECT_FALSE(policy::parse_destination(std::string(130, 'a') + "." + std::string(130, 'b'), to,
                                         path, error));
}

std::string tests_section(const std::string& given, const std::string& expect) {
  return policy_with(kRules + "tests:\n  - name: t\n    given: { " + given + " }\n    expect: { " +
                     expect + " }\n");
}

policy::TestResult run(const std::string& given, const std::string& expect) {
  const auto snapshot = compile(tests_section(given, expect));
  EXPECT_TRUE(snapshot);
  const auto results = run_policy_tests(*snapshot, kNow);
  EXPECT_EQ(results.size(), 1u);
  return results.at(0);
}

TEST(PolicyTests, PassWhenTheyHold) {
  for (const auto& [given, expect] : std::vector<std::pair<std::string, std::string>>{
           {"to: api.openai.com, prompt: hello",
            "verdict: allow, coverage: inspected, tls: bump, rules: [], findings: []"},
           {"to: api.openai.com, prompt: 'card 4532 0151 1283 0366'",
            "verdict: redact, rule: cards, rules: [cards], findings: [credit_card]"},
           {"to: api.openai.com, prompt: 'my number 9827 3645 0124, card 4532 0151 1283 0366'",
            "verdict: block, reason: data, rule: my-number, rules: [cards, my-number], findings: "
            "[jp_my_number, credit_card]"},
           {"to: api.openai.com, body: '{\"a\":', headers: { content-type: application/json }",
            "verdict: block, reason: uninspected, coverage: uninspected"},
           {"to: api.openai.com, method: GET, path: /v1/models",
            "verdict: allow, coverage: no_body"},
           {"to: unknown.example.com, prompt: x",
            "verdict: block, reason: destination, tls: terminate"}}) {
    const auto r = run(given, expect);
    EXPECT_TRUE(r.passed) << given << ": " << r.got;
  }
}

// `unknown` is a statement: no database knew the address, or its network.
TEST(PolicyTests, MayStateThatACountryIsUnknown) {
  const auto got = [](const std::string& settings, const std::string& given) {
    const auto s =
        compile("version: 1\nregions: { allow: [JP], deny: [CN], evidence: { operator: ignore, " +
                settings +
                " } }\ndestinations:\n  - { id: own, hosts: [llm.example.jp] }\n"
                "tests:\n  - name: t\n    given: { to: llm.example.jp, prompt: x" +
                given + " }\n    expect: { verdict: allow }\n");
    return run_policy_tests(*s, kNow).at(0).passed;
  };
  const std::string unknown = ", address_country: unknown";
  EXPECT_FALSE(got("address: required", unknown));
  EXPECT_TRUE(got("address: if_known", unknown));
  EXPECT_TRUE(got("address: required", ""));  // what is not stated is taken as allowed
  EXPECT_TRUE(got("address: required", ", address_country: JP"));
  EXPECT_FALSE(got("address: if_known", ", address_country: US"));
  const std::string owner = ", address_country: JP, address_network_country: unknown";
  EXPECT_FALSE(got("network: required", owner));
  EXPECT_TRUE(got("network: if_known", owner));
  EXPECT_FALSE(got("address: required", ", edge: true, address_network_country: unknown"));
  EXPECT_TRUE(got("address: if_known", ", edge: true, address_network_country: unknown"));
  EXPECT_TRUE(got("address: required", ", edge: true"));
}

TEST(PolicyTests, SayWhatDiffered) {
  const auto r = run("to: api.openai.com, prompt: hello", "verdict: block, rule: cards");
  EXPECT_FALSE(r.passed);
  EXPECT_EQ(r.got, "verdict allow, expected block; rule none, expected cards");
  EXPECT_GT(r.at.line, 0);
}

TEST(Explain, JsonHasTheStatedShape) {
  const auto snapshot = compile(policy_with(kRules));
  auto q = chat("my number " + kMyNumber);
  q.address.countries = {{"US", "stated", 3, false}};
  const json j = json::parse(explain_json(*snapshot, evaluate(*snapshot, q)));
  EXPECT_EQ(j["v"], 1);
  EXPECT_EQ(j["policy"]["name"], "test");
  EXPECT_EQ(j["policy"]["digest"].get<std::string>().substr(0, 7), "sha256:");
  EXPECT_EQ(j["verdict"], "block");
  EXPECT_TRUE(j.at("would").is_null());
  EXPECT_EQ(j["reason"], "data");
  EXPECT_EQ(j["rule"], "my-number");
  EXPECT_EQ(j["destination"]["host"], "api.openai.com");
  EXPECT_EQ(j["destination"]["port"], 443);
  EXPECT_EQ(j["destination"]["provider"], "openai-api");
  EXPECT_EQ(j["destination"]["entry"], "all");
  EXPECT_EQ(j["destination"]["tls"], "bump");
  EXPECT_EQ(j["client"]["user"], "alice");
  EXPECT_EQ(j["client"]["groups"], json({"engineering", "everyone"}));
  for (const auto& e : j["evidence"])
    for (const char* key : {"kind", "value", "source", "age_days", "setting", "result"})
      EXPECT_TRUE(e.contains(key)) << key;
  ASSERT_EQ(j["findings"].size(), 1u);
  EXPECT_EQ(j["findings"][0]["type"], "jp_my_number");
  EXPECT_EQ(j["findings"][0]["where"], "/messages/0/content");
  EXPECT_EQ(j["findings"][0]["start"], 10);
  EXPECT_EQ(j["findings"][0]["end"], 24);
  bool named = false;
  for (const auto& r : j["rules"])
    named |= r["id"] == "my-number" && r["matched"] == true && r["action"] == "block";
  EXPECT_TRUE(named);
  EXPECT_EQ(j["coverage"], "inspected");
  EXPECT_FALSE(j["message"]["ja"].get<std::string>().empty());
  EXPECT_TRUE(j.contains("alternative"));
}

TEST(Explain, TextNamesEvidenceAndRules) {
  const auto snapshot = compile(policy_with(kRules));
  const std::string text = explain_text(*snapshot, evaluate(*snapshot, chat("card " + kCard)));
  EXPECT_EQ(text.substr(0, text.find('\n')), "verdict redact, reason data, rule cards");
  for (const char* part : {"evidence", "operator", "findings", "credit_card", "rules", "cards"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
}

// Evidence in the body is read from the body as it was decoded. (Without `regions` it is shown and
// ignored.)
TEST(Evaluate, LooksForTheRegionInTheBody) {
  const auto snapshot = compile(policy_with(kRules));
  const auto endpoint = [&](const std::string& body) {
    const auto e = evaluate(*snapshot, question("api.anthropic.com", "/v1/messages", body));
    return evidence_text(e.admission, policy::EvidenceKind::kEndpoint);
  };
  const std::string rest = R"("messages":[{"role":"user","content":"hello"}]})";
  EXPECT_EQ(endpoint(R"({"inference_geo":"us",)" + rest), "US ignored");
  EXPECT_NE(endpoint(R"({"inference_geo":"global",)" + rest), "US ignored");
}

TEST(Evaluate, UsesTheGroupsThatAreStated) {
  const auto snapshot = compile(
      policy_with("data: [{ id: r, findings: [credit_card], action: block, groups: [legal] }]"));
  auto q = chat("card " + kCard);
  EXPECT_EQ(verdict_of(*snapshot, q), "allow");
  q.groups = {"legal"};
  EXPECT_EQ(verdict_of(*snapshot, q), "block data r");
}

}  // namespace
}  // namespace sekisho::tests
