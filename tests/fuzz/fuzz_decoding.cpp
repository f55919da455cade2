// Documents in documents: any bytes as a JSON string's text and as a body. Places lie in the body,
// in an order an edit can use, and an edit of a string in nested JSON leaves every level valid.
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

bool is_json(std::string_view text) {
  JsonScanner scan(text, 256);
  for (;;) {
    const JsonToken token = scan.next();
    if (token == JsonToken::kEnd) return true;
    if (token == JsonToken::kError) return false;
  }
}

void check(std::string_view body, const TextChunk& chunk, bool json) {
  require(valid_utf8(chunk.text));
  require(chunk.where.size() <= 1100);
  const Spot spot = locate(chunk, {0, chunk.text.size()});
  require(spot.range.begin <= spot.range.end && spot.range.end <= body.size());
  if (!json || chunk.is_key || spot.fixed || chunk.text.empty() || chunk.coding == Coding::kPlain)
    return;
  const std::string after =
      apply_edits(body, {{spot.range, coded_text("[X]", chunk.coding, spot.outer)}});
  require(is_json(after));
}

void read(std::string_view type, std::string_view body) {
  const bool json = is_json(body);
  BodyReader reader(classify_body(type, body), type, body, {});
  TextChunk chunk;
  std::size_t work = 0;
  int edits = 0;
  while (reader.next(chunk, work) == BodyReader::Status::kChunk)
    check(body, chunk, json && ++edits < 64);
  require(work <= 40 * body.size() + (18u << 20));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read("application/json", bytes);
  read("text/plain", bytes);
  std::string string = "[\"";
  append_json_escaped(string, bytes);
  string += "\"]";
  read("application/json", string);
  std::string twice = "{\"source\":{\"data\":\"";
  append_json_escaped(twice, string);
  twice += "\"}}";
  read("application/json", twice);
  return 0;
}
