#pragma once

// What the service manager is told (sd_notify(3)); without one nothing happens. Control thread.

#include <chrono>

namespace sekisho::gateway::notify {

void ready();
void reloading();
// `at_most`: how long the end may take.
void stopping(std::chrono::milliseconds at_most);
// Start-up takes longer than usual, at most this much from now.
void starting(std::chrono::milliseconds at_most);
// Half of WatchdogSec, zero when nobody watches.
std::chrono::milliseconds watchdog_period();
void alive();

}  // namespace sekisho::gateway::notify
