#pragma once

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// AtGate of e-mail addresses: the gate is the "@" (or "＠") with a character on each side.
void find_email(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

// Whether a name ends in a top-level domain in public use.
bool has_public_suffix(std::string_view domain);

// Check of an address whose marks are words: "taro dot yamada at kaisha-sample dot jp".
double check_spelt_email(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
