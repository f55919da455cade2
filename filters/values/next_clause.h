#pragma once

// "パスワードが漏れたかもしれません。… を無効化": a secret whose label stands in the clause before.

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// Behind the Japanese word for a password that ends at `end`: what only a password can be, at most
// 60 characters on, in quotation marks or by its randomness.
void find_password_in_next_clause(const DetectorRow& row, std::string_view text, std::size_t end,
                                  Findings& out);

// The same of keys and tokens; the gate is the word and the particle behind it.
void find_secret_in_next_clause(const DetectorRow& row, std::string_view text, Range gate,
                                Findings& out);

}  // namespace sekisho::filters
