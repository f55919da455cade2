#pragma once

// The circuits of the destinations that failed lately, and what /metrics and /readyz say of them.

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/async.h"
#include "gateway/circuit_breaker.h"
#include "policy/client.h"

namespace sekisho::gateway {

class OriginHealth;

// One request's use of a destination: tells its circuit what became of it. Tells nothing when it is
// destroyed untold: a client that left says nothing of the service.
class OriginTrial {
 public:
  OriginTrial() = default;
  OriginTrial(OriginHealth& health, std::string key, std::string provider,
              CircuitBreaker::Pass pass, std::chrono::seconds wait);
  OriginTrial(OriginTrial&& other) noexcept;
  OriginTrial& operator=(OriginTrial&& other) noexcept;
  ~OriginTrial();

  bool refused() const { return pass_ == CircuitBreaker::Pass::kWait; }
  std::chrono::seconds wait() const { return wait_; }  // of a refused one
  void connected();
  void answered(int status);
  void failed(OriginFailure how);

 private:
  friend class OriginHealth;
  OriginHealth* health_ = nullptr;  // null: told already, or nobody to tell
  std::string key_, provider_;
  CircuitBreaker::Pass pass_ = CircuitBreaker::Pass::kGo;
  std::chrono::seconds wait_{0};
};

// Shared by the workers. A destination has a circuit from its first failure until it has been well
// for a while: what never fails costs one look at an atomic number.
class OriginHealth {
 public:
  explicit OriginHealth(const config::OriginHealth& settings) : settings_(settings) {}

  // `provider`: the catalogue's id, a closed list; "" = none.
  OriginTrial ask(const policy::Destination& to, std::string_view provider);

  // Whether a destination of this provider is not asked now.
  bool is_down(std::string_view provider) const;

  // What is counted of one provider since the start; "" counts all that the catalogue has not.
  struct Counts {
    std::string provider;
    std::uint64_t open = 0;  // circuits now
    std::uint64_t opened = 0, refused = 0;
    std::array<std::uint64_t, kOriginFailures> failures{};
  };
  std::vector<Counts> counts(TimePoint now) const;
  std::vector<std::string> warnings(TimePoint now) const;  // a sentence for each that is not asked

 private:
  friend class OriginTrial;
  struct Circuit {
    Circuit(const config::OriginHealth& settings, std::string of)
        : breaker(settings), provider(std::move(of)) {}
    CircuitBreaker breaker;
    std::string provider;
  };
  // Names that anybody may invent (wildcards of the policy) must not fill the memory.
  static constexpr std::size_t kMostCircuits = 1024;

  void connected(const OriginTrial& trial);
  void answered(const OriginTrial& trial);
  void failed(const OriginTrial& trial, OriginFailure how);
  void gave_up(const OriginTrial& trial);
  Circuit* find(const std::string& key);
  Circuit* find_or_make(const OriginTrial& trial, TimePoint now);
  void forget(TimePoint now);
  void say(const std::string& key, const Circuit& circuit, TimePoint now);

  const config::OriginHealth settings_;
  std::atomic<std::size_t> known_{0};
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Circuit> circuits_;
  std::map<std::string, Counts, std::less<>> counts_;
};

}  // namespace sekisho::gateway
