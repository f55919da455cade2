#pragma once

// Requests in one line, against a policy over data.

#include <string>
#include <utility>
#include <vector>

#include "filters/bodies/edits.h"
#include "policy/evaluate.h"
#include "tests/policy/snapshot_fixture.h"

namespace sekisho::tests {

inline const std::string kCard = "4532 0151 1283 0366";
inline const std::string kMyNumber = "9827 3645 0124";
inline const std::string kMail = "taro.yamada@example.jp";
inline const std::string kAwsKey = std::string("AK") + "IAGLH3GKXAIVRZHP5I";

// Everyone may use everything that is tested here; the sections under `data:` and after are the
// test's own.
inline std::string policy_with(const std::string& rest) {
  return R"(version: 1
name: test
groups:
  engineering: { users: [alice] }
  legal: { users: [sato] }
destinations:
  - id: all
    providers: [openai-api, anthropic-api, google-gemini-api, aws-bedrock, azure-openai, groq, openai-chatgpt, github-copilot, fireworks, nvidia-nim, cerebras]
  - id: in-house
    hosts: [llm.example.jp]
    facts: { operator_country: JP, storage_countries: [JP], processing_countries: [JP], parent_country: JP }
)" + rest;
}

inline const std::string kRules = R"(data:
  - { id: secrets, findings: [secret], action: block }
  - { id: my-number, findings: [jp_my_number], action: block }
  - { id: labels, findings: [confidentiality_label], action: block }
  - { id: cards, findings: [credit_card], action: redact }
)";

inline policy::Question question(const std::string& host, const std::string& target,
                                 const std::string& body) {
  policy::Question q;
  q.user = "alice";
  q.to.host = host;
  q.target = target;
  q.body = body;
  q.address.assumed_allowed = true;
  q.now = kNow;
  return q;
}

inline policy::Question chat(const std::string& text) {
  return question("api.openai.com", "/v1/chat/completions",
                  R"({"model":"gpt-5","messages":[{"role":"user","content":")" + text + "\"}]}");
}

// "block data my-number", "redact data cards", "allow", "allow would block data x".
inline std::string verdict_text(const policy::Verdict& v) {
  std::string out(policy::to_word(v.action));
  if (v.would) out += " would " + std::string(policy::to_word(*v.would));
  if (v.reason != policy::Reason::kNone) out += " " + std::string(policy::to_word(v.reason));
  if (!v.rule.empty()) out += " " + v.rule;
  return out;
}

inline std::string verdict_of(const policy::Snapshot& s, policy::Question q) {
  return verdict_text(evaluate(s, std::move(q)).verdict);
}

// The body as it would leave.
inline std::string sent_body(const policy::Evaluation& e) {
  const std::string& body = e.inspected.coded ? e.inspected.decoded : *e.question.body;
  return filters::apply_edits(body, e.verdict.edits);
}

}  // namespace sekisho::tests
