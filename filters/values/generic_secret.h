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

// Random, and nothing that only looks so: no name, sample, picture or token of three parts.
bool is_secret_value(std::string_view value);

// Whether a Japanese word ("キー", "トークン") and what stands before it name a secret.
bool is_named_secret_ja(std::string_view text, Range word);

// The same of a word of either language: what its identifier and the word before say.
bool names_secret(std::string_view text, Range word);

}  // namespace sekisho::filters
