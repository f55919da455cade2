#include "filters/views/line_heads.h"

#include "filters/char_set.h"
#include "filters/views/pieces.h"

namespace sekisho::filters {
namespace {

bool has_shape(std::string_view text, std::size_t at, std::string_view shape) {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const char c = at + i < text.size() ? text[at + i] : '\0';
    const bool fits = shape[i] == 'd'   ? kAsciiDigits.has(c)
                      : shape[i] == '-' ? c == '-' || c == '/' || c == '.'
                                        : c == shape[i];
    if (!fits) return false;
  }
  return !digit_at(text, at + shape.size());
}

bool is_address(std::string_view text, std::size_t at) {
  for (int part = 0; part < 4; ++part) {
    const std::size_t begin = at;
    while (digit_at(text, at)) ++at;
    if (at == begin || at - begin > 3 || at >= text.size()) return false;
    if (text[at++] != (part < 3 ? '.' : ' ')) return false;
  }
  return true;
}

}  // namespace

bool begins_time(std::string_view text, std::size_t at) {
  const std::size_t end = has_shape(text, at, "dd:dd")  ? at + 5
                          : has_shape(text, at, "d:dd") ? at + 4
                                                        : at;
  return end != at && end < text.size() && (text[end] == ' ' || text[end] == '\t');
}

bool begins_log_line(std::string_view text, std::size_t at) {
  return has_shape(text, at, "dddd-dd-dd") || has_shape(text, at, "dd:dd:dd") ||
         begins_time(text, at) || is_address(text, at);
}

bool begins_item(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  while (digit_at(text, at) && at - begin < 3) ++at;
  return at > begin && at + 1 < text.size() && (text[at] == '.' || text[at] == ')') &&
         text[at + 1] == ' ';
}

}  // namespace sekisho::filters
