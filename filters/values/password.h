#pragma once

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// AtGate of passwords that somebody wrote down: given to a name ("password: …",
// パスワードは「…」です, PASSWORD=…, IDENTIFIED BY '…'), or to a program (mysql -p…, curl -u
// name:…). The finding is the value alone.
void find_password(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

// Check of a cell below the heading of a column of passwords.
double check_password_cell(TokenMatch& match, double confidence);

// How sure the form of a value makes us that it is a password, 0 = it is none. `told`: a sentence
// or a setting of its own gives it.
double judge_password(std::string_view value, bool quoted, bool told);
// A value of the kinds of characters that people are told to mix, which is told by nothing else.
bool password_stands_alone(std::string_view value);

// Whether people write `value` where a password belongs to show how it looks: "password",
// "changeme", "your-password", "xxxx", "<…>".
bool is_sample_password(std::string_view value);

}  // namespace sekisho::filters
