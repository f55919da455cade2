#pragma once

// Prints an answer: a table for a terminal, CSV, JSON, or a page.

#include <optional>
#include <string>
#include <vector>

#include "audit/questions/answer.h"

namespace sekisho::gateway {

enum class AnswerFormat { kTable, kCsv, kJson, kHtml };
std::optional<AnswerFormat> answer_format(const std::string& word);

struct AnswerLook {
  AnswerFormat format = AnswerFormat::kTable;
  audit::Language language = audit::Language::kJapanese;
  policy::TimeZone zone;
  std::string part;  // id of the table that CSV shows; "" = the one named like the question
  std::int64_t made_us = 0;
  std::string made_by;
  // --explain: what SQLite does for each statement, in their order; not asked for = nothing.
  std::optional<std::vector<std::vector<std::string>>> plans;
  // Said below the answer: whether this reading was recorded.
  audit::LocalText recorded;
};

// False: there is no table `part`; then `error` names those there are.
bool write_answer(const audit::Answer& answer, const AnswerLook& look, std::string& error);

}  // namespace sekisho::gateway
