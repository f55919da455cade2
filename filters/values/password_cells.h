#pragma once

// Passwords that are cut over the cells of a row, or the elements of a list, behind their name:
// "| password | Kz_72 | ihn-142hJ0 |", "password,Hn!,74op,s!085", <td>…</td><td>…</td>.

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// Whether the cells behind the name that ends at `end` hold one, which is added.
bool find_password_in_cells(const DetectorRow& row, std::string_view text, std::size_t end,
                            Findings& out);

}  // namespace sekisho::filters
