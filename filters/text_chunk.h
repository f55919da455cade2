#pragma once

// A piece of text of a request, with the way back to the bytes it came from.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

enum class Place { kPath, kQuery, kHeader, kBody };

// How the text stands in the original bytes; decides how a replacement is written.
enum class Coding {
  kPlain,       // text == bytes
  kJsonString,  // between the quotes of a JSON string; replacements are ASCII without quotes or backslashes
  kForm,        // application/x-www-form-urlencoded value or key, or a query
  kPercent,     // a URL path
};

// Maps offsets of decoded text to offsets of the original bytes. Identity when no segment is stored.
class OffsetMap {
 public:
  // From text offset `text` on, text stands at `original` in the original bytes, one to one until the next segment
  // (a decoded unit of other length, such as an escape, gets a segment of its own). Calls come in ascending order.
  void add(std::size_t text, std::size_t original);
  void clear() { segments_.clear(); }
  bool identity() const { return segments_.empty(); }
  // The original bytes that text[r.begin, r.end) came from, whole units only: a unit that is cut is included whole.
  // `base` is the original offset of text offset 0 when the map is the identity; `original_end` the end of the chunk.
  Range original(Range r, std::size_t base, std::size_t original_end) const;

 private:
  struct Segment {
    std::size_t text, original;
  };
  std::vector<Segment> segments_;
};

struct TextChunk {
  Place place = Place::kBody;
  Coding coding = Coding::kPlain;
  // JSON pointer ("/messages/0/content", RFC 6901; NDJSON lines are prefixed "/0", "/1", …), header or form field name,
  // "path", "query"; "text" for a plain body.
  std::string where;
  bool is_key = false;     // an object key or form field name: found, never edited
  Range range;             // in the original bytes of its place (decoded body, target, header value)
  std::string_view text;   // decoded; valid until the next chunk is taken
  OffsetMap map;           // text -> original bytes
};

}  // namespace sekisho::filters
