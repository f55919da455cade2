// Tokens: their form, who gets one, and that nothing takes one for a finding.

#include "policy/pseudonym.h"

#include <gtest/gtest.h>

#include <regex>

#include "filters/scanner.h"
#include "policy/detector_packs.h"
#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

const std::string kMails = R"(data:
  - { id: mail, findings: [email], action: pseudonymise, restore: { tools: [Edit], never: [Bash] } }
)";
const std::string kCard = "4532 0151 1283 0366";

policy::Evaluation ask(const std::string& rules, const std::string& text) {
  return evaluate(*compile(policy_with(rules)), chat(text));
}

TEST(Token, HasTheDocumentedForm) {
  const std::string token = policy::make_token("key", "email", "a@example.com");
  EXPECT_TRUE(std::regex_match(token, std::regex("SKS_EMAIL_[A-Z2-7]{13}"))) << token;
  EXPECT_TRUE(policy::is_token(token));
  EXPECT_EQ(token, policy::make_token("key", "email", "a@example.com"));
  EXPECT_NE(token, policy::make_token("other", "email", "a@example.com"));
  EXPECT_NE(token, policy::make_token("key", "email", "b@example.com"));
  EXPECT_NE(token.substr(10), policy::make_token("key", "emaix", "a@example.com").substr(10));
}

TEST(Token, CheckCharacterFindsEveryWrongCharacterAndEveryExchange) {
  const std::string token = policy::make_token("key", "phone", "0312345678");
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  for (std::size_t i = token.size() - 13; i < token.size(); ++i) {
    for (const char c : alphabet) {
      std::string other = token;
      other[i] = c;
      EXPECT_EQ(policy::is_token(other), c == token[i]);
    }
    std::string swapped = token;
    if (i + 1 < token.size()) std::swap(swapped[i], swapped[i + 1]);
    EXPECT_EQ(policy::is_token(swapped), swapped == token);
  }
}

TEST(Token, IsNoFindingForAnyShippedDetector) {
  config::Problems problems;
  const auto set = policy::compile_detectors({}, config::load_shipped_packs(problems), problems);
  ASSERT_TRUE(set);
  for (int i = 0; i < 3000; ++i)
    for (const char* type : {"email", "credit_card", "phone_number_jp", "jp_my_number",
                             "aws_secret_access_key", "x1_2"}) {
      const std::string token = policy::make_token("key", type, std::to_string(i));
      for (const std::string& text :
           {token, "password: " + token, "My Number " + token + " tel:" + token,
            "[REDACTED:" + std::string(type) + "]"}) {
        filters::Scanner scanner(*set);
        filters::Findings found;
        scanner.scan(text, found);
        EXPECT_TRUE(found.empty()) << text << " " << (found.empty() ? "" : found[0].type);
      }
    }
}

TEST(Pseudonymise, ReplacesEverySpellingByOneToken) {
  const auto e = ask(kMails, "from Taro@Sekisho-Rei.co.jp to taro@sekisho-rei.co.jp");
  EXPECT_EQ(verdict_text(e.verdict), "pseudonymise data mail");
  const std::string body = sent_body(e);
  EXPECT_EQ(body.find("ekisho"), std::string::npos);
  const std::string token = policy::make_token("", "email", "taro@sekisho-rei.co.jp");
  EXPECT_NE(body.find("from " + token + " to " + token), std::string::npos) << body;
  ASSERT_TRUE(e.verdict.tokens);
  const auto match = e.verdict.tokens->match(token, false);
  ASSERT_EQ(match.fit, policy::TokenMap::Fit::kWhole);
  EXPECT_EQ(match.entry->text, "Taro@Sekisho-Rei.co.jp");  // the first spelling comes back
  EXPECT_TRUE(match.entry->in_text());
  EXPECT_TRUE(match.entry->in_tool("Edit"));
  EXPECT_FALSE(match.entry->in_tool("Bash"));
}

TEST(Pseudonymise, ATokenInARequestStaysAsItIs) {
  const auto once = ask(kMails, "to taro@sekisho-rei.co.jp");
  const auto again = evaluate(*compile(policy_with(kMails)),
                              question("api.openai.com", "/v1/chat/completions", sent_body(once)));
  EXPECT_EQ(verdict_text(again.verdict), "allow");
}

TEST(Pseudonymise, LeftOutRestoreMeansTextAndNoTool) {
  const auto e = ask("data:\n  - { id: mail, findings: [pii], action: pseudonymise }\n",
                     "to taro@sekisho-rei.co.jp");
  ASSERT_TRUE(e.verdict.tokens);
  EXPECT_TRUE(e.verdict.tokens->any_in_text());
  EXPECT_FALSE(e.verdict.tokens->any_in_tool("Edit"));
}

TEST(Pseudonymise, StricterActionsWin) {
  const std::string rules = R"(data:
  - { id: mail, findings: [pii], action: pseudonymise }
  - { id: cards, findings: [credit_card], action: redact }
  - { id: cards-too, findings: [credit_card], action: pseudonymise }
  - { id: bulk, findings: [pii], action: block, at_least: 3 }
)";
  const auto e = ask(rules, "taro@sekisho-rei.co.jp pays with " + kCard);
  EXPECT_EQ(verdict_text(e.verdict), "redact data cards");
  EXPECT_NE(sent_body(e).find("SKS_EMAIL_"), std::string::npos) << sent_body(e);
  EXPECT_NE(sent_body(e).find("[REDACTED:credit_card]"), std::string::npos) << sent_body(e);
  ASSERT_TRUE(e.verdict.tokens);
  EXPECT_EQ(e.verdict.tokens->size(), 1u);
  EXPECT_EQ(verdict_text(
                ask(rules, "a@sekisho-rei.co.jp b@sekisho-rei.co.jp c@sekisho-rei.co.jp").verdict),
            "block data bulk");
}

TEST(Pseudonymise, ObservedRulesChangeNothing) {
  const auto e =
      ask("data:\n  - { id: mail, findings: [pii], action: pseudonymise, mode: observe }\n",
          "to taro@sekisho-rei.co.jp");
  EXPECT_EQ(verdict_text(e.verdict), "allow would pseudonymise data mail");
  EXPECT_TRUE(e.verdict.edits.empty());
  EXPECT_FALSE(e.verdict.tokens);
}

TEST(Pseudonymise, WhatCannotBeReplacedInPlaceIsBlocked) {
  auto q = chat("hello");
  q.headers.emplace_back("x-note", "taro@sekisho-rei.co.jp");
  const auto e = evaluate(*compile(policy_with(kMails)), q);
  EXPECT_EQ(verdict_text(e.verdict), "block data mail");
  ASSERT_FALSE(e.verdict.rules.empty());
  EXPECT_NE(e.verdict.rules.back().why.find("redact_impossible"), std::string::npos);
  EXPECT_FALSE(e.verdict.tokens);
}

TEST(Pseudonymise, OlderTurnsHaveTheSameToken) {
  const std::string body =
      R"({"messages":[{"role":"user","content":"I am taro@sekisho-rei.co.jp"},{"role":"assistant","content":"Hello taro@sekisho-rei.co.jp"},{"role":"user","content":"again"}]})";
  const auto e = evaluate(*compile(policy_with(kMails)),
                          question("api.openai.com", "/v1/chat/completions", body));
  EXPECT_EQ(verdict_text(e.verdict), "pseudonymise data mail");
  const std::string token = policy::make_token("", "email", "taro@sekisho-rei.co.jp");
  EXPECT_NE(sent_body(e).find("I am " + token), std::string::npos);
  EXPECT_NE(sent_body(e).find("Hello " + token), std::string::npos);
}

TEST(Pseudonymise, ANumberBecomesAString) {
  const auto e = evaluate(
      *compile(
          policy_with("data:\n  - { id: c, findings: [credit_card], action: pseudonymise }\n")),
      question("api.openai.com", "/v1/chat/completions",
               R"({"messages":[{"role":"user","content":{"card":4532015112830366}}]})"));
  EXPECT_NE(sent_body(e).find(R"("card":"SKS_CREDIT_CARD_)"), std::string::npos) << sent_body(e);
}

TEST(Pseudonymise, SeveralRulesRestoreOnlyWhereAllOfThemAllow) {
  const auto e = ask(R"(data:
  - { id: a, findings: [email], action: pseudonymise, restore: { tools: [Edit, Write] } }
  - { id: b, findings: [pii], action: pseudonymise, restore: { text: false, tools: [Edit] } }
)",
                     "to taro@sekisho-rei.co.jp");
  ASSERT_TRUE(e.verdict.tokens);
  EXPECT_FALSE(e.verdict.tokens->any_in_text());
  EXPECT_TRUE(e.verdict.tokens->any_in_tool("Edit"));
  EXPECT_FALSE(e.verdict.tokens->any_in_tool("Write"));
}

}  // namespace
}  // namespace sekisho::tests
