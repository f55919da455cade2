#include <simdjson.h>

#include "policy/redaction.h"
#include "tests/policy/coding_samples.h"
#include "tests/policy/request_fixture.h"

namespace sekisho::tests {
namespace {

bool is_json(const std::string& text) {
  simdjson::dom::parser parser;
  return parser.parse(text).error() == simdjson::SUCCESS;
}

const policy::Snapshot& snapshot() {
  static const auto kSnapshot = compile(policy_with(kRules));
  return *kSnapshot;
}

policy::Evaluation openai(const std::string& body) {
  return evaluate(snapshot(), question("api.openai.com", "/v1/chat/completions", body));
}

// Body before and after, card for mask.
struct Splice {
  const char* name;
  std::string before, after;
};

const std::string kMask = "[REDACTED:credit_card]";
const Splice kSplices[] = {
    {"Plain", R"({"a":"x )" + kCard + R"( y"})", R"({"a":"x )" + kMask + R"( y"})"},
    {"EscapesAroundStayAsWritten",
     "{ \"k\\u0065y\" :\t\"\\u30ab\\u30fc\\u30c9\\/\\n" + kCard +
         "\\t\\ud83d\\ude00\" , \"n\": 1.0e5 }\r\n",
     "{ \"k\\u0065y\" :\t\"\\u30ab\\u30fc\\u30c9\\/\\n" + kMask +
         "\\t\\ud83d\\ude00\" , \"n\": 1.0e5 }\r\n"},
    {"EscapedDigits", R"({"a":"\u0034532 0151 1283 036\u0036."})", R"({"a":")" + kMask + R"(."})"},
    {"JapaneseAround", R"({"a":"カード番号は)" + kCard + R"(です"})",
     R"({"a":"カード番号は)" + kMask + R"(です"})"},
    {"Two", R"(["card )" + kCard + R"(","card )" + kCard + R"(, card )" + kCard + R"("])",
     R"(["card )" + kMask + R"(","card )" + kMask + ", card " + kMask + R"("])"},
    {"NumberBecomesText", R"({"card":4532015112830366,"x":1})",
     R"({"card":")" + kMask + R"(","x":1})"},
    {"JsonInsideAString", R"({"a":"{\"card\":\")" + kCard + R"(\"}"})",
     R"({"a":"{\"card\":\")" + kMask + R"(\"}"})"},
    {"DuplicateKeys", R"({"a":"card )" + kCard + R"(","a":"card )" + kCard + R"("})",
     R"({"a":"card )" + kMask + R"(","a":"card )" + kMask + R"("})"},
    {"FreeObjectOfATool",
     R"({"messages":[{"content":[{"type":"tool_use","input":{"id":"card )" + kCard + R"("}}]}]})",
     R"({"messages":[{"content":[{"type":"tool_use","input":{"id":"card )" + kMask + R"("}}]}]})"},
};

class Redaction : public testing::TestWithParam<Splice> {};

TEST_P(Redaction, ChangesTheFindingAndNoOtherByte) {
  const auto e = openai(GetParam().before);
  EXPECT_EQ(verdict_text(e.verdict), "redact data cards");
  EXPECT_EQ(sent_body(e), GetParam().after);
  EXPECT_TRUE(is_json(GetParam().before));
  EXPECT_TRUE(is_json(sent_body(e)));
}

INSTANTIATE_TEST_SUITE_P(Bodies, Redaction, testing::ValuesIn(kSplices),
                         [](const auto& s) { return s.param.name; });

TEST(RedactionOfForms, WritesTheMaskEscaped) {
  auto q = question("api.openai.com", "/v1/x", "a=1&note=card+4532+0151+1283+0366&b=%E3%82%A2");
  q.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  EXPECT_EQ(sent_body(evaluate(snapshot(), q)),
            "a=1&note=card+%5BREDACTED%3Acredit_card%5D&b=%E3%82%A2");
}

TEST(RedactionOfLines, WorksInEveryLine) {
  auto q = question("api.openai.com", "/v1/x",
                    "{\"a\":1}\n{\"a\":\"card " + kCard + "\"}\n{\"a\":\"card " + kCard + "\"}\n");
  q.headers = {{"content-type", "application/x-ndjson"}};
  EXPECT_EQ(sent_body(evaluate(snapshot(), q)),
            "{\"a\":1}\n{\"a\":\"card " + kMask + "\"}\n{\"a\":\"card " + kMask + "\"}\n");
}

TEST(RedactionOfText, WorksInPlainText) {
  auto q = question("api.openai.com", "/v1/x", "a\r\ncard " + kCard + "\r\n");
  q.headers = {{"content-type", "text/plain; charset=utf-8"}};
  EXPECT_EQ(sent_body(evaluate(snapshot(), q)), "a\r\ncard " + kMask + "\r\n");
}

TEST(RedactionOfCodedBodies, EditsTheDecodedBody) {
  const std::string body = R"({"messages":[{"role":"user","content":"card )" + kCard + "\"}]}";
  for (const auto& sample : coded_samples(body)) {
    auto q = question("api.openai.com", "/v1/chat/completions", sample.bytes);
    q.headers = {{"content-type", "application/json"}, {"Content-Encoding", sample.coding}};
    const auto e = evaluate(snapshot(), q);
    EXPECT_EQ(verdict_text(e.verdict), "redact data cards") << sample.coding;
    EXPECT_EQ(e.inspected.decoded, body) << sample.coding;
    EXPECT_EQ(sent_body(e), R"({"messages":[{"role":"user","content":"card )" + kMask + "\"}]}");
  }
}

// Where a mask would break the request it is refused instead, and says why.
struct Impossible {
  const char* name;
  const char* why;
  policy::Question question;
};

policy::Question with_header(const std::string& name, const std::string& value) {
  auto q = chat("hello");
  q.headers.emplace_back(name, value);
  return q;
}

policy::Question signed_request() {
  auto q = question("bedrock-runtime.ap-northeast-1.amazonaws.com", "/model/m/converse",
                    R"({"messages":[{"role":"user","content":[{"text":"card )" + kCard + "\"}]}]}");
  q.headers.emplace_back("authorization",
                         "AWS4-HMAC-SHA256 Credential=x/20261125/r/bedrock/aws4_request");
  return q;
}

std::vector<Impossible> impossible_cases() {
  return {{"Header", "header", with_header("x-note", "card " + kCard)},
          {"Query", "URL", question("api.openai.com", "/v1/x?q=card+4532+0151+1283+0366", "{}")},
          {"Path", "URL", question("api.openai.com", "/v1/card%204532-0151-1283-0366", "{}")},
          {"Key", "name of a field",
           question("api.openai.com", "/v1/x", R"({"card )" + kCard + R"(":1})")},
          {"Identifier", "unchanged",
           question("api.openai.com", "/v1/x",
                    R"({"messages":[{"role":"user","name":"card )" + kCard + R"("}]})")},
          {"CacheKey", "unchanged",
           question("api.openai.com", "/v1/x", R"({"prompt_cache_key":"card )" + kCard + R"("})")},
          {"Signed", "signed", signed_request()}};
}

TEST(RedactionImpossible, IsARefusalThatNamesThePlace) {
  for (auto& c : impossible_cases()) {
    const auto e = evaluate(snapshot(), c.question);
    EXPECT_EQ(verdict_text(e.verdict), "block data cards") << c.name;
    EXPECT_TRUE(e.verdict.edits.empty()) << c.name;
    bool said = false;
    for (const auto& r : e.verdict.rules)
      said |= r.id == "cards" && r.action == "block" &&
              r.why.find("redact_impossible") != std::string::npos &&
              r.why.find(c.why) != std::string::npos;
    EXPECT_TRUE(said) << c.name << ": " << e.verdict.rules.back().why;
  }
}

TEST(RedactionMask, IsFoundByNoDetector) {
  const auto e = openai(R"({"a":"card )" + kCard + R"("})");
  const auto again = openai(sent_body(e));
  EXPECT_EQ(verdict_text(again.verdict), "allow");
  EXPECT_TRUE(again.inspected.findings.empty());
}

TEST(RedactionMask, OfOverlappingFindingsIsOne) {
  policy::InspectionResult inspected;
  policy::PlacedFinding a, b;
  a.finding.type = "x";
  b.finding.type = "y";
  a.original = {2, 6};
  b.original = {4, 9};
  inspected.findings = {b, a};
  const auto edits = edits_for(inspected, {{true, {}}, {true, {}}});
  ASSERT_EQ(edits.size(), 1u);
  EXPECT_EQ(edits[0].range, (filters::Range{2, 9}));
  EXPECT_EQ(edits[0].replacement, "[REDACTED:x]");
}

}  // namespace
}  // namespace sekisho::tests
