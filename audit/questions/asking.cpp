#include "audit/questions/asking.h"

#include <algorithm>
#include <charconv>

#include "audit/reports/cell_text.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kMostGaps = 20;

std::string day_before(std::int64_t us, const policy::TimeZone& zone) {
  return zone.day_of(us / 1'000'000).to_string();
}

LocalText trouble(const std::string& kind, const std::string& what, const std::string& at) {
  const std::string id = kind + (what.empty() ? "" : " (" + what + ")");
  if (kind == "gap") return {at + " 記録できない時間があった", at + " nothing could be written"};
  if (kind == "damage")
    return {at + " 確定済みの記録の変化が見つかった", at + " something durable had changed"};
  if (kind == "recovered")
    return {at + " 異常終了で切れた末尾を取り除いた", at + " an end torn by a crash was cut"};
  return {at + " " + id, at + " " + id};
}

}  // namespace

void set_days(QuestionScope& asking) {
  asking.from_day = day_before(asking.period.from_us, asking.zone);
  asking.to_day = day_before(asking.period.to_us, asking.zone);
}

WholeQuarters whole_quarters(const QuestionScope& asking) {
  const auto begins = [](const std::string& day) {
    return day.ends_with("-01-01") || day.ends_with("-04-01") || day.ends_with("-07-01") ||
           day.ends_with("-10-01");
  };
  const auto moved = [](const std::string& day, int by) {
    const auto number = policy::days_from_civil(*config::parse_date(day));
    return policy::civil_from_days(number + by).to_string();
  };
  std::string from = asking.from_day, to = asking.to_day;
  while (from < to && !begins(from)) from = moved(from, 1);
  while (to > from && !begins(to)) to = moved(to, -1);
  WholeQuarters out;
  if (from < to) {
    out.from = from.substr(0, 7), out.to = to.substr(0, 7);
    if (asking.from_day < from) out.rest.emplace_back(asking.from_day, from);
    if (to < asking.to_day) out.rest.emplace_back(to, asking.to_day);
  } else if (asking.from_day < asking.to_day) {
    out.rest.emplace_back(asking.from_day, asking.to_day);
  }
  return out;
}

std::vector<std::string> WholeQuarters::quarters() const {
  std::vector<std::string> out;
  for (std::string quarter = from; quarter < to;) {
    out.push_back(quarter);
    const auto first = *config::parse_date(quarter + "-01");
    const bool last = first.month > 9;
    const config::Date next{first.year + last, last ? 1 : first.month + 3, 1};
    quarter = next.to_string().substr(0, 7);
  }
  return out;
}

std::string text_in(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return std::to_string(*number);
  return {};
}

std::int64_t number_in(const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  if (const auto* real = std::get_if<double>(&cell)) return static_cast<std::int64_t>(*real);
  std::int64_t value = 0;
  if (const auto* text = std::get_if<std::string>(&cell))
    std::from_chars(text->data(), text->data() + text->size(), value);
  return value;
}

Cell or_nothing(std::string text) {
  if (text.empty()) return std::monostate();
  return text;
}

Cell share_of(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return std::monostate();
  return static_cast<double>(part) / static_cast<double>(whole);
}

Asker::Asker(const QuestionScope& asking, std::string question, LocalText title) : asking_(asking) {
  answer_.question = std::move(question);
  answer_.title = std::move(title);
  answer_.period = asking.period;
  answer_.footer = asking.footer;
  answer_.command = asking.command;
}

std::vector<Row> Asker::ask(std::string text, Row parameters) {
  if (failed()) return {};
  answer_.sql.push_back(text);
  SqlRows rows = asking_.run({std::move(text), std::move(parameters)});
  if (rows.error.empty()) return std::move(rows.rows);
  error_ = rows.error;
  return {};
}

std::vector<Row> Asker::ask_days(std::string text, Row more) {
  Row parameters{asking_.from_day, asking_.to_day};
  parameters.insert(parameters.end(), more.begin(), more.end());
  return ask(std::move(text), std::move(parameters));
}

Table& Asker::add_table(std::string id, LocalText title, std::vector<Column> columns) {
  return answer_.tables.emplace_back(
      Table{std::move(id), std::move(title), std::move(columns), {}, {}});
}

void Asker::fill_footer() {
  Footer& f = answer_.footer;
  const auto totals = ask_days(
      "SELECT sum(records), min(first_seq), max(last_seq) FROM day_total WHERE day>=? AND day<?");
  if (!totals.empty() && number_in(totals[0][0]) > 0) {
    f.looked_at = static_cast<std::uint64_t>(number_in(totals[0][0]));
    f.first = static_cast<std::uint64_t>(number_in(totals[0][1]));
    f.last = static_cast<std::uint64_t>(number_in(totals[0][2]));
  }
  for (const auto& row : ask_days("SELECT policy, sum(n) AS total FROM rollup_policy WHERE day>=? "
                                  "AND day<? GROUP BY policy ORDER BY min(first_us), policy"))
    f.policies.push_back(text_in(row[0]));
  auto troubles = ask_days(
      "SELECT seq, kind, what, day FROM control INDEXED BY control_kind WHERE kind IN ('gap', "
      "'damage', 'recovered') AND day>=? AND day<? ORDER BY seq");
  for (const auto& row : troubles)
    f.gaps.push_back(
        trouble(text_in(row[1]), text_in(row[2]), text_in(row[3]) + " seq " + text_in(row[0])));
  for (const auto& row :
       ask_days("SELECT seq, what, day FROM fault WHERE day>=? AND day<? ORDER BY seq"))
    f.gaps.push_back({text_in(row[2]) + " 改ざんの疑い: " + text_in(row[1]),
                      text_in(row[2]) + " does not fit: " + text_in(row[1])});
  if (f.gaps.size() > kMostGaps) {
    const std::string more = std::to_string(f.gaps.size() - kMostGaps);
    f.gaps.resize(kMostGaps);
    f.gaps.push_back({"ほか " + more + " 件", more + " more"});
  }
}

void Asker::note_lengths() {
  const std::string looked = grouped(static_cast<std::int64_t>(answer_.footer.looked_at));
  for (Table& table : answer_.tables) {
    // What was asked for by its id has no empty tables but those that say why they are.
    if (table.rows.empty() && answer_.question != "show")
      table.notes.insert(table.notes.begin(), {"該当なし: " + looked + " 件のうち 0 件",
                                               "none: 0 of " + looked + " records"});
    if (!asking_.limit || table.rows.size() <= asking_.limit) continue;
    const std::string more = grouped(static_cast<std::int64_t>(table.rows.size() - asking_.limit));
    table.rows.resize(asking_.limit);
    table.notes.push_back({"ほかに " + more + " 行あります。すべて見るには --limit 0",
                           more + " more rows; --limit 0 shows them all"});
  }
}

Asked Asker::finish() {
  // The footer's own statements are no part of the answer.
  const std::size_t statements = answer_.sql.size();
  fill_footer();
  answer_.sql.resize(std::min(statements, answer_.sql.size()));
  note_lengths();
  return {std::move(answer_), std::move(error_)};
}

Column user_column() {
  return text_column("user", "利用者", "user");
}
Column host_column() {
  return text_column("host", "宛先", "host");
}
Column provider_column() {
  return text_column("provider", "事業者", "provider");
}
Column country_column() {
  return text_column("country", "国", "country");
}
Column verdict_column() {
  return text_column("verdict", "判定", "verdict");
}
Column records_column() {
  return column(ColumnKind::kCount, "records", "件数", "records");
}
Column incidents_column() {
  return column(ColumnKind::kCount, "incidents", "事案", "incidents");
}
Column first_column() {
  return column(ColumnKind::kTime, "first", "最初", "first");
}
Column last_column() {
  return column(ColumnKind::kTime, "last", "最後", "last");
}

}  // namespace sekisho::audit
