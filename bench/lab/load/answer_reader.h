#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/lab/load/event_meter.h"
#include "bench/lab/net/body_reader.h"

namespace sekisho::lab {

// Follows one answer to its end; interim (1xx) answers are passed over.
class AnswerReader {
 public:
  enum class Progress { kMore, kDone, kBroken };

  // `meter`: where the body's pieces go, null when nobody looks at them.
  Progress feed(std::string_view bytes, std::uint64_t now, EventMeter* meter, Tally& tally);
  // The connection ended: is the answer whole?
  Progress at_end() const;

  int status() const { return status_; }
  bool close_after() const { return close_; }
  bool untouched() const { return !in_body_ && head_.empty(); }

 private:
  bool take_head(std::string_view& bytes);  // false: not complete yet
  Progress feed_body(std::string_view bytes, std::uint64_t now, EventMeter* meter, Tally& tally);

  std::string head_;
  BodyReader body_;
  int status_ = 0;
  bool in_body_ = false, close_ = false;
};

}  // namespace sekisho::lab
