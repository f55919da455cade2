#pragma once

// Which log an audit command is about.

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace sekisho::gateway {

struct AuditPlace {
  std::string config, directory;
};
void add_place(CLI::App* command, AuditPlace& place);

// The directory of the log; says on standard error why not. Only the form of gateway.yaml is read:
// an auditor may not be able to read the keys that it names.
std::optional<std::string> log_directory(const AuditPlace& place);

// Whether it holds a log at all: an answer of nothing would be taken for one.
bool has_log(const std::string& directory, std::string& error);

// "sekisho audit: WHY" on standard error; the exit code for it.
int audit_could_not(const std::string& why);

}  // namespace sekisho::gateway
