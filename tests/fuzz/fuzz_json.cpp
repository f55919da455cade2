// Any bytes as one JSON document: ranges decode to their text, pointers are stable, edits keep the
// document valid.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "filters/bodies/body_reader.h"
#include "filters/bodies/edits.h"
#include "filters/bodies/json_scanner.h"
#include "filters/bodies/replacement.h"
#include "filters/utf8.h"

using namespace sekisho::filters;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool well_formed(std::string_view text) {
  JsonScanner scan(text, 256);
  for (JsonToken token; (token = scan.next()) != JsonToken::kEnd;) {
    if (token == JsonToken::kError) return false;
    require(scan.range().begin <= scan.range().end && scan.range().end <= text.size());
    require(scan.pointer().size() <= 1100);
  }
  return true;
}

void check_chunk(std::string_view body, const TextChunk& chunk) {
  const std::string_view around = chunk.outer == nullptr ? body : chunk.around;
  require(chunk.range.end <= around.size() && valid_utf8(chunk.text));
  if (chunk.coding != Coding::kJsonString) return;
  std::string text;
  OffsetMap map;
  require(unescape_json(around.substr(chunk.range.begin, chunk.range.size()), chunk.range.begin,
                        text, map));
  require(text == chunk.text);
  Range whole = chunk.map.original({0, text.size()}, chunk.range.begin, chunk.range.end);
  require(whole == chunk.range);
}

// A replacement in the middle of the chunk, through the layers around it.
Edit edit_in(const TextChunk& chunk) {
  const std::size_t middle = chunk.text.size() / 2;
  const Spot spot = locate(chunk, {middle, middle + 1});
  return {spot.range, coded_text("[x]", chunk.coding, spot.outer)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  bool good = well_formed(body);
  std::vector<Edit> edits;
  BodyReader reader(BodyKind::kJson, body, {});
  TextChunk chunk;
  std::size_t work = 0;
  BodyReader::Status status;
  while ((status = reader.next(chunk, work)) == BodyReader::Status::kChunk) {
    check_chunk(body, chunk);
    if (chunk.is_key || chunk.is_number || chunk.text.empty()) continue;
    if (locate(chunk, {0, 1}).fixed) continue;
    require(edit_in(chunk).range.end <= body.size());
    edits.push_back(edit_in(chunk));
  }
  require(good == (status == BodyReader::Status::kEnd));
  require(apply_edits(body, {}) == body);
  // A cut inside a character leaves half of it: only edits of whole characters promise UTF-8.
  bool ascii = std::all_of(body.begin(), body.end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  require(!good || !ascii || well_formed(apply_edits(body, edits)));
  return 0;
}
