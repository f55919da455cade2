#pragma once

#include <string>
#include <string_view>

namespace sekisho::audit {

// The only style of a page, and its hash as a content security policy names it: 'sha256-…'.
std::string_view page_style();
std::string page_style_source();

}  // namespace sekisho::audit
