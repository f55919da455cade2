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
  const auto body = render_refusal(policy::dialect_for(dialect, path), r, policy::Reader::kProgram);
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
  policy::Evidence& e = a.evidence.emplace_back();
  e.kind = policy::EvidenceKind::kOperator;
  e.value = "CN";
  e.result = policy::EvidenceResult::kDenied;
  e.source = "body:/provider/only/0 catalogue:deepseek-api";
  auto m = refusal_message(v, a, "openrouter.ai", "", "", "sks_ABCDEFGHIJKLMNOP");
  EXPECT_NE(m.en.find("operator CN (China) (deepseek-api, /provider/only/0)"), std::string::npos)
      << m.en;
  EXPECT_NE(m.ja.find("運営会社 CN・中国 (deepseek-api, /provider/only/0)"), std::string::npos)
      << m.ja;
  a.evidence[0].value = "unknown";
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

// The services of the catalogue, each in the format that its own clients read.
TEST(Refusal, EveryServiceIsAnsweredInItsFormat) {
  struct Row {
    const char *provider, *path, *message, *sekisho;
  };
  const Row rows[] = {
      {"openai-api", "/v1/chat/completions", "/error/message", "/error/sekisho"},
      {"openai-api", "/v1/responses", "/error/message", "/error/sekisho"},
      {"groq", "/openai/v1/chat/completions", "/error/message", "/error/sekisho"},
      {"azure-openai", "/openai/deployments/d/chat/completions", "/error/message",
       "/error/innererror"},
      {"anthropic-api", "/v1/messages", "/error/message", "/error/sekisho"},
      {"google-gemini-api", "/v1beta/models/g:generateContent", "/error/message",
       "/error/details/0/sekisho"},
      {"google-vertex", "/v1/projects/p/locations/us/publishers/anthropic/models/m:rawPredict",
       "/error/message", "/error/sekisho"},
      {"aws-bedrock", "/model/m/converse", "/message", "/sekisho"},
      {"mistral-api", "/v1/chat/completions", "/message", "/sekisho"},
      {"mistral-api", "/v1/chat/completions", "/error/message", "/object"},
      {"cohere", "/v2/chat", "/message", "/sekisho"},
      {"ollama-cloud", "/api/chat", "/error", "/sekisho"},
      {"alibaba-dashscope-intl", "/api/v1/services/aigc/text-generation/generation", "/message",
       "/request_id"},
      {"alibaba-dashscope-intl", "/compatible-mode/v1/chat/completions", "/error/message",
       "/error/sekisho"},
      {"openrouter", "/api/v1/chat/completions", "/error/message", "/error/metadata/sekisho"},
      {"openrouter", "/api/v1/messages", "/error/message", "/request_id"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.provider) + " " + row.path);
    const config::Provider* service = shipped_catalogue().find(row.provider);
    ASSERT_NE(service, nullptr);
    auto r = sample();
    r.provider = service->id;
    const json j = parsed(service->dialect.c_str(), row.path, r);
    EXPECT_EQ(j.at(json::json_pointer(row.message)), kBoth) << j;
    EXPECT_TRUE(j.contains(json::json_pointer(row.sekisho))) << j;
  }
}

TEST(Refusal, IsReadByProgramsBrowsersAndPeopleAtATerminal) {
  using policy::Reader;
  using policy::reader_of;
  EXPECT_EQ(reader_of("navigate", "", "", ""), Reader::kBrowser);
  EXPECT_EQ(reader_of("", "text/html,*/*", "Mozilla/5.0", ""), Reader::kBrowser);
  EXPECT_EQ(reader_of("cors", "application/json, text/html", "Mozilla/5.0", ""), Reader::kProgram);
  EXPECT_EQ(reader_of("", "*/*", "curl/7.88.1", ""), Reader::kTerminal);
  EXPECT_EQ(reader_of("", "*/*", "curl/7.88.1", "application/json"), Reader::kProgram);
  EXPECT_EQ(reader_of("", "application/json", "curl/7.88.1", ""), Reader::kProgram);
  EXPECT_EQ(reader_of("", "*/*", "python-requests/2.32", ""), Reader::kProgram);
  const auto text = render_refusal(policy::dialect_for("none", "/"), sample(), Reader::kTerminal);
  EXPECT_EQ(text.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(text.body.find(kBoth), 0u);
  EXPECT_NE(text.body.find("request: sks_ABCDEFGHIJKLMNOP\n"), std::string::npos);
  // A service's format comes before the person's convenience: scripts call it by curl as well.
  EXPECT_EQ(render_refusal(policy::dialect_for("openai", "/v1/x"), sample(), Reader::kTerminal)
                .content_type,
            "application/json");
}

TEST(Refusal, BedrockNamesTheErrorTypeInAHeader) {
  const auto body =
      render_refusal(policy::dialect_for("bedrock", "/"), sample(), policy::Reader::kProgram);
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
  const auto page = render_refusal(policy::dialect_for("openai", "/"), r, policy::Reader::kBrowser);
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

TEST(RefusalMessage, NeverLosesWhomToAsk) {
  const std::string longest(5000, 'x'), contact = "情報セキュリティ担当 <security@example.jp>";
  const std::string ja = "問い合わせ: " + contact + "。", en = "Contact: " + contact + ".";
  for (int reason = 0; reason <= static_cast<int>(Reason::kOrigin); ++reason) {
    policy::Verdict v;
    v.reason = static_cast<Reason>(reason);
    v.rule = longest;
    v.causes = {longest, longest, longest, "d"};
    v.message = {longest, longest};
    policy::Admission a;
    a.alternative = longest;
    a.alternative_note = {longest, longest};
    a.evidence.resize(7);
    for (auto& e : a.evidence) {
      e.result = policy::EvidenceResult::kDenied;
      e.value = longest;
      e.source = "body:/" + longest + " catalogue:" + longest;
    }
    const auto m = refusal_message(v, a, longest, longest, contact, "sks_ABCDEFGHIJKLMNOP");
    EXPECT_LE(characters(m.ja), 300u) << reason;
    EXPECT_LE(characters(m.en), 300u) << reason;
    for (const auto& [text, part] : {std::pair(m.ja, ja), std::pair(m.en, en)}) {
      EXPECT_NE(text.find(part), std::string::npos) << reason << ": " << text;
      EXPECT_NE(text.find("sks_ABCDEFGHIJKLMNOP"), std::string::npos) << reason << ": " << text;
    }
    policy::Refusal r = sample();
    r.message = m;
    for (const char* dialect : {"openai", "anthropic", "gemini", "bedrock", "mistral", "cohere",
                                "ollama", "dashscope", "openrouter", "none"}) {
      const std::string body = parsed(dialect, "/", r).dump();
      EXPECT_NE(body.find(ja), std::string::npos) << dialect << body;
      EXPECT_NE(body.find(en), std::string::npos) << dialect << body;
    }
  }
}

// Of several reasons fewer are given before the alternative goes.
TEST(RefusalMessage, ShortensTheReasonsFirst) {
  policy::Verdict v;
  v.reason = Reason::kRegion;
  v.rule = "regions";
  policy::Admission a;
  a.evidence.resize(3);
  for (auto& e : a.evidence) {
    e.kind = policy::EvidenceKind::kStorage;
    e.value = "CN";
    e.result = policy::EvidenceResult::kDenied;
    e.source = "body:/provider/only/0 catalogue:some-service-with-a-long-name";
  }
  a.evidence[0].kind = policy::EvidenceKind::kOperator;
  a.alternative = "aws-bedrock";
  a.alternative_note = {"公開重みは Bedrock で利用できます", "the open weights are on Bedrock"};
  const auto m = refusal_message(v, a, "openrouter.ai", "", "Security desk, ext. 1234",
                                 "sks_ABCDEFGHIJKLMNOP");
  for (const char* part : {"openrouter.ai", "operator CN (China)", "Use aws-bedrock instead",
                           "Contact: Security desk, ext. 1234.", "rule regions"})
    EXPECT_NE(m.en.find(part), std::string::npos) << part << " in " << m.en;
  EXPECT_LE(characters(m.en), 300u);
}

TEST(RefusalMessage, SaysWhyWhatElseAndWhomToAsk) {
  policy::Verdict v;
  v.reason = Reason::kRegion;
  policy::Admission a;
  policy::Evidence& e = a.evidence.emplace_back();
  e.kind = policy::EvidenceKind::kOperator;
  e.value = "CN";
  e.result = policy::EvidenceResult::kDenied;
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

config::Localized told(const policy::Evaluation& e) {
  return refusal_message(e.verdict, e.admission, e.question.to.host, e.verdict.detail.en,
                         "内線1234", "sks_ABCDEFGHIJKLMNOP", e.verdict.detail.ja);
}

// What an employee reads, whole.
TEST(RefusalMessage, SaysInPlainWordsWhatIsMissing) {
  const auto s = compile(R"(version: 1
regions: { allow: [JP, US, CA], deny: [CN], evidence: { operator: required } }
groups: { legal: { users: [sato] } }
destinations:
  - { id: api, providers: [google-gemini-api], require: { trains_on_inputs: ["no", opt_out] } }
  - { id: long, providers: [openai-api], require: { retention_days: 1 } }
  - { id: certified, providers: [azure-openai], require: { certifications: [iso42001] } }
  - { id: read, providers: [github-copilot], require: { reviewed_within: 30d } }
  - { id: over, providers: [groq], until: 2026-11-01, ticket: T, approved_by: [a], reason: b }
  - { id: others, providers: [cohere], groups: [legal] }
data:
  - { id: cards, findings: [credit_card], action: block }
)");
  struct Row {
    const char *host, *ja, *en;
  };
  const Row rows[] = {
      {"generativelanguage.googleapis.com",
       "詳細: 入力の学習への利用: あり（要件: なし/停止の設定あり）。",
       "Detail: training on inputs: yes (required: no/opt-out)."},
      {"api.openai.com", "保存日数: 30（要件: 1 日以下）",
       "days of retention: 30 (required: at most 1)"},
      {"x.openai.azure.com", "認証: iso42001 不明（要件: iso42001）",
       "certifications: iso42001 unknown"},
      {"api.business.githubcopilot.com", "利用規約を社内で確認した記録がありません",
       "nobody here has reviewed its terms yet"},
      {"api.groq.com", "承認の期限は 2026-11-01 まででした", "the approval ended on 2026-11-01"},
      {"api.cohere.com", "他の部署またはネットワークに限って承認されています",
       "it is approved for other groups or networks only"},
      {"api.deepseek.com", "（運営会社 CN・中国、", "(operator CN (China), "}};
  for (const Row& row : rows) {
    const auto e = evaluate(*s, question(row.host, "/", "{}"));
    const auto m = told(e);
    EXPECT_EQ(e.verdict.action, policy::Action::kBlock) << row.host;
    EXPECT_NE(m.ja.find(row.ja), std::string::npos) << m.ja;
    EXPECT_NE(m.en.find(row.en), std::string::npos) << m.en;
    EXPECT_NE(m.ja.find("受付番号 sks_ABCDEFGHIJKLMNOP（規則 " + e.verdict.rule + "）。"),
              std::string::npos)
        << m.ja;
    EXPECT_LE(characters(m.ja), 300u);
    EXPECT_LE(characters(m.en), 300u);
  }
  const auto open = compile(policy_with(kRules));
  policy::Question number = chat(kMyNumber);
  EXPECT_NE(told(evaluate(*open, number)).ja.find("（マイナンバー(個人番号)）"), std::string::npos);
  policy::Question broken = question("api.openai.com", "/v1/responses", "{\"a\":");
  EXPECT_NE(told(evaluate(*open, broken)).ja.find("JSON の形式が正しくありません"),
            std::string::npos);
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
