#pragma once

#include <cstdint>
#include <string_view>

#include "bench/lab/net/message.h"

namespace sekisho::lab {

// Takes a message's body apart, piece by piece, without copying: by length, chunked, or up to the
// end of the connection.
class BodyReader {
 public:
  enum class Until { kLength, kLastChunk, kClose };

  BodyReader() = default;  // no body: done at once
  static BodyReader for_request(const Framing& framing);
  static BodyReader for_response(const Framing& framing);

  // The next piece of the body, taken off `in` with the framing before it. Empty: the body is done
  // or broken, or more input is needed.
  std::string_view next(std::string_view& in);
  bool done() const { return step_ == Step::kDone; }
  bool broken() const { return step_ == Step::kBroken; }
  bool ends_at_close() const { return until_ == Until::kClose; }

 private:
  enum class Step {
    kPayload,
    kSize,
    kExtension,
    kSizeLf,
    kChunkCr,
    kChunkLf,
    kTrailer,
    kTrailerLf,
    kDone,
    kBroken
  };

  BodyReader(Until until, std::uint64_t length);
  std::string_view take(std::string_view& in);
  Step after(char c);  // the step that follows a byte of framing
  Step after_size_digit(char c);
  Step after_size_line();

  Until until_ = Until::kLength;
  Step step_ = Step::kDone;
  std::uint64_t left_ = 0;
  bool digits_ = false, line_empty_ = true;
};

}  // namespace sekisho::lab
