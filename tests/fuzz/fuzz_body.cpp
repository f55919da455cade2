// Any bytes under a declared type (the first byte picks it), in each way of reading, and as a
// request target.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>

#include "filters/bodies/body_reader.h"
#include "filters/utf8.h"

using namespace sekisho::filters;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(std::string_view body, const TextChunk& chunk) {
  const std::string_view original = chunk.outer == nullptr ? body : chunk.around;
  const Spot whole = locate(chunk, {0, chunk.text.size()});
  require(whole.range.begin <= whole.range.end && whole.range.end <= body.size());
  require(chunk.range.begin <= chunk.range.end && chunk.range.end <= original.size());
  require(chunk.where.size() <= 1100);
  std::size_t last = chunk.range.begin;
  for (std::size_t at = 0; at < chunk.text.size(); ++at) {
    Range r = chunk.map.original({at, at + 1}, chunk.range.begin, chunk.range.end);
    require(r.begin < r.end && r.end >= last && r.begin >= chunk.range.begin &&
            r.end <= chunk.range.end);
    last = r.end;
  }
  require(chunk.text.empty() || last == chunk.range.end);
}

void read(BodyReader reader, std::string_view body) {
  TextChunk chunk;
  std::size_t work = 0;
  BodyReader::Status status;
  while ((status = reader.next(chunk, work)) == BodyReader::Status::kChunk) {
    require(valid_utf8(chunk.text));
    if (!chunk.text.empty()) check(body, chunk);
  }
  require(work <= 40 * body.size() + (18u << 20));
  require((status == BodyReader::Status::kError) == !reader.error().reason.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 6> kTypes = {"application/json",
                                                      "text/plain",
                                                      "",
                                                      "application/x-ndjson",
                                                      "application/x-www-form-urlencoded",
                                                      "a/b; charset=x"};
  if (size == 0) return 0;
  std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string_view content_type = kTypes[data[0] % kTypes.size()];
  BodyType type = classify_body(content_type, body);
  require((type.kind == BodyKind::kUnreadable) == !type.error.reason.empty());
  read(BodyReader(type, content_type, body, {}), body);
  for (BodyKind kind : {BodyKind::kForm, BodyKind::kNdjson, BodyKind::kText})
    read(BodyReader(kind, body, {}), body);
  std::deque<std::string> storage;
  for (const TextChunk& chunk : target_chunks(body, storage)) check(body, chunk);
  return 0;
}
