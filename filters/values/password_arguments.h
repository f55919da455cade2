#pragma once

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// AtGate of passwords that only their place tells: the argument of a program or a call that has no
// name for it (sqlplus scott/…, net user name …, new PDO(dsn, name, …)), or the second of two
// behind a word for both ("credentials: name / …").
void find_password_argument(const DetectorRow& row, std::string_view text, Range gate,
                            Findings& out);

// The values in the column `word` of INSERT INTO table (…, word, …) VALUES (…). False: `word` is no
// column of such a statement.
bool find_inserted_passwords(const DetectorRow& row, std::string_view text, Range word,
                             Findings& out);

}  // namespace sekisho::filters
