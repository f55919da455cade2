#pragma once

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// AtGate of random values whose name says that they are secret (api_key, client_secret,
// APIキー), and of what an Authorization header carries. Public keys, checksums, commits, cache and
// partition keys, names of secrets and of models are none.
void find_generic_secret(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

// The same of `const API_TOKEN: &str = "…"`, and what else declares a type between a name and its
// value.
void find_declared_secret(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

// Check of what is given to a function that signs.
double check_secret_argument(TokenMatch& match, double confidence);

// Check of a cell below the heading of a column of secrets.
double check_secret_cell(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
