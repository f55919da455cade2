#include "audit/views/exported_event.h"

#include <limits>
#include <utility>

namespace sekisho::audit {

void Pairing::add(std::string_view line, std::vector<ExportedEvent>& out) {
  if (!reader_.read(line, record_)) return;
  const std::int64_t now = record_.time_us;
  if (record_.kind == "decision") {
    const std::int64_t seq = record_.seq;
    incidents_.place(record_);
    Entry entry;
    entry.event.record = std::move(record_);
    entry.event.line = std::string(line);
    if (!decisions_.insert_or_assign(seq, std::move(entry)).second) return;  // read again
    order_.push_back(seq);
    ++held_;
  } else if (record_.kind == "outcome") {
    add_outcome(std::move(record_), line, out);
  } else {
    ExportedEvent event;
    // After a crash no outcome comes any more for what was under way.
    if (record_.kind == "boot") flush(out);
    event.record = std::move(record_);
    event.line = std::string(line);
    out.push_back(std::move(event));
  }
  release(now - hold_us_, kHeld, out);
  forget();
}

void Pairing::add_outcome(IndexedRecord&& record, std::string_view line,
                          std::vector<ExportedEvent>& out) {
  const auto found = decisions_.find(record.ref);
  ExportedEvent event;
  if (found == decisions_.end()) {
    event.line = std::string(line);
    event.record = std::move(record);
  } else {
    event = std::move(found->second.event);
    event.again = found->second.told;
    event.outcome_us = record.time_us;
    event.outcome_line = std::string(line);
    event.record.decision.outcome = std::move(record.outcome);
    held_ -= !found->second.told;
    decisions_.erase(found);
  }
  out.push_back(std::move(event));
}

// Those of before `before_us`, and as many more as there are beyond `most`.
void Pairing::release(std::int64_t before_us, std::size_t most, std::vector<ExportedEvent>& out) {
  for (; held_ > 0 && first_held_ < order_.size(); ++first_held_) {
    const auto found = decisions_.find(order_[first_held_]);
    if (found == decisions_.end() || found->second.told) continue;
    if (held_ <= most && found->second.event.record.time_us > before_us) return;
    out.push_back(found->second.event);
    found->second.told = true;
    --held_;
  }
}

void Pairing::forget() {
  while (!order_.empty()) {
    const auto oldest = decisions_.find(order_.front());
    const bool gone = oldest == decisions_.end();
    if (!gone && (!oldest->second.told || order_.size() <= kRemembered)) return;
    if (!gone) decisions_.erase(oldest);
    order_.pop_front();
    first_held_ -= first_held_ > 0;
  }
}

void Pairing::flush(std::vector<ExportedEvent>& out) {
  release(std::numeric_limits<std::int64_t>::max(), 0, out);
}

std::optional<std::uint64_t> Pairing::oldest() const {
  for (std::size_t i = first_held_; held_ > 0 && i < order_.size(); ++i) {
    const auto found = decisions_.find(order_[i]);
    if (found != decisions_.end() && !found->second.told)
      return static_cast<std::uint64_t>(order_[i]);
  }
  return std::nullopt;
}

}  // namespace sekisho::audit
