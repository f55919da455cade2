#pragma once

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

// A character reference of HTML.
struct Entity {
  std::size_t end = 0;  // 0 = there is none
  long code = 0;
  bool numeric = false;
  bool ordinary = false;  // one that HTML text is full of
};
// At an "&".
Entity read_entity(std::string_view text, std::size_t at);

// The end of the comments and tags at `at` that make no break in a line of text (b, span, wbr, …);
// `at` when there is none.
std::size_t inline_tags_end(std::string_view text, std::size_t at);

// The end of a run of tags that make a cell of a table (td, th, tr), blanks between; `at` when
// there is none.
std::size_t cell_tags_end(std::string_view text, std::size_t at);

}  // namespace sekisho::filters
