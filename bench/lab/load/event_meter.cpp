#include "bench/lab/load/event_meter.h"

#include <charconv>
#include <optional>

namespace sekisho::lab {
namespace {

std::optional<std::uint64_t> time_of(std::string_view line) {
  static constexpr std::string_view kKey = "\"t\":";
  const std::size_t at = line.rfind(kKey);
  if (!line.starts_with("data:") || at == line.npos) return std::nullopt;
  const std::string_view digits = line.substr(at + kKey.size());
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

void EventMeter::begin(std::uint64_t requested_at) {
  line_.clear();
  requested_at_ = requested_at;
  last_event_at_ = 0;
}

void EventMeter::feed(std::string_view piece, std::uint64_t now, Tally& tally) {
  for (std::size_t end; (end = piece.find('\n')) != piece.npos; piece.remove_prefix(end + 1)) {
    line_.append(piece.substr(0, end));
    count_line(now, tally);
    line_.clear();
  }
  line_.append(piece);
}

void EventMeter::count_line(std::uint64_t now, Tally& tally) {
  const auto sent_at = time_of(line_);
  if (!sent_at) return;
  ++tally.events;
  tally.event_delay.add(now > *sent_at ? now - *sent_at : 0);
  if (last_event_at_)
    tally.event_gap.add(now - last_event_at_);
  else
    tally.first_event.add(now - requested_at_);
  last_event_at_ = now;
}

}  // namespace sekisho::lab
