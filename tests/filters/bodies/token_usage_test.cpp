#include "filters/bodies/token_usage.h"

#include <gtest/gtest.h>

namespace sekisho::filters {
namespace {

std::string said(const TokenUsage& usage) {
  const auto text = [](const std::optional<std::uint64_t>& n) {
    return n ? std::to_string(*n) : std::string("-");
  };
  return text(usage.in()) + " " + text(usage.out());
}

std::string whole(std::string_view answer) {
  TokenUsage usage;
  usage.read(answer);
  return said(usage);
}

constexpr std::string_view kOpenAi =
    R"({"choices":[],"usage":{"prompt_tokens": 12,"completion_tokens":34,"total_tokens":46,)"
    R"("prompt_tokens_details":{"cached_tokens":0}}})";
constexpr std::string_view kAnthropicStream =
    "event: message_start\ndata: "
    "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":"
    "25,\"output_tokens\":1}}}\n\n"
    "event: content_block_delta\ndata: {\"delta\":{\"text\":\"a \\\"output_tokens\\\": 999, "
    "\"}}\n\n"
    "event: message_delta\ndata: {\"usage\":{\"output_tokens\":15}}\n\n";
constexpr std::string_view kGemini =
    "data: {\"usageMetadata\": {\n  \"promptTokenCount\": 7,\n  \"candidatesTokenCount\": "
    "9\n}}\n\n";

TEST(TokenUsage, IsReadInEveryDialect) {
  EXPECT_EQ(whole(kOpenAi), "12 34");
  EXPECT_EQ(whole(kAnthropicStream), "25 15");
  EXPECT_EQ(whole(kGemini), "7 9");
  EXPECT_EQ(whole(R"({"usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7}})"), "3 4");
  EXPECT_EQ(whole("{\"done\":true,\"prompt_eval_count\":5,\"eval_count\":6}\n"), "5 6");
}

TEST(TokenUsage, KnowsWhatCameFromTheServicesCache) {
  const std::pair<std::string_view, std::uint64_t> kStatements[] = {
      {R"({"usage":{"prompt_tokens":12,"prompt_tokens_details":{"cached_tokens":8}}})", 8},
      {R"({"usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":0}}})", 0},
      {R"({"usage":{"input_tokens":4,"cache_creation_input_tokens":9,"cache_read_input_tokens":7}})",
       7},
      {R"({"usageMetadata":{"promptTokenCount":9,"cachedContentTokenCount":5}})", 5},
      {R"({"usage":{"inputTokens":3,"cacheReadInputTokens":2}})", 2},
      {R"({"usage":{"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":1}})", 6}};
  for (const auto& [answer, cached] : kStatements) {
    TokenUsage usage;
    for (const char c : answer) usage.read(std::string_view(&c, 1));
    EXPECT_EQ(usage.cached(), cached) << answer;
  }
  TokenUsage none;
  none.read(R"({"usage":{"prompt_tokens":12}})");
  EXPECT_FALSE(none.cached());
}

TEST(TokenUsage, IsTheSameHoweverTheAnswerIsCut) {
  for (const std::string_view answer : {kOpenAi, kAnthropicStream, kGemini}) {
    const std::string expected = whole(answer);
    for (std::size_t cut = 0; cut <= answer.size(); ++cut) {
      TokenUsage usage;
      usage.read(answer.substr(0, cut));
      usage.read(answer.substr(cut));
      ASSERT_EQ(said(usage), expected) << cut;
    }
    TokenUsage bytes;
    for (const char c : answer) bytes.read(std::string_view(&c, 1));
    EXPECT_EQ(said(bytes), expected);
  }
}

TEST(TokenUsage, KnowsWhatWasSaidSoFar) {
  const std::size_t cut = kAnthropicStream.find("event: content_block_delta");
  EXPECT_EQ(whole(kAnthropicStream.substr(0, cut)), "25 1");
  EXPECT_EQ(whole("data: {\"choices\":[],\"usage\":null}\n\n"), "- -");
}

TEST(TokenUsage, IsNoneWhereNothingIsStated) {
  for (const char* text :
       {"", "\"", "prompt_tokens\": 1,", R"({"x_prompt_tokens":1})", R"({"prompt_tokens":"1"})",
        R"({"prompt_tokens":-1})", R"({"prompt_tokens":1.5})", R"({"prompt_tokens":12)",
        R"({"prompt_tokens":1234567890123456789})", R"({"a":"\"prompt_tokens\": 1, "})"})
    EXPECT_EQ(whole(text), "- -") << text;
}

}  // namespace
}  // namespace sekisho::filters
