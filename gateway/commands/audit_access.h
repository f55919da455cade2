#pragma once

// Reading the log is itself a record: who, which command, how many rows. Never the rows, never a
// value that was searched for.

#include <cstdint>
#include <string>

#include "audit/questions/access.h"
#include "audit/questions/answer.h"
#include "config/gateway_file.h"

namespace sekisho::gateway {

// Who runs this program; behind sudo also who became it.
std::string os_user();

// Through the gateway that runs with this configuration, else as a record of one's own. What is
// said is for the footer: "" = recorded, else why not. `gateway` null = a copy of a log: it is left
// as it is.
audit::LocalText record_access(const config::GatewayFile* gateway, const audit::Access& access);

// Only through the gateway that runs, if one does: for commands that must leave a log that nobody
// has open as it is. `configuration`: gateway.yaml, "" = there is none.
void tell_reading(const std::string& configuration, const std::string& command, std::uint64_t rows);

}  // namespace sekisho::gateway
