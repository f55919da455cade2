#include "audit/views/clickhouse_rows.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "audit/views/clickhouse_schema.h"
#include "audit/views/json_object.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kMostErrorWords = 300;

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) (out += out.empty() ? "" : ", ") += item;
  return out;
}

// A list of one member of every item: nested columns are arrays side by side.
template <class Items, class Member>
std::string list_of(const Items& items, Member member) {
  std::string out = "[";
  for (const auto& item : items) append_json_string(out += out.size() > 1 ? "," : "", item.*member);
  return out + "]";
}

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

class ClickHouseRows::Line : public JsonObject {
 public:
  std::string month;
};

ClickHouseRows::Line ClickHouseRows::begin(std::int64_t seq, std::int64_t time_us, bool whole) {
  const DayWords& words = calendar_.at(time_us);
  Line line;
  line.month = words.month;
  line.text("log", log_)
      .number("seq", base_ * kLogStep + seq)
      .number("ver", whole)
      .text("day", words.day)
      .text("month", words.month);
  return line;
}

void ClickHouseRows::end(const char* table, const Line& line) {
  (rows_[table][line.month] += line.end()) += '\n';
}

void ClickHouseRows::add_record(std::int64_t seq, std::int64_t time_us, const std::string& gateway,
                                std::string_view kind) {
  Line line = begin(seq, time_us, false);
  line.text("gw", gateway).text("kind", kind);
  end("record_row", line);
}

void ClickHouseRows::add_exchange(const ExportedEvent& event) {
  const IndexedRecord& r = event.record;
  const IndexedDecision& d = r.decision;
  const IndexedOutcome& o = d.outcome;
  Line line = begin(r.seq, r.time_us, o.seq > 0);
  line.text("week", calendar_.at(r.time_us).week)
      .number("time_us", r.time_us)
      .text("gw", r.gateway);
  const std::pair<std::string_view, const std::string*> texts[] = {{"id", &d.id},
                                                                   {"user", &d.user},
                                                                   {"identity", &d.identity},
                                                                   {"ip", &d.ip},
                                                                   {"client", &d.client},
                                                                   {"host", &d.host},
                                                                   {"provider", &d.provider},
                                                                   {"entry", &d.entry},
                                                                   {"tls", &d.tls},
                                                                   {"method", &d.method},
                                                                   {"path", &d.path},
                                                                   {"model", &d.model},
                                                                   {"verdict", &d.verdict},
                                                                   {"would", &d.would},
                                                                   {"reason", &d.reason},
                                                                   {"rule", &d.rule},
                                                                   {"exception", &d.exception},
                                                                   {"detail", &d.detail},
                                                                   {"coverage", &d.coverage},
                                                                   {"policy", &d.policy},
                                                                   {"country", &d.country},
                                                                   {"countries", &d.countries},
                                                                   {"abort", &o.abort}};
  for (const auto& [name, value] : texts) line.text(name, *value);
  const std::int64_t base = base_ * kLogStep;
  line.number("port", d.port)
      .text("skipped", joined(d.skipped))
      .text("skipped_reason", d.skipped.empty() ? "" : reason_of_skipped(d.skipped.front()))
      .number("conflict", d.conflict)
      .number("assumed", d.assumed)
      .number("retry", d.retry)
      .number("fingerprint", d.fingerprint)
      .number("incident", base + d.incident)
      .number("opens", d.opens)
      .number("findings", static_cast<std::int64_t>(d.findings.size()))
      .number("personal", d.personal)
      .text("personal_types", personal_types(d))
      .number("bytes_in", d.bytes_in)
      .number("outcome", o.seq > 0 ? base + o.seq : 0)
      .number("status", o.status)
      .number("sent", o.sent)
      .number("received", o.received)
      .number("restored", o.restored)
      .number("tokens_in", o.tokens_in)
      .number("tokens_out", o.tokens_out);
  std::string time;
  append_json_number(time, o.total_ms);
  line.raw("total_ms", time)
      .raw("e_kind", list_of(d.evidence, &IndexedEvidence::kind))
      .raw("e_value", list_of(d.evidence, &IndexedEvidence::value))
      .raw("e_source", list_of(d.evidence, &IndexedEvidence::source))
      .raw("e_result", list_of(d.evidence, &IndexedEvidence::result))
      .raw("r_id", list_of(d.rules, &IndexedRule::id))
      .raw("r_action", list_of(d.rules, &IndexedRule::action))
      .raw("r_mode", list_of(d.rules, &IndexedRule::mode));
  end("exchange_row", line);
}

void ClickHouseRows::add_findings(const ExportedEvent& event) {
  const IndexedRecord& r = event.record;
  const IndexedDecision& d = r.decision;
  const auto about = [&](Line& line) -> Line& {
    line.text("user", d.user)
        .text("host", d.host)
        .text("provider", d.provider)
        .text("country", d.country)
        .text("verdict", d.verdict);
    return line;
  };
  for (const IndexedFinding& f : d.findings) {
    Line line = begin(r.seq, r.time_us, false);
    std::string confidence;
    append_json_number(confidence, f.confidence);
    about(line)
        .text("week", calendar_.at(r.time_us).week)
        .text("type", f.type)
        .text("category", f.category)
        .number("personal", f.personal)
        .text("countries", d.countries)
        .number("hits", f.hits)
        .number("vals", static_cast<std::int64_t>(f.hashes.size()))
        .raw("confidence", confidence)
        .text("place", joined(f.places))
        .number("opens", d.opens);
    end("finding_row", line);
    for (const std::string& hash : f.hashes) {
      Line value = begin(r.seq, r.time_us, false);
      about(value)
          .text("hash", hash)
          .text("type", f.type)
          .number("time_us", r.time_us)
          .text("id", d.id);
      end("value_row", value);
    }
  }
}

void ClickHouseRows::add_control(const IndexedRecord& r) {
  const IndexedControl& c = r.control;
  Line line = begin(r.seq, r.time_us, false);
  line.number("time_us", r.time_us)
      .text("kind", r.kind)
      .text("what", c.what)
      .text("gw", r.gateway)
      .text("old", c.old_value)
      .text("new", c.new_value)
      .text("doer", c.by)
      .number("refused", c.refused)
      .text("record", c.json);
  end("control_row", line);
}

void ClickHouseRows::add(const ExportedEvent& event) {
  const IndexedRecord& r = event.record;
  add_record(r.seq, r.time_us, r.gateway, r.kind);
  if (r.kind == "decision") {
    add_exchange(event);
    if (!event.again) add_findings(event);
    if (!event.outcome_line.empty())
      add_record(r.decision.outcome.seq, event.outcome_us, r.gateway, "outcome");
  } else if (r.kind != "outcome") {
    add_control(r);
  }
}

std::vector<ClickHouseRows::Insert> ClickHouseRows::take() {
  std::vector<Insert> out;
  for (auto& [table, months] : rows_) {
    Insert insert{table, {}};
    for (auto& [month, lines] : months) insert.lines += lines;
    out.push_back(std::move(insert));
  }
  rows_.clear();
  return out;
}

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
std::optional<std::pair<std::string, std::string>> bounds_of(const Sql& sql,
                                                             std::string_view words) {
  std::optional<std::pair<std::string, std::string>> out;
  for (std::size_t at = 0; (at = sql.text.find(words, at)) != std::string::npos; ++at) {
    if (at > 0 && is_word(sql.text[at - 1])) continue;  // the end of another name
    const std::size_t first = marks_before(sql.text, at);
    if (first + 1 >= sql.parameters.size()) return std::nullopt;
    const auto* from = std::get_if<std::string>(&sql.parameters[first]);
    const auto* to = std::get_if<std::string>(&sql.parameters[first + 1]);
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

// The time that a statement asks about, as a condition on the rows; "" = all of it.
std::string time_of(const Sql& sql) {
  if (const auto days = bounds_of(sql, "day>=? AND day<?"))
    return between("day", days->first, "<", days->second) + " AND " +
           between("month", days->first.substr(0, 7), "<=", days->second.substr(0, 7));
  if (const auto quarters = bounds_of(sql, "quarter>=? AND quarter<?"))
    return between("month", quarters->first, "<", quarters->second);
  if (const auto quarter = bound_of(sql, "quarter=?"); quarter.size() == 7) {
    std::string last = quarter;  // "2026-07" to "2026-09"
    last.replace(
        5, 2,
        quarter.substr(5) == "10" ? "12" : "0" + std::string(1, static_cast<char>(quarter[6] + 2)));
    return between("month", quarter, "<=", last);
  }
  if (const auto months = bounds_of(sql, "month>=? AND month<=?"))
    return between("month", months->first, "<=", months->second);
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

}  // namespace

std::string clickhouse_text(const Sql& sql) {
  const std::string time = time_of(sql);
  std::string out;
  std::size_t parameter = 0;
  char quote = 0;
  for (std::size_t i = 0; i < sql.text.size(); ++i) {
    const char c = sql.text[i];
    const std::string_view rest = std::string_view(sql.text).substr(i);
    if (quote) {
      quote = c == quote ? 0 : quote;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '?' && parameter < sql.parameters.size()) {
      out += clickhouse_literal(sql.parameters[parameter++]);
      continue;
    } else if (const std::size_t hint = indexed_by(rest)) {
      i += hint - 1;
      continue;
    } else if (const auto* view = time.empty() ? nullptr : view_at(rest)) {
      out += "FROM (" + clickhouse_view(view->second, time) + ")";
      i += 5 + view->first.size() - 1;
      continue;
    }
    out += c;
  }
  return out;
}

namespace {

Cell cell_of(const simdjson::dom::element& value, std::string_view type) {
  std::int64_t number = 0;
  double real = 0;
  std::string_view text;
  if (type.find("Float") != type.npos || type.find("Decimal") != type.npos) {
    if (!value.get(real)) return real;
    return {};
  }
  if (!value.get(number)) return number;
  if (value.get(text)) return {};
  if (type.find("Int") == type.npos) return std::string(text);
  std::uint64_t big = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc())
    return number;
  std::from_chars(text.data(), text.data() + text.size(), big);
  return static_cast<std::int64_t>(big);
}

}  // namespace

SqlRows parse_clickhouse_rows(const std::string& body) {
  using simdjson::dom::array;
  using simdjson::dom::element;
  SqlRows out;
  simdjson::dom::parser parser;
  element all;
  array meta, data;
  if (parser.parse(body).get(all) || all["meta"].get(meta) || all["data"].get(data)) {
    out.error = "the answer is not what a ClickHouse says";
    return out;
  }
  std::vector<std::string> types;
  for (const element column : meta) {
    std::string_view type;
    if (column["type"].get(type)) type = {};
    types.emplace_back(type);
  }
  for (const element line : data) {
    array cells;
    if (line.get(cells)) continue;
    std::vector<Cell> row;
    for (const element cell : cells)
      row.push_back(cell_of(cell, row.size() < types.size() ? types[row.size()] : ""));
    out.rows.push_back(std::move(row));
  }
  return out;
}

int clickhouse_error(const std::string& body, std::string& words) {
  constexpr std::string_view kCode = "Code: ";
  const std::size_t tail = body.size() > 16384 ? body.size() - 16384 : 0;
  std::size_t at = body.rfind(kCode, 0) == 0 ? 0 : body.npos;
  for (std::size_t i = tail; at == body.npos && (i = body.find(kCode, i)) != body.npos; ++i) {
    const std::string_view rest = std::string_view(body).substr(i);
    if (rest.find("e.displayText()") != rest.npos || rest.find("DB::Exception") != rest.npos)
      at = i;
  }
  if (at == body.npos) return 0;
  int code = 0;
  std::from_chars(body.data() + at + kCode.size(), body.data() + body.size(), code);
  words = std::string(cut_text(std::string_view(body).substr(at), kMostErrorWords));
  return code ? code : -1;
}

}  // namespace sekisho::audit
