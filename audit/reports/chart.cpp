#include "audit/reports/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "audit/reports/cell_text.h"
#include "audit/reports/html_text.h"
#include "audit/reports/words.h"
#include "audit/sheet.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kBars = 12, kSeries = 6, kDaysDrawn = 35, kFewest = 2;
constexpr double kWidth = 720;

std::string text_of(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text ? *text : std::string();
}

std::string shown(const Column& column, const std::string& text, Language language) {
  if (text.empty()) return "—";
  const LocalText* known = word_of_record(column.id, text);
  return known ? known->in(language) : text;
}

std::string decimal(double value) {
  char text[48];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string value_text(ColumnKind kind, double value) {
  return kind == ColumnKind::kShare ? percent(value) : grouped(std::llround(value));
}

std::string text_at(double x, double y, const char* css, const std::string& text) {
  return "<text x=\"" + decimal(x) + "\" y=\"" + decimal(y) + "\" class=\"" + css + "\">" +
         html_plain(text) + "</text>";
}

std::string box(double x, double y, double width, double height, const std::string& css) {
  return "<rect x=\"" + decimal(x) + "\" y=\"" + decimal(y) + "\" width=\"" + decimal(width) +
         "\" height=\"" + decimal(height) + "\" class=\"" + css + "\"/>";
}

// The marks of one series: a shade with lines or dots over it.
std::string patterns(const std::string& id) {
  static constexpr const char* kMarks[kSeries + 1] = {"",
                                                      "<path d=\"M0 6L6 0\"/>",
                                                      "<path d=\"M0 3H6\"/>",
                                                      "<circle cx=\"3\" cy=\"3\" r=\"1\"/>",
                                                      "<path d=\"M0 0L6 6\"/>",
                                                      "<path d=\"M3 0V6\"/>",
                                                      "<path d=\"M0 3H6M3 0V6\"/>"};
  std::string out = "<defs>";
  for (std::size_t i = 0; i <= kSeries; ++i)
    out += "<pattern id=\"" + id + "-p" + std::to_string(i) +
           "\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect width=\"6\" "
           "height=\"6\" class=\"s" +
           std::to_string(i) + "\"/>" + kMarks[i] + "</pattern>";
  return out + "</defs>";
}

std::string opened(const Table& table, Language language, const std::string& id, double height) {
  return "<svg class=\"chart\" role=\"img\" aria-labelledby=\"" + id + "-t\" viewBox=\"0 0 " +
         decimal(kWidth) + " " + decimal(height) + "\"><title id=\"" + id + "-t\">" +
         html_plain(say(Word::kChart, language, {table.title.in(language)})) + "</title>";
}

struct Bar {
  std::string label;
  double value = 0;
};

std::vector<Bar> bars_of(const Table& table, const ChartPlan& plan, Language language) {
  std::vector<Bar> bars;
  for (const auto& row : table.rows) {
    Bar bar;
    for (const std::size_t c : plan.labels)
      (bar.label += bar.label.empty() ? "" : " / ") +=
          shown(table.columns[c], text_of(row[c]), language);
    bar.value = number_of(row[plan.value]);
    bars.push_back(std::move(bar));
  }
  std::stable_sort(bars.begin(), bars.end(),
                   [](const Bar& a, const Bar& b) { return a.value > b.value; });
  if (bars.size() > kBars) {
    Bar rest{words(Word::kOthers).in(language)};
    for (std::size_t i = kBars - 1; i < bars.size(); ++i) rest.value += bars[i].value;
    bars.resize(kBars - 1);
    if (table.columns[plan.value].kind != ColumnKind::kShare) bars.push_back(std::move(rest));
  }
  return bars;
}

std::string draw_bars(const Table& table, const ChartPlan& plan, Language language,
                      const std::string& id) {
  constexpr double kLabel = 250, kRow = 22, kRoom = 90;
  const std::vector<Bar> bars = bars_of(table, plan, language);
  double most = 0;
  for (const Bar& bar : bars) most = std::max(most, bar.value);
  std::string out = opened(table, language, id, kRow * static_cast<double>(bars.size()) + 4);
  double y = 2;
  for (const Bar& bar : bars) {
    const double width = most > 0 ? (kWidth - kLabel - kRoom) * bar.value / most : 0;
    out += text_at(kLabel - 8, y + 15, "end", display_text(bar.label, 36));
    out += box(kLabel, y + 3, std::max(width, bar.value > 0 ? 1.0 : 0.0), kRow - 6, "bar");
    out += text_at(kLabel + width + 6, y + 15, "val",
                   value_text(table.columns[plan.value].kind, bar.value));
    y += kRow;
  }
  return out + "</svg>";
}

// Sums by day or week and series; the series with the largest sums, the rest together.
struct Stack {
  std::vector<std::string> days, series;
  std::map<std::pair<std::string, std::string>, double> sums;
  double most = 0;  // of one day
  std::string rest;
  double at(const std::string& day, const std::string& name) const {
    const auto found = sums.find({day, name});
    return found == sums.end() ? 0 : found->second;
  }
};

std::set<std::string> days_of(const Table& table, std::size_t column) {
  std::set<std::string> days;
  for (const auto& row : table.rows) days.insert(text_of(row[column]));
  return days;
}

std::vector<std::string> largest_series(const Table& table, const ChartPlan& plan) {
  std::map<std::string, double> sums;
  if (!plan.series) return {""};
  for (const auto& row : table.rows) sums[text_of(row[*plan.series])] += number_of(row[plan.value]);
  std::vector<std::string> names;
  for (const auto& [name, sum] : sums) names.push_back(name);
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return sums.at(a) > sums.at(b);
  });
  return names;
}

// The dates from the first to the last: what has no rows is a hole in the drawing, too.
std::vector<std::string> dates_between(const std::map<std::string, double>& by_day, int step) {
  std::vector<std::string> out;
  const auto first = by_day.empty() ? std::nullopt : config::parse_date(by_day.begin()->first);
  const auto last = by_day.empty() ? std::nullopt : config::parse_date(by_day.rbegin()->first);
  if (!first || !last) return out;
  const std::int64_t end = policy::days_from_civil(*last);
  for (std::int64_t day = policy::days_from_civil(*first); day <= end; day += step)
    out.push_back(policy::civil_from_days(day).to_string());
  return out;
}

Stack stack_of(const Table& table, const ChartPlan& plan) {
  Stack out;
  const std::size_t day_column = plan.labels.front();
  const bool weekly = table.columns[day_column].kind == ColumnKind::kDay &&
                      days_of(table, day_column).size() > kDaysDrawn;
  out.series = largest_series(table, plan);
  out.rest = "\x01";
  const bool rest = out.series.size() > kSeries;
  if (rest) out.series.resize(kSeries - 1);
  std::map<std::string, double> by_day;
  for (const auto& row : table.rows) {
    const std::string day = weekly ? week_of(text_of(row[day_column])) : text_of(row[day_column]);
    std::string name = plan.series ? text_of(row[*plan.series]) : "";
    if (std::find(out.series.begin(), out.series.end(), name) == out.series.end()) name = out.rest;
    out.sums[{day, name}] += number_of(row[plan.value]);
    by_day[day] += number_of(row[plan.value]);
  }
  if (rest) out.series.push_back(out.rest);
  const bool by_week = weekly || table.columns[day_column].id == "week";
  for (const std::string& day : dates_between(by_day, by_week ? 7 : 1)) by_day[day];
  for (const auto& [day, sum] : by_day) {
    out.days.push_back(day);
    out.most = std::max(out.most, sum);
  }
  return out;
}

// A round number at or above `most`, for the top of an axis.
double rounded_up(double most) {
  if (most <= 0) return 1;
  const double unit = std::pow(10, std::floor(std::log10(most)));
  for (const double step : {1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0})
    if (step * unit >= most) return std::max(1.0, step * unit);
  return most;
}

std::string axis(double top, double left, double height, ColumnKind kind, double most) {
  std::string out;
  for (const double part : {0.0, 0.5, 1.0}) {
    const double y = top + height * (1 - part);
    out += "<path class=\"grid\" d=\"M" + decimal(left) + " " + decimal(y) + "H" +
           decimal(kWidth - 4) + "\"/>";
    if (part != 0.5 || most >= 2)
      out += text_at(left - 6, y + 4, "end", value_text(kind, most * part));
  }
  return out;
}

std::string legend(const Table& table, const ChartPlan& plan, const Stack& stack, Language language,
                   const std::string& id, double y) {
  std::string out;
  if (!plan.series) return out;
  constexpr double kEach = kWidth / 3;
  for (std::size_t i = 0; i < stack.series.size(); ++i) {
    const double x = kEach * static_cast<double>(i % 3) + 8;
    const double top = y + 20 * static_cast<double>(i / 3);
    const bool rest = stack.series[i] == stack.rest;
    out += "<rect x=\"" + decimal(x) + "\" y=\"" + decimal(top) +
           "\" width=\"14\" height=\"12\" class=\"edge\" fill=\"url(#" + id + "-p" +
           std::to_string(i) + ")\"/>";
    out += text_at(
        x + 20, top + 11, "",
        rest ? words(Word::kOthers).in(language)
             : display_text(shown(table.columns[*plan.series], stack.series[i], language), 32));
  }
  return out;
}

std::string columns_of(const Stack& stack, const std::string& id, double left, double top,
                       double height, double most) {
  std::string out;
  const double step = (kWidth - left - 4) / static_cast<double>(stack.days.size());
  const double width = std::min(46.0, step * 0.72);
  const auto every = static_cast<std::size_t>(std::ceil(56 / step));
  for (std::size_t d = 0; d < stack.days.size(); ++d) {
    const double x = left + step * (static_cast<double>(d) + 0.5) - width / 2;
    double y = top + height;
    for (std::size_t s = 0; s < stack.series.size(); ++s) {
      const double tall = height * stack.at(stack.days[d], stack.series[s]) / most;
      if (tall <= 0) continue;
      y -= tall;
      out += "<rect x=\"" + decimal(x) + "\" y=\"" + decimal(y) + "\" width=\"" + decimal(width) +
             "\" height=\"" + decimal(tall) + "\" class=\"edge\" fill=\"url(#" + id + "-p" +
             std::to_string(s) + ")\"/>";
    }
    const std::string& day = stack.days[d];
    if (d % every == 0)
      out +=
          text_at(x + width / 2, top + height + 16, "mid", day.size() == 10 ? day.substr(5) : day);
  }
  return out;
}

std::string draw_weeks(const Table& table, const ChartPlan& plan, Language language,
                       const std::string& id) {
  constexpr double kTop = 10, kLeft = 74, kHeight = 150;
  const Stack stack = stack_of(table, plan);
  const double most = rounded_up(stack.most);
  const double rows = plan.series ? std::ceil(static_cast<double>(stack.series.size()) / 3) : 0;
  std::string out = opened(table, language, id, kTop + kHeight + 26 + rows * 20);
  out += patterns(id);
  out += axis(kTop, kLeft, kHeight, table.columns[plan.value].kind, most);
  out += columns_of(stack, id, kLeft, kTop, kHeight, most);
  out += legend(table, plan, stack, language, id, kTop + kHeight + 26);
  return out + "</svg>";
}

// Days, and what questions count weeks and months under ("2026-W27").
bool is_time(const Column& column) {
  return column.kind == ColumnKind::kDay || column.id == "week" || column.id == "month";
}

std::optional<std::size_t> first_of(const Table& table, std::initializer_list<ColumnKind> kinds) {
  for (const ColumnKind kind : kinds)
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      if (table.columns[c].kind == kind) return c;
  return std::nullopt;
}

}  // namespace

std::string week_of(const std::string& day) {
  const auto date = config::parse_date(day);
  if (!date) return {};
  const std::int64_t days = policy::days_from_civil(*date);
  return policy::civil_from_days(days - ((days + 3) % 7 + 7) % 7).to_string();
}

std::optional<ChartPlan> plan_chart(const Table& table) {
  if (table.rows.size() < kFewest) return std::nullopt;
  const auto value = first_of(table, {ColumnKind::kCount, ColumnKind::kBytes, ColumnKind::kShare});
  if (!value) return std::nullopt;
  ChartPlan plan;
  plan.value = *value;
  std::optional<std::size_t> when;
  std::vector<std::size_t> names;
  for (std::size_t c = 0; c < *value; ++c) {
    const Column& column = table.columns[c];
    if (column.kind == ColumnKind::kTime) return std::nullopt;
    if (is_time(column) && !when)
      when = c;
    else if (column.kind == ColumnKind::kText || column.kind == ColumnKind::kList)
      names.push_back(c);
  }
  if (when && days_of(table, *when).size() >= kFewest) {
    plan.kind = ChartPlan::Kind::kWeeks;
    plan.labels = {*when};
    if (!names.empty()) plan.series = names.front();
    return plan;
  }
  if (names.empty()) return std::nullopt;
  names.resize(std::min<std::size_t>(names.size(), 3));
  plan.labels = std::move(names);
  return plan;
}

std::string draw_chart(const Table& table, const ChartPlan& plan, Language language,
                       const std::string& id) {
  return plan.kind == ChartPlan::Kind::kWeeks ? draw_weeks(table, plan, language, id)
                                              : draw_bars(table, plan, language, id);
}

std::string draw_line(const std::vector<double>& values, const std::string& title) {
  constexpr double kLong = 120, kTall = 28;
  if (values.size() < kFewest) return {};
  const double most = std::max(1e-9, *std::max_element(values.begin(), values.end()));
  std::string path;
  for (std::size_t i = 0; i < values.size(); ++i)
    (path += i ? "L" : "M") +=
        decimal(2 + (kLong - 4) * static_cast<double>(i) / static_cast<double>(values.size() - 1)) +
        " " + decimal(kTall - 3 - (kTall - 6) * std::max(0.0, values[i]) / most);
  return "<svg class=\"line\" role=\"img\" viewBox=\"0 0 120 28\"><title>" + html_plain(title) +
         "</title><path d=\"" + path + "\"/></svg>";
}

}  // namespace sekisho::audit
