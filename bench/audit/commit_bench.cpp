// What a durable decision costs, beside what the disk gives to anyone.
//
//   commit_bench DIRECTORY [IN_FLIGHT [SECONDS]]
//
// Two kinds of round take turns in DIRECTORY: raw (IN_FLIGHT lines of a decision's length in one
// write, fdatasync, again) and journal (IN_FLIGHT decisions under way in two threads; each that is
// durable is followed by its outcome and by the next decision). The journal's latency is what a
// request waits for.

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "audit/journal.h"
#include "audit/record.h"
#include "audit/store.h"

namespace {

namespace audit = sekisho::audit;
namespace policy = sekisho::policy;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 5;
constexpr int kThreads = 2;

double microseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

double cpu_microseconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

struct Round {
  double records_per_second = 0;  // decisions and outcomes
  double p50_us = 0, p99_us = 0;  // of a sync, or of a decision until it is durable
  double cpu_us = 0;              // a decision and its outcome
  double per_commit = 0;          // records
};

void fill_percentiles(Round& round, std::vector<double>& times) {
  if (times.empty()) return;
  std::sort(times.begin(), times.end());
  round.p50_us = times[times.size() / 2];
  round.p99_us = times[times.size() * 99 / 100];
}

// A decision on an ordinary request of 1 KB, with what it points to.
struct Exchange {
  policy::Client client;
  policy::Destination to;
  policy::Admission admission;
  policy::Verdict verdict;
  audit::Decision decision;
  audit::Outcome outcome;
  Clock::time_point asked;

  explicit Exchange(int n) {
    client.user = "user" + std::to_string(n) + "@example.co.jp";
    client.by = "basic";
    client.groups = {"dev", "everyone"};
    client.address = *sekisho::config::IpAddress::parse("10.1.2.3");
    client.user_agent = "OpenAI/Python 1.99";
    to.host = "api.openai.com";
    admission.provider = "openai-api";
    admission.entry = admission.rule = "openai";
    for (const auto kind : {policy::EvidenceKind::kOperator, policy::EvidenceKind::kAddress})
      admission.evidence.push_back({kind,
                                    "US",
                                    "catalogue:openai-api",
                                    {},
                                    policy::EvidenceSetting::kIfKnown,
                                    policy::EvidenceResult::kOk});
    verdict.coverage = policy::Coverage::kInspected;
    verdict.rule = "openai";
    verdict.rules.push_back(
        {"openai", true, "allow", "enforce", "it matched", policy::Reason::kNone});
    decision.id = outcome.id = "sks_aaaaaaaaaaaaaa" + std::to_string(10 + n % 90);
    decision.time_us = outcome.time_us = 1'782'995'696'123'456;
    decision.gateway = outcome.gateway = "gw1";
    decision.client = &client;
    decision.destination = &to;
    decision.admission = &admission;
    decision.verdict = &verdict;
    decision.method = "POST";
    decision.path = "/v1/chat/completions";
    decision.model = "gpt-4o";
    decision.tls = "bump";
    decision.bytes_in = decision.bytes_decoded = 1024;
    decision.ms = {{"body", 0.1}, {"scan", 0.05}, {"lease", 0.2}};
    decision.policy_digest = "sha256:" + std::string(64, '0');
    outcome.status = 200;
    outcome.sent = outcome.received = 1024;
    outcome.ttfb_ms = 1;
    outcome.total_ms = 2;
  }
};

Round raw_round(const std::string& directory, int in_flight, double seconds) {
  const Exchange sample(0);
  std::string lines;
  for (int i = 0; i < in_flight; ++i)
    lines += std::string(120, 'x') + audit::record_tail(sample.decision, "key") + "\n";
  const std::string path = directory + "/raw";
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  Round round;
  std::vector<double> times;
  const auto begin = Clock::now();
  const double cpu = cpu_microseconds();
  while (file >= 0 && microseconds_since(begin) < seconds * 1e6) {
    const auto sync = Clock::now();
    if (::write(file, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size()) ||
        ::fdatasync(file) != 0)
      break;
    times.push_back(microseconds_since(sync));
  }
  const double count = static_cast<double>(times.size()) * in_flight;
  round.records_per_second = count / microseconds_since(begin) * 1e6;
  round.cpu_us = (cpu_microseconds() - cpu) / std::max(count, 1.0);
  round.per_commit = in_flight;
  fill_percentiles(round, times);
  ::close(file);
  ::unlink(path.c_str());
  return round;
}

// One thread with its share of what is under way.
class Worker {
 public:
  Worker(audit::Journal& journal, int in_flight, Clock::time_point until)
      : journal_(journal), until_(until) {
    for (int i = 0; i < in_flight; ++i) exchanges_.emplace_back(i);
    thread_ = std::thread([this] { run(); });
  }
  std::vector<double>& join() {
    thread_.join();
    return times_;
  }

 private:
  void run() {
    for (Exchange& e : exchanges_) submit(e);
    for (std::size_t under_way = exchanges_.size(); under_way;) {
      Exchange& e = *next();
      times_.push_back(microseconds_since(e.asked));
      journal_.record(e.outcome);
      if (Clock::now() < until_)
        submit(e);
      else
        --under_way;
    }
  }
  void submit(Exchange& e) {
    e.asked = Clock::now();
    const bool taken = journal_.record(e.decision, [this, &e](std::uint64_t seq) {
      if (!seq) std::abort();
      bool asleep = false;
      {
        const std::lock_guard lock(mutex_);
        asleep = done_.empty();
        done_.push_back(&e);
      }
      if (asleep) wake_.notify_one();
    });
    if (!taken) std::abort();
  }
  Exchange* next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !done_.empty(); });
    Exchange* const e = done_.front();
    done_.pop_front();
    return e;
  }

  audit::Journal& journal_;
  const Clock::time_point until_;
  std::deque<Exchange> exchanges_;
  std::vector<double> times_;  // us
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Exchange*> done_;
  std::thread thread_;
};

Round journal_round(const std::string& directory, int in_flight, double seconds) {
  const std::string log = directory + "/audit";
  std::string error;
  audit::JournalSettings settings;
  settings.gateway = "gw1";
  settings.finding_key = "key";
  auto store = audit::open_directory(log, error);
  auto journal = store ? audit::Journal::open(std::move(store), std::move(settings),
                                              1'782'995'690'000'000, error)
                       : nullptr;
  if (!journal) {
    std::fprintf(stderr, "%s\n", error.c_str());
    std::exit(1);
  }
  const std::uint64_t commits = journal->commits(), records = journal->records();
  const auto begin = Clock::now();
  const double cpu = cpu_microseconds();
  const auto until = begin + std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
  std::deque<Worker> workers;
  for (int i = 0; i < kThreads; ++i)
    workers.emplace_back(*journal, (in_flight + i) / kThreads, until);
  std::vector<double> times;
  for (Worker& w : workers) {
    const std::vector<double>& of = w.join();
    times.insert(times.end(), of.begin(), of.end());
  }
  Round round;
  round.records_per_second =
      static_cast<double>(journal->records() - records) / microseconds_since(begin) * 1e6;
  round.cpu_us = (cpu_microseconds() - cpu) / static_cast<double>(times.size());
  round.per_commit = static_cast<double>(journal->records() - records) /
                     static_cast<double>(std::max<std::uint64_t>(journal->commits() - commits, 1));
  fill_percentiles(round, times);
  journal.reset();
  std::filesystem::remove_all(log);
  return round;
}

Round median(std::vector<Round> rounds) {
  std::sort(rounds.begin(), rounds.end(), [](const Round& a, const Round& b) {
    return a.records_per_second < b.records_per_second;
  });
  return rounds[rounds.size() / 2];
}

void print(const char* name, const Round& r) {
  std::printf("| %-8s | %10.0f | %8.1f | %8.0f | %8.0f | %8.1f |\n", name, r.records_per_second,
              r.per_commit, r.p50_us, r.p99_us, r.cpu_us);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "commit_bench DIRECTORY [IN_FLIGHT [SECONDS]]\n");
    return 2;
  }
  const std::string directory = arguments[1];
  const int in_flight = count > 2 ? std::max(std::atoi(arguments[2]), kThreads) : 16;
  const double seconds = count > 3 ? std::atof(arguments[3]) : 2;
  std::filesystem::create_directories(directory);
  std::vector<Round> raw, journal;
  for (int i = 0; i < kRounds; ++i) {
    raw.push_back(raw_round(directory, in_flight, seconds));
    journal.push_back(journal_round(directory, in_flight, seconds));
  }
  const Round r = median(raw), j = median(journal);
  std::printf("%d in flight, median of %d rounds of %.1f s\n", in_flight, kRounds, seconds);
  std::printf("|          |  records/s | a commit |   p50 us |   p99 us |   CPU us |\n");
  print("raw", r);
  print("journal", j);
  std::printf("records per second: %.2f of raw; p50 of a durable decision: %.2f syncs\n",
              j.records_per_second / r.records_per_second, j.p50_us / r.p50_us);
}
