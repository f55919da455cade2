#pragma once

#include <string>

#include "audit/keeping/outside_events.h"

namespace sekisho::gateway {

enum class Recorded {
  kNow,    // the running gateway has written it into the log
  kLater,  // no gateway runs: it is kept, and written when one starts
  kFailed  // said on standard error
};
// Leaves the event for the gateway and waits until it has written it.
Recorded leave_record(const std::string& directory, const audit::OutsideEvent& event);

}  // namespace sekisho::gateway
