#pragma once

#include <optional>
#include <string>

#include "config/gateway_file.h"

namespace sekisho::gateway {

// The gateway file given with -c, for commands that only need the paths in it: the files it names
// need not exist. Nothing when it is not valid; its problems are then on standard error.
std::optional<config::GatewayFile> read_named_gateway_file(const std::string& path);

// "2026-11-25T12:00:00Z".
std::string utc_text(std::int64_t unix_seconds);

}  // namespace sekisho::gateway
