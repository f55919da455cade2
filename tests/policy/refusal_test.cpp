#include "policy/refusal.h"

#include <nlohmann/json.hpp>

#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

using nlohmann::json;
using policy::Reason;

policy::Refusal sample() {
  policy::Refusal r;
  r.request_id = "sks_ABCDEFGHIJKLMNOP";
  r.reason = Reason::kData;
  r.rule = "secrets";
  r.findings = {"aws_access_key_id", "jwt"};
  r.alternative = "aws-bedrock";
  r.contact = "窓口 <security@example.jp>";
  r.message = {"送信を止めました。", "Not sent."};
  return r;
}

json parsed(const char* dialect, const char* path, policy::Refusal r = sample()) {
  const auto body = render_refusal(policy::dialect_for(dialect, path), r, false);
  EXPECT_EQ(body.content_type, "application/json");
  return json::parse(body.body);
}

void expect_sekisho(const json& s) {
  EXPECT_EQ(s.at("request_id"), "sks_ABCDEFGHIJKLMNOP");
  EXPECT_EQ(s.at("verdict"), "block");
  EXPECT_EQ(s.at("reason"), "data");
  EXPECT_EQ(s.at("rule"), "secrets");
  EXPECT_EQ(s.at("findings"), json({"aws_access_key_id", "jwt"}));
  EXPECT_EQ(s.at("alternative"), "aws-bedrock");
  EXPECT_EQ(s.at("contact"), "窓口 <security@example.jp>");
}

const std::string kBoth = "送信を止めました。\nNot sent.";

TEST(RefusalMessage, NamesWhoeverTheRequestNames) {
  policy::Verdict v;
  v.action = policy::Action::kBlock;
  v.reason = policy::Reason::kRegion;
  policy::Admission a;
  policy::Evidence e;
  e.kind = policy::EvidenceKind::kOperator;
  e.value = "CN";
  e.countries = {"CN"};
  e.result = policy::EvidenceResult::kDenied;
  e.source = "body:/provider/only/0 catalogue:deepseek-api";
  a.evidence = {e};
  auto m = refusal_message(v, a, "openrouter.ai", "", "", "sks_ABCDEFGHIJKLMNOP");
  EXPECT_NE(m.en.find("operator CN (deepseek-api, /provider/only/0)"), std::string::npos) << m.en;
  EXPECT_NE(m.ja.find("運営会社 CN (deepseek-api, /provider/only/0)"), std::string::npos) << m.ja;
  a.evidence[0].value = "unknown";
  a.evidence[0].countries = {};
  a.evidence[0].result = policy::EvidenceResult::kUnknown;
  a.evidence[0].setting = policy::EvidenceSetting::kRequired;
  a.evidence[0].source = "whoever is chosen, for want of body:/provider/only";
  m = refusal_message(v, a, "openrouter.ai", "", "", "sks_ABCDEFGHIJKLMNOP");
  EXPECT_NE(m.en.find("/provider/only does not say who may answer"), std::string::npos) << m.en;
  EXPECT_NE(m.ja.find("/provider/only で限定されていません"), std::string::npos) << m.ja;
}

TEST(Refusal, OpenAiShape) {
  const json j = parsed("openai", "/v1/chat/completions");
  EXPECT_EQ(j["error"]["message"], kBoth);
  EXPECT_EQ(j["error"]["type"], "invalid_request_error");
  EXPECT_TRUE(j["error"].at("param").is_null());
  EXPECT_EQ(j["error"]["code"], "sekisho_blocked");
  expect_sekisho(j["error"]["sekisho"]);
}

TEST(Refusal, AnthropicShape) {
  const json j = parsed("anthropic", "/v1/messages");
  EXPECT_EQ(j["type"], "error");
  EXPECT_EQ(j["error"]["type"], "invalid_request_error");
  EXPECT_EQ(j["error"]["message"], kBoth);
  EXPECT_EQ(j["request_id"], "sks_ABCDEFGHIJKLMNOP");
  expect_sekisho(j["error"]["sekisho"]);
}

TEST(Refusal, GeminiShape) {
  const json j = parsed("gemini", "/v1beta/models/g:generateContent");
  EXPECT_EQ(j["error"]["code"], 400);
  EXPECT_EQ(j["error"]["status"], "INVALID_ARGUMENT");
  EXPECT_EQ(j["error"]["message"], kBoth);
  ASSERT_EQ(j["error"]["details"].size(), 1u);
  expect_sekisho(j["error"]["details"][0]);
  expect_sekisho(j["error"]["details"][0]["sekisho"]);
}

TEST(Refusal, PlainShape) {
  const json j = parsed("none", "/");
  EXPECT_EQ(j["error"]["message"], kBoth);
  EXPECT_EQ(j["error"]["code"], "sekisho_blocked");
  expect_sekisho(j["sekisho"]);
}

TEST(Refusal, ShapesOfTheSmallerDialects) {
  const json bedrock = parsed("bedrock", "/model/m/converse");
  EXPECT_EQ(bedrock["message"], kBoth);
  expect_sekisho(bedrock["sekisho"]);
  const json mistral = parsed("mistral", "/v1/chat/completions");
  EXPECT_EQ(mistral["object"], "error");
  EXPECT_EQ(mistral["message"], kBoth);
  EXPECT_EQ(mistral["code"], "sekisho_blocked");
  EXPECT_EQ(parsed("cohere", "/v2/chat")["message"], kBoth);
  EXPECT_EQ(parsed("ollama", "/api/chat")["error"], kBoth);
  const json dashscope = parsed("dashscope", "/api/v1/services/aigc/x");
  EXPECT_EQ(dashscope["code"], "sekisho_blocked");
  EXPECT_EQ(dashscope["request_id"], "sks_ABCDEFGHIJKLMNOP");
  const json openrouter = parsed("openrouter", "/api/v1/chat/completions");
  EXPECT_EQ(openrouter["error"]["code"], 400);
  expect_sekisho(openrouter["error"]["metadata"]["sekisho"]);
}

TEST(Refusal, BedrockNamesTheErrorTypeInAHeader) {
  const auto body = render_refusal(policy::dialect_for("bedrock", "/"), sample(), false);
  ASSERT_FALSE(body.headers.empty());
  EXPECT_EQ(body.headers[0].second, "ValidationException");
}

TEST(Refusal, SpeaksThePolicysLanguagesInItsOrder) {
  auto r = sample();
  r.languages = {"en", "ja"};
  EXPECT_EQ(parsed("openai", "/v1/responses", r)["error"]["message"],
            "Not sent.\n送信を止めました。");
  r.languages = {"en"};
  EXPECT_EQ(parsed("openai", "/v1/responses", r)["error"]["message"], "Not sent.");
}

TEST(Refusal, PageForBrowsersIsEscaped) {
  auto r = sample();
  r.rule = "<script>alert('x')</script>";
  const auto page = render_refusal(policy::dialect_for("openai", "/"), r, true);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(page.body.find("<script"), std::string::npos);
  EXPECT_NE(page.body.find("&lt;script&gt;alert(&#39;x&#39;)"), std::string::npos);
  EXPECT_NE(page.body.find("<p lang=\"ja\">送信を止めました。</p>"), std::string::npos);
  EXPECT_NE(page.body.find("sks_ABCDEFGHIJKLMNOP"), std::string::npos);
  EXPECT_EQ(page.body.find("http://"), std::string::npos);  // nothing is loaded from elsewhere
}

TEST(Dialects, AreToldApartByPath) {
  const auto name = [](const char* dialect, const char* path) {
    return std::string(policy::dialect_for(dialect, path).name);
  };
  EXPECT_EQ(name("openai", "/v1/chat/completions?x=1"), "openai");
  EXPECT_EQ(name("openai", "/anthropic/v1/messages"), "anthropic");
  EXPECT_EQ(name("openai", "/v1/messages"), "anthropic");
  EXPECT_EQ(name("gemini", "/v1beta/openai/chat/completions"), "openai");
  EXPECT_EQ(name("gemini", "/v1/projects/p/locations/l/publishers/anthropic/models/m:rawPredict"),
            "anthropic");
  EXPECT_EQ(name("dashscope", "/compatible-mode/v1/chat/completions"), "openai");
  EXPECT_EQ(name("dashscope", "/apps/anthropic/v1/messages"), "anthropic");
  EXPECT_EQ(name("bedrock", "/model/m/invoke"), "bedrock");
  EXPECT_EQ(name("ollama", "/v1/messages"), "anthropic");
  EXPECT_EQ(name("mistral", "/v1/chat/completions"), "mistral");
  EXPECT_EQ(name("none", "/v1/chat/completions"), "openai");
  EXPECT_EQ(name("none", "/chat?q=/v1/messages"), "none");
  EXPECT_EQ(name("whatever", "/"), "none");
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

TEST(RefusalMessage, FitsWhateverItIsMadeOf) {
  const std::string longest(5000, 'x');
  std::string wide;
  for (int i = 0; i < 1000; ++i) wide += "漢";
  for (int reason = 0; reason <= static_cast<int>(Reason::kOrigin); ++reason) {
    policy::Verdict v;
    v.reason = static_cast<Reason>(reason);
    v.causes = {longest, wide, "c", "d"};
    v.message = {wide, longest};
    policy::Admission a;
    a.alternative = wide;
    a.alternative_note = {wide, longest};
    a.evidence.resize(7);
    for (auto& e : a.evidence) {
      e.result = policy::EvidenceResult::kDenied;
      e.value = longest;
    }
    const auto m = refusal_message(v, a, longest, wide, wide, "sks_ABCDEFGHIJKLMNOP");
    EXPECT_LE(characters(m.ja), 300u) << reason;
    EXPECT_LE(characters(m.en), 300u) << reason;
    EXPECT_TRUE(json::accept(json(m.ja).dump())) << reason;
  }
}

TEST(RefusalMessage, SaysWhyWhatElseAndWhomToAsk) {
  policy::Verdict v;
  v.reason = Reason::kRegion;
  policy::Admission a;
  policy::Evidence e;
  e.kind = policy::EvidenceKind::kOperator;
  e.value = "CN";
  e.countries = {"CN"};
  e.result = policy::EvidenceResult::kDenied;
  a.evidence = {e};
  a.alternative = "aws-bedrock";
  a.alternative_note = {"公開重みは Bedrock で利用できます", "the open weights are on Bedrock"};
  const auto m = refusal_message(v, a, "api.deepseek.com", "", "内線1234", "sks_ABCDEFGHIJKLMNOP");
  for (const char* part : {"api.deepseek.com", "運営会社 CN", "aws-bedrock", "公開重み", "内線1234",
                           "sks_ABCDEFGHIJKLMNOP"})
    EXPECT_NE(m.ja.find(part), std::string::npos) << part << " in " << m.ja;
  for (const char* part : {"api.deepseek.com", "operator CN", "aws-bedrock", "open weights",
                           "内線1234", "sks_ABCDEFGHIJKLMNOP"})
    EXPECT_NE(m.en.find(part), std::string::npos) << part << " in " << m.en;
}

TEST(RefusalMessage, NeverHoldsTheMatchedText) {
  const auto snapshot = compile(policy_with(kRules));
  const auto e = evaluate(*snapshot, chat("key " + kAwsKey + " and my number " + kMyNumber));
  ASSERT_EQ(e.verdict.action, policy::Action::kBlock);
  const auto m = refusal_message(e.verdict, e.admission, e.question.to.host, "", "", "");
  for (const std::string& value : {kAwsKey, kMyNumber, std::string("982736450124")}) {
    EXPECT_EQ(m.ja.find(value), std::string::npos);
    EXPECT_EQ(m.en.find(value), std::string::npos);
    EXPECT_EQ(explain_json(*snapshot, e).find(value), std::string::npos);
    EXPECT_EQ(explain_text(*snapshot, e).find(value), std::string::npos);
  }
}

}  // namespace
}  // namespace sekisho::tests
