#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/gateway_file.h"

namespace sekisho::gateway {

// The keyed hashes that records may hold of the value on standard input: as the detectors of this
// version normalise it, and as it was given. The value itself goes nowhere. Nothing and `error` if
// the key cannot be read. Needs the gateway's configuration, which names the keys.
std::optional<std::vector<std::string>> hashes_of_value(const config::GatewayFile* gateway,
                                                        const std::string& type,
                                                        std::string& error);

}  // namespace sekisho::gateway
