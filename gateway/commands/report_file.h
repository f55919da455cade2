#pragma once

// Where reports go, and the days they are about.

#include <string>

#include "audit/reports/frame.h"

namespace CLI {
class App;
}

namespace sekisho::gateway {

config::Date last_of_month(config::Date day);

// The days before: as many whole months where `days` are months, else as many days.
audit::Days span_before(const audit::Days& days);

// Whole or not at all, for its owner alone (0600); "-" is standard output.
bool write_report_file(const std::string& path, const std::string& bytes, std::string& error);

// The command line as it can be given again, without what names a secret.
std::string line_of(const CLI::App* command);

}  // namespace sekisho::gateway
