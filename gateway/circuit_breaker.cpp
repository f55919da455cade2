#include "gateway/circuit_breaker.h"

#include <algorithm>

namespace sekisho::gateway {

std::string_view to_word(OriginFailure f) {
  static constexpr std::string_view kWords[kOriginFailures] = {"connect", "tls", "timeout",
                                                               "closed", "status"};
  return kWords[static_cast<std::size_t>(f)];
}

CircuitBreaker::Pass CircuitBreaker::ask(Time now) {
  if (state_ == State::kClosed) return Pass::kGo;
  // A probe may wait long for an answer; another may follow after a pause.
  const bool due = state_ == State::kOpen ? now >= until_ : now >= probe_since_ + settings_.pause;
  if (!due) return Pass::kWait;
  state_ = State::kHalfOpen;
  probe_since_ = now;
  return Pass::kProbe;
}

bool CircuitBreaker::answered(Pass by, Time now) {
  if (by == Pass::kProbe) return close(now);
  if (state_ != State::kClosed) return false;
  in_a_row_ = 0;
  note(now, false);
  return false;
}

bool CircuitBreaker::connected(Pass by, Time now) {
  return by == Pass::kProbe && unreachable_ && close(now);
}

bool CircuitBreaker::failed(Pass by, OriginFailure how, Time now) {
  if (by == Pass::kProbe && state_ == State::kHalfOpen) {
    open(how, now);
    return true;
  }
  if (state_ != State::kClosed) return false;
  note(now, true);
  // An answer that tells of an error is one all the same: the service is there.
  in_a_row_ = how == OriginFailure::kStatus ? 0 : in_a_row_ + 1;
  if (in_a_row_ == 1) row_since_ = now;
  if (in_a_row_ >= settings_.failures && now >= row_since_ + settings_.lasting)
    why_ = std::to_string(in_a_row_) + " failures in a row";
  else if (!too_many(now, why_))
    return false;
  why_ += " (" + std::string(to_word(how)) + ")";
  open(how, now);
  return true;
}

void CircuitBreaker::gave_up(Pass by) {
  if (by != Pass::kProbe || state_ != State::kHalfOpen) return;
  state_ = State::kOpen;
  until_ = probe_since_;
}

std::chrono::seconds CircuitBreaker::wait(Time now) const {
  const Time end = state_ == State::kHalfOpen ? probe_since_ + settings_.pause : until_;
  return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(end - now));
}

bool CircuitBreaker::forgettable(Time now) const {
  if (state_ == State::kClosed) return now >= last_ + settings_.window + settings_.pause;
  return now >= last_ + pause_ + settings_.longest_pause;  // nobody asks for it any more
}

CircuitBreaker::Slot& CircuitBreaker::slot(Time now) {
  const auto width = std::max<std::int64_t>(1, settings_.window.count() / std::int64_t{kSlots});
  const std::int64_t number =
      std::chrono::duration_cast<Duration>(now.time_since_epoch()).count() / width;
  Slot& s = slots_[static_cast<std::size_t>(number) % kSlots];
  if (s.number != number) s = Slot{number, 0, 0};
  return s;
}

void CircuitBreaker::note(Time now, bool failure) {
  Slot& s = slot(now);
  ++s.asked;
  if (failure) ++s.failed;
  if (failure) last_ = now;
}

bool CircuitBreaker::too_many(Time now, std::string& why) const {
  const auto width = std::max<std::int64_t>(1, settings_.window.count() / std::int64_t{kSlots});
  const std::int64_t number =
      std::chrono::duration_cast<Duration>(now.time_since_epoch()).count() / width;
  std::uint64_t asked = 0, failed = 0;
  for (const Slot& s : slots_)
    if (s.number > number - std::int64_t{kSlots}) {
      asked += s.asked;
      failed += s.failed;
    }
  if (asked < settings_.minimum ||
      static_cast<double>(failed) < settings_.error_ratio * static_cast<double>(asked))
    return false;
  why = std::to_string(failed) + " of " + std::to_string(asked) + " requests failed within " +
        std::to_string(std::chrono::ceil<std::chrono::seconds>(settings_.window).count()) + " s";
  return true;
}

bool CircuitBreaker::close(Time now) {
  if (state_ == State::kClosed) return false;
  state_ = State::kClosed;
  slots_ = {};
  in_a_row_ = 0;
  last_ = now;
  why_.clear();
  return true;
}

// A pause that follows soon on another is longer: the circuit keeps its length until it is
// forgotten.
void CircuitBreaker::open(OriginFailure how, Time now) {
  state_ = State::kOpen;
  unreachable_ = how == OriginFailure::kConnect || how == OriginFailure::kTls;
  pause_ = pause_.count() == 0 ? settings_.pause : std::min(pause_ * 2, settings_.longest_pause);
  until_ = now + pause_;
  last_ = now;
}

}  // namespace sekisho::gateway
