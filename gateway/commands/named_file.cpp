#include "gateway/commands/named_file.h"

#include <cstdio>
#include <ctime>

#include "config/text_file.h"
#include "gateway/commands/telling.h"

namespace sekisho::gateway {

std::optional<config::GatewayFile> read_named_gateway_file(const std::string& path) {
  config::Problems problems;
  const auto text = config::read_text_file(path, problems);
  std::optional<config::GatewayFile> out;
  if (text) out = config::parse_gateway(path, *text, problems);
  tell_problems(problems);
  if (!problems.empty()) out.reset();
  return out;
}

std::string utc_text(std::int64_t unix_seconds) {
  const std::time_t time = unix_seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace sekisho::gateway
