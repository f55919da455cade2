#pragma once

// Turns a decoded body into text chunks, one at a time, so that the caller can yield between them.

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filters/bodies/charset.h"
#include "filters/bodies/text_chunk.h"

namespace sekisho::filters {

enum class BodyKind {
  kEmpty,
  kJson,        // application/json, +json, or sniffed
  kNdjson,      // one JSON value a line
  kForm,        // application/x-www-form-urlencoded
  kText,        // text/*, UTF-8
  kMultipart,   // parts, each a body of its own
  kCoded,       // text or JSON in another charset: see `readings`
  kUnreadable,  // anything else: nothing to walk
};

// Why a body cannot be read; `offset` in decoded bytes.
struct BodyError {
  // Closed list: "json" (syntax, trailing bytes), "depth", "utf8", "size" (a string over the
  // limit), "charset" (unknown, or the bytes are not of it), "multipart", "content_type" (protobuf,
  // gRPC, event streams), "binary", "memory".
  std::string reason;
  std::size_t offset = 0;
};

struct BodyLimits {
  int depth = 256;                        // nesting of JSON
  std::size_t string_bytes = 128u << 20;  // longest decoded string
  int nested = 8;     // documents in strings of documents (JSON in JSON, base64 in a data: URL)
  int multipart = 3;  // multipart in multipart
  // Asked before memory for decoded copies of nested documents is taken; false = error "memory".
  // Empty = always.
  std::function<bool(std::size_t bytes)> reserve;
};

// What a body is, from its declared content type (may be empty) and its first bytes. A declared
// type that lies (a JSON body called text/plain) is read as what it is; an undeclared or unknown
// type is sniffed; binary is kUnreadable with `error` filled.
struct BodyType {
  BodyKind kind = BodyKind::kUnreadable;
  BodyError error;
  // Declared as a format that is not text (an image, a PDF) though the bytes are: read, and not
  // all of it understood.
  bool opaque = false;
  std::string boundary;              // of kMultipart
  std::vector<Charset> readings;     // of kCoded, likeliest first
  Charset charset = Charset::kNone;  // declared; of the values of a form
};
// A body declared JSON stays JSON, well formed or not. The pass over the whole body that a claim of
// "text" or none costs is linear.
BodyType classify_body(std::string_view content_type, std::string_view body);
// The same for text that was in another charset and is UTF-8 now.
BodyType classify_text(std::string_view content_type, std::string_view text);

// One pass over `body`, which must outlive the reader. Strict RFC 8259: every string value and
// every key is a chunk, duplicate keys included; a syntax error, invalid UTF-8, depth over the
// limit or trailing bytes end it with kError. Lone surrogates (\ud800) are kept as U+FFFD in the
// text and untouched in the bytes. Numbers of 12 digits and more are chunks too (a card number
// written as a number), coded kPlain.
// Documents inside: parts of multipart, JSON and data: URLs and base64 in strings, text with its
// escapes still in it. Their chunks come first, then the string that holds them.
class BodyReader {
 public:
  enum class Status { kChunk, kEnd, kError };

  BodyReader(BodyKind kind, std::string_view body, BodyLimits limits);
  // `type` = classify_body(content_type, body).
  BodyReader(BodyType type, std::string_view content_type, std::string_view body,
             BodyLimits limits);
  ~BodyReader();
  BodyReader(BodyReader&&) noexcept;

  // Fills `out` with the next chunk. `work` grows by the bytes looked at, so that the caller can
  // yield every 256 KiB; after that many bytes without text (numbers, say) an empty chunk is given,
  // for the same end.
  Status next(TextChunk& out, std::size_t& work);
  const BodyError& error() const;
  // What lies in the body and was not read: "part:file:application/pdf", "/image_url:image/png". At
  // most 64. It holds what the client wrote.
  const std::vector<std::string>& unread() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Chunks of a request target: the path (percent-decoded), each query key and value (form-decoded).
// `target` is origin-form ("/v1/x?key=…"), and must outlive them. Percent-decoded bytes need not be
// UTF-8. Text and maps are owned by the chunks' storage in `storage`, which must outlive them.
std::vector<TextChunk> target_chunks(std::string_view target, std::deque<std::string>& storage);

}  // namespace sekisho::filters
