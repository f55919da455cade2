#pragma once

// What the audit commands print on standard output.

#include <string>
#include <utility>
#include <vector>

#include "audit/query.h"
#include "audit/verify.h"

namespace sekisho::gateway {

enum class AuditFormat { kTable, kCsv, kJson };
AuditFormat format_of(bool json, bool csv);

// CSV and JSON leave as they come; a table is held back for its columns.
class RowWriter {
 public:
  RowWriter(AuditFormat format, const policy::TimeZone& zone);
  void add(const audit::QueryRow& row);
  void end(const audit::QueryStats& stats);

 private:
  AuditFormat format_;
  policy::TimeZone zone_;
  bool first_ = true;
  std::vector<std::vector<std::string>> table_;
};

using GroupRows = std::vector<std::pair<std::vector<std::string>, audit::Totals>>;
void write_groups(AuditFormat format, const std::vector<std::string>& fields,
                  const GroupRows& groups, const audit::QueryStats& stats);
struct ReportForm {
  bool json = false, japanese = false;
};
// What does not fit is said in English in either language, as the log's own records do.
void write_report(const audit::VerifyReport& report, const audit::VerifyAgainst& against,
                  ReportForm form);

}  // namespace sekisho::gateway
