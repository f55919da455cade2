#pragma once

// What every question is given, and how it puts its answer together.

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "audit/questions/answer.h"
#include "audit/questions/sql.h"

namespace sekisho::audit {

struct QuestionScope {
  RunSql run;
  Period period;                 // whole days of `zone`
  std::string from_day, to_day;  // "2026-07-01"; half-open
  policy::TimeZone zone;
  std::string zone_name = "Asia/Tokyo";
  Language language = Language::kJapanese;  // of words inside cells
  std::int64_t now_us = 0;
  // A store that adds up faster than it hands rows over.
  bool adds_up_fast = false;
  std::size_t limit = 0;  // rows of a table, 0 = all; what is left out is counted in a note
  std::string command;    // the line that asks this again
  Footer footer;          // what the caller knows of the log: origin, checkpoint, behind
  // Text of a policy by its digest; nothing = it is not there.
  std::function<std::optional<std::string>(const std::string& digest)> policy_text;
  // A record as it stands in the log; nothing = it is not there. May be empty.
  std::function<std::optional<std::string>(std::uint64_t seq)> record_line;
};
// The days of `period`, written into the asking.
void set_days(QuestionScope& asking);

// A period as rollups have it: the quarters that lie in it as a whole, "2026-07" to "2027-01",
// half- open, and the days of it before and behind them.
struct WholeQuarters {
  std::string from, to;  // the same: there is none
  std::vector<std::pair<std::string, std::string>> rest;
  bool any() const { return from < to; }
  std::vector<std::string> quarters() const;
};
WholeQuarters whole_quarters(const QuestionScope& asking);

struct Asked {
  Answer answer;
  std::string error;  // "" = it could be answered
};

using Row = std::vector<Cell>;
std::string text_in(const Cell& cell);     // "" for nothing
std::int64_t number_in(const Cell& cell);  // also of a number written as text; 0 for nothing
Cell or_nothing(std::string text);         // "" becomes nothing
Cell share_of(std::int64_t part, std::int64_t whole);  // nothing of 0

class Asker {
 public:
  Asker(const QuestionScope& asking, std::string question, LocalText title);

  // The rows, none after an error. Every statement is kept for --explain.
  std::vector<Row> ask(std::string text, Row parameters = {});
  // The same for "… day>=? AND day<? …": the two days stand first.
  std::vector<Row> ask_days(std::string text, Row more = {});

  // Valid until the next one is added.
  Table& add_table(std::string id, LocalText title, std::vector<Column> columns);
  void add_record(std::string line) { answer_.records.push_back(std::move(line)); }
  void add(Table table) { answer_.tables.push_back(std::move(table)); }
  void scanned() { answer_.footer.scanned = true; }
  // Fills the footer, cuts long tables, says of empty ones how much was looked at.
  Asked finish();

  std::string say(const LocalText& text) const { return text.in(asking_.language); }
  const QuestionScope& asking() const { return asking_; }
  bool failed() const { return !error_.empty(); }

 private:
  void fill_footer();
  void note_lengths();
  const QuestionScope& asking_;
  Answer answer_;
  std::string error_;
};

inline Column text_column(std::string id, std::string ja, std::string en) {
  return {std::move(id), {std::move(ja), std::move(en)}, ColumnKind::kText};
}
inline Column column(ColumnKind kind, std::string id, std::string ja, std::string en) {
  return {std::move(id), {std::move(ja), std::move(en)}, kind};
}
// Columns that many tables have.
Column user_column();
Column host_column();
Column provider_column();
Column country_column();
Column verdict_column();
Column records_column();
Column incidents_column();
Column first_column();
Column last_column();

}  // namespace sekisho::audit
