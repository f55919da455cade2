#pragma once

#include <string>
#include <string_view>

namespace sekisho::policy {

// What a type of finding is, for people: in refusals and in what `scan` prints.
struct TypeWords {
  std::string ja, en;
};

// Types without words of their own (an admin's, and the tokens of the many vendors) are called by
// their name and category.
TypeWords words_of(std::string_view type, std::string_view category);

}  // namespace sekisho::policy
