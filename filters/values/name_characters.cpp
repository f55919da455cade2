#include "filters/values/name_characters.h"

namespace sekisho::filters {

std::string normalised_name(std::string_view text, Range range) {
  std::string out;
  for (std::size_t pos = range.begin; pos < range.end;) {
    const FoldedChar c = char_at(text, pos);
    if (c.value != U' ') out.append(text, pos, c.size);
    pos += c.size;
  }
  return out;
}

}  // namespace sekisho::filters
