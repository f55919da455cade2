#pragma once

// The evidence pack for an audit by ISO/IEC 27001:2022: one zip, in which every file is named with
// the command that made it and its SHA-256.

#include <optional>
#include <string>
#include <vector>

#include "audit/reports/html.h"
#include "audit/reports/reports.h"
#include "audit/reports/zip.h"

namespace sekisho::audit {

struct PackInput {
  std::vector<Answer> answers;  // of questions, each becomes CSV
  std::optional<VerifyReport> verified;
  PageLook look;
};

// index.html first, SHA256SUMS last. `error` = the first statement that failed; then there are
// none.
std::vector<PackedFile> iso_pack(const ReportFrame& frame, const PackInput& input,
                                 std::string& error);

// A report as CSV files, one a table, with what they rest on.
std::vector<PackedFile> csv_files(const Report& report, const PageLook& look);

}  // namespace sekisho::audit
