#pragma once

// Drawings of a table as SVG in the page: no script, no style attribute, told apart by pattern as
// well as by shade, so that a black-and-white print says the same. The table itself stands below.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "audit/questions/answer.h"

namespace sekisho::audit {

struct ChartPlan {
  enum class Kind {
    kBars,  // one bar a row, the largest first
    kWeeks  // one column a day, or a week where there are many days, stacked by `series`
  };
  Kind kind = Kind::kBars;
  std::vector<std::size_t> labels;    // columns that name a bar; of kWeeks the day
  std::optional<std::size_t> series;  // of kWeeks: the column whose values are stacked
  std::size_t value = 0;
};

// What can be drawn of the table; nothing where a drawing says no more than the rows do.
std::optional<ChartPlan> plan_chart(const Table& table);

// `id` is unique in the page.
std::string draw_chart(const Table& table, const ChartPlan& plan, Language language,
                       const std::string& id);

// A small line for a figure: values oldest first, at least two.
std::string draw_line(const std::vector<double>& values, const std::string& title);

// The Monday of the week of "2026-07-02"; "" for what is no date.
std::string week_of(const std::string& day);

}  // namespace sekisho::audit
