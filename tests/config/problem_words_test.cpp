#include "config/problem_words.h"

#include "config/gateway_file.h"
#include "config/policy_file.h"
#include "tests/config/testing.h"

namespace sekisho::config {
namespace {

std::string said(const char* english) {
  return in_japanese(english).value_or("(no form)");
}

// The first problem of a policy, as a terminal shows it.
std::string first_of_policy(const std::string& yaml) {
  Problems problems;
  (void)parse_policy("policy.yaml", "version: 1\n" + yaml, problems);
  return problems.empty() ? "" : to_string(in_japanese(problems.front()));
}

TEST(ProblemWords, SayMessageAndHintAndLeaveThePlace) {
  EXPECT_EQ(first_of_policy("mdoe: enforce\n"),
            "policy.yaml:2:1: ポリシーに知らないキー 'mdoe' がある ('mode' の間違いではないか)");
  EXPECT_EQ(first_of_policy("groups:\n  a: { users: alice }\n"),
            "policy.yaml:3:15: 利用者名のリストが必要なのに 'alice' がある ([alice] と書く)");
  EXPECT_EQ(first_of_policy("limits: { exception_days: 0 }\n"),
            "policy.yaml:2:27: 1 から 3650 までの整数が必要なのに '0' がある");
  EXPECT_EQ(first_of_policy("groups:\n  staff: {}\n"),
            "policy.yaml:3:10: グループ 'staff' に `users` も `networks` もない "
            "({ users: [alice] } か { networks: [10.20.0.0/16] } と書く)");
}

TEST(ProblemWords, SayWordsThatStandInOthers) {
  EXPECT_EQ(said("expected a list of services of the catalogue, found a map"),
            "カタログのサービスのリストが必要なのにマップがある");
  EXPECT_EQ(said("expected enforce or observe, found 'monitor'"),
            "enforce か observe が必要なのに 'monitor' がある");
  EXPECT_EQ(said("expected allow, block, redact or pseudonymise, found nothing"),
            "allow, block, redact か pseudonymise が必要なのに値がない");
  EXPECT_EQ(said("a destination needs `id`"), "`destinations` の項目に `id` が必要");
  EXPECT_EQ(said("the test 'one' fails: verdict allow, expected block; rules [a, b], expected []"),
            "テスト 'one' が失敗: verdict は allow (期待は block)、rules は [a, b] (期待は [])");
}

TEST(ProblemWords, CopyNamesThatReadLikeWordsOfOurs) {
  EXPECT_EQ(said("unknown key 'a list' in the policy"), "ポリシーに知らないキー 'a list' がある");
  EXPECT_EQ(said("unknown key 'x' in y' in the policy"), "ポリシーに知らないキー 'x' in y' がある");
  EXPECT_EQ(said("the id '{0}' is used twice"), "id '{0}' が重複している");
}

TEST(ProblemWords, LeaveWhatHasNoFormInEnglish) {
  EXPECT_FALSE(in_japanese("the moon is full"));
  EXPECT_FALSE(in_japanese("expected a full moon tonight, found a map"));
  EXPECT_FALSE(in_japanese("write to your member of parliament"));
  EXPECT_FALSE(in_japanese(""));
  const Problem p{"a.yaml", {3, 4}, "the moon is full", "delete it"};
  EXPECT_EQ(to_string(in_japanese(p)), "a.yaml:3:4: the moon is full (消す)");
}

TEST(ProblemWords, EndSoonOverLongTexts) {
  const std::string name(3000, 'x');
  EXPECT_EQ(in_japanese("the id '" + name + "' is used twice"), "id '" + name + "' が重複している");
  std::string quotes = "'";
  for (int i = 0; i < 1000; ++i) quotes += "' ' ";
  EXPECT_FALSE(in_japanese(quotes + "the moon"));
  EXPECT_FALSE(in_japanese(std::string(1 << 20, ':') + " it is full"));
}

TEST(ProblemWords, KnowWhatIsWrongWithAGatewayFile) {
  const char* kFiles[] = {
      "listen: [{ adress: \"127.0.0.1:8080\" }]\n",
      "listen: []\npolicy: 3\n",
      "clients: { authentication: basic }\n",
      "clients: { authentication: pass }\n",
      "audit: { sync: never, directory: }\n",
      "audit: { retention: 3 years, compress: after a week }\n",
      "audit: { sinks: [{ name: S, syslog: logs, otlp: x }, { name: a }] }\n",
      "audit: { sinks: [{ name: a, http: \"http://logs.example.jp/\", database: x }] }\n",
      "audit: { witnesses: [{ name: a, post: \"http://w.example.jp/\" }, { name: a }] }\n",
      "audit: { sealed: { recipients: { a: [] }, cap: 1TB, retention: ever } }\n",
      "geo: { country: [a, b, c], networks: [JP], warn_age: 10, max_age: 20m }\n",
      "limits: { request_body: 32, drain: -1s, connections: 0 }\n",
      "origin_proxy: { url: \"http://u:p@proxy:3128\" }\n",
      "origin_timeouts: { a: { connect: 5 } }\n",
      "circuit_breaker: { error_ratio: 0, pause: 10m, longest_pause: 1m }\n",
      "pac: { proxy: x, direct: [\"2001:db8::/32\", \"a b\"] }\n",
      "admin: { address: \"0.0.0.0:9090\" }\n",
      "resolver: { hosts: { llm.example.jp: there, llm.example.jp: 10.1.2.3 } }\n",
  };
  for (const char* yaml : kFiles) {
    Problems problems;
    (void)parse_gateway("gateway.yaml", std::string("version: 1\n") + yaml, problems);
    EXPECT_FALSE(problems.empty()) << yaml;
    tests::expect_japanese(problems);
  }
}

// Every key of a file with one wrong value after the other, and with a wrong name.
template <class Parse>
void break_every_key(const std::string& name, Parse parse) {
  const std::string text = read_all(SEKISHO_SOURCE_DIR "/tests/config/data/" + name);
  const std::vector<std::string> wrong = {
      "",    "zzz",     "0",      "-1",       "017",        "[]",         "{}",
      "yes", "[x, x]",  "[[y]]",  "[{z: 1}]", "{ a: b }",   "\"\"",       "2026-02-30",
      "'*'", "'a b: '", "'１２'", "\"true\"", "10.0.0.1/8", "https://x/", "9999999999999999999999"};
  std::size_t provoked = 0;
  for (std::size_t at = text.find(": "); at != std::string::npos; at = text.find(": ", at + 1)) {
    const std::size_t value = at + 2, end = text.find_first_of(",}]\n", value);
    std::vector<std::string> broken = {text.substr(0, at) + "x" + text.substr(at)};
    for (const std::string& w : wrong)
      broken.push_back(text.substr(0, value) + w + text.substr(end));
    for (const std::string& yaml : broken) {
      Problems problems;
      parse(yaml, problems);
      provoked += problems.size();
      tests::expect_japanese(problems);
      if (testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GT(provoked, 1000u);
}

TEST(ProblemWords, KnowWhatIsWrongWithEveryKeyOfAPolicy) {
  break_every_key("every_key_policy.yaml", [](const std::string& yaml, Problems& problems) {
    (void)parse_policy("policy.yaml", yaml, problems);
  });
}

TEST(ProblemWords, KnowWhatIsWrongWithEveryKeyOfAGatewayFile) {
  break_every_key("every_key_gateway.yaml", [](const std::string& yaml, Problems& problems) {
    (void)parse_gateway("gateway.yaml", yaml, problems);
  });
}

}  // namespace
}  // namespace sekisho::config
