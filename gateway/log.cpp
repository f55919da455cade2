#include "gateway/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <ctime>
#include <memory>

#include "audit/json_text.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kLongestValue = 4096;
bool json_lines = true;

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> made = [] {
    auto l = std::make_shared<spdlog::logger>("sekisho",
                                              std::make_shared<spdlog::sinks::stderr_sink_mt>());
    l->set_pattern("%v");
    l->flush_on(spdlog::level::debug);
    return l;
  }();
  return made;
}

std::string timestamp() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  gmtime_r(&now.tv_sec, &parts);
  char text[40];
  const std::size_t n = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  snprintf(text + n, sizeof text - n, ".%03ldZ", now.tv_nsec / 1000000);
  return text;
}

std::string as_json(std::string_view level, std::string_view event,
                    std::initializer_list<Log::Field> fields) {
  std::string line = "{\"t\":\"" + timestamp() + "\"";
  const auto add = [&line](std::string_view name, std::string_view value) {
    line.append(",\"").append(name).append("\":");
    audit::append_json_string(line, audit::cut_text(value, kLongestValue));
  };
  add("level", level);
  add("event", event);
  for (const auto& [name, value] : fields) add(name, value);
  return line + "}";
}

std::string as_text(std::string_view level, std::string_view event,
                    std::initializer_list<Log::Field> fields) {
  std::string line = timestamp();
  line.append(" ").append(level).append(" ").append(event);
  for (const auto& [name, value] : fields) {
    line.append(" ").append(name).append("=");
    audit::append_json_string(line, audit::cut_text(value, kLongestValue));
  }
  return line;
}

void write(spdlog::level::level_enum level, std::string_view word, std::string_view event,
           std::initializer_list<Log::Field> fields) {
  if (!logger()->should_log(level)) return;
  logger()->log(level, json_lines ? as_json(word, event, fields) : as_text(word, event, fields));
}

}  // namespace

void Log::configure(std::string_view level, bool json) {
  json_lines = json;
  logger()->set_level(level == "debug"   ? spdlog::level::debug
                      : level == "warn"  ? spdlog::level::warn
                      : level == "error" ? spdlog::level::err
                                         : spdlog::level::info);
}
void Log::debug(std::string_view event, std::initializer_list<Field> fields) {
  write(spdlog::level::debug, "debug", event, fields);
}
void Log::info(std::string_view event, std::initializer_list<Field> fields) {
  write(spdlog::level::info, "info", event, fields);
}
void Log::warn(std::string_view event, std::initializer_list<Field> fields) {
  write(spdlog::level::warn, "warn", event, fields);
}
void Log::error(std::string_view event, std::initializer_list<Field> fields) {
  write(spdlog::level::err, "error", event, fields);
}

}  // namespace sekisho::gateway
