#pragma once

#include <string_view>

#include "filters/pack.h"
#include "filters/values/password_value.h"

namespace sekisho::filters {

// AtGate of passwords that somebody wrote down: given to a name ("password: …",
// パスワードは「…」です, PASSWORD=…, IDENTIFIED BY '…'), or to a program (mysql -p…, curl -u
// name:…). The finding is the value alone.
void find_password(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

// Whether an identifier is of something about a password: "password_hash", "pwLength".
bool names_about_password(std::string_view name);

// Check of a cell below the heading of a column of passwords.
double check_password_cell(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
