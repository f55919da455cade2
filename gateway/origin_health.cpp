#include "gateway/origin_health.h"

#include <algorithm>
#include <utility>

#include "gateway/log.h"

namespace sekisho::gateway {
namespace {

std::string key_of(const policy::Destination& to) {
  const bool v6 = to.literal && to.host.find(':') != std::string::npos;
  return (to.scheme == "http" ? "http://" : "") + (v6 ? "[" + to.host + "]" : to.host) + ":" +
         std::to_string(to.port);
}

// Errors of the service itself. 501 and 505 are about what was asked for.
bool is_failure(int status) {
  return status >= 500 && status != 501 && status != 505;
}

bool is_open(const CircuitBreaker& b, TimePoint now) {
  return b.state() != CircuitBreaker::State::kClosed && !b.forgettable(now);
}

}  // namespace

OriginTrial::OriginTrial(OriginHealth& health, std::string key, std::string provider,
                         CircuitBreaker::Pass pass, std::chrono::seconds wait)
    : health_(&health),
      key_(std::move(key)),
      provider_(std::move(provider)),
      pass_(pass),
      wait_(wait) {}

OriginTrial::OriginTrial(OriginTrial&& other) noexcept {
  *this = std::move(other);
}

OriginTrial& OriginTrial::operator=(OriginTrial&& other) noexcept {
  if (health_) health_->gave_up(*this);
  health_ = std::exchange(other.health_, nullptr);
  key_ = std::move(other.key_);
  provider_ = std::move(other.provider_);
  pass_ = other.pass_;
  wait_ = other.wait_;
  return *this;
}

OriginTrial::~OriginTrial() {
  if (health_) health_->gave_up(*this);
}

void OriginTrial::connected() {
  if (health_) health_->connected(*this);
}

void OriginTrial::answered(int status) {
  if (is_failure(status)) return failed(OriginFailure::kStatus);
  if (OriginHealth* health = std::exchange(health_, nullptr)) health->answered(*this);
}

void OriginTrial::failed(OriginFailure how) {
  if (OriginHealth* health = std::exchange(health_, nullptr)) health->failed(*this, how);
}

OriginTrial OriginHealth::ask(const policy::Destination& to, std::string_view provider) {
  if (!settings_.enabled) return {};
  std::string key = key_of(to);
  auto pass = CircuitBreaker::Pass::kGo;
  std::chrono::seconds wait{0};
  if (known_.load(std::memory_order_relaxed) > 0) {
    const TimePoint now = Clock::now();
    std::lock_guard lock(mutex_);
    if (Circuit* circuit = find(key)) {
      const auto before = circuit->breaker.state();
      pass = circuit->breaker.ask(now);
      if (pass == CircuitBreaker::Pass::kWait) {
        wait = circuit->breaker.wait(now);
        ++counts_[circuit->provider].refused;
      }
      if (circuit->breaker.state() != before) say(key, *circuit, now);
    }
  }
  return OriginTrial(*this, std::move(key), std::string(provider), pass, wait);
}

void OriginHealth::connected(const OriginTrial& trial) {
  if (trial.pass_ != CircuitBreaker::Pass::kProbe) return;
  const TimePoint now = Clock::now();
  std::lock_guard lock(mutex_);
  Circuit* circuit = find(trial.key_);
  if (circuit && circuit->breaker.connected(trial.pass_, now)) say(trial.key_, *circuit, now);
}

void OriginHealth::answered(const OriginTrial& trial) {
  if (known_.load(std::memory_order_relaxed) == 0) return;
  const TimePoint now = Clock::now();
  std::lock_guard lock(mutex_);
  Circuit* circuit = find(trial.key_);
  if (!circuit) return;
  if (circuit->breaker.answered(trial.pass_, now)) say(trial.key_, *circuit, now);
  forget(now);
}

void OriginHealth::failed(const OriginTrial& trial, OriginFailure how) {
  const TimePoint now = Clock::now();
  std::lock_guard lock(mutex_);
  ++counts_[trial.provider_].failures[static_cast<std::size_t>(how)];
  Circuit* circuit = find_or_make(trial, now);
  if (!circuit || !circuit->breaker.failed(trial.pass_, how, now)) return;
  ++counts_[trial.provider_].opened;
  say(trial.key_, *circuit, now);
}

void OriginHealth::gave_up(const OriginTrial& trial) {
  if (trial.pass_ != CircuitBreaker::Pass::kProbe) return;
  std::lock_guard lock(mutex_);
  if (Circuit* circuit = find(trial.key_)) circuit->breaker.gave_up(trial.pass_);
}

OriginHealth::Circuit* OriginHealth::find(const std::string& key) {
  const auto it = circuits_.find(key);
  return it == circuits_.end() ? nullptr : &it->second;
}

OriginHealth::Circuit* OriginHealth::find_or_make(const OriginTrial& trial, TimePoint now) {
  if (Circuit* circuit = find(trial.key_)) return circuit;
  if (circuits_.size() >= kMostCircuits) forget(now);
  if (circuits_.size() >= kMostCircuits) {
    const auto closed = std::find_if(circuits_.begin(), circuits_.end(), [](const auto& c) {
      return c.second.breaker.state() == CircuitBreaker::State::kClosed;
    });
    if (closed == circuits_.end()) return nullptr;
    circuits_.erase(closed);
  }
  Circuit& made = circuits_.try_emplace(trial.key_, settings_, trial.provider_).first->second;
  known_.store(circuits_.size(), std::memory_order_relaxed);
  return &made;
}

void OriginHealth::forget(TimePoint now) {
  std::erase_if(circuits_, [&](const auto& c) { return c.second.breaker.forgettable(now); });
  known_.store(circuits_.size(), std::memory_order_relaxed);
}

void OriginHealth::say(const std::string& key, const Circuit& circuit, TimePoint now) {
  const CircuitBreaker& b = circuit.breaker;
  switch (b.state()) {
    case CircuitBreaker::State::kOpen:
      Log::warn("origin_down", {{"destination", key},
                                {"provider", circuit.provider},
                                {"why", b.why()},
                                {"asked_again_in_s", std::to_string(b.wait(now).count())}});
      break;
    case CircuitBreaker::State::kHalfOpen:
      Log::info("origin_probed", {{"destination", key}, {"provider", circuit.provider}});
      break;
    case CircuitBreaker::State::kClosed:
      Log::info("origin_up", {{"destination", key}, {"provider", circuit.provider}});
      break;
  }
}

bool OriginHealth::is_down(std::string_view provider) const {
  if (known_.load(std::memory_order_relaxed) == 0) return false;
  const TimePoint now = Clock::now();
  std::lock_guard lock(mutex_);
  return std::any_of(circuits_.begin(), circuits_.end(), [&](const auto& c) {
    return c.second.provider == provider && is_open(c.second.breaker, now);
  });
}

std::vector<OriginHealth::Counts> OriginHealth::counts(TimePoint now) const {
  std::lock_guard lock(mutex_);
  std::vector<Counts> out;
  for (const auto& [provider, counts] : counts_) {
    out.push_back(counts);
    out.back().provider = provider;
    for (const auto& [key, circuit] : circuits_)
      if (circuit.provider == provider && is_open(circuit.breaker, now)) ++out.back().open;
  }
  return out;
}

std::vector<std::string> OriginHealth::warnings(TimePoint now) const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [key, circuit] : circuits_) {
    const CircuitBreaker& b = circuit.breaker;
    if (!is_open(b, now)) continue;
    const std::string of = circuit.provider.empty() ? "" : " (" + circuit.provider + ")";
    const std::string when =
        b.due(now) ? "with the next request" : "in " + std::to_string(b.wait(now).count()) + " s";
    out.push_back(key + of + " is down: " + b.why() + "; asked again " + when);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace sekisho::gateway
