#include "policy/answer_lanes.h"

#include <algorithm>

namespace sekisho::policy {
namespace {

using P = std::string_view;
using enum LaneKind;

// OpenAI: chat completions, legacy completions and the Responses API. Facts: the services' official
// SDKs.
constexpr P kChoice[] = {"/choices/*/index"};
constexpr P kChoiceCall[] = {"/choices/*/index", "/choices/*/delta/tool_calls/*/index"};
constexpr P kOutput[] = {"/output_index"};
constexpr P kContent[] = {"/output_index", "/content_index"};
constexpr P kSummary[] = {"/output_index", "/summary_index"};
constexpr P kDeltaArguments = "/choices/*/delta/tool_calls/*/function/arguments";
constexpr P kDeltaCustom = "/choices/*/delta/tool_calls/*/custom/input";
constexpr P kMessageCall = "/choices/*/message/tool_calls/*/function/arguments";
constexpr P kMessageCustom = "/choices/*/message/tool_calls/*/custom/input";

constexpr Lane kOpenAi[] = {
    {"", "/choices/*/delta/content", kText, true, kChoice, "", ""},
    {"", "/choices/*/delta/content/*/text", kText, true, kChoice, "", ""},
    {"", "/choices/*/delta/refusal", kText, true, kChoice, "", ""},
    {"", "/choices/*/delta/reasoning_content", kText, true, kChoice, "", ""},
    {"", "/choices/*/delta/reasoning", kText, true, kChoice, "", ""},
    {"", kDeltaArguments, kToolJson, true, kChoiceCall, "", ""},
    {"", kDeltaCustom, kToolText, true, kChoiceCall, "", ""},
    {"", "/choices/*/delta/function_call/arguments", kToolJson, true, kChoice, "", ""},
    {"", "/choices/*/text", kText, true, kChoice, "", ""},
    {"", "/choices/*/message/content", kText, false, {}, "", ""},
    {"", "/choices/*/message/content/*/text", kText, false, {}, "", ""},
    {"", "/choices/*/message/refusal", kText, false, {}, "", ""},
    {"", "/choices/*/message/reasoning_content", kText, false, {}, "", ""},
    {"", "/choices/*/message/reasoning", kText, false, {}, "", ""},
    {"", kMessageCall, kToolJson, false, {}, "/choices/*/message/tool_calls/*/function/name", ""},
    {"", kMessageCustom, kToolText, false, {}, "/choices/*/message/tool_calls/*/custom/name", ""},
    {"",
     "/choices/*/message/function_call/arguments",
     kToolJson,
     false,
     {},
     "/choices/*/message/function_call/name",
     ""},

    {"response.output_text.delta", "/delta", kText, true, kContent, "", ""},
    {"response.refusal.delta", "/delta", kText, true, kContent, "", ""},
    {"response.reasoning_text.delta", "/delta", kText, true, kContent, "", ""},
    {"response.reasoning_summary_text.delta", "/delta", kText, true, kSummary, "", ""},
    {"response.function_call_arguments.delta", "/delta", kToolJson, true, kOutput, "", ""},
    {"response.mcp_call_arguments.delta", "/delta", kToolJson, true, kOutput, "", ""},
    {"response.custom_tool_call_input.delta", "/delta", kToolText, true, kOutput, "", ""},
    {"response.output_text.done", "/text", kText, false, {}, "", ""},
    {"response.refusal.done", "/refusal", kText, false, {}, "", ""},
    {"response.reasoning_text.done", "/text", kText, false, {}, "", ""},
    {"response.reasoning_summary_text.done", "/text", kText, false, {}, "", ""},
    {"response.function_call_arguments.done", "/arguments", kToolJson, false, kOutput, "", ""},
    {"response.mcp_call_arguments.done", "/arguments", kToolJson, false, kOutput, "", ""},
    {"response.custom_tool_call_input.done", "/input", kToolText, false, kOutput, "", ""},
    {"", "/part/text", kText, false, {}, "", ""},
    {"", "/part/refusal", kText, false, {}, "", ""},

    {"", "/item/content/*/text", kText, false, {}, "", ""},
    {"", "/item/content/*/refusal", kText, false, {}, "", ""},
    {"", "/item/summary/*/text", kText, false, {}, "", ""},
    {"", "/item/arguments", kToolJson, false, {}, "/item/name", ""},
    {"", "/item/input", kToolText, false, {}, "/item/name", ""},
    {"", "/item/action/**", kToolObject, false, {}, "/item/type", ""},
    {"", "/item/operation/**", kToolObject, false, {}, "/item/type", ""},

    {"", "/response/instructions", kText, false, {}, "", ""},
    {"", "/response/error/message", kText, false, {}, "", ""},
    {"", "/response/output/*/content/*/text", kText, false, {}, "", ""},
    {"", "/response/output/*/content/*/refusal", kText, false, {}, "", ""},
    {"", "/response/output/*/summary/*/text", kText, false, {}, "", ""},
    {"", "/response/output/*/arguments", kToolJson, false, {}, "/response/output/*/name", ""},
    {"", "/response/output/*/input", kToolText, false, {}, "/response/output/*/name", ""},
    {"", "/response/output/*/action/**", kToolObject, false, {}, "/response/output/*/type", ""},
    {"", "/response/output/*/operation/**", kToolObject, false, {}, "/response/output/*/type", ""},

    {"", "/instructions", kText, false, {}, "", ""},
    {"", "/output_text", kText, false, {}, "", ""},
    {"", "/output/*/content/*/text", kText, false, {}, "", ""},
    {"", "/output/*/content/*/refusal", kText, false, {}, "", ""},
    {"", "/output/*/summary/*/text", kText, false, {}, "", ""},
    {"", "/output/*/arguments", kToolJson, false, {}, "/output/*/name", ""},
    {"", "/output/*/input", kToolText, false, {}, "/output/*/name", ""},
    {"", "/output/*/action/**", kToolObject, false, {}, "/output/*/type", ""},
    {"", "/output/*/operation/**", kToolObject, false, {}, "/output/*/type", ""},

    {"", "/text", kText, false, {}, "", ""},  // transcriptions
    {"", "/message", kText, false, {}, "", ""},
    {"", "/error", kText, false, {}, "", ""},
    {"", "/error/message", kText, false, {}, "", ""},
};
constexpr ToolName kOpenAiNames[] = {
    {"", "/choices/*/delta/tool_calls/*/function/name", kChoiceCall},
    {"", "/choices/*/delta/tool_calls/*/custom/name", kChoiceCall},
    {"", "/choices/*/delta/function_call/name", kChoice},
    {"response.output_item.added", "/item/name", kOutput},
};
constexpr Closing kOpenAiClosings[] = {
    {"", "/choices/*/finish_reason", kChoice},
    {"*.done", "", kOutput},
    {"response.completed", "", {}},
    {"response.incomplete", "", {}},
    {"response.failed", "", {}},
    {"error", "", {}},
};
constexpr P kOpenAiKeep[] = {"/id",
                             "/object",
                             "/created",
                             "/model",
                             "/system_fingerprint",
                             "/service_tier",
                             "/choices/*/index",
                             "/choices/*/finish_reason",
                             "/choices/*/delta/tool_calls/*/index",
                             "/choices/*/delta/content/*/type",
                             "/type",
                             "/item_id",
                             "/output_index",
                             "/content_index",
                             "/summary_index",
                             "/sequence_number"};

// Anthropic. Thinking blocks are signed: they stay as they came.
constexpr P kBlock[] = {"/index"};
constexpr Lane kAnthropic[] = {
    {"content_block_delta", "/delta/text", kText, true, kBlock, "", ""},
    {"content_block_delta", "/delta/partial_json", kToolJson, true, kBlock, "", ""},
    {"content_block_delta", "/delta/citation/cited_text", kText, false, {}, "", ""},
    {"content_block_start", "/content_block/text", kText, false, {}, "", ""},
    {"content_block_start",
     "/content_block/input/**",
     kToolObject,
     false,
     {},
     "/content_block/name",
     ""},
    {"content_block_start", "/content_block/content/*/text", kText, false, {}, "", ""},
    {"", "/content/*/text", kText, false, {}, "", ""},
    {"", "/content/*/citations/*/cited_text", kText, false, {}, "", ""},
    {"", "/content/*/content/*/text", kText, false, {}, "", ""},
    {"", "/content/*/input/**", kToolObject, false, {}, "/content/*/name", ""},
    {"", "/message/content/*/text", kText, false, {}, "", ""},
    {"", "/completion", kText, false, {}, "", ""},
    {"", "/error/message", kText, false, {}, "", ""},
};
// Bedrock's Converse: whole answers only, its streams are binary.
constexpr P kConverse = "/output/message/content/*/text";
constexpr P kConverseInput = "/output/message/content/*/toolUse/input/**";
constexpr P kConverseTool = "/output/message/content/*/toolUse/name";
constexpr Lane kBedrock[] = {
    {"", kConverse, kText, false, {}, "", ""},
    {"", kConverseInput, kToolObject, false, {}, kConverseTool, ""},
    {"", "/message", kText, false, {}, "", ""},
};

constexpr ToolName kAnthropicNames[] = {{"content_block_start", "/content_block/name", kBlock}};
constexpr Closing kAnthropicClosings[] = {
    {"content_block_stop", "", kBlock}, {"message_stop", "", {}}, {"error", "", {}}};
constexpr P kAnthropicKeep[] = {"/type", "/index", "/delta/type"};

// Gemini, also as Code Assist wraps it.
constexpr P kCandidate[] = {"/candidates/*/index"};
constexpr P kWrapped[] = {"/response/candidates/*/index"};
constexpr P kPart = "/candidates/*/content/parts/*/text";
constexpr P kThought = "/candidates/*/content/parts/*/thought";
constexpr P kArguments = "/candidates/*/content/parts/*/functionCall/args/**";
constexpr P kFunction = "/candidates/*/content/parts/*/functionCall/name";
constexpr P kWrappedPart = "/response/candidates/*/content/parts/*/text";
constexpr P kWrappedThought = "/response/candidates/*/content/parts/*/thought";
constexpr P kWrappedArguments = "/response/candidates/*/content/parts/*/functionCall/args/**";
constexpr P kWrappedFunction = "/response/candidates/*/content/parts/*/functionCall/name";
constexpr Lane kGemini[] = {
    {"", kPart, kText, true, kCandidate, "", kThought},
    {"", kArguments, kToolObject, false, {}, kFunction, ""},
    {"", kWrappedPart, kText, true, kWrapped, "", kWrappedThought},
    {"", kWrappedArguments, kToolObject, false, {}, kWrappedFunction, ""},
    {"", "/error/message", kText, false, {}, "", ""},
    {"", "/*/error/message", kText, false, {}, "", ""},
};
constexpr Closing kGeminiClosings[] = {
    {"", "/candidates/*/finishReason", kCandidate},
    {"", kFunction, kCandidate},
    {"", "/response/candidates/*/finishReason", kWrapped},
    {"", kWrappedFunction, kWrapped},
};
constexpr P kGeminiKeep[] = {"/candidates/*/index",
                             "/candidates/*/content/role",
                             "/modelVersion",
                             "/responseId",
                             "/response/candidates/*/index",
                             "/response/candidates/*/content/role",
                             "/response/modelVersion",
                             "/response/responseId",
                             "/traceId"};

constexpr P kCohereIndex[] = {"/index"};
constexpr Lane kCohere[] = {
    {"content-delta", "/delta/message/content/text", kText, true, kCohereIndex, "", ""},
    {"tool-plan-delta", "/delta/message/tool_plan", kText, true, {}, "", ""},
    {"tool-call-delta", "/delta/message/tool_calls/function/arguments", kToolJson, true,
     kCohereIndex, "", ""},
    {"", "/message/content/*/text", kText, false, {}, "", ""},
    {"", "/message/tool_plan", kText, false, {}, "", ""},
    {"",
     "/message/tool_calls/*/function/arguments",
     kToolJson,
     false,
     {},
     "/message/tool_calls/*/function/name",
     ""},
    {"", "/text", kText, false, {}, "", ""},
    {"", "/message", kText, false, {}, "", ""},
};
constexpr ToolName kCohereNames[] = {
    {"tool-call-start", "/delta/message/tool_calls/function/name", kCohereIndex}};
constexpr Closing kCohereClosings[] = {{"content-end", "", kCohereIndex},
                                       {"tool-call-start", "", {}},
                                       {"tool-call-end", "", kCohereIndex},
                                       {"message-end", "", {}}};
constexpr P kCohereKeep[] = {"/type", "/index"};

constexpr P kDone = "/done";
constexpr Lane kOllama[] = {
    {"", "/message/content", kText, true, {}, "", ""},
    {"", "/message/thinking", kText, true, {}, "", ""},
    {"", "/response", kText, true, {}, "", ""},
    {"",
     "/message/tool_calls/*/function/arguments/**",
     kToolObject,
     false,
     {},
     "/message/tool_calls/*/function/name",
     ""},
    {"", "/error", kText, false, {}, "", ""},
};
constexpr Closing kOllamaClosings[] = {{"", kDone, {}}};
constexpr P kOllamaKeep[] = {"/model", "/created_at", "/message/role", kDone};

std::string_view take_segment(std::string_view& pointer) {
  const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
  const std::string_view segment = pointer.substr(1, end - 1);
  pointer.remove_prefix(end);
  return segment;
}

bool is_index(std::string_view segment) {
  return !segment.empty() && segment.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

const AnswerLanes kOpenAiLanes = {kOpenAi, kOpenAiNames, kOpenAiClosings, kOpenAiKeep};
const AnswerLanes kAnthropicLanes = {kAnthropic, kAnthropicNames, kAnthropicClosings,
                                     kAnthropicKeep};
const AnswerLanes kBedrockLanes = {kBedrock, {}, {}, {}};
const AnswerLanes kGeminiLanes = {kGemini, {}, kGeminiClosings, kGeminiKeep};
const AnswerLanes kCohereLanes = {kCohere, kCohereNames, kCohereClosings, kCohereKeep};
const AnswerLanes kOllamaLanes = {kOllama, {}, kOllamaClosings, kOllamaKeep};

bool fits_pattern(std::string_view pattern, std::string_view pointer,
                  std::vector<std::string_view>& stars) {
  stars.clear();
  while (!pattern.empty() && !pointer.empty()) {
    const std::string_view want = take_segment(pattern);
    if (want == "**") return true;
    const std::string_view have = take_segment(pointer);
    if (want == "*" && is_index(have))
      stars.push_back(have);
    else if (want != have)
      return false;
  }
  return pattern.empty() && pointer.empty();
}

std::string filled_pattern(std::string_view pattern, const std::vector<std::string_view>& stars) {
  std::string out;
  std::size_t used = 0;
  while (!pattern.empty()) {
    const std::string_view segment = take_segment(pattern);
    out.push_back('/');
    out += segment == "*" && used < stars.size() ? stars[used++] : segment;
  }
  return out;
}

}  // namespace sekisho::policy
