#include "gateway/notify.h"

#include <systemd/sd-daemon.h>

#include <ctime>
#include <string>

namespace sekisho::gateway::notify {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

std::string extend(std::chrono::milliseconds by) {
  return "EXTEND_TIMEOUT_USEC=" + std::to_string(duration_cast<microseconds>(by).count());
}

}  // namespace

void ready() {
  sd_notify(0, "READY=1\nSTATUS=serving");
}

void reloading() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  const long long now = t.tv_sec * 1'000'000ll + t.tv_nsec / 1000;
  sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now)).c_str());
}

void stopping(std::chrono::milliseconds at_most) {
  sd_notify(0, ("STOPPING=1\nSTATUS=finishing what is under way\n" + extend(at_most)).c_str());
}

void starting(std::chrono::milliseconds at_most) {
  sd_notify(0, ("STATUS=waiting for the audit log\n" + extend(at_most)).c_str());
}

std::chrono::milliseconds watchdog_period() {
  std::uint64_t us = 0;
  if (sd_watchdog_enabled(0, &us) <= 0) return {};
  return duration_cast<std::chrono::milliseconds>(microseconds(us / 2));
}

void alive() {
  sd_notify(0, "WATCHDOG=1");
}

}  // namespace sekisho::gateway::notify
