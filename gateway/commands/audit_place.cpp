#include "gateway/commands/audit_place.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>

#include "audit/segment_reader.h"
#include "config/gateway_file.h"
#include "gateway/commands/telling.h"

namespace sekisho::gateway {

void add_place(CLI::App* command, AuditPlace& place) {
  command->add_option("-c,--config", place.config, "gateway.yaml, which names the log");
  command->add_option("--directory", place.directory, "the directory of the log itself");
}

std::optional<std::string> log_directory(const AuditPlace& place) {
  if (!place.directory.empty()) return place.directory;
  if (place.config.empty()) {
    audit_could_not("say which log: -c gateway.yaml or --directory DIR");
    return std::nullopt;
  }
  config::Problems problems;
  const auto gateway = config::read_gateway_form(place.config, problems);
  tell_problems(problems);
  if (!problems.empty()) return std::nullopt;
  return gateway.audit_directory.value;
}

bool has_log(const std::string& directory, std::string& error) {
  const audit::LogDirectory log = audit::list_log(directory);
  error = log.error;
  if (error.empty() && log.segments.empty())
    error = directory + ": there is no segment of an audit log";
  return error.empty();
}

int audit_could_not(const std::string& why) {
  tell("sekisho audit", why);
  return 2;
}

}  // namespace sekisho::gateway
