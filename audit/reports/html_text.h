#pragma once

// Text of any origin inside a page: never markup, never a hidden or turned character.

#include <string>
#include <string_view>

namespace sekisho::audit {

// Between tags. What is not seen or turns the direction is shown by its number in an element of
// the class `hid`.
void append_html(std::string& out, std::string_view text);
// In an attribute, a title, or the text of a drawing, where no element may stand: the number in
// angle quotation marks.
void append_html_plain(std::string& out, std::string_view text);

std::string html(std::string_view text);
std::string html_plain(std::string_view text);

}  // namespace sekisho::audit
