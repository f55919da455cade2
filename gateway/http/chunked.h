#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/http/head_lines.h"

namespace sekisho::gateway {

// Takes the chunked coding off a body, by the letter: hexadecimal sizes of at most 16 digits,
// extensions read over and dropped, CRLF only, trailers bounded and never of a kind that frames,
// routes or authorises (RFC 9110 6.5.1). One object a message; never holds body bytes.
class ChunkedReader {
 public:
  static constexpr std::size_t kMaxExtension = 256;  // bytes behind one chunk size
  static constexpr std::size_t kMaxTrailer = 8 * 1024;
  static constexpr std::size_t kMaxTrailerLines = 32;

  // Takes bytes off the front of `in` and appends the body bytes among them to `out`, until `in` is
  // empty or the body is whole; what follows the body stays in `in`. After a fault the object is of
  // no more use.
  Fault read(std::string_view& in, std::string& out);
  bool done() const { return state_ == State::kDone; }
  const Headers& trailers() const { return trailers_; }

 private:
  enum class State { kSize, kExtension, kSizeLf, kData, kDataCr, kDataLf, kTrailer, kDone };

  Fault read_size(char c);
  Fault read_extension(char c);
  Fault read_size_end(char c);
  Fault read_trailer(std::string_view& in);
  Fault finish_trailers();
  void take_data(std::string_view& in, std::string& out);
  Fault step(char c);

  State state_ = State::kSize;
  std::uint64_t left_ = 0;   // of the chunk; while its size is read: the size so far
  std::size_t counted_ = 0;  // digits or extension bytes of this size line
  std::string trailer_;
  std::size_t line_ = 0;  // where the trailer's last line begins
  Headers trailers_;
};

// "1a\r\n", what stands before a chunk of `size` (> 0) bytes.
std::string chunk_prefix(std::size_t size);
// The last chunk with its trailers.
std::string last_chunk(const Headers& trailers);

}  // namespace sekisho::gateway
