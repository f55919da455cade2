#include "gateway/sinks/clickhouse.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "audit/views/clickhouse_rows.h"
#include "audit/views/clickhouse_schema.h"
#include "config/audit_sinks.h"
#include "gateway/sinks/secret_file.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMostAnswer = 512u << 20;
// A question has several statements about the same rows. Days that are being written are not
// concerned.
constexpr std::chrono::seconds kDaysKnown{10};

std::string encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '.';
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    ((out += '%') += kHex[byte >> 4]) += kHex[byte & 15];
  }
  return out;
}

// A column that a version added before it was cut off. 18.16 knows no IF NOT EXISTS here.
// ILLEGAL_COLUMN of old servers, DUPLICATE_COLUMN of current ones.
bool was_done_before(std::string_view statement, int code) {
  return statement.starts_with("ALTER TABLE ") &&
         statement.find(" ADD COLUMN ") != statement.npos && (code == 44 || code == 15);
}

PeerSettings patient(PeerSettings peer) {
  peer.total_timeout = std::chrono::minutes(5);
  return peer;
}

// Tables with a row for each record or more. What is neither decision nor outcome, and what did not
// fit, are few: every answer looks there for gaps.
bool reads_records(const std::string& text) {
  for (const char* table : {"exchange_row ", "finding_row ", "value_row ", "record_row "})
    if (text.find(table) != text.npos) return true;
  return false;
}

}  // namespace

bool is_parse_error(int code) {
  // CANNOT_PARSE_*, UNKNOWN_FIELD, SIZES_OF_ARRAYS, TYPE_MISMATCH, TOO_LARGE, INCORRECT_DATA.
  constexpr int kCodes[] = {6, 26, 27, 38, 41, 53, 72, 117, 130, 131, 190, 252};
  for (const int known : kCodes)
    if (known == code) return true;
  return false;
}

ClickHouse::ClickHouse(ClickHouseAddress address)
    : address_(std::move(address)),
      sender_(patient(address_.peer), {address_.user, address_.password, {}}) {
  while (!address_.url.empty() && address_.url.back() == '/') address_.url.pop_back();
}

void ClickHouse::cancel() {
  sender_.cancel();
}

ClickHouse::Answer ClickHouse::send(const std::string& parameters, std::string_view body,
                                    std::size_t limit) {
  HttpRequest request;
  request.url = address_.url + "/?" + parameters;
  if (!to_server_) request.url += "&database=" + encoded(address_.database);
  request.body = body;
  request.headers = {"content-type: text/plain; charset=utf-8"};
  request.answer_limit = limit;
  HttpAnswer got = sender_.send(request);
  Answer out;
  out.cancelled = got.cancelled;
  out.error = got.error;
  out.body = std::move(got.body);
  if (!out.error.empty()) return out;
  // Errors after the first byte come with status 200.
  std::string words;
  const bool rows = got.status == 200 && !out.body.empty() && out.body.front() == '{' &&
                    out.body.find_last_not_of("\r\n ") == out.body.rfind('}');
  out.code = rows ? 0 : audit::clickhouse_error(out.body, words);
  if (out.code || got.status != 200)
    out.error = "status " + std::to_string(got.status) + (words.empty() ? "" : ": " + words);
  return out;
}

ClickHouse::Answer ClickHouse::run(const std::string& sql) {
  return send("wait_end_of_query=1", sql, 1u << 20);
}

ClickHouse::Answer ClickHouse::insert(const std::string& table, std::string_view lines) {
  return send("input_format_skip_unknown_fields=1&query=" +
                  encoded("INSERT INTO " + table + " FORMAT JSONEachRow"),
              lines, 1u << 20);
}

const std::vector<std::string>* ClickHouse::known(const audit::RepeatCheck& check) {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(known_days_, [&](const KnownDays& k) { return k.until <= now; });
  const auto found = std::find_if(known_days_.begin(), known_days_.end(), [&](const KnownDays& k) {
    return k.of.table == check.table && k.of.months == check.months && k.of.from <= check.from &&
           check.to <= k.of.to;
  });
  return found == known_days_.end() ? nullptr : &found->days;
}

// A database that an earlier version made has none, and the tables of none.
const audit::SummedMonths& ClickHouse::summed() {
  const auto now = std::chrono::steady_clock::now();
  if (now < summed_until_) return summed_;
  summed_ = audit::summed_months(select(audit::kVersion.text), select(audit::kArrivals.text),
                                 select(audit::kBatches.text));
  summed_until_ = now + kDaysKnown;
  return summed_;
}

std::string ClickHouse::days_of(const audit::RepeatCheck& check, audit::RepeatedDays& out) {
  const std::vector<std::string>* days = check.text.empty() ? nullptr : known(check);
  if (!check.text.empty() && !days) {
    const audit::SqlRows found = select(check.text);
    if (!found.error.empty()) return found.error;
    known_days_.push_back(
        {check, audit::repeated_days(found), std::chrono::steady_clock::now() + kDaysKnown});
    days = &known_days_.back().days;
  }
  out[check.table] = days ? *days : std::vector<std::string>();
  return {};
}

audit::SqlRows ClickHouse::ask(const audit::Sql& sql) {
  const audit::SummedMonths& months = summed();
  audit::RepeatedDays repeated;
  audit::SqlRows out;
  for (const auto& check : audit::clickhouse_checks(sql, months))
    if (out.error = days_of(check, repeated); !out.error.empty()) return out;
  const std::string text = audit::clickhouse_text(sql, repeated, months);
  out = select(text);
  out.scanned = reads_records(text);
  return out;
}

audit::SqlRows ClickHouse::select(const std::string& text) {
  Answer got = send(
      "output_format_json_quote_64bit_integers=0&join_use_nulls=1"
      "&join_default_strictness=ALL&max_query_size=16777216",
      text + " FORMAT JSONCompact", kMostAnswer);
  if (got.error.empty()) return audit::parse_clickhouse_rows(got.body);
  audit::SqlRows out;
  out.error = got.error;
  return out;
}

std::string ClickHouse::migrate() {
  to_server_ = true;
  Answer got = run("CREATE DATABASE IF NOT EXISTS " + address_.database);
  to_server_ = false;
  if (got.error.empty()) got = run(audit::kVersionTable);
  if (got.error.empty()) got = run("SELECT toInt32(max(version)) FROM schema_version");
  if (!got.error.empty()) return got.error;
  int have = 0;
  std::from_chars(got.body.data(), got.body.data() + got.body.size(), have);
  const auto& migrations = audit::clickhouse_migrations();
  if (have > migrations.back().version)
    return "its tables are of version " + std::to_string(have) + ", this program knows " +
           std::to_string(migrations.back().version) + ": use a newer sekisho";
  for (const audit::Migration& migration : migrations) {
    if (migration.version <= have) continue;
    for (const std::string& statement : migration.statements) {
      got = run(statement);
      if (!got.error.empty() && !was_done_before(statement, got.code)) return got.error;
    }
    got = run("INSERT INTO schema_version (version, written) SELECT " +
              std::to_string(migration.version) + ", now()");
    if (!got.error.empty()) return got.error;
  }
  return {};
}

std::optional<ClickHouseAddress> parse_store_address(std::string_view text, std::string& error) {
  constexpr std::string_view kScheme = "clickhouse://";
  error = "expected clickhouse://user@host:port/database";
  if (text.substr(0, kScheme.size()) != kScheme) return std::nullopt;
  text.remove_prefix(kScheme.size());
  ClickHouseAddress out;
  const auto question = text.find('?');
  const bool plain = question != text.npos && text.substr(question + 1) == "plain=1";
  if (question != text.npos && !plain) return std::nullopt;
  text = text.substr(0, question);
  if (const auto at = text.find('@'); at != text.npos) {
    out.user = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  if (out.user.find(':') != out.user.npos) {
    error = "a password on the command line is seen by everybody: use --password-file";
    return std::nullopt;
  }
  if (const auto slash = text.find('/'); slash != text.npos) {
    if (slash + 1 < text.size()) out.database = text.substr(slash + 1);
    text = text.substr(0, slash);
  }
  for (const char c : out.database)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
      return std::nullopt;
  out.url = (plain ? "http://" : "https://") + std::string(text);
  const std::string fault = config::receiver_url_fault(out.url, false);
  if (!fault.empty()) {
    error = "expected " + fault;
    return std::nullopt;
  }
  error.clear();
  return out;
}

std::optional<audit::RunSql> open_store(std::string_view address, const std::string& password_file,
                                        const std::string& ca, std::string& error) {
  auto parsed = parse_store_address(address, error);
  if (!parsed) return std::nullopt;
  if (!password_file.empty()) {
    const std::string text = read_private(password_file, error);
    if (!error.empty()) return std::nullopt;
    parsed->password = text.substr(0, text.find_first_of("\r\n"));
  }
  parsed->peer.ca_file = ca;
  const auto house = std::make_shared<ClickHouse>(std::move(*parsed));
  return [house](const audit::Sql& sql) { return house->ask(sql); };
}

}  // namespace sekisho::gateway
