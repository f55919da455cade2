#pragma once

// What says that a literal is encoded: "data:text/plain;base64,QUtJ…", atob("QUtJ…"),
// base64.b64decode(b'QUtJ…'), Buffer.from("QUtJ…", "base64").

#include <string_view>

#include "filters/finding.h"

namespace sekisho::filters {

struct NamedEncoding {
  Range range;             // of the encoding with what names it
  std::string_view quote;  // that the value stands in when a call was undone; empty: none
};
// Around the characters at `range`; their own range when nothing names them.
NamedEncoding named_encoding(std::string_view text, Range range);

// Cheap: whether the text of such a range begins with a name.
bool is_named_encoding(std::string_view raw);

}  // namespace sekisho::filters
