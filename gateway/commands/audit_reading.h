#pragma once

// What every question about the log begins and ends with: which log, its index brought up to date,
// the period, and a record that it was read.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/index/database.h"
#include "audit/questions/asking.h"
#include "audit/questions/period.h"
#include "config/gateway_file.h"
#include "gateway/commands/audit_answer.h"

namespace sekisho::gateway {

struct ReadingOptions {
  std::string config, directory;  // one of them
  std::string from, to, quarter;
  std::string lang = "ja", format = "table", part, reason;
  std::string store, password_file, store_ca;  // a ClickHouse that is asked in place of the index
  bool json = false, csv = false, table = false, html = false, explain = false;
  bool whole = false;  // the question is not about a period
  std::optional<std::uint64_t> limit;
};

// For IndexSettings::wait: the running gateway writes the index for moments, a first build for
// longer. Gives up after ten seconds.
std::function<bool()> patience_with_writer();

class Reading {
 public:
  // nullptr: it was said on standard error why.
  static std::unique_ptr<Reading> open(const ReadingOptions& options, const std::string& command);
  ~Reading();

  audit::QuestionScope& asking() { return asking_; }
  audit::Database& database() { return *database_; }
  const std::string& directory() const { return directory_; }
  const config::GatewayFile* gateway() const { return gateway_ ? &*gateway_ : nullptr; }
  const AnswerLook& look() const { return look_; }

  // Prints it, records that it was read. The exit code.
  int answer(audit::Asked asked);
  // The same for what is no Answer: `rows` were shown.
  audit::LocalText record(std::uint64_t rows) const;

 private:
  Reading() = default;
  bool find_log(const ReadingOptions& options);
  bool bring_up_to_date();
  bool open_store(const ReadingOptions& options);
  bool set_period(const ReadingOptions& options);
  bool set_look(const ReadingOptions& options);
  void fill_footer();
  void measure_store(const std::vector<std::string>& names);
  audit::SqlRows run(const audit::Sql& sql);

  std::string directory_, command_, reason_;
  std::optional<config::GatewayFile> gateway_;
  std::unique_ptr<audit::Database> database_;
  std::optional<audit::RunSql> store_;
  std::vector<audit::HeldLog> held_;    // by it
  bool scanned_ = false;                // rows of records were read there, not sums alone
  std::vector<audit::Sql> statements_;  // for --explain
  audit::QuestionScope asking_;
  AnswerLook look_;
  std::string zone_name_ = "Asia/Tokyo";
};

// Of a command line: every argument as a shell would take it, but for those that name a secret.
std::string command_line(const std::vector<std::string>& arguments);

}  // namespace sekisho::gateway
