// check, explain and scan as a shell sees them: exit code, standard output, standard error.

#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gateway/commands/commands.h"
#include "gateway/configuration.h"

namespace sekisho::gateway {
namespace {

using nlohmann::json;

struct Outcome {
  int code = -1;
  std::string out, err;
};

Outcome run(std::vector<std::string> words) {
  CLI::App app{"", "sekisho"};
  Outcome o;
  add_check_command(app, o.code);
  add_explain_command(app, o.code);
  add_scan_command(app, o.code);
  add_detectors_command(app, o.code);
  add_ca_command(app, o.code);
  std::vector<const char*> argv{"sekisho"};
  for (const auto& w : words) argv.push_back(w.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  try {
    app.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const CLI::ParseError&) {
    o.code = 2;
  }
  o.out = testing::internal::GetCapturedStdout();
  o.err = testing::internal::GetCapturedStderr();
  return o;
}

const std::string kPolicy = R"(version: 1
name: test
regions: { allow: [JP, US], deny: [CN] }
destinations:
  - { id: api, providers: [openai-api] }
data:
  - { id: cards, findings: [credit_card], action: redact }
  - { id: keys, findings: [secret], action: block }
detectors:
  custom:
    - { type: project_code, pattern: 'PRJ-[0-9]{4}', confidence: high, category: confidential }
tests:
  - name: a card is masked
    given: { to: api.openai.com, prompt: "card 4532 0151 1283 0366" }
    expect: { verdict: redact, rule: cards }
)";

class PolicyCommands : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    write("gateway.yaml", "version: 1\nlisten: [{ address: \"127.0.0.1:0\" }]\n");
    write("policy.yaml", kPolicy);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const auto path = (folder_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::string at(const std::string& name) { return (folder_ / name).string(); }
  Outcome check(std::vector<std::string> more = {}) {
    run({"ca", "init", "-c", at("gateway.yaml")});
    std::vector<std::string> words{"check", "-c", at("gateway.yaml")};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  Outcome explain(std::vector<std::string> more) {
    std::vector<std::string> words{"explain", "-c", at("gateway.yaml")};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }

  std::filesystem::path folder_;
};

TEST_F(PolicyCommands, CheckIsSilentAboutAGoodFile) {
  const Outcome o = check();
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("1 of 1 tests passed"), std::string::npos) << o.out;
}

TEST_F(PolicyCommands, CheckNamesEveryProblemAtItsPlace) {
  write("policy.yaml",
        "version: 1\nname: test\nunlistd: block\ndata:\n"
        "  - { id: a, findings: [credit_card], action: blokc }\n");
  const Outcome o = check();
  EXPECT_EQ(o.code, 1);
  EXPECT_NE(o.err.find(at("policy.yaml") + ":3:1:"), std::string::npos) << o.err;
  EXPECT_NE(o.err.find("did you mean 'unlisted'?"), std::string::npos) << o.err;
  EXPECT_NE(o.err.find(at("policy.yaml") + ":5:"), std::string::npos) << o.err;
  EXPECT_NE(o.err.find("did you mean 'block'?"), std::string::npos) << o.err;
}

TEST_F(PolicyCommands, CheckRunsThePolicysTests) {
  std::string text = kPolicy;
  text.replace(text.find("verdict: redact"), 15, "verdict: block ");
  write("policy.yaml", text);
  const Outcome o = check({"--json"});
  EXPECT_EQ(o.code, 1);
  const json j = json::parse(o.out);
  EXPECT_EQ(j["v"], 1);
  ASSERT_EQ(j["problems"].size(), 1u);
  EXPECT_EQ(j["problems"][0]["file"], at("policy.yaml"));
  EXPECT_EQ(j["problems"][0]["line"], 13);
  ASSERT_EQ(j["tests"].size(), 1u);
  EXPECT_EQ(j["tests"][0]["passed"], false);
  EXPECT_EQ(j["tests"][0]["got"], "verdict redact, expected block");
}

const std::string kPack = R"(version: 1
pack: ours
detectors:
  - type: member_code
    category: pii
    gate: 'MEM-'
    pattern: 'MEM-[0-9]{8}'
    confidence: 0.90
    match: ["MEM-12345678"]
    no_match: ["MEM-123"]
)";

std::string with_own_pack(std::string policy) {
  const std::string section = "detectors:\n";
  return policy.insert(policy.find(section) + section.size(),
                       "  packs: [secrets, personal, packs/ours.yaml]\n");
}

TEST_F(PolicyCommands, APackOfOnesOwnIsNamedByItsPath) {
  std::filesystem::create_directories(folder_ / "packs");
  write("packs/ours.yaml", kPack);
  write("policy.yaml", with_own_pack(kPolicy) +
                           "  - name: members\n"
                           "    given: { to: api.openai.com, prompt: \"MEM-12345678\" }\n"
                           "    expect: { findings: [member_code] }\n");
  const Outcome o = check();
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find(" types, "), std::string::npos) << o.out;
}

TEST_F(PolicyCommands, APackOfOnesOwnThatIsWrongIsToldAtItsLine) {
  std::filesystem::create_directories(folder_ / "packs");
  std::string pack = kPack;
  pack.replace(pack.find("MEM-12345678"), 12, "MEN-12345678");
  write("packs/ours.yaml", pack);
  write("policy.yaml", with_own_pack(kPolicy));
  const Outcome o = check();
  EXPECT_EQ(o.code, 1);
  EXPECT_NE(o.err.find("packs/ours.yaml:9:13: the row does not find its type in 'MEN-12345678'"),
            std::string::npos)
      << o.err;
}

TEST_F(PolicyCommands, APackThatIsNotThereIsToldWhereItIsNamed) {
  write("policy.yaml", with_own_pack(kPolicy));
  const Outcome o = check();
  EXPECT_EQ(o.code, 1);
  EXPECT_NE(o.err.find("the pack 'packs/ours.yaml' cannot be read: it does not exist"),
            std::string::npos)
      << o.err;
  EXPECT_NE(o.err.find("policy.yaml:10:30:"), std::string::npos) << o.err;
}

TEST_F(PolicyCommands, DetectorsAreListedShownAndChecked) {
  const std::string pack = write("ours.yaml", kPack);
  Outcome o = run({"detectors", "check", pack});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.out.find("pack ours valid: 1 detectors, 1 types, 2 examples passed"),
            std::string::npos)
      << o.out;
  o = run({"detectors", "list", "--json"});
  EXPECT_EQ(o.code, 0);
  EXPECT_GT(json::parse(o.out)["types"].size(), 100U);
  o = run({"detectors", "show", "member_code", pack});
  EXPECT_EQ(o.code, 0);
  EXPECT_NE(o.out.find("gate: 'MEM-'"), std::string::npos) << o.out;
  o = run({"detectors", "show", "github_tokn"});
  EXPECT_EQ(o.code, 2);
  EXPECT_NE(o.err.find("did you mean 'github_token'?"), std::string::npos) << o.err;
  o = run({"detectors", "checks"});
  EXPECT_NE(o.out.find("jwt"), std::string::npos);
}

TEST_F(PolicyCommands, GitleaksRulesBecomeAPack) {
  const std::string rules = write("rules.toml", R"toml([[rules]]
id = "acme-key"
regex = '''acme_[a-z0-9]{12}'''
keywords = ["acme_"]
[[rules]]
id = "by-path"
path = '''\.pem$'''
)toml");
  Outcome o = run({"detectors", "import-gitleaks", rules, "-o", at("acme.yaml")});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_NE(o.err.find("rules.toml:5: not taken over: by-path"), std::string::npos) << o.err;
  EXPECT_NE(o.err.find("1 of 2 rules"), std::string::npos) << o.err;
  o = run({"detectors", "check", at("acme.yaml")});
  EXPECT_EQ(o.code, 0) << o.err;
}

TEST_F(PolicyCommands, FileThatIsNotThereCannotBeChecked) {
  EXPECT_EQ(run({"check", "-c", at("none.yaml")}).code, 2);
  EXPECT_EQ(run({"check"}).code, 2);
}

TEST_F(PolicyCommands, GatewayFileThatIsNotThereIsOneProblem) {
  config::Problems problems;
  EXPECT_FALSE(load_configuration(at("none.yaml"), 0, problems));
  ASSERT_EQ(problems.size(), 1u) << config::to_string(problems.back());
  EXPECT_EQ(problems.front().file, at("none.yaml"));
}

TEST_F(PolicyCommands, PolicyThatIsNotThereIsAProblem) {
  std::filesystem::remove(folder_ / "policy.yaml");
  EXPECT_EQ(check().code, 1);
}

TEST_F(PolicyCommands, ExplainTellsWhatWouldHappen) {
  const auto body =
      write("b.json", R"({"messages":[{"role":"user","content":"card 4532 0151 1283 0366"}]})");
  const Outcome o =
      explain({"--user", "alice", "--to", "https://api.openai.com/v1/chat/completions", "--body",
               body, "--country", "US", "--json"});
  EXPECT_EQ(o.code, 0) << o.err;
  const json j = json::parse(o.out);
  EXPECT_EQ(j["verdict"], "redact");
  EXPECT_EQ(j["client"]["user"], "alice");
  EXPECT_EQ(j["findings"][0]["type"], "credit_card");
}

TEST_F(PolicyCommands, ExplainFailsOnARefusalWhenAsked) {
  EXPECT_EQ(explain({"--to", "api.deepseek.com"}).code, 0);
  const Outcome o = explain({"--to", "api.deepseek.com", "--fail", "--json"});
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(json::parse(o.out)["reason"], "region");
  EXPECT_EQ(explain({"--to", "api.openai.com", "--fail"}).code, 0);
}

TEST_F(PolicyCommands, ExplainReadsHeaders) {
  const Outcome o =
      explain({"--to", "api.openai.com", "--header", "X-Note: card 4532 0151 1283 0366", "--header",
               "Accept: text/html", "--json"});
  EXPECT_EQ(json::parse(o.out)["findings"][0]["where"], "X-Note");
}

TEST_F(PolicyCommands, ExplainRefusesWhatItDoesNotUnderstand) {
  for (const auto& more : std::vector<std::vector<std::string>>{
           {"--to", "ftp://x"},
           {"--to", "h.example", "--from", "10.0.0"},
           {"--to", "h.example", "--at", "tomorrow"},
           {"--to", "h.example", "--country", "XX"},
           {"--to", "h.example", "--header", "nonsense"},
           {"--to", "h.example", "--body", "/nonexistent"},
           {"--to", "h.example", "--country", "JP", "--address", "192.0.2.1"},
           {}})
    EXPECT_EQ(explain(more).code, 2) << (more.empty() ? "" : more.back());
}

TEST_F(PolicyCommands, ScanShowsThePlaceAndMasksTheValue) {
  const auto file = write("notes.txt", "a\nカード 4532 0151 1283 0366\n");
  const Outcome o = run({"scan", file});
  EXPECT_EQ(o.code, 0);
  EXPECT_EQ(o.out.find(file + ":2:5: credit_card "), 0u) << o.out;
  EXPECT_EQ(o.out.find("4532"), std::string::npos);
  EXPECT_EQ(run({"scan", "--fail-on-findings", folder_.string()}).code, 1);
  EXPECT_EQ(run({"scan", at("none.txt")}).code, 2);
}

TEST_F(PolicyCommands, ScanOfLinesAnswersLineByLine) {
  const auto file = write("in.jsonl",
                          "{\"id\":\"a\",\"text\":\"カード 4532 0151 1283 0366\"}\n"
                          "{\"id\":\"b\",\"text\":\"PRJ-2026\"}\n");
  const Outcome o = run({"scan", "--jsonl", file});
  EXPECT_EQ(o.code, 0);
  const json first = json::parse(o.out.substr(0, o.out.find('\n')));
  EXPECT_EQ(first["id"], "a");
  EXPECT_EQ(first["findings"][0]["type"], "credit_card");
  EXPECT_EQ(first["findings"][0]["start"], 10);
  EXPECT_EQ(first["findings"][0]["end"], 29);
  const json second = json::parse(o.out.substr(o.out.find('\n')));
  EXPECT_EQ(second, json::parse(R"({"id":"b","findings":[]})"));
}

TEST_F(PolicyCommands, ScanTakesThePolicysDetectors) {
  const auto file = write("in.jsonl", "{\"id\":\"b\",\"text\":\"PRJ-2026\"}\n");
  const Outcome o = run({"scan", "--jsonl", file, "-c", at("gateway.yaml")});
  EXPECT_EQ(o.code, 0) << o.err;
  EXPECT_EQ(json::parse(o.out)["findings"][0]["type"], "project_code");
}

}  // namespace
}  // namespace sekisho::gateway
