#pragma once

// All chunks of a body, copied, for tests.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "filters/bodies/body_reader.h"

namespace sekisho::filters {

struct ReadChunk {
  TextChunk chunk;  // without `text` and `outer`, which are gone: use the copies
  std::string text;
  bool nested = false;  // stands in a document inside the body
  Spot place;           // of all of it
};

struct ReadBody {
  std::vector<ReadChunk> chunks;  // without the empty ones that only let a caller breathe
  std::vector<std::string> unread;
  BodyError error;
  std::size_t work = 0;
  bool ok() const { return error.reason.empty(); }
};

inline ReadBody read_all(BodyReader& reader) {
  ReadBody out;
  TextChunk chunk;
  BodyReader::Status status;
  while ((status = reader.next(chunk, out.work)) == BodyReader::Status::kChunk) {
    if (chunk.coding == Coding::kPlain && chunk.text.empty()) continue;
    out.chunks.push_back({chunk, std::string(chunk.text), chunk.outer != nullptr,
                          locate(chunk, {0, chunk.text.size()})});
    out.chunks.back().chunk.outer = nullptr;  // gone with the reader
  }
  if (status == BodyReader::Status::kError) out.error = reader.error();
  out.unread = reader.unread();
  return out;
}

inline ReadBody read_body(BodyKind kind, std::string_view body, BodyLimits limits = {}) {
  BodyReader reader(kind, body, std::move(limits));
  return read_all(reader);
}

// As a request with this content type is read.
inline ReadBody read_as(std::string_view content_type, std::string_view body,
                        BodyLimits limits = {}) {
  BodyReader reader(classify_body(content_type, body), content_type, body, std::move(limits));
  return read_all(reader);
}

}  // namespace sekisho::filters
