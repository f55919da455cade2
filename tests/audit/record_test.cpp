#include "audit/record.h"

#include <nlohmann/json.hpp>

#include "audit/json_text.h"
#include "tests/audit/testing.h"

namespace sekisho::audit {
namespace {

nlohmann::json parse(const std::string& tail) {
  return nlohmann::json::parse("{" + tail, nullptr, false);
}

TEST(Record, WritesADecisionInTheOrderOfTheFormat) {
  Sample s;
  s.verdict.findings.push_back(
      {"email", "pii", 2, 0.9, {"/messages/3/content"}, {"a@example.com"}});
  s.decision.ms = {{"body", 1.1}, {"scan", 0.05}};
  const std::string hash = finding_hash("k", "email", "a@example.com");
  EXPECT_EQ(
      record_tail(s.get(), "k"),
      R"("id":"sks_aaaaaaaaaaaaaaaa","t":"2026-07-02T12:34:56.123456Z","kind":"decision",)"
      R"("gw":"gw1","who":{"user":"hanako@example.co.jp","groups":["dev","everyone"],)"
      R"("by":"network","ip":"10.1.2.3"},"client":{"ua":"OpenAI/Python 1.99","retry":0},)"
      R"("dst":{"host":"api.openai.com","port":443,"ip":null,"provider":"openai-api",)"
      R"("entry":"openai","tls":"bump"},"req":{"method":"POST","path":"/v1/chat/completions",)"
      R"("dialect":null,"model":"gpt-4o","stream":false},)"
      R"("evidence":[["operator","US","catalogue:openai-api","ok"]],"verdict":"allow",)"
      R"("would":null,"reason":null,"rule":"openai","rules":[],"exception":null,)"
      R"("findings":[{"type":"email","cat":"pii","n":2,"conf":0.9,"where":["/messages/3/content"],"h":[")" +
          hash +
          R"("]}],"coverage":"inspected","skipped":[],"bytes":{"in":100,"decoded":0},)"
          R"("ms":{"body":1.1,"scan":0.05},"policy":"sha256:00"})");
}

TEST(Record, WritesAnOutcomeAndAnAdminRecord) {
  Outcome o;
  o.id = "sks_x";
  o.gateway = "gw1";
  o.ref = 7;
  o.status = 200;
  o.abort = "client_closed";
  o.tokens_in = 12;
  const auto outcome = parse(record_tail(o));
  EXPECT_EQ(outcome["ref"], 7);
  EXPECT_EQ(outcome["tokens"]["in"], 12);
  EXPECT_TRUE(outcome["tokens"]["out"].is_null());
  EXPECT_EQ(outcome["abort"], "client_closed");
  EXPECT_FALSE(outcome["ms"].contains("ttfb"));
  Admin a;
  a.what = "reload";
  a.new_value = "sha256:11";
  const auto admin = parse(record_tail(a));
  EXPECT_EQ(admin["what"], "reload");
  EXPECT_TRUE(admin["old"].is_null());
}

TEST(Record, WritesADecisionOfWhichNothingIsKnown) {
  const auto record = parse(record_tail(Decision(), ""));
  EXPECT_EQ(record["verdict"], "block");
  EXPECT_TRUE(record["dst"]["host"].is_null());
}

// The scheme of the hash, checked against another implementation.
TEST(Record, HashesFindingsWithTheKey) {
  EXPECT_EQ(finding_hash("k", "email", "a@example.com"),
            finding_hash("k", "email", "a@example.com"));
  EXPECT_NE(finding_hash("k", "email", "a@example.com"),
            finding_hash("l", "email", "a@example.com"));
  EXPECT_NE(finding_hash("k", "email", "a"), finding_hash("k", "emai", "la"));
  EXPECT_EQ(finding_hash("k", "email", "a@example.com").size(), 16u);
  EXPECT_EQ(finding_hash("", "email", "a").size(), 16u);
}

TEST(Record, NeverHoldsAQueryString) {
  Sample s;
  for (const char* path : {"/v1/x?key=hush", "/v1/x#hush", "?hush"}) {
    s.decision.path = path;
    EXPECT_EQ(record_tail(s.get(), "k").find("hush"), std::string::npos) << path;
  }
}

TEST(Record, CutsAndEscapesTextFromClients) {
  Sample s;
  std::string model;
  for (int i = 0; i < 100; ++i) model += "関所";
  s.decision.model = model;
  s.client.user_agent = std::string("a\"\\\n\x01\x7f\xff\xfe") + "\u202E\u2028<b>";
  const std::string tail = record_tail(s.get(), "k");
  const auto record = parse(tail);
  ASSERT_TRUE(record.is_object());
  const std::string cut = record["req"]["model"];
  EXPECT_EQ(cut.size(), 255u);  // 85 characters of three bytes
  EXPECT_EQ(cut, model.substr(0, 255));
  EXPECT_EQ(record["client"]["ua"], "a\"\\\n\x01\x7f\uFFFD\uFFFD\u202E\u2028<b>");
  for (const unsigned char c : tail) EXPECT_GE(c, 0x20);
  EXPECT_EQ(tail.find("\u202E"), std::string::npos);
}

TEST(Record, IsJsonWhateverTheBytesAre) {
  std::uint32_t state = 1;
  const auto random = [&state] { return state = state * 1664525u + 1013904223u, state >> 16; };
  for (int round = 0; round < 500; ++round) {
    std::string bytes(random() % 600, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    Sample s(bytes.substr(0, 20));
    s.decision.model = s.client.user_agent = s.decision.path = s.to.host = s.client.user = bytes;
    s.verdict.findings.push_back({"email", "pii", 1, 0.5, {bytes}, {bytes}});
    s.decision.ms = {{bytes, 1}};
    const std::string tail = record_tail(s.get(), bytes);
    EXPECT_TRUE(nlohmann::json::accept("{" + tail)) << tail;
    EXPECT_EQ(tail.find('\n'), std::string::npos);
  }
}

// What was found stays out of the record, wherever the client put it.
TEST(Record, NeverHoldsAValueThatWasFound) {
  const std::pair<const char*, const char*> values[] = {{"email", "taro.suzuki@example.jp"},
                                                        {"credit_card", "4111111111111111"},
                                                        {"phone_jp", "09012345678"},
                                                        {"aws_access_key", "akiaexampleexample01"},
                                                        {"confidential_label", "社外秘資料"}};
  for (const auto& [type, value] : values) {
    for (int spelling = 0; spelling < 3; ++spelling) {
      std::string spelled;
      for (const char* c = value; *c; ++c) {
        char coded[8];
        std::snprintf(coded, sizeof coded, "%%%02X", static_cast<unsigned char>(*c));
        if (spelling == 1)
          spelled += coded;
        else
          spelled += static_cast<char>(spelling == 2 ? std::toupper(*c) : *c);
      }
      Sample s;
      s.verdict.findings.push_back(
          {type, "pii", 1, 0.9, {"/user/" + spelled + "/x", spelled}, {value}});
      s.decision.path = "/v1/users/" + spelled + "/files";
      s.decision.model = "model-" + spelled;
      s.client.user_agent = "agent (" + spelled + ")";
      s.verdict.rules.push_back({"r", true, "block", "enforce", "found " + spelled});
      const std::string tail = record_tail(s.get(), "k");
      EXPECT_EQ(tail.find(spelled), std::string::npos) << tail;
      EXPECT_EQ(tail.find(value), std::string::npos) << tail;
      EXPECT_NE(tail.find("\"where\":[\"/user/*/x\",\"*\"]"), std::string::npos) << tail;
    }
  }
}

TEST(Record, FindsNumbersBehindTheirSeparators) {
  Sample s;
  s.verdict.findings.push_back({"credit_card", "financial", 1, 0.9, {}, {"4111111111111111"}});
  s.decision.path = "/cards/4111-1111-1111-1111";
  s.decision.model = "４１１１１１１１１１１１１１１１";
  const auto record = parse(record_tail(s.get(), "k"));
  EXPECT_EQ(record["req"]["path"], "[REDACTED:credit_card]");
  EXPECT_EQ(record["req"]["model"], "[REDACTED:credit_card]");
}

TEST(Record, IsBounded) {
  Sample s;
  const std::string big(100'000, 'x');
  for (int i = 0; i < 300; ++i) {
    s.verdict.findings.push_back({"email", "pii", 1, 0.9, {}, {}});
    for (int k = 0; k < 50; ++k) {
      s.verdict.findings.back().where.push_back("/" + std::to_string(k));
      s.verdict.findings.back().values.push_back("v" + std::to_string(k) + "@example.com");
    }
    s.verdict.rules.push_back({"r" + std::to_string(i), true, "block", "enforce", big});
    s.verdict.skipped.push_back(big);
  }
  s.decision.detail = s.decision.method = s.decision.origin_ip = big;
  EXPECT_LT(record_tail(s.get(), "k").size(), 100'000u);
}

TEST(JsonText, CutsOnTheBorderOfACharacter) {
  EXPECT_EQ(cut_text("関所", 6), "関所");
  EXPECT_EQ(cut_text("関所", 5), "関");
  EXPECT_EQ(cut_text("関所", 2), "");
  EXPECT_EQ(cut_text("abc", 2), "ab");
  EXPECT_EQ(cut_text(std::string(300, '\x80')).size(), 256u);
}

TEST(JsonText, SaysWhenItWasInUtc) {
  EXPECT_EQ(utc_text(0), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(utc_text(-1), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(utc_text(1'782'995'696'123'456), "2026-07-02T12:34:56.123456Z");
}

}  // namespace
}  // namespace sekisho::audit
