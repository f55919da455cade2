#pragma once

// All chunks of a body, copied, for tests.

#include <string>
#include <string_view>
#include <vector>

#include "filters/body_reader.h"

namespace sekisho::filters {

struct ReadChunk {
  TextChunk chunk;  // its `text` is stale: use the copy
  std::string text;
};

struct ReadBody {
  std::vector<ReadChunk> chunks;  // without the empty ones that only let a caller breathe
  BodyError error;
  std::size_t work = 0;
  bool ok() const { return error.reason.empty(); }
};

inline ReadBody read_body(BodyKind kind, std::string_view body, BodyLimits limits = {}) {
  ReadBody out;
  BodyReader reader(kind, body, limits);
  TextChunk chunk;
  BodyReader::Status status;
  while ((status = reader.next(chunk, out.work)) == BodyReader::Status::kChunk) {
    if (chunk.coding == Coding::kPlain && chunk.text.empty()) continue;
    out.chunks.push_back({chunk, std::string(chunk.text)});
  }
  if (status == BodyReader::Status::kError) out.error = reader.error();
  return out;
}

}  // namespace sekisho::filters
