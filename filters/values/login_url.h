#pragma once

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// AtGate of addresses that carry a password. The gate is "://name:password@"; the finding is the
// whole address.
void find_url_login(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

// AtGate of connection strings: "Server=…;User Id=…;Password=…;" from the gate, one of their first
// fields, to the password.
void find_connection_string(const DetectorRow& row, std::string_view text, Range gate,
                            Findings& out);

// Of a password in a data source's name ("app:…@tcp(db01)"): none that documents write.
double check_login(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
