#pragma once

// Where ranges of a JSON text stand in its structure: what was found by reading the text as it is
// must not be replaced so that the JSON breaks.

#include <optional>
#include <string_view>

#include "filters/bodies/json_scanner.h"

namespace sekisho::filters {

struct JsonPlace {
  enum class Kind { kString, kKey, kNumber, kStructure } kind = Kind::kStructure;
  Range range;  // of kString: grown to whole escapes; of kNumber: the number
};

class JsonPlaces {
 public:
  // `text` is one JSON document and must outlive this.
  explicit JsonPlaces(std::string_view text);
  // Ranges in ascending order of their begin.
  JsonPlace find(Range piece);

 private:
  JsonPlace in_string(Range piece);

  std::string_view text_;
  JsonScanner json_;
  JsonToken token_ = JsonToken::kNull;
  std::size_t unit_ = 0;  // begin of a character or escape of the current string
};

}  // namespace sekisho::filters
