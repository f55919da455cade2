#pragma once

// Tables as CSV, with the names of columns that programs rely on.

#include <string>

#include "audit/questions/answer.h"

namespace sekisho::audit {

// With a byte order mark. Numbers are plain, times have microseconds and the offset of `zone`.
std::string csv_of(const Table& table, const policy::TimeZone& zone);

// What the answer rests on, as two columns.
std::string footer_csv(const Footer& footer, const std::string& command, Language language);

}  // namespace sekisho::audit
