#pragma once

// Debian's clickhouse-server, started by the test on a free port of this machine with a
// configuration of its own, and ended by its pid.

#include <sys/types.h>

#include <string>

#include "gateway/sinks/clickhouse.h"

namespace sekisho::gateway {

class ClickHouseServer {
 public:
  ClickHouseServer();
  ~ClickHouseServer();
  static bool installed();
  bool answers();  // waits until it does; false: it has ended
  ClickHouseAddress address() const;

 private:
  std::string folder_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace sekisho::gateway
