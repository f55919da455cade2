#pragma once

// Percent and form decoding, with the way back.

#include <string>
#include <string_view>

#include "filters/bodies/text_chunk.h"

namespace sekisho::filters {

// Decodes %XX, and + as a space if `plus_is_space`. A malformed percent sign is text, as servers
// read it. Returns `raw` itself when it holds none of these, else a view of `storage`. `map` is
// replaced (identity if only + was there or nothing).
std::string_view decode_percent(std::string_view raw, std::size_t base, bool plus_is_space,
                                std::string& storage, OffsetMap& map);

// The same where nobody asks for the way back; + is itself.
std::string percent_decoded(std::string_view raw);

// Walks "key=value&key=value": one key or non-empty value after the other.
class FormWalker {
 public:
  struct Part {
    std::string_view raw;
    std::size_t begin = 0;  // in the text
    bool is_key = false;
  };
  FormWalker(std::string_view text, std::size_t begin) : text_(text), pos_(begin) {}
  // False at the end. Empty keys and values are left out.
  bool next(Part& out);

 private:
  std::string_view text_;
  std::size_t pos_;
  bool at_value_ = false;
};

}  // namespace sekisho::filters
