#pragma once

// Where the answers of a dialect hold text that people read and arguments that tools get. A lane is
// one such text; in a stream it comes in pieces, told apart by their indices. Patterns are JSON
// pointers in which `*` is the index of an array and `**` at the end everything below.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::policy {

enum class LaneKind {
  kText,        // read by people
  kToolText,    // input of a tool, as it is
  kToolJson,    // arguments of a tool: JSON in a JSON string
  kToolObject,  // arguments of a tool: part of the message's own JSON
};

using Patterns = std::span<const std::string_view>;

struct Lane {
  std::string_view event;  // what `/type` of the message must be; "" = anything
  std::string_view text;   // the string, or with `**` every string below
  LaneKind kind = LaneKind::kText;
  bool delta = false;       // a piece of what other messages go on with
  Patterns keys = {};       // numbers and ids that tell pieces of different texts apart
  std::string_view tool;    // the tool's name in the same message; "" = told before, under `keys`
  std::string_view unless;  // the lane is closed where this is true (thoughts are signed)
};

// A message that tells which tool the pieces under `keys` are for.
struct ToolName {
  std::string_view event;
  std::string_view name;
  Patterns keys = {};
};

// A message after which no piece comes under `keys` (none = at all). `mark` must be there and be
// neither null nor false; "" = the event alone says it. An event "*.done" stands for every type
// that ends so.
struct Closing {
  std::string_view event;
  std::string_view mark;
  Patterns keys = {};
};

struct AnswerLanes {
  std::span<const Lane> lanes;
  std::span<const ToolName> names;
  std::span<const Closing> closings;
  Patterns keep;  // what a message that is added for a held piece repeats of the one before
};

extern const AnswerLanes kOpenAiLanes, kAnthropicLanes, kBedrockLanes, kGeminiLanes, kCohereLanes,
    kOllamaLanes;

// Does `pointer` fit? The indices that `*` stood for are appended to `stars` (cleared first).
bool fits_pattern(std::string_view pattern, std::string_view pointer,
                  std::vector<std::string_view>& stars);
// The pattern with its first stars replaced.
std::string filled_pattern(std::string_view pattern, const std::vector<std::string_view>& stars);

}  // namespace sekisho::policy
