// Any bytes as a multipart body (the first byte picks the boundary and the way in): parts lie in
// order inside the body, and a body of our own making around them reads the same.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "filters/bodies/body_reader.h"
#include "filters/bodies/multipart.h"
#include "filters/utf8.h"

using namespace sekisho::filters;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void walk(std::string_view body, const std::string& boundary) {
  MultipartReader reader(body, boundary);
  MultipartReader::Part part;
  std::size_t last = 0;
  for (;;) {
    const auto status = reader.next(part);
    if (status == MultipartReader::Status::kEnd || status == MultipartReader::Status::kMalformed)
      break;
    if (status == MultipartReader::Status::kMore) continue;
    require(part.header.begin >= last && part.header.begin <= part.header.end);
    require(part.body.begin == part.header.end + 2 && part.body.begin <= part.body.end);
    require(part.body.end <= body.size());
    require(body.substr(part.body.begin, part.body.size()).find("\n--" + boundary) ==
            std::string_view::npos);
    last = part.body.end;
  }
}

void read(std::string_view type, std::string_view body) {
  BodyReader reader(classify_body(type, body), type, body, {});
  TextChunk chunk;
  std::size_t work = 0;
  while (reader.next(chunk, work) == BodyReader::Status::kChunk) {
    require(valid_utf8(chunk.text));
    const Spot spot = locate(chunk, {0, chunk.text.size()});
    require(spot.range.begin <= spot.range.end && spot.range.end <= body.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 3> kTypes = {"multipart/form-data; boundary=b",
                                                      "multipart/mixed; boundary=\"--\"",
                                                      "multipart/related; boundary=b;x=y"};
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view type = kTypes[data[0] % kTypes.size()];
  walk(body, multipart_boundary(type));
  read(type, body);
  return 0;
}
