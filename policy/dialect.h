#pragma once

// A dialect is a table: where the model, the turns and the untouchable fields stand, and what a
// refusal looks like. One generic walker reads it.

#include <span>
#include <string>
#include <string_view>

namespace sekisho::policy {

enum class RefusalShape {
  kPlain,
  kOpenAi,
  kAzure,
  kAnthropic,
  kGemini,
  kBedrock,
  kMistral,
  kCohere,
  kOllama,
  kDashScope,
  kOpenRouter
};

struct AnswerLanes;  // policy/answer_lanes.h

struct Dialect {
  std::string_view name;  // openai | anthropic | gemini | … | none
  RefusalShape refusal = RefusalShape::kPlain;
  std::string_view model_pointer;   // "/model"; "" = in the path
  std::string_view stream_pointer;  // "/stream"; "" = none
  // Arrays whose elements are turns ("/messages", "/contents", "/input"), with the pointer of the
  // role inside an element ("/role") and the values of it that mean the service's own answer
  // ("assistant", "model"). Chunks in elements up to and including the last answer are older turns.
  struct Turns {
    std::string_view array, role;
    std::span<const std::string_view> answers;
  };
  std::span<const Turns> turns;
  std::span<const std::string_view>
      untouchable;  // last segments of pointers that are never edited ("signature", "id", …)
  // Header names and query keys where the client's own credential stands.
  std::span<const std::string_view> credential_headers, credential_query;
  // Places outside the turns that a client sends again with every turn ("/system", "/tools"): as
  // old as the last answer.
  std::span<const std::string_view> context;
  // Where a chat request goes, "{model}" for the model's name; for the policy's tests with a
  // `prompt`.
  std::string_view chat_path;
  // Where answers hold text and arguments of tools, in which tokens become values again.
  std::span<const AnswerLanes* const> lanes = {};
};

// By the catalogue entry's dialect, narrowed by path where a host serves several
// ("/anthropic/v1/messages" on an OpenAI-dialect host,
// "/v1/messages", "/v1beta/openai/…"). Unknown = "none".
const Dialect& dialect_for(std::string_view catalogue_dialect, std::string_view path);

// True when `pointer` (RFC 6901) names a field that must reach the service as it is: its last
// segment is one of `untouchable`, and it does not stand inside an object whose keys are free
// (arguments of a tool).
bool is_untouchable(const Dialect& dialect, std::string_view pointer);

}  // namespace sekisho::policy
