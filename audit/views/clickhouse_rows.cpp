#include "audit/views/clickhouse_rows.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
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

}  // namespace

class ClickHouseRows::Line : public JsonObject {
 public:
  std::string month;
};

ClickHouseRows::Line ClickHouseRows::begin(std::int64_t seq, std::int64_t time_us, bool whole) {
  const DayWords& words = calendar_.at(time_us);
  Line line;
  line.month = words.month;
  newest_month_ = std::max(newest_month_, words.month);
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

namespace {

enum class CellKind { kText, kInteger, kReal };

CellKind kind_of(std::string_view type) {
  if (type.find("Float") != type.npos || type.find("Decimal") != type.npos) return CellKind::kReal;
  return type.find("Int") != type.npos ? CellKind::kInteger : CellKind::kText;
}

Cell cell_of(const simdjson::dom::element& value, CellKind kind) {
  std::int64_t number = 0;
  std::uint64_t big = 0;
  double real = 0;
  std::string_view text;
  switch (kind) {
    case CellKind::kReal:
      if (!value.get(real)) return real;
      return {};
    case CellKind::kInteger:
      if (!value.get(number)) return number;
      if (!value.get(big)) return static_cast<std::int64_t>(big);
      return {};
    case CellKind::kText:
      if (!value.get(text)) return std::string(text);
      if (!value.get(number)) return number;
      return {};
  }
  return {};
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
  std::vector<CellKind> kinds;
  for (const element column : meta) {
    std::string_view type;
    if (column["type"].get(type)) type = {};
    kinds.push_back(kind_of(type));
  }
  for (const element line : data) {
    array cells;
    if (line.get(cells)) continue;
    std::vector<Cell> row;
    row.reserve(kinds.size());
    for (const element cell : cells)
      row.push_back(cell_of(cell, row.size() < kinds.size() ? kinds[row.size()] : CellKind::kText));
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
