#include "audit/questions/access.h"

#include <simdjson.h>

#include "audit/json_text.h"

namespace sekisho::audit {

std::string access_json(const Access& access) {
  std::string out = R"({"by":)";
  append_json_string(out, access.by);
  append_json_string(out += R"(,"command":)", access.command);
  append_json_string(out += R"(,"result":)", access.result);
  return out + "}";
}

std::optional<Access> parse_access(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view by, command, result;
  if (parser.parse(json.data(), json.size()).get(object) || object["by"].get(by) ||
      object["command"].get(command) || object["result"].get(result) || by.empty() ||
      command.empty())
    return std::nullopt;
  return Access{std::string(by), std::string(command), std::string(result)};
}

Admin access_event(const Access& access, std::string gateway, std::int64_t time_us) {
  Admin event;
  event.time_us = time_us;
  event.gateway = std::move(gateway);
  event.what = "access";
  event.old_value = access.command;
  event.new_value = access.result;
  event.by = access.by;
  return event;
}

}  // namespace sekisho::audit
