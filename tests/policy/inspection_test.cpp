#include "policy/inspection.h"

#include "tests/policy/coding_samples.h"
#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

using policy::Coverage;

const policy::Snapshot& snapshot() {
  static const auto kSnapshot = compile(policy_with(kRules));
  return *kSnapshot;
}

struct Request {
  std::string body;
  std::vector<policy::HeaderView> headers{{"content-type", "application/json"}};
  std::string target = "/v1/chat/completions";
  policy::InspectionLimits limits;
  int steps = 0;
};

policy::InspectionResult inspect(Request& r, const char* dialect = "openai") {
  policy::Admission admission;
  admission.dialect = &policy::dialect_for(dialect, r.target);
  policy::Inspection inspection(snapshot(), admission, {"POST", r.target, r.headers, r.body},
                                r.limits);
  for (r.steps = 1; inspection.step(); ++r.steps) {
  }
  return inspection.take();
}

policy::InspectionResult inspect_body(const std::string& body) {
  Request r;
  r.body = body;
  return inspect(r);
}

TEST(Inspection, PicksUpModelAndStream) {
  const auto r = inspect_body(R"({"stream" : true,"model":"gpt-5","messages":[]})");
  EXPECT_EQ(r.model, "gpt-5");
  EXPECT_TRUE(r.stream);
  EXPECT_FALSE(inspect_body(R"({"stream":false})").stream);
  EXPECT_FALSE(inspect_body(R"({"x":{"stream":true}})").stream);
  Request gemini;
  gemini.body = "{}";
  gemini.target = "/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse";
  const auto g = inspect(gemini, "gemini");
  EXPECT_EQ(g.model, "gemini-3-pro");
  EXPECT_TRUE(g.stream);
  Request bedrock;
  bedrock.body = "{}";
  bedrock.target = "/model/jp.anthropic.claude-v1%3A0/converse-stream";
  const auto b = inspect(bedrock, "bedrock");
  EXPECT_EQ(b.model, "jp.anthropic.claude-v1%3A0");
  EXPECT_TRUE(b.stream);
}

TEST(Inspection, CutsALongModelBetweenCharacters) {
  std::string name(255, 'a');
  const auto r = inspect_body(R"({"model":")" + name + "漢字\"}");
  EXPECT_EQ(r.model, name);
}

TEST(Inspection, SaysWhatItCouldNotRead) {
  struct Case {
    std::string body, type, coding, reason;
  };
  const std::vector<Case> cases = {
      {"{\"a\":", "application/json", "", "json"},
      {"{\"a\":1} x", "application/json", "", "json"},
      {"{\"a\":\"\xff\"}", "application/json", "", "utf8"},
      {std::string("\x89PNG\r\n\x1a\n\0\0", 10), "image/png", "", ""},
      {"{}", "application/json", "compress", "coding"},
      {"not gzip", "application/json", "gzip", "coding"},
      {gzipped("{}") + "x", "application/json", "gzip", "coding"},
      {gzipped("{\"a\":1}").substr(0, 12), "application/json", "gzip", "coding"}};
  for (const auto& c : cases) {
    Request r;
    r.body = c.body;
    r.headers = {{"content-type", c.type}};
    if (!c.coding.empty()) r.headers.emplace_back("content-encoding", c.coding);
    const auto result = inspect(r);
    EXPECT_EQ(result.coverage, Coverage::kUninspected) << c.type << " " << c.coding;
    EXPECT_FALSE(result.unreadable.empty());
    ASSERT_EQ(result.skipped.size(), 1u);
    EXPECT_EQ(result.skipped[0], "body:" + result.unreadable);
    if (!c.reason.empty()) {
      EXPECT_EQ(result.unreadable, c.reason) << c.body;
    }
  }
}

TEST(Inspection, WithoutBodyStillReadsTargetAndHeaders) {
  Request r;
  r.headers = {{"x-note", "my number 9827 3645 0124"}};
  r.target = "/v1/models?q=card+4532+0151+1283+0366";
  const auto result = inspect(r);
  EXPECT_EQ(result.coverage, Coverage::kNoBody);
  ASSERT_EQ(result.findings.size(), 2u);
  EXPECT_EQ(result.findings[0].where, "q");
  EXPECT_EQ(result.findings[1].where, "x-note");
  EXPECT_EQ(result.findings[1].original, (filters::Range{10, 24}));
}

TEST(Inspection, FindsTheSameHoweverLongTheText) {
  for (const std::size_t padding : {0u, 1000u, 262'100u, 262'140u, 300'000u, 1'000'000u}) {
    const std::string body = R"({"messages":[{"role":"user","content":")" +
                             std::string(padding, 'a') + " card " + kCard + "\"}]}";
    const auto r = inspect_body(body);
    ASSERT_EQ(r.findings.size(), 1u) << padding;
    const auto& f = r.findings[0];
    EXPECT_EQ(body.substr(f.original.begin, f.original.size()), kCard) << padding;
    EXPECT_EQ(f.where, "/messages/0/content");
  }
}

TEST(Inspection, WorksInSteps) {
  Request r;
  r.body = R"({"a":")" + std::string(4u << 20, 'x') + "\"}";
  EXPECT_EQ(inspect(r).coverage, Coverage::kInspected);
  EXPECT_GE(r.steps, 16);
  Request many;
  many.body = "[";
  for (int i = 0; i < 200'000; ++i) many.body += "\"some text\",";
  many.body += "1]";
  EXPECT_EQ(inspect(many).coverage, Coverage::kInspected);
  EXPECT_GE(many.steps, 8);
}

TEST(Inspection, StopsAtTheLimitOfTheDecodedBody) {
  Request r;
  r.body = gzipped(R"({"a":")" + std::string(3u << 20, 'x') + "\"}");
  r.headers.emplace_back("content-encoding", "gzip");
  r.limits.decoded_body = 1u << 20;
  const auto result = inspect(r);
  EXPECT_TRUE(result.over_limit);
  EXPECT_EQ(result.coverage, Coverage::kUninspected);
}

TEST(Inspection, AsksBeforeItGrows) {
  Request r;
  std::string text;
  while (text.size() < 3u << 20) text += std::to_string(text.size() * 7919) + " ";
  r.body = gzipped(R"({"a":")" + text + "\"}");
  r.headers.emplace_back("content-encoding", "gzip");
  std::size_t granted = 0;
  r.limits.reserve = [&granted](std::size_t bytes) {
    granted += bytes;
    return true;
  };
  EXPECT_EQ(inspect(r).coverage, Coverage::kInspected);
  EXPECT_GE(granted, 3u << 20);
  r.limits.reserve = [](std::size_t) { return false; };
  EXPECT_TRUE(inspect(r).over_limit);
}

// Half a gigabyte of findings out of a few megabytes must not be.
TEST(Inspection, BoundsTheFindingsOfOneRequest) {
  Request r;
  r.body = "[";
  for (int i = 0; i < 5'000; ++i) r.body += "\"user" + std::to_string(i) + "@example.jp\",";
  r.body += "1]";
  std::size_t asked = 0;
  r.limits.reserve = [&asked](std::size_t bytes) {
    asked += bytes;
    return asked < 2'000'000;
  };
  const auto result = inspect(r);
  EXPECT_GT(asked, 0u);
  EXPECT_TRUE(result.over_limit || result.findings.size() == 5'000u);
}

TEST(Inspection, EveryCodingGivesTheSameFindings) {
  const std::string body = R"({"messages":[{"role":"user","content":"card )" + kCard + "\"}]}";
  for (const auto& sample : coded_samples(body)) {
    Request r;
    r.body = sample.bytes;
    r.headers.emplace_back("Content-Encoding", sample.coding);
    const auto result = inspect(r);
    EXPECT_TRUE(result.coded) << sample.coding;
    EXPECT_EQ(result.decoded, body) << sample.coding;
    EXPECT_EQ(result.findings.size(), 1u) << sample.coding;
  }
}

}  // namespace
}  // namespace sekisho::tests
