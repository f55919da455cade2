#include "policy/dialect.h"

#include <algorithm>
#include <array>

#include "policy/answer_lanes.h"

namespace sekisho::policy {
namespace {

using Words = std::string_view;

constexpr Words kAssistant[] = {"assistant"};
constexpr Words kModel[] = {"model"};
constexpr Words kChatbot[] = {"CHATBOT", "Chatbot"};
// Items of a Responses input that the service wrote; their *_output counterparts come from the
// client and are new.
constexpr Words kResponseItems[] = {
    "reasoning",        "function_call",    "custom_tool_call",      "local_shell_call",
    "shell_call",       "web_search_call",  "file_search_call",      "computer_call",
    "mcp_call",         "mcp_list_tools",   "mcp_approval_request",  "code_interpreter_call",
    "apply_patch_call", "tool_search_call", "image_generation_call", "program",
    "compaction"};

constexpr Dialect::Turns kOpenAiTurns[] = {{"/messages", "/role", kAssistant},
                                           {"/messages", "/author/role", kAssistant},
                                           {"/input", "/role", kAssistant},
                                           {"/input", "/type", kResponseItems}};
constexpr Dialect::Turns kAnthropicTurns[] = {{"/messages", "/role", kAssistant}};
constexpr Dialect::Turns kGeminiTurns[] = {{"/contents", "/role", kModel},
                                           {"/request/contents", "/role", kModel}};
constexpr Dialect::Turns kCohereTurns[] = {{"/messages", "/role", kAssistant},
                                           {"/chat_history", "/role", kChatbot}};
constexpr Dialect::Turns kDashScopeTurns[] = {{"/input/messages", "/role", kAssistant},
                                              {"/messages", "/role", kAssistant}};

constexpr Words kContext[] = {"/system",
                              "/instructions",
                              "/tools",
                              "/functions",
                              "/response_format",
                              "/text",
                              "/toolConfig",
                              "/tool_config",
                              "/systemInstruction",
                              "/system_instruction",
                              "/generationConfig",
                              "/generation_config",
                              "/request/systemInstruction",
                              "/request/tools",
                              "/mcp_servers",
                              "/preamble",
                              "/parameters/tools"};

constexpr Words kUntouchable[] = {
    // references
    "id", "call_id", "tool_call_id", "tool_use_id", "toolUseId", "item_id", "response_id",
    "previous_response_id", "conversation", "conversation_id", "parent_message_id", "file_id",
    "fileUri", "file_uri", "container", "batch_id", "custom_id", "request_id", "responseId",
    "sequence_number", "index",
    // models and controls
    "model", "role", "type", "name", "finish_reason", "stop_reason", "object", "mimeType",
    "mime_type", "media_type",
    // signed, encrypted or binary
    "signature", "thinking", "thoughtSignature", "thought_signature", "encrypted_content",
    "encrypted_stdout", "redactedContent", "fallback_credit_token", "data", "bytes",
    // caches
    "prompt_cache_key", "cache_control", "cachePoint", "cachedContent", "cached_content"};
// Objects whose keys the user's own tools chose: an "id" in there is data like any other.
constexpr Words kFreeObjects[] = {"input", "args", "arguments", "response", "json", "variables"};

constexpr Words kBearer[] = {"authorization", "api-key", "cookie", "sec-websocket-protocol"};
constexpr Words kAnthropicHeaders[] = {"authorization", "x-api-key", "cookie"};
constexpr Words kGeminiHeaders[] = {"authorization", "x-goog-api-key", "cookie"};
constexpr Words kGeminiQuery[] = {"key", "access_token"};
constexpr Words kBedrockHeaders[] = {"authorization", "x-amz-security-token", "cookie"};
constexpr Words kBedrockQuery[] = {"X-Amz-Credential", "X-Amz-Security-Token", "X-Amz-Signature"};
constexpr Words kAnyHeaders[] = {"authorization",  "x-api-key", "api-key",
                                 "x-goog-api-key", "cookie",    "sec-websocket-protocol"};

constexpr const AnswerLanes* kOpenAiTables[] = {&kOpenAiLanes};
constexpr const AnswerLanes* kAnthropicTables[] = {&kAnthropicLanes};
constexpr const AnswerLanes* kBedrockTables[] = {&kAnthropicLanes, &kBedrockLanes};
constexpr const AnswerLanes* kGeminiTables[] = {&kGeminiLanes};
constexpr const AnswerLanes* kCohereTables[] = {&kCohereLanes};
constexpr const AnswerLanes* kOllamaTables[] = {&kOllamaLanes, &kOpenAiLanes};
// Their pointers have distinct names, as far as it matters.
constexpr const AnswerLanes* kAllTables[] = {&kOpenAiLanes, &kAnthropicLanes, &kGeminiLanes};

constexpr Dialect openai_like(std::string_view name, RefusalShape shape) {
  return {.name = name,
          .refusal = shape,
          .model_pointer = "/model",
          .stream_pointer = "/stream",
          .turns = kOpenAiTurns,
          .untouchable = kUntouchable,
          .credential_headers = kBearer,
          .credential_query = {},
          .context = kContext,
          .chat_path = "/v1/chat/completions",
          .lanes = kOpenAiTables};
}

constexpr Dialect kOpenAi = openai_like("openai", RefusalShape::kOpenAi);
constexpr Dialect kMistral = openai_like("mistral", RefusalShape::kMistral);
constexpr Dialect kOpenRouter = openai_like("openrouter", RefusalShape::kOpenRouter);
constexpr Dialect kAnthropic = {.name = "anthropic",
                                .refusal = RefusalShape::kAnthropic,
                                .model_pointer = "/model",
                                .stream_pointer = "/stream",
                                .turns = kAnthropicTurns,
                                .untouchable = kUntouchable,
                                .credential_headers = kAnthropicHeaders,
                                .credential_query = {},
                                .context = kContext,
                                .chat_path = "/v1/messages",
                                .lanes = kAnthropicTables};
constexpr Dialect kGemini = {.name = "gemini",
                             .refusal = RefusalShape::kGemini,
                             .model_pointer = "",
                             .stream_pointer = "",
                             .turns = kGeminiTurns,
                             .untouchable = kUntouchable,
                             .credential_headers = kGeminiHeaders,
                             .credential_query = kGeminiQuery,
                             .context = kContext,
                             .chat_path = "/v1beta/models/{model}:generateContent",
                             .lanes = kGeminiTables};
constexpr Dialect kBedrock = {.name = "bedrock",
                              .refusal = RefusalShape::kBedrock,
                              .model_pointer = "",
                              .stream_pointer = "",
                              .turns = kAnthropicTurns,
                              .untouchable = kUntouchable,
                              .credential_headers = kBedrockHeaders,
                              .credential_query = kBedrockQuery,
                              .context = kContext,
                              .chat_path = "/model/{model}/converse",
                              .lanes = kBedrockTables};
constexpr Dialect kCohere = {.name = "cohere",
                             .refusal = RefusalShape::kCohere,
                             .model_pointer = "/model",
                             .stream_pointer = "/stream",
                             .turns = kCohereTurns,
                             .untouchable = kUntouchable,
                             .credential_headers = kBearer,
                             .credential_query = {},
                             .context = kContext,
                             .chat_path = "/v2/chat",
                             .lanes = kCohereTables};
constexpr Dialect kOllama = {.name = "ollama",
                             .refusal = RefusalShape::kOllama,
                             .model_pointer = "/model",
                             .stream_pointer = "/stream",
                             .turns = kAnthropicTurns,
                             .untouchable = kUntouchable,
                             .credential_headers = kBearer,
                             .credential_query = {},
                             .context = kContext,
                             .chat_path = "/api/chat",
                             .lanes = kOllamaTables};
constexpr Dialect kDashScope = {.name = "dashscope",
                                .refusal = RefusalShape::kDashScope,
                                .model_pointer = "/model",
                                .stream_pointer = "/stream",
                                .turns = kDashScopeTurns,
                                .untouchable = kUntouchable,
                                .credential_headers = kBearer,
                                .credential_query = {},
                                .context = kContext,
                                .chat_path = "/api/v1/services/aigc/text-generation/generation",
                                .lanes = kOpenAiTables};
// A service that nobody described: read as if it spoke any of the three large dialects, since their
// arrays have distinct names.
constexpr Dialect::Turns kAnyTurns[] = {{"/messages", "/role", kAssistant},
                                        {"/messages", "/author/role", kAssistant},
                                        {"/input", "/role", kAssistant},
                                        {"/input", "/type", kResponseItems},
                                        {"/contents", "/role", kModel}};
constexpr Dialect kNone = {.name = "none",
                           .refusal = RefusalShape::kPlain,
                           .model_pointer = "/model",
                           .stream_pointer = "/stream",
                           .turns = kAnyTurns,
                           .untouchable = kUntouchable,
                           .credential_headers = kAnyHeaders,
                           .credential_query = {},
                           .context = kContext,
                           .chat_path = "/",
                           .lanes = kAllTables};

constexpr const Dialect* kAll[] = {&kOpenAi, &kAnthropic, &kGemini,    &kBedrock,    &kMistral,
                                   &kCohere, &kOllama,    &kDashScope, &kOpenRouter, &kNone};

bool ends_with_segment(std::string_view path, std::string_view end) {
  return path.size() >= end.size() && path.substr(path.size() - end.size()) == end;
}

bool is_openai_path(std::string_view path) {
  return ends_with_segment(path, "/chat/completions") || ends_with_segment(path, "/v1/responses") ||
         ends_with_segment(path, "/v1/completions") || ends_with_segment(path, "/v1/embeddings");
}

template <std::size_t N>
bool begins_with_any(std::string_view text, const std::string_view (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words),
                     [&](std::string_view word) { return text.starts_with(word); });
}

// Paths by which one host tells its dialects apart. Null = the path says nothing.
const Dialect* by_path(std::string_view path) {
  static constexpr std::string_view kOfAnthropic[] = {"/v1/messages", "/anthropic/",
                                                      "/publishers/anthropic/"};
  static constexpr std::string_view kOfOpenAi[] = {"/v1beta/openai/", "/endpoints/openapi/",
                                                   "/compatible-mode/", "/compatibility/v1/"};
  static constexpr std::string_view kOfGemini[] = {":generateContent", ":streamGenerateContent",
                                                   ":countTokens", ":embedContent"};
  bool openai = is_openai_path(path);
  for (auto at = path.find('/'); at != path.npos; at = path.find('/', at + 1)) {
    if (begins_with_any(path.substr(at), kOfAnthropic)) return &kAnthropic;
    openai = openai || begins_with_any(path.substr(at), kOfOpenAi);
  }
  if (openai) return &kOpenAi;
  for (auto at = path.find(':'); at != path.npos; at = path.find(':', at + 1))
    if (begins_with_any(path.substr(at), kOfGemini)) return &kGemini;
  return nullptr;
}

std::string_view without_query(std::string_view target) {
  return target.substr(0, target.find('?'));
}

const Dialect& by_name(std::string_view name) {
  const auto* found = std::find_if(std::begin(kAll), std::end(kAll),
                                   [&](const auto* d) { return d->name == name; });
  return found == std::end(kAll) ? kNone : **found;
}

std::string_view last_segment(std::string_view pointer) {
  const auto slash = pointer.rfind('/');
  return slash == std::string_view::npos ? pointer : pointer.substr(slash + 1);
}

template <class Range>
bool holds(const Range& words, std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// The first segment ("/input" of the Responses API is an array of items, not the arguments of a
// tool) never opens a free object.
bool in_free_object(std::string_view pointer) {
  std::size_t begin = pointer.find('/', 1);
  while (begin != std::string_view::npos) {
    const std::size_t end = pointer.find('/', begin + 1);
    if (end == std::string_view::npos) return false;
    if (holds(kFreeObjects, pointer.substr(begin + 1, end - begin - 1))) return true;
    begin = end;
  }
  return false;
}

}  // namespace

const Dialect& dialect_for(std::string_view catalogue_dialect, std::string_view path) {
  const Dialect& named = by_name(catalogue_dialect);
  const Dialect* narrowed = by_path(without_query(path));
  if (narrowed == nullptr) return named;
  // Mistral's and OpenRouter's errors keep their own shape on the paths they share with OpenAI.
  const bool same_family = narrowed == &kOpenAi && named.turns.data() == kOpenAi.turns.data();
  return same_family ? named : *narrowed;
}

bool is_untouchable(const Dialect& dialect, std::string_view pointer) {
  return holds(dialect.untouchable, last_segment(pointer)) && !in_free_object(pointer);
}

}  // namespace sekisho::policy
