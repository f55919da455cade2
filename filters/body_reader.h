#pragma once

// Turns a decoded body into text chunks, one at a time, so that the caller can yield between them.

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filters/text_chunk.h"

namespace sekisho::filters {

enum class BodyKind {
  kEmpty,
  kJson,        // application/json, +json, or sniffed
  kNdjson,      // one JSON value a line
  kForm,        // application/x-www-form-urlencoded
  kText,        // text/*, UTF-8
  kUnreadable,  // anything else: nothing to walk
};

// Why a body cannot be read; `offset` in decoded bytes.
struct BodyError {
  // Closed list: "json" (syntax, trailing bytes), "depth", "utf8", "size" (a string over the
  // limit), "charset" (declared or sniffed as another encoding), "multipart", "content_type"
  // (protobuf, gRPC, event streams), "binary".
  std::string reason;
  std::size_t offset = 0;
};

struct BodyLimits {
  int depth = 256;                        // nesting of JSON
  std::size_t string_bytes = 128u << 20;  // longest decoded string
};

// What a body is, from its declared content type (may be empty) and its first bytes. A declared
// type that lies (a JSON body called text/plain) is read as what it is; an undeclared or unknown
// type is sniffed; binary is kUnreadable with `error` filled.
struct BodyType {
  BodyKind kind = BodyKind::kUnreadable;
  BodyError error;
};
// A body declared JSON stays JSON, well formed or not. The pass over the whole body that a claim of
// "text" or none costs is linear.
BodyType classify_body(std::string_view content_type, std::string_view body);

// One pass over `body`, which must outlive the reader. Strict RFC 8259: every string value and
// every key is a chunk, duplicate keys included; a syntax error, invalid UTF-8, depth over the
// limit or trailing bytes end it with kError. Lone surrogates (\ud800) are kept as U+FFFD in the
// text and untouched in the bytes. Numbers of 12 digits and more are chunks too (a card number
// written as a number), coded kPlain.
class BodyReader {
 public:
  enum class Status { kChunk, kEnd, kError };

  BodyReader(BodyKind kind, std::string_view body, BodyLimits limits);
  ~BodyReader();
  BodyReader(BodyReader&&) noexcept;

  // Fills `out` with the next chunk. `work` grows by the bytes looked at, so that the caller can
  // yield every 256 KiB; after that many bytes without text (numbers, say) an empty chunk is given,
  // for the same end.
  Status next(TextChunk& out, std::size_t& work);
  const BodyError& error() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Chunks of a request target: the path (percent-decoded), each query key and value (form-decoded).
// `target` is origin-form ("/v1/x?key=…"), and must outlive them. Percent-decoded bytes need not be
// UTF-8. Text and maps are owned by the chunks' storage in `storage`, which must outlive them.
std::vector<TextChunk> target_chunks(std::string_view target, std::deque<std::string>& storage);

}  // namespace sekisho::filters
