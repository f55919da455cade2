#include "gateway/commands/leave_record.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "gateway/commands/telling.h"
#include "gateway/services.h"

namespace sekisho::gateway {
namespace {

constexpr std::chrono::seconds kLongestWait{20};
constexpr std::chrono::milliseconds kLookAgain{50};

}  // namespace

Recorded leave_record(const std::string& directory, const audit::OutsideEvent& event) {
  std::string path, error;
  if (!audit::leave_event(directory, event, now_microseconds(), path, error)) {
    tell("sekisho audit", "what was done cannot be recorded: " + error);
    return Recorded::kFailed;
  }
  const auto until = std::chrono::steady_clock::now() + kLongestWait;
  while (audit::has_writer(directory)) {
    if (::access(path.c_str(), F_OK) != 0) return Recorded::kNow;
    if (std::chrono::steady_clock::now() > until) {
      tell("sekisho audit", "the gateway has not written it into the log yet (" + path + ")");
      return Recorded::kLater;
    }
    std::this_thread::sleep_for(kLookAgain);
  }
  return ::access(path.c_str(), F_OK) != 0 ? Recorded::kNow : Recorded::kLater;
}

}  // namespace sekisho::gateway
