#pragma once

// Addresses with a password in them that are broken at line ends.

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

// Where the address goes on behind a name that counts on: "a: postgres://app:pa" over "b: ss@db01".
std::size_t sibling_of_login(std::string_view text, std::size_t end);
// "postgres://app:pa" … "ss@db01/crm", "redis:/" … "/:pass@db01": an address whose password is not
// over yet, and the lines that end it.
bool breaks_login(std::string_view text, std::size_t end, std::size_t next);

}  // namespace sekisho::filters
