#include "gateway/commands/audit_reading.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "audit/index/categories.h"
#include "audit/index/indexer.h"
#include "audit/index/log_follower.h"
#include "audit/proof/key_chain.h"
#include "audit/proof/statements.h"
#include "audit/record_view.h"
#include "audit/verify.h"
#include "audit/views/clickhouse_schema.h"
#include "config/text_file.h"
#include "config/units.h"
#include "gateway/commands/audit_access.h"
#include "gateway/commands/audit_place.h"
#include "gateway/commands/telling.h"
#include "gateway/services.h"
#include "gateway/sinks/clickhouse.h"

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kLimitMs = 120'000;  // of one statement
constexpr std::size_t kTableRows = 100;

bool could_not(const std::string& why) {
  tell("sekisho audit", why);
  return false;
}

// "-30d": the day so long ago.
std::optional<config::Date> day_of(const std::string& text, const policy::TimeZone& zone,
                                   const std::string& zone_name) {
  if (const auto date = config::parse_date(text)) return date;
  const std::int64_t now = now_seconds();
  if (text.starts_with("-")) {
    const auto span = config::parse_duration(text.substr(1));
    if (!span) return std::nullopt;
    return zone.day_of(now - std::chrono::duration_cast<std::chrono::seconds>(*span).count());
  }
  const auto time = policy::parse_time(text, zone_name);
  if (!time) return std::nullopt;
  return zone.day_of(*time);
}

// A `key` record as the index keeps it, which is without its head.
void add_key(audit::KeyChain& keys, const std::vector<audit::Cell>& row) {
  audit::RecordReader reader;
  const std::string line = R"({"v":1,"seq":)" + audit::text_in(row[0]) + R"(,"prev":")" +
                           std::string(44, 'A') + R"(",)" + audit::text_in(row[1]) + "}";
  if (reader.read(line)) keys.add(reader.seq(), reader.text("/new"), reader.text("/note"));
}

std::uint64_t rows_of(const audit::Answer& answer) {
  std::uint64_t n = 0;
  for (const auto& t : answer.tables) n += t.rows.size();
  return n;
}

}  // namespace

std::string command_line(const std::vector<std::string>& arguments) {
  std::string out = "sekisho audit";
  for (const std::string& argument : arguments) {
    const bool plain =
        !argument.empty() && std::all_of(argument.begin(), argument.end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view("-_./:@,=+%").find(c) != std::string_view::npos;
        });
    out += ' ';
    if (plain) {
      out += argument;
      continue;
    }
    out += '\'';
    for (const char c : argument) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    out += '\'';
  }
  return out;
}

Reading::~Reading() = default;

std::unique_ptr<Reading> Reading::open(const ReadingOptions& options, const std::string& command) {
  std::unique_ptr<Reading> made(new Reading);
  made->command_ = command;
  made->reason_ = options.reason;
  if (!made->set_look(options) || !made->find_log(options) || !made->bring_up_to_date())
    return nullptr;
  if (!made->open_store(options) || !made->set_period(options)) return nullptr;
  Reading* self = made.get();
  made->asking_.run = [self](const audit::Sql& sql) { return self->run(sql); };
  made->asking_.policy_text =
      [directory = made->directory_](const std::string& digest) -> std::optional<std::string> {
    const auto colon = digest.find(':');
    const std::string name = colon == digest.npos ? "" : digest.substr(colon + 1);
    if (name.empty() || name.find('/') != name.npos) return std::nullopt;
    std::string ignored;
    return config::read_text_file(directory + "/policies/" + name + ".yaml", ignored);
  };
  made->asking_.record_line = [directory = made->directory_](std::uint64_t seq) {
    return audit::record_line(directory, seq);
  };
  made->asking_.command = command;
  made->fill_footer();
  return made;
}

bool Reading::set_look(const ReadingOptions& options) {
  const int short_ones = options.json + options.csv + options.table + options.html;
  std::string word = options.json    ? "json"
                     : options.csv   ? "csv"
                     : options.html  ? "html"
                     : options.table ? "table"
                                     : options.format;
  const auto format = answer_format(word);
  if (!format) return could_not("--format: '" + word + "' is none of table, csv, json, html");
  if (short_ones > 1) return could_not("one of --json, --csv, --html, --table");
  if (options.lang != "ja" && options.lang != "en")
    return could_not("--lang: '" + options.lang + "' is neither ja nor en");
  look_.format = *format;
  look_.language = options.lang == "ja" ? audit::Language::kJapanese : audit::Language::kEnglish;
  look_.part = options.part;
  if (options.explain) look_.plans.emplace();
  asking_.language = look_.language;
  asking_.limit = options.limit.value_or(
      look_.format == AnswerFormat::kTable ? static_cast<std::uint64_t>(kTableRows) : 0);
  return true;
}

// Only the form of gateway.yaml is read: an auditor may not be able to read the keys it names.
bool Reading::find_log(const ReadingOptions& options) {
  if (options.config.empty() && options.directory.empty())
    return could_not("say which log: -c gateway.yaml or --directory DIR");
  directory_ = options.directory;
  if (options.config.empty()) return true;
  config::Problems problems;
  gateway_ = config::read_gateway_form(options.config, problems);
  tell_problems(problems);
  if (!problems.empty()) return false;
  if (!directory_.empty() && directory_ != gateway_->audit_directory.value)
    gateway_.reset();  // another log than that gateway's
  else
    directory_ = gateway_->audit_directory.value;
  return true;
}

std::function<bool()> patience_with_writer() {
  using Steady = std::chrono::steady_clock;
  return [end = Steady::now() + std::chrono::seconds(10)] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return Steady::now() < end;
  };
}

bool Reading::bring_up_to_date() {
  std::string error;
  const auto head = audit::read_head(directory_, error);
  if (!head) return could_not(error);
  if (!has_log(directory_, error)) return could_not(error);
  audit::IndexSettings settings;
  settings.log = directory_;
  settings.zone = zone_name_;
  settings.find_categories = [this] { return audit::read_categories(directory_); };
  settings.wait = patience_with_writer();
  const auto report = audit::Indexer(settings).catch_up();
  if (report.rebuilt && !report.why_rebuilt.empty() && report.error.empty())
    tell("sekisho audit", "the index was built anew: " + report.why_rebuilt);
  database_ = audit::Database::open(audit::index_path(directory_), audit::OpenAs::kReader, error);
  const std::string why = report.error.empty() ? error : report.error;
  if (!database_)
    return could_not(report.busy ? "there is no index to answer from: " + why +
                                       " for the first time; ask again in a while"
                                 : "there is no index to answer from: " + why +
                                       " (run sekisho audit reindex as the log's owner)");
  const std::uint64_t size =
      static_cast<std::uint64_t>(std::stoull("0" + database_->meta("next_seq")));
  asking_.footer.behind = head->size > size ? head->size - size : 0;
  if (!report.error.empty() && asking_.footer.behind)
    tell("sekisho audit", "the index could not be brought up to date: " + report.error);
  return true;
}

bool Reading::open_store(const ReadingOptions& options) {
  if (options.store.empty()) return true;
  std::string error;
  store_ = gateway::open_store(options.store, options.password_file, options.store_ca, error);
  if (!store_) return could_not("--store: " + error);
  asking_.adds_up_fast = true;
  const auto newest = [&](const std::string& months) {
    return (*store_)(
        {"SELECT log, max(seq), max(day) FROM record_row" + months + " GROUP BY log ORDER BY log",
         {}});
  };
  // Of each log its last month; a database that an earlier version made does not know it.
  auto last = newest(" WHERE month IN (SELECT max(month) FROM arrival GROUP BY log)");
  if (!last.error.empty()) last = newest("");
  if (!last.error.empty()) return could_not("--store: " + last.error);
  for (const auto& row : last.rows)
    held_.push_back({audit::text_in(row[0]),
                     static_cast<std::uint64_t>(audit::number_in(row[1]) % audit::kLogStep) + 1,
                     audit::text_in(row[2]),
                     {}});
  return true;
}

// What a store lacks of this log is told in the footer, as of an index that is behind. `names`:
// what the log may be called there.
void Reading::measure_store(const std::vector<std::string>& names) {
  std::string error;
  const auto head = audit::read_head(directory_, error);
  if (!head) return;
  auto own = std::find_if(held_.begin(), held_.end(), [&](const audit::HeldLog& held) {
    return std::find(names.begin(), names.end(), held.log) != names.end();
  });
  if (own == held_.end() && held_.size() == 1) own = held_.begin();
  const std::uint64_t size = own == held_.end() ? 0 : own->size;
  asking_.footer.behind = head->size > size ? head->size - size : 0;
  if (own != held_.end()) own->behind = asking_.footer.behind;
  if (held_.size() > 1) asking_.footer.held = held_;
}

bool Reading::set_period(const ReadingOptions& options) {
  const auto zone = policy::TimeZone::find(zone_name_);
  if (!zone) return could_not("the time zone '" + zone_name_ + "' is not known here");
  asking_.zone = look_.zone = *zone;
  asking_.now_us = look_.made_us = now_microseconds();
  look_.made_by = os_user();
  const config::Date today = zone->day_of(now_seconds());
  audit::DayRange days;
  if (options.whole) {
    days = {config::Date{1970, 1, 1}, today};
  } else if (!options.quarter.empty()) {
    const auto quarter = audit::parse_quarter(options.quarter, today);
    if (!quarter)
      return could_not("--quarter: '" + options.quarter +
                       "' is none; 2026Q2 (July to September 2026), 2026, this, last");
    if (!options.from.empty() || !options.to.empty())
      return could_not("either --quarter or --from and --to");
    days = *quarter;
  } else if (options.from.empty() && options.to.empty()) {
    days = *audit::parse_quarter("this", today);
  } else {
    const auto first =
        options.from.empty() ? config::Date{1970, 1, 1} : day_of(options.from, *zone, zone_name_);
    const auto last = options.to.empty() ? today : day_of(options.to, *zone, zone_name_);
    if (!first) return could_not("--from: '" + options.from + "' is no date, time or span (-30d)");
    if (!last) return could_not("--to: '" + options.to + "' is no date, time or span (-1d)");
    if (*last < *first) return could_not("--to lies before --from");
    days = {*first, *last};
  }
  asking_.zone_name = zone_name_;
  asking_.period = audit::period_of(days, *zone, zone_name_);
  if (options.whole)
    asking_.period.name = {"ログの全体 (" + zone_name_ + ")", "the whole log (" + zone_name_ + ")"};
  audit::set_days(asking_);
  return true;
}

// The newest checkpoint that a key of the log has signed.
void Reading::fill_footer() {
  audit::KeyChain keys({});
  for (const auto& row :
       database_->ask({"SELECT seq, record FROM control WHERE what='key' ORDER BY seq", {}}).rows)
    add_key(keys, row);
  keys.settle();
  const auto gateways =
      database_->ask({"SELECT gw FROM control WHERE kind='segment' ORDER BY seq DESC LIMIT 1", {}});
  const std::string name = gateways.rows.empty() ? "" : audit::text_in(gateways.rows[0][0]);
  asking_.footer.log = keys.origin().empty() ? name : keys.origin();
  if (store_) measure_store({keys.origin(), name});
  const auto own = audit::read_checkpoints(directory_);
  const std::uint64_t size =
      static_cast<std::uint64_t>(std::stoull("0" + database_->meta("next_seq")));
  for (auto s = own.statements.rbegin(); s != own.statements.rend(); ++s) {
    if (!s->note || !keys.problem_of(*s->note, s->size).empty()) continue;
    asking_.footer.checkpoint = audit::Checkpointed{s->size, s->root};
    break;
  }
  const std::uint64_t covered = asking_.footer.checkpoint ? asking_.footer.checkpoint->size : 0;
  const std::uint64_t all = size + asking_.footer.behind;
  asking_.footer.uncovered = all > covered ? all - covered : 0;
}

audit::SqlRows Reading::run(const audit::Sql& sql) {
  if (look_.plans) statements_.push_back(sql);
  if (!store_) return database_->ask(sql, kLimitMs);
  audit::SqlRows out = (*store_)(sql);
  scanned_ = scanned_ || out.scanned;
  return out;
}

audit::LocalText Reading::record(std::uint64_t rows) const {
  audit::Access access;
  access.by = os_user();
  access.command = command_;
  access.result = std::to_string(rows) + " rows";
  return record_access(gateway(), access);
}

int Reading::answer(audit::Asked asked) {
  if (!asked.error.empty()) {
    could_not(asked.error +
              (database_->damaged() ? " (the index is damaged: sekisho audit reindex)" : ""));
    return 2;
  }
  if (look_.plans && !store_)
    for (std::size_t i = 0; i < asked.answer.sql.size() && i < statements_.size(); ++i)
      look_.plans->push_back(database_->plan(statements_[i]));
  if (scanned_) asked.answer.footer.scanned = true;
  look_.recorded = record(rows_of(asked.answer));
  std::string error;
  if (write_answer(asked.answer, look_, error)) return 0;
  could_not(error);
  return 2;
}

}  // namespace sekisho::gateway
