#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace sekisho::gateway {

// The operational log: one line an event on standard error, JSON or text. Whatever could end a
// line, move a cursor or turn the direction of writing is escaped (audit/json_text.h), so that no
// client and no origin can forge a line; long values are cut. Never payloads, credentials or query
// strings. Thread-safe.
class Log {
 public:
  enum class Level { kDebug, kInfo, kWarn, kError };
  using Field = std::pair<std::string_view, std::string>;

  // From `log` of gateway.yaml; "debug" | "info" | "warn" | "error".
  static void configure(std::string_view level, bool json);
  static void debug(std::string_view event, std::initializer_list<Field> fields = {});
  static void info(std::string_view event, std::initializer_list<Field> fields = {});
  static void warn(std::string_view event, std::initializer_list<Field> fields = {});
  static void error(std::string_view event, std::initializer_list<Field> fields = {});
};

}  // namespace sekisho::gateway
