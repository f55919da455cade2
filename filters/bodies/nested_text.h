#pragma once

// Finds documents that stand inside a text: JSON written as a string, data: URLs, base64, text
// whose escapes were never undone.

#include <cstddef>
#include <string>
#include <string_view>

#include "filters/bodies/text_chunk.h"

namespace sekisho::filters {

struct NestedSpot {
  enum class Kind {
    kJson,     // the whole text, perhaps: whoever reads it finds out
    kDataUrl,  // `range` = the payload
    kBase64,   // the whole text
    kEscapes,  // the whole text holds \uXXXX
  } kind = Kind::kJson;
  Range range;
  std::string media_type;  // of a data: URL, with its parameters
  bool base64 = false;     // of a data: URL
  bool whole = false;      // nothing but the data: URL stands in the text
  bool broken = false;     // a data: URL whose payload ends in what its coding does not know
};

// Finds one after the other. `text` must outlive the finder.
class NestedFinder {
 public:
  NestedFinder() = default;
  explicit NestedFinder(std::string_view text) : text_(text) {}
  bool next(NestedSpot& out);

  // A cheap look whether next() can find anything.
  static bool worthwhile(std::string_view text);

 private:
  bool data_url(NestedSpot& out);
  bool url_at(std::size_t colon, NestedSpot& out) const;

  std::string_view text_;
  enum class Stage { kJson, kUrls, kBase64, kEscapes, kDone } stage_ = Stage::kJson;
  std::size_t at_ = 0;
};

// Undoes backslash escapes in text that is not JSON as a whole (a log, a code block, half a tool
// call); what is no escape stays. `map` is replaced.
void unescape_loosely(std::string_view text, std::string& out, OffsetMap& map);

}  // namespace sekisho::filters
