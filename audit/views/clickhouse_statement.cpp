#include "audit/views/clickhouse_statement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "audit/views/clickhouse_schema.h"
#include "policy/civil_time.h"

namespace sekisho::audit {
namespace {

// Later times are no times of records; their years have more than four digits.
constexpr std::int64_t kBeyondDays = 253'402'300'799'000'000;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "INDEXED BY name" at the front of `text`: how long it is, 0 = it is not that.
std::size_t indexed_by(std::string_view text) {
  constexpr std::string_view kWords = "INDEXED BY ";
  if (text.substr(0, kWords.size()) != kWords) return 0;
  std::size_t end = kWords.size();
  while (end < text.size() && is_word(text[end])) ++end;
  return end;
}

}  // namespace

std::string clickhouse_literal(const Cell& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value)) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", std::isfinite(*real) ? *real : 0.0);
    return text;
  }
  const auto* text = std::get_if<std::string>(&value);
  if (!text) return "NULL";
  std::string out = "'";
  for (const char c : *text) {
    if (c == '\'' || c == '\\') out += '\\';
    if (c == '\0')
      out += "\\0";
    else
      out += c;
  }
  return out + "'";
}

namespace {

std::size_t marks_before(std::string_view text, std::size_t end) {
  return static_cast<std::size_t>(
      std::count(text.begin(), text.begin() + static_cast<long>(end), '?'));
}

// The two values of every place in the statement that `words` stand in, nothing if they differ or
// it has none.
template <class Value>
std::optional<std::pair<Value, Value>> bounds_of(const Sql& sql, std::string_view words) {
  std::optional<std::pair<Value, Value>> out;
  for (std::size_t at = 0; (at = sql.text.find(words, at)) != std::string::npos; ++at) {
    if (at > 0 && is_word(sql.text[at - 1])) continue;  // the end of another name
    const std::size_t first = marks_before(sql.text, at);
    if (first + 1 >= sql.parameters.size()) return std::nullopt;
    const auto* from = std::get_if<Value>(&sql.parameters[first]);
    const auto* to = std::get_if<Value>(&sql.parameters[first + 1]);
    if (!from || !to || (out && *out != std::pair(*from, *to))) return std::nullopt;
    out.emplace(*from, *to);
  }
  return out;
}

// The same of one value; "" = it has none.
std::string bound_of(const Sql& sql, std::string_view words) {
  const std::size_t at = sql.text.find(words);
  if (at == std::string::npos || sql.text.find(words, at + 1) != std::string::npos) return {};
  const std::size_t mark = marks_before(sql.text, at);
  const auto* value =
      mark < sql.parameters.size() ? std::get_if<std::string>(&sql.parameters[mark]) : nullptr;
  return value ? *value : std::string();
}

std::string between(const char* column, const std::string& from, const char* until,
                    const std::string& to) {
  return std::string(column) + ">=" + clickhouse_literal(from) + " AND " + column + until +
         clickhouse_literal(to);
}

// Whole months are asked for as such: the column of months is read faster than that of days.
std::string of_days(const std::string& from, const char* until, const std::string& to) {
  if (from.ends_with("-01") && to.ends_with("-01") && std::string_view(until) == "<")
    return between("month", from.substr(0, 7), "<", to.substr(0, 7));
  return between("day", from, until, to) + " AND " +
         between("month", from.substr(0, 7), "<=", to.substr(0, 7));
}

// In whatever zone the rows have their days.
std::string day_near(std::int64_t time_us, int days) {
  constexpr std::int64_t kDayUs = 86'400'000'000;
  return policy::civil_from_days(time_us / kDayUs + days).to_string();
}

// The time that a statement asks about, as a condition on the rows; "1" = all of it.
struct Time {
  std::string condition = "1", from, to = "~";  // days, half-open
  std::string_view words;  // that say the same in the statement, and need not be said twice
};

Time time_of(const Sql& sql) {
  constexpr std::string_view kDays = "day>=? AND day<?", kQuarters = "quarter>=? AND quarter<?",
                             kQuarterIs = "quarter=?", kMonths = "month>=? AND month<=?";
  if (const auto days = bounds_of<std::string>(sql, kDays))
    return {of_days(days->first, "<", days->second), days->first, days->second, kDays};
  if (const auto quarters = bounds_of<std::string>(sql, kQuarters))
    return {between("month", quarters->first, "<", quarters->second), quarters->first + "-01",
            quarters->second + "-01", kQuarters};
  if (const auto quarter = bound_of(sql, kQuarterIs); quarter.size() == 7) {
    std::string last = quarter;  // "2026-07" to "2026-09"
    last.replace(
        5, 2,
        quarter.substr(5) == "10" ? "12" : "0" + std::string(1, static_cast<char>(quarter[6] + 2)));
    return {between("month", quarter, "<=", last), quarter + "-01", last + "-31", kQuarterIs};
  }
  if (const auto months = bounds_of<std::string>(sql, kMonths))
    return {between("month", months->first, "<=", months->second), months->first + "-01",
            months->second + "-31", kMonths};
  const auto times = bounds_of<std::int64_t>(sql, "time_us>=? AND time_us<?");
  if (times && times->first >= 0 && times->second < kBeyondDays)
    return {of_days(day_near(times->first, -1), "<=", day_near(times->second, 1)),
            day_near(times->first, -1),
            day_near(times->second, 2),
            {}};
  return {};
}

// "FROM name" at the front of `text`: the view that is meant, nullptr = it is none.
const std::pair<const std::string, std::string>* view_at(std::string_view text) {
  constexpr std::string_view kFrom = "FROM ";
  if (!text.starts_with(kFrom)) return nullptr;
  text.remove_prefix(kFrom.size());
  std::size_t end = 0;
  while (end < text.size() && is_word(text[end])) ++end;
  const auto found = clickhouse_views().find(std::string(text.substr(0, end)));
  return found == clickhouse_views().end() ? nullptr : &*found;
}

// Conditions that few rows meet, and that all copies of a row meet or none. The outcome, which the
// copies may differ in, is not asked for here.
std::string few_of(const Sql& sql, std::string_view after_view, std::size_t parameter) {
  if (sql.text.find(" OR ") != std::string::npos) return {};
  while (after_view.starts_with(' ')) after_view.remove_prefix(1);
  if (const std::size_t hint = indexed_by(after_view)) after_view.remove_prefix(hint + 1);
  constexpr std::string_view kWhere = "WHERE ", kHashes = "type=? AND hash IN (";
  if (!after_view.starts_with(kWhere)) return {};
  after_view.remove_prefix(kWhere.size());
  std::size_t end = 0;
  for (const std::string_view words : {std::string_view("id=?"), std::string_view("user=?")})
    if (after_view.starts_with(words)) end = words.size();
  if (after_view.starts_with(kHashes)) end = after_view.find(')') + 1;
  std::string out;
  for (const char c : after_view.substr(0, end)) {
    if (c != '?')
      out += c;
    else if (parameter < sql.parameters.size())
      out += clickhouse_literal(sql.parameters[parameter++]);
    else
      return {};
  }
  return out;
}

std::string without(std::string text, std::string_view words) {
  for (std::size_t at = 0; !words.empty() && (at = text.find(words, at)) != text.npos;)
    text.erase(at, words.size());
  return text;
}

// The names that a statement speaks of.
class Names {
 public:
  explicit Names(std::string text) {
    for (std::size_t at = 0; (at = text.find("count(*)", at)) != text.npos;) {
      counts_ = true;
      text.replace(at, 8, " ");
    }
    counts_ = counts_ || text.find("count()") != text.npos;
    all_ = text.find('*') != text.npos;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = at;
      while (end < text.size() && is_word(text[end])) ++end;
      if (end > at) names_.insert(text.substr(at, end - at));
      at = end + 1;
    }
  }
  // Rows of sums may be joined to fewer: who counts them counts something else then.
  bool keys_matter() const { return all_ || counts_; }
  bool columns_matter() const { return all_; }
  bool has(const std::string& name) const { return names_.contains(name); }

 private:
  std::set<std::string> names_;
  bool counts_ = false, all_ = false;
};

// Whether `words` stand at `at` as a condition of their own.
bool stands_at(const std::string& text, std::size_t at, std::string_view words) {
  return !words.empty() && text.compare(at, words.size(), words) == 0 &&
         (at == 0 || !is_word(text[at - 1]));
}

// Goes over a statement: what stands between the views is passed on piece by piece. Where there is
// a view, its rows are of the time that is asked about already.
template <class Text, class View>
void walk(const Sql& sql, std::string_view time, Text text, View view) {
  std::size_t parameter = 0;
  char quote = 0;
  bool has_view = false;
  for (std::size_t i = 0; i < sql.text.size(); ++i) {
    const char c = sql.text[i];
    const std::string_view rest = std::string_view(sql.text).substr(i);
    if (quote) {
      quote = c == quote ? 0 : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '?' && parameter < sql.parameters.size()) {
      text(clickhouse_literal(sql.parameters[parameter++]));
      continue;
    } else if (const std::size_t hint = indexed_by(rest)) {
      i += hint - 1;
      continue;
    } else if (has_view && stands_at(sql.text, i, time)) {
      parameter += static_cast<std::size_t>(std::count(time.begin(), time.end(), '?'));
      text("1");
      i += time.size() - 1;
      continue;
    } else if (const auto* found = view_at(rest)) {
      has_view = true;
      const std::size_t length = 5 + found->first.size();
      view(*found, few_of(sql, rest.substr(length), parameter));
      i += length - 1;
      continue;
    }
    text(std::string(1, c));
  }
}

using View = std::pair<const std::string, std::string>;

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    (out += out.empty() ? "(" : ", ") += clickhouse_literal(word);
  return out + ")";
}

// Has a view take sums where there are any. Those by quarter or month cannot be cut by days.
void take_sums(const std::string& view, const Time& time, const SummedMonths& summed,
               ViewUse& use) {
  use.batches.clear();
  const bool cut = time.condition.find("day") != std::string::npos;
  if (!rollup_views().contains(view) || (cut && !sums_by_day(view))) return;
  std::vector<std::string> open;
  std::string mixed;
  for (const auto& [month, logs] : summed.months) {
    if (month < time.from.substr(0, 7) || month + "-01" >= time.to) continue;
    for (const std::int64_t batch : logs.batches)
      (use.batches += use.batches.empty() ? "" : ", ") += std::to_string(batch);
    if (logs.not_summed.empty()) continue;
    open.push_back(month);
    if (!logs.summed.empty())
      mixed += " AND NOT (month=" + clickhouse_literal(month) + " AND log IN " +
               listed({logs.summed.begin(), logs.summed.end()}) + ")";
  }
  use.any_live = !open.empty();
  use.live = "month IN " + listed(open) + mixed;
}

}  // namespace

std::vector<RepeatCheck> clickhouse_checks(const Sql& sql, const SummedMonths& summed) {
  std::vector<RepeatCheck> out;
  const Time time = time_of(sql);
  const auto add = [&](const std::string& table) {
    for (const RepeatCheck& check : out)
      if (check.table == table) return;
    RepeatCheck check{table, time.from, time.to, {}, {}};
    const std::vector<std::string> unsure = summed.unsure(table);
    if (summed.known) check.months = unsure.empty() ? "none" : "month IN " + listed(unsure);
    if (!summed.known || !unsure.empty())
      check.text = std::string("SELECT day, toInt32(count() <> uniqExact(") + key_of_table(table) +
                   ")) FROM " + table + " WHERE " + time.condition +
                   (summed.known ? " AND " + check.months : "") + " GROUP BY day ORDER BY day";
    out.push_back(std::move(check));
  };
  const auto view = [&](const View& of, const std::string& few) {
    if (!few.empty()) return;
    ViewUse use;
    take_sums(of.first, time, summed, use);
    if (use.batches.empty() || use.any_live)
      for (const std::string& table : tables_of_view(of.second)) add(table);
  };
  walk(
      sql, {}, [](const std::string&) {}, view);
  return out;
}

std::vector<std::string> repeated_days(const SqlRows& answer) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < answer.rows.size(); ++i) {
    const auto& row = answer.rows[i];
    const auto* day = row.empty() ? nullptr : std::get_if<std::string>(&row[0]);
    if (day && (i + 2 >= answer.rows.size() || row.back() != Cell(std::int64_t{0})))
      out.push_back(*day);
  }
  return out;
}

std::string clickhouse_text(const Sql& sql, const RepeatedDays& repeated,
                            const SummedMonths& summed) {
  const Time time = time_of(sql);
  const Names names(without(sql.text, time.words));
  ViewUse use;
  use.time = time.condition;
  use.repeated = [&](const std::string& table) {
    const auto found = repeated.find(table);
    return found == repeated.end() ? nullptr : &found->second;
  };
  const auto spoken_of = [&](const std::string& name) { return names.has(name); };
  if (!names.columns_matter()) use.column = spoken_of;
  if (!names.keys_matter()) use.key = spoken_of;
  std::string out;
  const auto view = [&](const View& of, const std::string& few) {
    use.few = few;
    take_sums(of.first, time, summed, use);
    out += "FROM (" + clickhouse_view(of.second, use) + ")";
  };
  walk(
      sql, time.words, [&](const std::string& text) { out += text; }, view);
  return out;
}

}  // namespace sekisho::audit
