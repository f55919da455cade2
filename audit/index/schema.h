#pragma once

// The tables that auditors' questions are answered from. docs/questions.md has them in words. A
// column's type in another store: INTEGER 64 bits, REAL double, TEXT text; there is no NULL, "" and
// 0 (or -1 where it is said) stand for unknown.

#include <string>
#include <vector>

namespace sekisho::audit {

// Another number: the file is built anew.
inline constexpr int kIndexVersion = 3;

const std::vector<std::string>& index_tables();   // CREATE TABLE …
const std::vector<std::string>& index_indexes();  // CREATE INDEX …, after a bulk load

}  // namespace sekisho::audit
