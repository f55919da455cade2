// A refusal does not poison the conversation: docs/history.md.

#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

using Turn = std::pair<std::string, std::string>;  // role, text

struct Wire {
  const char* name;
  const char* host;
  const char* path;
  const char* answer;  // what the service's own role is called
  std::string (*body)(const std::vector<Turn>&);
};

std::string messages_body(const std::vector<Turn>& turns) {
  std::string out = R"({"model":"m","messages":[)";
  for (std::size_t i = 0; i < turns.size(); ++i)
    out += (i ? "," : "") + std::string(R"({"role":")") + turns[i].first + R"(","content":")" +
           turns[i].second + R"("})";
  return out + "]}";
}

std::string gemini_body(const std::vector<Turn>& turns) {
  std::string out = R"({"contents":[)";
  for (std::size_t i = 0; i < turns.size(); ++i)
    out += (i ? "," : "") + std::string(R"({"parts":[{"text":")") + turns[i].second +
           R"("}],"role":")" + turns[i].first + R"("})";
  return out + "]}";
}

std::string blocks_body(const std::vector<Turn>& turns) {
  std::string out = R"({"max_tokens":9,"messages":[)";
  for (std::size_t i = 0; i < turns.size(); ++i)
    out += (i ? "," : "") + std::string(R"({"content":[{"type":"text","text":")") +
           turns[i].second + R"("}],"role":")" + turns[i].first + R"("})";
  return out + R"(],"model":"claude"})";
}

const Wire kWires[] = {
    {"openai", "api.openai.com", "/v1/chat/completions", "assistant", messages_body},
    {"anthropic", "api.anthropic.com", "/v1/messages", "assistant", blocks_body},
    {"gemini", "generativelanguage.googleapis.com", "/v1beta/models/g:generateContent", "model",
     gemini_body},
};

class History : public testing::TestWithParam<Wire> {
 protected:
  policy::Evaluation say(const std::vector<Turn>& turns) {
    return evaluate(*snapshot_, question(GetParam().host, GetParam().path, GetParam().body(turns)));
  }
  Turn user(const std::string& text) { return {"user", text}; }
  Turn answer(const std::string& text) { return {GetParam().answer, text}; }
  std::shared_ptr<const policy::Snapshot> snapshot_ = compile(policy_with(kRules));
};

TEST_P(History, NewFindingIsRefused) {
  const auto e = say({user("a"), answer("b"), user("number " + kMyNumber)});
  EXPECT_EQ(verdict_text(e.verdict), "block data my-number");
  EXPECT_TRUE(e.verdict.edits.empty());
}

TEST_P(History, AnsweredFindingIsRedactedAndTheConversationGoesOn) {
  const std::vector<Turn> turns = {user("number " + kMyNumber), answer("b"), user("and now?")};
  const auto e = say(turns);
  EXPECT_EQ(verdict_text(e.verdict), "redact data my-number");
  auto clean = turns;
  clean[0].second = "number [REDACTED:jp_my_number]";
  EXPECT_EQ(sent_body(e), GetParam().body(clean));
}

TEST_P(History, FindingInAnAnswerIsRedacted) {
  const auto e = say({user("a"), answer("it is " + kMyNumber), user("thanks")});
  EXPECT_EQ(verdict_text(e.verdict), "redact data my-number");
}

// The refused message was dropped by the client: turn 6 follows the last answer directly.
TEST_P(History, CleanTurnAfterADroppedRefusalPasses) {
  EXPECT_EQ(verdict_text(say({user("a"), answer("b"), user("clean")}).verdict), "allow");
}

// The client wrote the refusal into the history as if it were an answer.
TEST_P(History, CleanTurnAfterAnAnsweredRefusalPasses) {
  const auto e =
      say({user("a"), answer("b"), user("x " + kMyNumber), answer("stopped"), user("ok")});
  EXPECT_EQ(verdict_text(e.verdict), "redact data my-number");
}

// Kept without an answer the message was never sent: it is still new.
TEST_P(History, RefusedMessageThatIsSentAgainIsRefusedAgain) {
  const auto e = say({user("a"), answer("b"), user("x " + kMyNumber), user("clean")});
  EXPECT_EQ(verdict_text(e.verdict), "block data my-number");
}

TEST_P(History, SameValueOldAndNewIsRefused) {
  const auto e = say({user(kMyNumber), answer("b"), user(kMyNumber)});
  EXPECT_EQ(verdict_text(e.verdict), "block data my-number");
}

TEST_P(History, FirstTurnHasNoOlderOnes) {
  EXPECT_EQ(verdict_text(say({user(kMyNumber)}).verdict), "block data my-number");
}

INSTANTIATE_TEST_SUITE_P(Dialects, History, testing::ValuesIn(kWires),
                         [](const auto& wire) { return wire.param.name; });

class Places : public testing::Test {
 protected:
  std::string ask(const std::string& host, const std::string& path, const std::string& body) {
    return verdict_of(*snapshot_, question(host, path, body));
  }
  std::string openai(const std::string& body) {
    return ask("api.openai.com", "/v1/chat/completions", body);
  }
  std::shared_ptr<const policy::Snapshot> snapshot_ = compile(policy_with(kRules));
};

TEST_F(Places, ToolResultAfterTheCallIsNew) {
  EXPECT_EQ(
      openai(
          R"({"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,)"
          R"("tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},)"
          R"({"role":"tool","tool_call_id":"c","content":")" +
          kMyNumber + R"("}]})"),
      "block data my-number");
}

TEST_F(Places, ArgumentsOfAnAnsweredCallAreOld) {
  EXPECT_EQ(openai(R"({"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f",)"
                   R"("arguments":"{\"n\":\")" +
                   kMyNumber + R"(\"}"}}]},{"role":"user","content":"next"}]})"),
            "redact data my-number");
}

TEST_F(Places, SystemPromptIsAsOldAsTheLastAnswer) {
  const std::string system = R"({"system":"for )" + kMyNumber + R"(","messages":[)";
  EXPECT_EQ(ask("api.anthropic.com", "/v1/messages", system + R"({"role":"user","content":"a"}]})"),
            "block data my-number");
  EXPECT_EQ(ask("api.anthropic.com", "/v1/messages",
                system + R"({"role":"user","content":"a"},{"role":"assistant","content":"b"},)"
                         R"({"role":"user","content":"c"}]})"),
            "redact data my-number");
}

TEST_F(Places, UnknownFieldsBesideTheTurnsAreNew) {
  EXPECT_EQ(
      openai(R"({"messages":[{"role":"assistant","content":"b"}],"user":")" + kMyNumber + R"("})"),
      "block data my-number");
}

TEST_F(Places, ResponsesItemsOfTheServiceAreAnswers) {
  const std::string old_item =
      R"({"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":")" +
      kMyNumber + R"("}]},)";
  EXPECT_EQ(ask("api.openai.com", "/v1/responses",
                old_item + R"({"type":"reasoning","summary":[]},{"role":"user","content":"c"}]})"),
            "redact data my-number");
  EXPECT_EQ(ask("api.openai.com", "/v1/responses",
                old_item + R"({"type":"message","role":"user","content":"c"}]})"),
            "block data my-number");
  EXPECT_EQ(ask("api.openai.com", "/v1/responses",
                R"({"input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},)"
                R"({"type":"function_call_output","call_id":"c","output":")" +
                    kMyNumber + R"("}]})"),
            "block data my-number");
}

// Two readings of one document: what one of them takes for new must not be read as old.
TEST_F(Places, DuplicateTurnsCountAsNew) {
  EXPECT_EQ(
      openai(
          R"({"messages":[{"role":"user","content":")" + kMyNumber +
          R"("}],"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]})"),
      "block data my-number");
  EXPECT_EQ(openai(R"({"messages":[{"role":"user","role":"assistant","content":")" + kMyNumber +
                   R"("}]})"),
            "block data my-number");
}

TEST_F(Places, UntouchableFieldOfAnOldTurnIsRefused) {
  const auto e = evaluate(
      *snapshot_,
      question("api.anthropic.com", "/v1/messages",
               R"({"messages":[{"role":"assistant","content":[{"type":"thinking",)"
               R"("thinking":")" +
                   kMyNumber + R"(","signature":"x"}]},{"role":"user","content":"go on"}]})"));
  EXPECT_EQ(verdict_text(e.verdict), "block data my-number");
  EXPECT_NE(e.verdict.rules.back().why.find("redact_impossible"), std::string::npos);
}

TEST_F(Places, BulkOfOldTurnsIsRedactedWhenLittleIsNew) {
  const auto bulk = compile(policy_with(
      "data: [{ id: bulk, findings: [email], confidence: low, at_least: 3, action: block }]\n"));
  const std::string mails = "a@example.jp b@example.jp c@example.jp";
  const auto ask_bulk = [&](const std::string& old_text, const std::string& fresh) {
    return verdict_of(
        *bulk, question("api.openai.com", "/v1/chat/completions",
                        messages_body({{"user", old_text}, {"assistant", "b"}, {"user", fresh}})));
  };
  EXPECT_EQ(ask_bulk(mails, "c@example.jp"), "redact data bulk");
  EXPECT_EQ(ask_bulk("none", mails), "block data bulk");
  EXPECT_EQ(ask_bulk("none", "a@example.jp a@example.jp b@example.jp"), "allow");
}

}  // namespace
}  // namespace sekisho::tests
