#pragma once

// Where the gateway that has a log listens for administration: keeping/admin beside the log, for
// commands whose gateway.yaml says port 0 or whose socket systemd made. Written at the start, gone
// at the stop; after a crash it is there and nobody listens.

#include <optional>
#include <string>

#include "config/gateway_file.h"

namespace sekisho::gateway {

// `bound`: "127.0.0.1:9090", "[::1]:9090", "unix:/run/x". False and `error`: commands will not find
// it.
bool tell_place(const std::string& log, const std::string& bound, std::string& error);
void forget_place(const std::string& log);
// Nothing if no gateway has the log, or it did not say where it is.
std::optional<config::AdminAddress> running_place(const std::string& log);

}  // namespace sekisho::gateway
