#include "gateway/commands/audit_output.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "audit/json_text.h"
#include "audit/sheet.h"
#include "audit/verify_words.h"

namespace sekisho::gateway {
namespace {

using audit::DecisionRow;
using audit::QueryRow;
using audit::QueryStats;

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

std::string joined(const std::vector<std::string>& items, const char* between = ";") {
  std::string out;
  for (const auto& item : items) (out += out.empty() ? "" : between) += item;
  return out;
}

std::string findings_text(const DecisionRow& d) {
  std::vector<std::string> items;
  for (const auto& [type, n] : d.findings) items.push_back(type + "x" + std::to_string(n));
  return joined(items);
}

std::string millis(double value) {
  std::string out;
  if (value >= 0) audit::append_json_number(out, value);
  return out;
}

const audit::Cells kColumns{
    "time",     "seq",      "id",         "user",      "groups",    "by",   "ip",        "provider",
    "entry",    "host",     "port",       "origin_ip", "countries", "tls",  "method",    "path",
    "model",    "stream",   "verdict",    "would",     "reason",    "rule", "exception", "detail",
    "findings", "coverage", "bytes_in",   "outcome",   "status",    "sent", "received",  "ttfb_ms",
    "total_ms", "abort",    "user_agent", "gateway",   "policy"};

audit::Cells csv_cells(const QueryRow& row, const policy::TimeZone& zone) {
  const DecisionRow& d = row.decision;
  const auto& o = row.outcome;
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  return {audit::local_time(d.time_us, zone),
          number(d.seq),
          d.id,
          d.user,
          joined(d.groups),
          d.by,
          d.ip,
          d.provider,
          d.entry,
          d.host,
          number(d.port),
          d.origin_ip,
          joined(d.countries),
          d.tls,
          d.method,
          d.path,
          d.model,
          d.stream ? "true" : "false",
          d.verdict,
          d.would,
          d.reason,
          d.rule,
          d.exception,
          d.detail,
          findings_text(d),
          d.coverage,
          number(d.bytes_in),
          o ? number(o->seq) : "none",
          o ? number(o->status) : "",
          o ? number(o->sent) : "",
          o ? number(o->received) : "",
          o ? millis(o->ttfb_ms) : "",
          o ? millis(o->total_ms) : "",
          o ? o->abort : "",
          d.user_agent,
          d.gateway,
          d.policy};
}

std::string outcome_word(const QueryRow& row) {
  if (!row.outcome) return "none";
  if (!row.outcome->abort.empty()) return row.outcome->abort;
  return std::to_string(row.outcome->status);
}

audit::Cells table_cells(const QueryRow& row, const policy::TimeZone& zone) {
  const DecisionRow& d = row.decision;
  const auto cut = [](const std::string& text, std::size_t width) {
    return text.empty() ? std::string("-") : audit::display_text(text, width);
  };
  std::string time = audit::local_time(d.time_us, zone).substr(0, 19);
  time[10] = ' ';
  const std::string verdict = d.would.empty() ? d.verdict : d.verdict + " (would " + d.would + ")";
  return {std::move(time),
          cut(d.user, 28),
          cut(d.host, 40),
          cut(verdict, 24),
          cut(d.reason, 14),
          cut(d.rule, 24),
          cut(findings_text(d), 32),
          cut(joined(d.countries, ","), 20),
          std::to_string(d.bytes_in),
          cut(outcome_word(row), 16),
          d.id};
}

// The records themselves, not a retelling: {"seq":N, … ,"outcome":{…} or "none"}.
std::string json_row(const QueryRow& row) {
  std::string out = R"({"seq":)" + std::to_string(row.decision.seq) + "," + row.decision.json;
  if (!row.outcome) return out + R"(,"outcome":"none"})";
  return out + R"(,"outcome":{"seq":)" + std::to_string(row.outcome->seq) + "," +
         row.outcome->json + "}}";
}

std::string json_stats(const QueryStats& stats) {
  const auto number = [](const std::optional<std::uint64_t>& n) {
    return n ? std::to_string(*n) : std::string("null");
  };
  return R"("range":{"first":)" + number(stats.first) + R"(,"last":)" + number(stats.last) +
         R"(},"looked_at":)" + std::to_string(stats.looked_at) + R"(,"checkpoint":)" +
         number(stats.checkpoint);
}

audit::Cells totals_cells(const audit::Totals& t) {
  return {std::to_string(t.count), std::to_string(t.bytes_in), std::to_string(t.sent),
          std::to_string(t.received)};
}

void write_groups_json(const std::vector<std::string>& fields, const GroupRows& groups,
                       const QueryStats& stats) {
  std::string out = R"({"v":1,"rows":[)";
  for (const auto& [key, t] : groups) {
    out += out.back() == '[' ? "\n{" : ",\n{";
    for (std::size_t i = 0; i < fields.size(); ++i) {
      audit::append_json_string(out, fields[i]);
      audit::append_json_or_null(out += ':', key[i]);
      out += ',';
    }
    out += R"("count":)" + std::to_string(t.count) + R"(,"bytes_in":)" +
           std::to_string(t.bytes_in) + R"(,"sent":)" + std::to_string(t.sent) + R"(,"received":)" +
           std::to_string(t.received) + "}";
  }
  print(out + "\n]," + json_stats(stats) + "}\n");
}

}  // namespace

AuditFormat format_of(bool json, bool csv) {
  return json ? AuditFormat::kJson : csv ? AuditFormat::kCsv : AuditFormat::kTable;
}

RowWriter::RowWriter(AuditFormat format, const policy::TimeZone& zone)
    : format_(format), zone_(zone) {
  if (format_ == AuditFormat::kJson) print(R"({"v":1,"rows":[)");
  if (format_ == AuditFormat::kCsv)
    print(std::string(audit::kByteOrderMark) + audit::csv_line(kColumns));
  if (format_ == AuditFormat::kTable)
    table_ = {{"TIME", "USER", "HOST", "VERDICT", "REASON", "RULE", "FINDINGS", "COUNTRIES",
               "BYTES", "OUTCOME", "ID"}};
}

void RowWriter::add(const QueryRow& row) {
  if (format_ == AuditFormat::kJson) print((first_ ? "\n" : ",\n") + json_row(row));
  if (format_ == AuditFormat::kCsv) print(audit::csv_line(csv_cells(row, zone_)));
  if (format_ == AuditFormat::kTable) table_.push_back(table_cells(row, zone_));
  first_ = false;
}

void RowWriter::end(const QueryStats& stats) {
  if (format_ == AuditFormat::kJson) print("\n]," + json_stats(stats) + "}\n");
  if (format_ == AuditFormat::kTable) print(audit::aligned(table_));
  std::fflush(stdout);
}

void write_groups(AuditFormat format, const std::vector<std::string>& fields,
                  const GroupRows& groups, const QueryStats& stats) {
  if (format == AuditFormat::kJson) return write_groups_json(fields, groups, stats);
  const bool csv = format == AuditFormat::kCsv;
  std::vector<audit::Cells> rows{fields};
  for (const char* name : {"count", "bytes_in", "sent", "received"}) rows[0].push_back(name);
  for (const auto& [key, totals] : groups) {
    audit::Cells row;
    for (const auto& text : key)
      row.push_back(csv ? text : text.empty() ? "-" : audit::display_text(text, 60));
    for (auto& cell : totals_cells(totals)) row.push_back(std::move(cell));
    rows.push_back(std::move(row));
  }
  if (!csv) return print(audit::aligned(rows));
  print(audit::kByteOrderMark);
  for (const auto& row : rows) print(audit::csv_line(row));
}

namespace {

nlohmann::json report_json(const audit::VerifyReport& report) {
  nlohmann::json out = {{"v", 1},
                        {"whole", report.whole},
                        {"size", report.head.size},
                        {"root", report.head.root},
                        {"link", report.head.link},
                        {"segments", report.segments},
                        {"first_bad", nullptr},
                        {"segment", report.segment},
                        {"what", report.what},
                        {"misfits", report.misfits},
                        {"origin", report.origin},
                        {"keys", report.keys},
                        {"checkpoints", report.checkpoints},
                        {"checkpoint", nullptr},
                        {"notes", report.notes}};
  if (report.first_bad) out["first_bad"] = *report.first_bad;
  if (report.checkpoint)
    out["checkpoint"] = {{"size", *report.checkpoint}, {"root", report.checkpoint_root}};
  return out;
}

// What the answer rests on, and what it leaves open.
std::string basis_text(const audit::VerifyReport& report, const audit::VerifyAgainst& against) {
  std::string out;
  if (report.checkpoint) {
    out += "newest checkpoint that fits: " + std::to_string(*report.checkpoint) + " records of " +
           audit::display_text(report.origin) + ", root " + report.checkpoint_root + "\n";
    if (*report.checkpoint < report.head.size)
      out += std::to_string(report.head.size - *report.checkpoint) +
             " records behind it are held by the chain alone\n";
  } else {
    out += "there is no signed checkpoint: the chain alone holds the records\n";
  }
  if (against.statements.empty())
    out +=
        "a cut end can be found only with --since or --witness and a checkpoint that was kept "
        "elsewhere\n";
  if (against.keys.empty() && report.checkpoint)
    out +=
        "the key was taken from the log itself; with --key and one had from outside, a log that "
        "was made anew as a whole is found too\n";
  return out;
}

std::string basis_text_ja(const audit::VerifyReport& report, const audit::VerifyAgainst& against) {
  std::string out;
  if (report.checkpoint) {
    out += "合う最新のチェックポイント: " + audit::display_text(report.origin) + " の " +
           std::to_string(*report.checkpoint) + " 件、根 " + report.checkpoint_root + "\n";
    if (*report.checkpoint < report.head.size)
      out += "その後の " + std::to_string(report.head.size - *report.checkpoint) +
             " 件を守るのは鎖だけです\n";
  } else {
    out += "署名されたチェックポイントがありません。記録を守るのは鎖だけです\n";
  }
  if (against.statements.empty())
    out +=
        "末尾が切り取られたことは、--since か --witness "
        "で、別の場所に保管したチェックポイントを渡さなければ分かりません\n";
  if (against.keys.empty() && report.checkpoint)
    out +=
        "鍵はログ自身から取りました。外から受け取った鍵を --key "
        "で渡せば、全体が作り直されたログも見つかります\n";
  return out;
}

std::string verdict_text(const audit::VerifyReport& report, bool ja) {
  const std::string records = std::to_string(report.head.size),
                    segments = std::to_string(report.segments),
                    more = std::to_string(report.misfits - 1);
  if (report.whole)
    return ja ? "改ざんなし: " + records + " 件、セグメント " + segments + " 個、根 " +
                    report.head.root + "\n"
              : "whole: " + records + " records in " + segments + " segments, root " +
                    report.head.root + "\n";
  std::string out = (ja ? "合いません: " : "BROKEN: ") + report.segment;
  if (report.first_bad)
    out += (ja ? ": 最初に合わない seq " : ": first bad seq ") + std::to_string(*report.first_bad);
  out += ": " + audit::display_text(ja ? audit::verified_in_japanese(report.what) : report.what) +
         "\n";
  if (report.misfits > 1)
    out += ja ? "ほかに " + more + " か所が合いません\n" : more + " more things do not fit\n";
  return out;
}

}  // namespace

void write_report(const audit::VerifyReport& report, const audit::VerifyAgainst& against,
                  ReportForm form) {
  if (form.json)
    return print(
        report_json(report).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  std::string out = verdict_text(report, form.japanese);
  if (report.whole)
    out += form.japanese ? basis_text_ja(report, against) : basis_text(report, against);
  for (const auto& note : report.notes)
    out += form.japanese ? "注: " + audit::display_text(audit::verified_in_japanese(note)) + "\n"
                         : "note: " + audit::display_text(note) + "\n";
  print(out);
}

}  // namespace sekisho::gateway
