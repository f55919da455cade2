#pragma once

// content-encoding of request bodies: identity, gzip (x-gzip), deflate (zlib, and raw as some
// clients send), br, zstd; stacked codings in the order of the header ("gzip, br" = gzip first,
// then br; undone from the right).

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sekisho::filters {

enum class DecodeStatus {
  kMore,     // a step was done, call again
  kDone,     // all input read, the streams ended properly, `out` is whole
  kUnknown,  // a coding that is not supported, or more than 4 of them
  kCorrupt,  // bad data, truncated stream, or bytes after its end
  kTooBig,   // over max_output or over max_ratio (after the first MiB)
};

class ContentDecoder {
 public:
  // `content_encoding` = the header's value ("" = identity). `input` must outlive the decoder. An
  // empty input is done at once, whatever its coding. A zstd window over 128 MiB, a dictionary and
  // skippable frames (bytes nobody inspects) are kCorrupt.
  ContentDecoder(std::string_view content_encoding, std::string_view input, std::size_t max_output,
                 std::size_t max_ratio = 1000);
  ~ContentDecoder();

  bool identity() const;
  // Appends at most about 256 KiB to `out`. Multi-member gzip and multi-frame zstd are one stream.
  // The last status stays.
  DecodeStatus step(std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::filters
