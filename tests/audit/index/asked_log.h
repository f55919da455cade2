#pragma once

// A log with its index, asked for the quarter of July 2026.

#include <gtest/gtest.h>

#include "audit/index/log_follower.h"
#include "audit/questions/period.h"
#include "audit/questions/questions.h"
#include "tests/audit/index/every_question.h"
#include "tests/audit/index/written_log.h"

namespace sekisho::audit {

inline constexpr std::int64_t kDay = 86'400'000'000, kHour = 3'600'000'000;

class Questions : public ::testing::Test {
 protected:
  WrittenLog log_;

  QuestionScope scope() {
    if (!answers_) answers_ = std::make_unique<Answers>(log_.indexed());
    QuestionScope s;
    s.run = [this](const Sql& sql) {
      for (const auto& line : answers_->database().plan(sql)) {
        plans_.push_back(line);
        by_statement_[line] = sql.text;
      }
      return answers_->database().ask(sql);
    };
    s.period = period_of(*parse_quarter("2026Q2", {}), s.zone, "Asia/Tokyo");
    set_days(s);
    s.now_us = log_.now_us;
    s.language = Language::kEnglish;
    s.policy_text = [this](const std::string& digest) -> std::optional<std::string> {
      const auto found = policies_.find(digest);
      if (found == policies_.end()) return std::nullopt;
      return found->second;
    };
    s.record_line = [this](std::uint64_t seq) { return record_line(log_.log(), seq); };
    return s;
  }

  // Cells of the columns named, "a|b\n".
  static std::string rows(const Asked& asked, const std::string& table,
                          const std::vector<std::string>& columns) {
    EXPECT_EQ(asked.error, "");
    for (const Table& t : asked.answer.tables) {
      if (t.id != table) continue;
      std::string out;
      for (const auto& row : t.rows) {
        EXPECT_EQ(row.size(), t.columns.size());
        for (std::size_t c = 0; c < columns.size(); ++c)
          for (std::size_t i = 0; i < t.columns.size(); ++i)
            if (t.columns[i].id == columns[c]) out += (c ? "|" : "") + text_in(row[i]);
        out += "\n";
      }
      return out;
    }
    return "no table " + table;
  }

  // Tables with a row for each record are searched by an index, never read through.
  void no_scan_of_records() const {
    for (const auto& line : plans_)
      for (const std::string table : {"exchange", "finding", "finding_value", "control"})
        EXPECT_TRUE(!(line + " ").starts_with("SCAN " + table + " ") ||
                    line.ends_with("exchange_exception"))  // holds nothing but uses of exceptions
            << line << "\n"
            << by_statement_.at(line);
  }

  void reopen() { answers_.reset(); }

  static std::string text_of_notes(const Asked& asked) {
    std::string out;
    for (const Table& t : asked.answer.tables)
      for (const auto& note : t.notes) out += note.en + "\n";
    return out;
  }

  std::map<std::string, std::string> policies_;
  std::vector<std::string> plans_;
  std::map<std::string, std::string> by_statement_;

 private:
  std::unique_ptr<Answers> answers_;
};

}  // namespace sekisho::audit
