#pragma once

// That somebody read the log, as a record.

#include <optional>
#include <string>
#include <string_view>

#include "audit/record.h"

namespace sekisho::audit {

struct Access {
  std::string by;       // of the operating system: "hanako (uid 1000)"
  std::string command;  // never with a value that was searched for
  std::string result;   // "12 rows"
};

// Gateway of records that a command wrote by itself, and of the boot and stop around them.
inline constexpr std::string_view kCommandGateway = "sekisho-audit";

// {"by":…,"command":…,"result":…}, as the admin listener takes it; nothing for anything else.
std::string access_json(const Access& access);
std::optional<Access> parse_access(std::string_view json);

// The record of it; `gateway`, `time_us` are the writer's.
Admin access_event(const Access& access, std::string gateway, std::int64_t time_us);

}  // namespace sekisho::audit
