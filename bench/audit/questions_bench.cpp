// What the index costs and how long each question takes.
//
//   questions_bench DIRECTORY [RECORDS [STORE]]
//
// The log is made when there is none; 10,000,000 records take about 6.5 GB, and the index as much
// again. STORE: clickhouse://user@127.0.0.1:8123/database?plain=1, which is filled with the log if
// it is empty, and asked the same. SEKISHO_BENCH_PERIODS: fiscal quarters and years to ask about;
// SEKISHO_BENCH_SERVER: the server's process, whose CPU time is counted then.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "audit/index/indexer.h"
#include "audit/index/log_follower.h"
#include "audit/questions/period.h"
#include "audit/questions/questions.h"
#include "audit/record.h"
#include "bench/audit/clickhouse_copy.h"
#include "bench/audit/synthetic_log.h"

namespace {

using namespace sekisho::audit;  // the whole program is about it
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double mebibytes_in(const std::string& folder, const std::string& ending) {
  double bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    if (file.is_regular_file() && file.path().string().ends_with(ending))
      bytes += static_cast<double>(file.file_size());
  return bytes / (1 << 20);
}

struct Case {
  const char* command;
  std::function<Asked(const QuestionScope&)> ask;
};

// Of this process and of the server, if SEKISHO_BENCH_SERVER names its process: on a machine that
// others use, the wall's clock tells about them.
double cpu_seconds() {
  double out = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  if (const char* server = std::getenv("SEKISHO_BENCH_SERVER")) {
    clockid_t clock{};
    timespec t{};
    if (::clock_getcpuclockid(std::atoi(server), &clock) == 0 && ::clock_gettime(clock, &t) == 0)
      out += static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
  }
  return out;
}

struct Timed {
  double first = 0, best = 1e9, cpu = 1e9;
  std::size_t rows = 0;
};

Timed timed(const QuestionScope& scope, const Case& c) {
  Timed out;
  auto& [first, best, cpu, rows] = out;
  for (int i = 0; i < 3; ++i) {
    const double cpu_begin = cpu_seconds();
    const auto begin = Clock::now();
    const Asked asked = c.ask(scope);
    const double took = seconds_since(begin);
    if (i == 0) first = took;
    best = std::min(best, took);
    cpu = std::min(cpu, cpu_seconds() - cpu_begin);
    if (!asked.error.empty()) std::printf("%s: %s\n", c.command, asked.error.c_str());
    rows = 0;
    for (const auto& t : asked.answer.tables) rows += t.rows.size();
    if (took > 5) break;
  }
  return out;
}

void run(const std::string& period, const std::vector<QuestionScope>& stores, const Case& c) {
  std::printf("| `%s` | %s |", c.command, period.c_str());
  std::size_t rows = 0;
  for (const auto& scope : stores) {
    const Timed t = timed(scope, c);
    rows = t.rows;
    std::printf(" %.0f | %.0f | %.0f |", t.first * 1e3, t.best * 1e3, t.cpu * 1e3);
    std::fflush(stdout);
  }
  std::printf(" %zu |\n", rows);
  std::fflush(stdout);
}

std::vector<std::string> periods() {
  std::vector<std::string> out;
  const char* given = std::getenv("SEKISHO_BENCH_PERIODS");
  std::istringstream words(given ? given : "2026Q2 2026");
  for (std::string word; words >> word;) out.push_back(word);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "questions_bench DIRECTORY [RECORDS]\n"), 2;
  sekisho::bench::SyntheticLog log;
  log.directory = argv[1];
  if (argc > 2) log.records = std::strtoull(argv[2], nullptr, 10);
  std::string error;
  if (!std::filesystem::exists(log.directory)) {
    const auto begin = Clock::now();
    const auto written = sekisho::bench::write_synthetic_log(log, error);
    if (!written) return std::fprintf(stderr, "%s\n", error.c_str()), 2;
    std::printf("log: %llu records, %.0f MiB, made in %.0f s\n",
                static_cast<unsigned long long>(written), mebibytes_in(log.directory, ".jsonl"),
                seconds_since(begin));
  }
  IndexSettings settings;
  settings.log = log.directory;
  settings.categories = {{"email", "pii"},
                         {"jp_phone", "pii"},
                         {"person_name_ja", "pii"},
                         {"jp_postal_address", "pii"},
                         {"credit_card", "financial"},
                         {"jp_my_number", "pii"},
                         {"aws_access_key_id", "secret"}};
  const bool there = std::filesystem::exists(index_path(log.directory));
  const auto begin = Clock::now();
  Indexer indexer(settings);
  const auto report = there ? indexer.catch_up() : indexer.rebuild();
  if (!report.error.empty()) return std::fprintf(stderr, "%s\n", report.error.c_str()), 2;
  std::printf("index: %llu records in %.0f s, %.0f MiB\n\n",
              static_cast<unsigned long long>(report.added), seconds_since(begin),
              mebibytes_in(log.directory + "/index", ".sqlite"));
  std::fflush(stdout);

  const auto database = Database::open(index_path(log.directory), OpenAs::kReader, error);
  if (!database) return std::fprintf(stderr, "%s\n", error.c_str()), 2;
  const std::string hash = finding_hash(log.finding_key, "email", "value77");
  const auto last = database->ask({"SELECT id FROM exchange ORDER BY seq DESC LIMIT 1", {}});
  const std::string id = last.rows.empty() ? "" : text_in(last.rows[0][0]);
  const Case cases[] = {
      {"transfers", ask_transfers},
      {"transfers --raw", ask_raw_transfers},
      {"regions", ask_regions},
      {"regions --conflicts", ask_region_conflicts},
      {"refused", [](const QuestionScope& s) { return ask_refused(s, {}); }},
      {"exceptions", [](const QuestionScope& s) { return ask_exceptions(s, {}); }},
      {"gaps", ask_gaps},
      {"coverage", ask_coverage},
      {"trend --by type,verdict",
       [](const QuestionScope& s) {
         return ask_trend(s, {{"type", "verdict"}, "week"});
       }},
      {"rules", ask_rules},
      {"dests", [](const QuestionScope& s) { return ask_destinations(s, false); }},
      {"subject --user",
       [](const QuestionScope& s) { return ask_subject(s, "user77@example.co.jp"); }},
      {"value --type email", [&](const QuestionScope& s) { return ask_value(s, "email", {hash}); }},
      {"policy log", ask_policy_log},
      {"policy coverage",
       [](const QuestionScope& s) { return ask_policy_coverage(s, "no-personal-data"); }},
      {"access", ask_access},
      {"dests --new", [](const QuestionScope& s) { return ask_destinations(s, true); }},
      {"policy at", [](const QuestionScope& s) { return ask_policy_at(s, s.now_us); }},
      {"evidence list", ask_evidence},
      {"show", [&](const QuestionScope& s) { return ask_show(s, id); }},
      {"crossborder", ask_crossborder}};
  std::vector<RunSql> stores{[&](const Sql& sql) { return database->ask(sql); }};
  std::unique_ptr<sekisho::gateway::ClickHouse> house;
  if (argc > 3) {
    const auto address = sekisho::gateway::parse_store_address(argv[3], error);
    if (!address) return std::fprintf(stderr, "%s\n", error.c_str()), 2;
    house = std::make_unique<sekisho::gateway::ClickHouse>(*address);
    const auto copying = Clock::now();
    const auto rows = sekisho::bench::copy_log(*house, log.directory, settings.categories, error);
    if (!error.empty()) return std::fprintf(stderr, "%s\n", error.c_str()), 2;
    std::printf("ClickHouse: %llu exchanges, copied in %.0f s\n\n",
                static_cast<unsigned long long>(rows), seconds_since(copying));
    stores.emplace_back([&](const Sql& sql) { return house->ask(sql); });
  }
  std::printf(
      "| question | period | first ms | best ms | CPU ms |%s rows |\n|---|---|---|---|---|---|%s\n",
      house ? " ClickHouse first ms | best ms | CPU ms |" : "", house ? "---|---|---|" : "");
  for (const auto& name : periods()) {
    std::vector<QuestionScope> scopes;
    for (const auto& store : stores) {
      QuestionScope scope;
      scope.run = store;
      scope.adds_up_fast = !scopes.empty();  // the second is a ClickHouse
      scope.period = period_of(*parse_quarter(name, {}), scope.zone, "Asia/Tokyo");
      set_days(scope);
      scope.now_us = log.to_us;
      scope.record_line = [&](std::uint64_t seq) { return record_line(log.directory, seq); };
      scopes.push_back(std::move(scope));
    }
    for (const Case& c : cases) run(name, scopes, c);
    run(name, scopes, {"(a raw scan: sum of bytes by model)", [](const QuestionScope& s) {
                         Asker asker(s, "scan", {});
                         Table& t = asker.add_table("scan", {}, {text_column("user", "", "")});
                         for (const auto& row : asker.ask_days(
                                  "SELECT model, sum(bytes_in) AS n FROM exchange WHERE day>=? AND "
                                  "day<? GROUP BY model ORDER BY n DESC LIMIT 100"))
                           t.rows.push_back({row[0]});
                         asker.scanned();
                         return asker.finish();
                       }});
  }
  return 0;
}
