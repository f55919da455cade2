#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace sekisho::gateway {

// What one worker counts. Written by its thread only, read by the admin listener; label values come
// from closed lists.
struct Counters {
  using Count = std::atomic<std::uint64_t>;
  static constexpr int kVerdicts = 4, kReasons = 14, kStatusClasses = 6, kProxyFaults = 12;

  std::array<std::array<Count, kReasons + 1>, kVerdicts> decisions{};  // [action][reason]
  std::array<Count, kVerdicts> observed{};                             // would-be actions
  std::array<Count, kStatusClasses> answers{};  // by first digit of the status
  Count connections_accepted{}, connections_open{}, tunnels_bumped{}, tunnels_spliced{};
  Count handshakes{}, handshakes_failed{}, client_distrusts_ca{};
  Count logins_failed{}, accept_pauses{}, connections_refused{}, connections_ended{};
  std::array<Count, kProxyFaults> proxy_faults{};  // [ProxyTunnel::Fault]
  Count origin_connects{}, origin_reused{}, origin_failed{};
  Count body_bytes_in{}, body_bytes_out{};
  Count tokens_issued{}, tokens_restored{}, tokens_withheld{}, tokens_unknown{};
  Count answers_unrestored{};
  Count exceptions{};  // that ended a session: bugs

  static void add(Count& c, std::uint64_t n = 1) {
    c.store(c.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  static void subtract(Count& c) {
    c.store(c.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  }
};

}  // namespace sekisho::gateway
