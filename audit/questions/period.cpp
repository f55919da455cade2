#include "audit/questions/period.h"

namespace sekisho::audit {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Quarters are counted from April 2000's, so that they can be added to.
int quarter_number(config::Date day) {
  const int months = (day.year - 2000) * 12 + day.month - 4;
  return months >= 0 ? months / 3 : -((2 - months) / 3);
}

DayRange quarters(int first, int count) {
  const auto begin = [](int quarter) {
    const int months = quarter * 3 + 3;  // since January 2000
    const int year = months >= 0 ? months / 12 : -((11 - months) / 12);
    return config::Date{2000 + year, months - year * 12 + 1, 1};
  };
  const auto after = policy::days_from_civil(begin(first + count));
  return {begin(first), policy::civil_from_days(after - 1)};
}

std::optional<int> fiscal_year_of(const DayRange& days, int& quarter) {
  const int number = quarter_number(days.first);
  for (const int count : {1, 4}) {
    const DayRange whole = quarters(number, count);
    if (whole.first != days.first || whole.last != days.last) continue;
    const int year = number >= 0 ? number / 4 : -((3 - number) / 4);
    quarter = count == 1 ? number - year * 4 + 1 : 0;
    if (count == 4 && number != year * 4) continue;
    return 2000 + year;
  }
  return std::nullopt;
}

}  // namespace

std::optional<DayRange> parse_quarter(const std::string& text, config::Date today) {
  if (text == "this") return quarters(quarter_number(today), 1);
  if (text == "last") return quarters(quarter_number(today) - 1, 1);
  const bool year_only = text.size() == 4, with_quarter = text.size() == 6;
  if (!year_only && !with_quarter) return std::nullopt;
  for (int i = 0; i < 4; ++i)
    if (!is_digit(text[static_cast<std::size_t>(i)])) return std::nullopt;
  const int first = (std::stoi(text.substr(0, 4)) - 2000) * 4;
  if (year_only) return quarters(first, 4);
  if ((text[4] != 'Q' && text[4] != 'q') || text[5] < '1' || text[5] > '4') return std::nullopt;
  return quarters(first + text[5] - '1', 1);
}

Period period_of(const DayRange& days, const policy::TimeZone& zone, const std::string& zone_name) {
  Period out;
  const auto before = policy::civil_from_days(policy::days_from_civil(days.first) - 1);
  out.from_us = zone.end_of(before) * 1'000'000;
  out.to_us = zone.end_of(days.last) * 1'000'000;
  const std::string first = days.first.to_string(), last = days.last.to_string();
  int quarter = 0;
  const auto year = fiscal_year_of(days, quarter);
  if (!year) {
    out.name = {first + " から " + last + " まで (" + zone_name + ")",
                first + " to " + last + " (" + zone_name + ")"};
    return out;
  }
  const std::string y = std::to_string(*year), q = std::to_string(quarter);
  out.name = {y + "年度" + (quarter ? "第" + q + "四半期" : "") + " (" + first + " から " + last +
                  " まで、4月に始まる日本の会計年度、" + zone_name + ")",
              std::string(quarter ? "Q" + q + " of " : "") + "fiscal year " + y + " (" + first +
                  " to " + last + "; Japanese fiscal year, which begins in April; " + zone_name +
                  ")"};
  return out;
}

}  // namespace sekisho::audit
