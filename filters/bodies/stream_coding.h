#pragma once

// Content codings of a body that is changed on its way: undone and done again as it comes, so that
// every piece that was flushed can be flushed again.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "filters/bodies/decode_stage.h"

namespace sekisho::filters {

// The one coding a content-encoding header names: nullopt inside = identity; nothing = several, or
// one that is not known.
struct StreamCoding {
  std::optional<CodingName> name;
};
std::optional<StreamCoding> stream_coding(std::string_view content_encoding);

// An accept-encoding header without the codings that stream_coding does not know; the same text
// when all are known, "identity" when none is left.
std::string known_codings(std::string_view accept_encoding);

class StreamDecoder {
 public:
  explicit StreamDecoder(StreamCoding coding);
  ~StreamDecoder();

  void push(std::string_view bytes);
  // Appends at most 64 KiB. kMore: call again; kNeedInput: push first; kTooBig: it needs more
  // than it is given (of what no header names, see StageStatus).
  enum class Status { kMore, kNeedInput, kCorrupt, kTooBig };
  Status step(std::string& out);
  // The stream ended properly (after kNeedInput).
  bool whole() const;

 private:
  std::optional<DecodeStage> stage_;  // nullopt = identity
  std::string input_;
  std::size_t read_ = 0;
  bool between_ = true, begun_ = false;
};

class StreamEncoder {
 public:
  explicit StreamEncoder(StreamCoding coding);
  ~StreamEncoder();

  // Appends what `bytes` become, so that the receiver can decode all of it now. False: no memory.
  bool write(std::string_view bytes, std::string& out);
  bool finish(std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::filters
