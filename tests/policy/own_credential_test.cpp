#include "policy/own_credential.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

const policy::Snapshot& snapshot() {
  static const auto kSnapshot = compile(policy_with(kRules));
  return *kSnapshot;
}

struct Row {
  std::string id, host, carries, expect;
};

std::vector<Row> rows() {
  std::ifstream file(SEKISHO_TEST_DIR "/policy/data/own_credentials.tsv");
  std::vector<Row> out;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    line.erase(std::remove(line.begin(), line.end(), '|'), line.end());
    std::istringstream fields(line);
    Row row;
    std::getline(fields, row.id, '\t');
    std::getline(fields, row.host, '\t');
    std::getline(fields, row.carries, '\t');
    std::getline(fields, row.expect, '\t');
    out.push_back(row);
  }
  return out;
}

// "Name: value", "?key=value" or "body: text".
policy::Question ask(const Row& row) {
  std::string text = "hello", target = "/v1/chat/completions";
  const bool in_body = row.carries.rfind("body: ", 0) == 0;
  if (in_body) text = row.carries.substr(6);
  if (row.carries[0] == '?') target = "/v1beta/models/g:generateContent" + row.carries;
  auto q =
      question(row.host, target, R"({"messages":[{"role":"user","content":")" + text + "\"}]}");
  const auto colon = row.carries.find(": ");
  if (!in_body && row.carries[0] != '?')
    q.headers.emplace_back(row.carries.substr(0, colon), row.carries.substr(colon + 2));
  return q;
}

TEST(OwnCredential, PassesInItsPlaceAndNowhereElse) {
  const auto all = rows();
  ASSERT_GE(all.size(), 15u);
  for (const auto& row : all) {
    const auto e = evaluate(snapshot(), ask(row));
    EXPECT_EQ(verdict_text(e.verdict).substr(0, 5), row.expect == "pass" ? "allow" : "block")
        << row.id << ": " << verdict_text(e.verdict);
    EXPECT_EQ(e.verdict.own_credential, row.expect == "pass") << row.id;
    if (row.expect == "pass") EXPECT_TRUE(e.inspected.findings.empty()) << row.id;
  }
}

TEST(OwnCredential, OfAnotherServiceCountsInEveryPlace) {
  for (const auto& row : rows()) {
    if (row.expect != "pass" || row.id == "azure" || row.id == "chatgpt-web") continue;
    auto q = ask(row);
    q.to.host = "llm.example.jp";
    EXPECT_EQ(verdict_of(snapshot(), q), "block data secrets") << row.id;
  }
}

TEST(OwnCredential, OfAnInHouseServiceHasTheHeaderPlaces) {
  const std::string jwt = std::string("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9") +
                          ".eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IngifQ." +
                          "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
  for (const char* name : {"Authorization", "x-api-key", "api-key", "X-Goog-Api-Key", "Cookie"}) {
    auto q = question("llm.example.jp", "/", "{}");
    q.headers.emplace_back(name, "Bearer " + jwt);
    EXPECT_EQ(verdict_of(snapshot(), q), "allow") << name;
  }
  auto elsewhere = question("llm.example.jp", "/", "{}");
  elsewhere.headers.emplace_back("x-forwarded-token", jwt);
  EXPECT_EQ(verdict_of(snapshot(), elsewhere), "block data secrets");
}

TEST(OwnCredential, TokenExchangeOfASignInHostPasses) {
  const std::string token = "gh" + std::string("o_GJrqH41Uh4d480mRhE5U5cjRtn8uki4EtX1P");
  policy::Admission signin;
  signin.provider = "github-copilot";
  signin.side_host_role = "signin";
  const policy::OwnCredential own(signin, "github.com", "/login/oauth/access_token");
  EXPECT_TRUE(own.token_exchange());
  EXPECT_TRUE(own.may_own("github_token", "secret"));
  EXPECT_FALSE(own.may_own("aws_access_key_id", "secret"));
  EXPECT_FALSE(own.may_own("private_key_pem", "secret"));
  EXPECT_FALSE(own.may_own("credit_card", "financial"));
  auto q =
      question("github.com", "/login/oauth/access_token", R"({"refresh_token":")" + token + "\"}");
  EXPECT_EQ(verdict_of(snapshot(), q), "allow");
}

TEST(OwnCredential, IsNeverWrittenDown) {
  for (const auto& row : rows()) {
    const auto e = evaluate(snapshot(), ask(row));
    const std::string value =
        row.carries.substr(row.carries.find_last_of(row.carries[0] == '?' ? "=" : " ") + 1);
    EXPECT_EQ(explain_json(snapshot(), e).find(value), std::string::npos) << row.id;
    EXPECT_EQ(explain_text(snapshot(), e).find(value), std::string::npos) << row.id;
  }
}

}  // namespace
}  // namespace sekisho::tests
