#include "audit/keeping/asked_by_two.h"

#include <simdjson.h>

#include <optional>
#include <string_view>

#include "audit/json_text.h"
#include "audit/keeping/durable_file.h"
#include "audit/keeping/two_persons.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kLasts = 24ll * 3600 * 1'000'000;

// Nothing: nobody asked, or too long ago.
std::optional<std::string> asked_by(const std::string& path, std::int64_t now_us) {
  simdjson::padded_string text;
  simdjson::dom::parser parser;
  simdjson::dom::element request;
  std::string_view name;
  std::int64_t asked = 0;
  if (simdjson::padded_string::load(path).get(text) || parser.parse(text).get(request) ||
      request["by"].get(name) || request["t"].get(asked))
    return std::nullopt;
  if (asked > now_us || now_us - asked >= kLasts) return std::nullopt;
  return std::string(name);
}

}  // namespace

TwoStep ask_by_two(const std::string& path, const std::string& by, const std::string& reason,
                   std::int64_t now_us, std::string& first, std::string& error) {
  if (const auto name = asked_by(path, now_us)) {
    first = *name;
    if (same_person(first, by)) return TwoStep::kSamePerson;
    return remove_durably(path, error) ? TwoStep::kGranted : TwoStep::kFailed;
  }
  std::string line = R"({"t":)" + std::to_string(now_us) + R"(,"by":)";
  append_json_string(line, by);
  append_json_string(line += R"(,"reason":)", reason);
  return write_durably(path, line + "}\n", error) ? TwoStep::kAsked : TwoStep::kFailed;
}

}  // namespace sekisho::audit
