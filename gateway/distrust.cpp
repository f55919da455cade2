#include "gateway/distrust.h"

namespace sekisho::gateway {
namespace {

constexpr std::chrono::minutes kWindow{1};
constexpr std::size_t kEntries = 4096;
constexpr std::size_t kAlerts = 2;

std::string key_of(std::string_view client, std::string_view host) {
  return std::string(client) + ' ' + std::string(host);
}

void forget_old(std::vector<TimePoint>& times, TimePoint now) {
  std::erase_if(times, [now](TimePoint t) { return t + kWindow < now; });
}

}  // namespace

bool Distrust::note(std::string_view client, std::string_view host, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (alerts_.size() >= kEntries) alerts_.clear();
  auto& times = alerts_[key_of(client, host)];
  forget_old(times, now);
  times.push_back(now);
  return times.size() == kAlerts;
}

bool Distrust::holds(std::string_view client, std::string_view host, TimePoint now) {
  const std::lock_guard lock(mutex_);
  const auto found = alerts_.find(key_of(client, host));
  if (found == alerts_.end()) return false;
  forget_old(found->second, now);
  const std::size_t alerts = found->second.size();
  if (alerts == 0) alerts_.erase(found);
  return alerts >= kAlerts;
}

}  // namespace sekisho::gateway
