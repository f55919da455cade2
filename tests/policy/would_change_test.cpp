// What would change the answer: every sentence was tried before it is told.

#include "policy/would_change.h"

#include <gtest/gtest.h>

#include "policy/evaluate.h"
#include "tests/policy/snapshot_fixture.h"

namespace sekisho::policy {
namespace {

using tests::compile;
using tests::kNow;

struct Row {
  const char* claim;
  const char* user;
  const char* from;
  const char* to;
  const char* text;     // "" = no body
  const char* country;  // of the address; "" = not stated
  std::int64_t now;
  const char* answers;  // keys and values, one answer a line
};

constexpr std::int64_t kDay = 86'400;

const char kPolicy[] = R"(version: 1
name: test
groups:
  lab: { networks: [10.99.0.0/24] }
  engineering: { users: [alice] }
  legal: { users: [sato] }
regions:
  allow: [JP, US]
  deny: [CN, HK]
  final: false
  evidence: { operator: required, address: required }
destinations:
  - id: evaluation
    providers: [deepseek-api]
    groups: [lab]
    until: 2026-12-31
    ticket: SEC-1
    approved_by: [cto]
    reason: trial
  - { id: api, providers: [openai-api] }
  - { id: coding, providers: [github-copilot], groups: [engineering] }
  - { id: terms, providers: [mistral-api], require: { reviewed_within: 30d } }
  - { id: own, hosts: [llm.example.jp], facts: { operator_country: JP, reviewed_at: 2026-11-20 }, require: { reviewed_within: 30d } }
data:
  - { id: cards, findings: [credit_card], action: redact }
  - { id: labels, findings: [confidentiality_label], action: block }
  - { id: mails, findings: [email], action: block, mode: observe }
exceptions:
  - id: EX-1
    lifts: [labels]
    groups: [legal]
    until: 2026-12-31
    ticket: SEC-2
    approved_by: [cto]
    reason: contracts
)";

Evaluation ask(const Snapshot& policy, const Row& row) {
  Question q;
  q.user = row.user;
  q.from = config::IpAddress::parse(row.from);
  std::string path, error;
  EXPECT_TRUE(parse_destination(row.to, q.to, path, error)) << error;
  q.target = path.empty() ? "" : path;
  q.method = "POST";
  if (*row.text)
    q.body =
        R"({"model":"m","messages":[{"role":"user","content":")" + std::string(row.text) + "\"}]}";
  q.address.assumed_allowed = true;
  if (*row.country) q.address.countries.push_back({row.country, "stated", 0, false});
  q.now = row.now;
  return evaluate(policy, std::move(q));
}

std::string told(const std::vector<WhatIf>& answers) {
  std::string out;
  for (const WhatIf& a : answers) {
    out += std::string(to_word(a.verdict)) + ":";
    for (const Change& c : a.changes) out += " " + c.key + " " + c.value + ";";
    out += "\n";
  }
  return out;
}

const Row kRows[] = {
    {"the group that the entry is for", "bob", "10.0.0.1", "api.deepseek.com", "", "", kNow,
     "allow: client.groups +lab;\n"},
    {"the end of an entry that lifts regions", "bob", "10.99.0.1", "api.deepseek.com", "", "",
     kNow + 60 * kDay,
     "allow: request.at 2026-12-31;\nallow: destinations.evaluation.until renewed;\n"},
    {"what stops an entry with an end", "bob", "10.99.0.1", "api.deepseek.com", "", "", kNow,
     "block: request.at after 2026-12-31;\nblock: client.groups -lab;\n"},
    {"a group for a service", "bob", "10.0.0.1", "api.githubcopilot.com", "", "US", kNow,
     "allow: client.groups +engineering;\nallow: destinations +github-copilot;\n"},
    {"the address", "bob", "10.0.0.1", "api.openai.com", "", "SG", kNow,
     "allow: request.address allowed;\nallow: regions.allow +SG;\n"},
    {"a denied address", "bob", "10.0.0.1", "api.openai.com", "", "CN", kNow,
     "allow: request.address allowed;\nallow: regions.deny -CN; regions.allow +CN;\n"},
    {"an address whose country nobody knows", "bob", "10.0.0.1", "api.openai.com", "", "unknown",
     kNow, "allow: request.address allowed;\nallow: regions.evidence.address if_known;\n"},
    {"a review that lapsed", "bob", "10.0.0.1", "llm.example.jp", "", "JP", kNow + 60 * kDay,
     "allow: catalogue.overlay.reviewed_at renewed;\nallow: destinations.own.require "
     "-reviewed_within;\n"},
    {"a review that will lapse", "bob", "10.0.0.1", "llm.example.jp", "", "JP", kNow,
     "block: request.at after 2026-12-20;\nblock: request.address CN;\n"},
    {"a host that nobody names", "bob", "10.0.0.1", "tool.example.com", "", "JP", kNow,
     "allow: unlisted splice;\nallow: destinations +tool.example.com; "
     "catalogue.overlay.operator_country allowed;\n"},
    {"what the text holds", "bob", "10.0.0.1", "api.openai.com", "card 4532 0151 1283 0366", "US",
     kNow,
     "allow: request.body -credit_card;\nallow: exceptions +cards;\nallow: data.cards.mode "
     "observe;\n"},
    {"a group that an exception is for", "bob", "10.0.0.1", "api.openai.com", "【社外秘】計画",
     "US", kNow,
     "allow: client.groups +legal;\nallow: request.body -confidentiality_label;\nallow: "
     "exceptions +labels;\nallow: data.labels.mode observe;\n"},
    {"an exception that ended", "sato", "10.0.0.1", "api.openai.com", "【社外秘】計画", "US",
     kNow + 60 * kDay,
     "allow: request.at 2026-12-31;\nallow: request.body -confidentiality_label;\nallow: "
     "exceptions +labels;\nallow: data.labels.mode observe;\n"},
    {"a rule in the shadow", "bob", "10.0.0.1", "api.openai.com", "to taro@sekisho-rei.co.jp", "US",
     kNow, "block: mode mails;\nblock: request.address CN;\n"},
};

TEST(WouldChange, TellsWhatWasTriedFewestChangesFirst) {
  const auto policy = compile(kPolicy);
  ASSERT_TRUE(policy);
  for (const Row& row : kRows) {
    Row asked = row;
    const bool unknown = std::string_view(row.country) == "unknown";
    if (unknown) asked.country = "";
    Evaluation e = ask(*policy, asked);
    if (unknown) {
      Question q = e.question;
      q.address = {};
      e = evaluate(*policy, std::move(q));
    }
    EXPECT_EQ(told(would_change(*policy, e)), row.answers) << row.claim;
  }
}

// Only another request passes then: one in which every part says the same.
TEST(WouldChange, TellsWhichRegionAContradictionMightHaveMeant) {
  const auto policy = compile(
      "version: 1\nregions: { allow: [JP, US], deny: [CN] }\n"
      "destinations:\n  - { id: api, providers: [google-vertex, aws-bedrock] }\n");
  const Row vertex{"",
                   "bob",
                   "10.0.0.1",
                   "https://asia-northeast1-aiplatform.googleapis.com/v1/projects/p/locations/"
                   "us-central1/publishers/google/models/gemini-2.0-flash:generateContent",
                   "hi",
                   "JP",
                   kNow,
                   ""};
  const Evaluation refused = ask(*policy, vertex);
  EXPECT_EQ(refused.verdict.reason, Reason::kRegion);
  const auto answers = would_change(*policy, refused);
  EXPECT_EQ(told(answers),
            "allow: request.region asia-northeast1;\nallow: request.region us-central1;\n");
  ASSERT_FALSE(answers.empty());
  EXPECT_EQ(sentence(answers[0]).en,
            "would be allowed if host, path and signature all named the region asia-northeast1");

  Question q = ask(*policy, {"", "bob", "10.0.0.1",
                             "https://bedrock-runtime.ap-northeast-1.amazonaws.com/model/"
                             "anthropic.claude-3-haiku-20240307-v1:0/converse",
                             "hi", "JP", kNow, ""})
                   .question;
  q.headers.emplace_back("authorization",
                         "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261201/us-east-1/bedrock/"
                         "aws4_request, SignedHeaders=host, Signature=00");
  const Evaluation signed_elsewhere = evaluate(*policy, std::move(q));
  EXPECT_EQ(signed_elsewhere.verdict.reason, Reason::kRegion);
  EXPECT_EQ(told(would_change(*policy, signed_elsewhere)),
            "allow: request.region ap-northeast-1;\nallow: request.region us-east-1;\n");
}

TEST(WouldChange, NamesEveryObstacleOfARefusalThatHasSeveral) {
  const auto policy = compile(
      "version: 1\nregions: { allow: [JP], deny: [CN], evidence: { operator: required } }\n"
      "destinations:\n  - { id: api, providers: [openai-api], require: { certifications: "
      "[iso27018] } }\n");
  const Row row{"", "bob", "10.0.0.1", "api.openai.com", "", "JP", kNow, ""};
  const auto answers = would_change(*policy, ask(*policy, row));
  ASSERT_FALSE(answers.empty());
  for (const WhatIf& a : answers) EXPECT_EQ(a.verdict, Action::kAllow);
  EXPECT_EQ(told({answers.front()}),
            "allow: regions.allow +US; catalogue.overlay.certifications iso27018;\n");
}

TEST(WouldChange, SaysItInBothLanguages) {
  const auto policy = compile(kPolicy);
  const auto answers = would_change(*policy, ask(*policy, kRows[0]));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(sentence(answers[0]).en, "would be allowed if the client were in the group lab");
  EXPECT_EQ(sentence(answers[0]).ja, "利用者がグループ lab に属するなら許可されます");
}

TEST(WouldChange, HundredGroupsAreTriedInBoundedTime) {
  std::string text = "version: 1\nregions: { allow: [JP], deny: [CN] }\ngroups:\n";
  for (int i = 0; i < 100; ++i)
    text += "  g" + std::to_string(i) + ": { users: [u" + std::to_string(i) + "] }\n";
  const auto policy = compile(text);
  const Row row{"", "bob", "10.0.0.1", "api.deepseek.com", "", "", kNow, ""};
  EXPECT_LE(would_change(*policy, ask(*policy, row)).size(), 12u);
}

}  // namespace
}  // namespace sekisho::policy
