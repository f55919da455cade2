#include "gateway/commands/scan_bench.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "filters/scanner.h"
#include "gateway/commands/scanned_text.h"
#include "gateway/commands/telling.h"

namespace sekisho::gateway {
namespace {

constexpr double kSeconds = 0.5;  // processor time spent on a file
constexpr int kFewestRounds = 3;
constexpr std::size_t kMostBytes = 256u << 20;

// Of this thread: what another one does beside it does not count.
double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Speed {
  double best = 0, sum = 0;  // seconds a round
  int rounds = 0;
  std::size_t findings = 0;
  bool undecided = false;
};

Speed measure(const filters::DetectorSet& set, std::string_view text) {
  Speed speed;
  filters::Scanner scanner(set);
  while (speed.sum < kSeconds || speed.rounds < kFewestRounds) {
    filters::Findings findings;
    const double began = processor_seconds();
    speed.undecided |= scanner.scan(text, findings) == filters::ScanStatus::kCouldNotDecide;
    const double took = std::max(processor_seconds() - began, 1e-9);
    speed.best = speed.rounds == 0 ? took : std::min(speed.best, took);
    speed.sum += took;
    speed.findings = findings.size();
    ++speed.rounds;
  }
  return speed;
}

double mib(std::size_t bytes) {
  return static_cast<double>(bytes) / static_cast<double>(1u << 20);
}

// At most kMostBytes of the file; false when there is no text to measure.
bool read_beginning(const ScannedText& file, std::string& text) {
  if (file.kind() != ScannedText::Kind::kText) return false;
  std::string buffer;
  std::string_view piece;
  do {
    if (!file.read(text.size(), 1u << 20, buffer, piece)) return false;
    text += piece;
  } while (!piece.empty() && text.size() < kMostBytes);
  return !text.empty();
}

void print_row(const std::string& path, std::size_t size, const Speed& s) {
  const double bytes = static_cast<double>(size);
  std::printf("%12.1f %9.1f %9.0f %9zu %6d  %s%s\n", bytes / 1024, bytes / s.best / 1e6,
              s.best * 1e9 / (bytes / 1024), s.findings, s.rounds, path.c_str(),
              s.undecided ? "  (could not decide)" : "");
}

}  // namespace

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

bool bench_files(const filters::DetectorSet& set, const PackCost& cost,
                 const std::vector<std::string>& paths) {
  bool all = true;
  const std::size_t before = resident_bytes();
  std::size_t largest = 0;
  const filters::Footprint weight = set.footprint();
  std::printf("packs: %zu types, %zu rows, %zu gates; read and compiled in %.0f ms, %.1f MiB\n",
              set.types().size(), weight.rows, weight.gates, cost.milliseconds, mib(cost.resident));
  std::printf("patterns: %zu instructions, at most %.0f MiB of states; %zu sought at every byte\n",
              weight.instructions, mib(weight.memory_budget), weight.unannounced);
  std::printf("%12s %9s %9s %9s %6s  %s\n", "KiB", "MB/s", "ns/KiB", "findings", "rounds", "file");
  for (const auto& path : paths) {
    const ScannedText file(path);
    std::string text;
    if (!read_beginning(file, text)) {
      tell("sekisho scan", path + ": " + (file.why().empty() ? "no text to measure" : file.why()));
      all = false;
      continue;
    }
    largest = std::max(largest, text.capacity());
    print_row(path, text.size(), measure(set, text));
  }
  const std::size_t after = resident_bytes(), held = before + largest;
  std::printf("automata and findings grew by %.1f MiB while reading\n",
              mib(after > held ? after - held : 0));
  return all;
}

}  // namespace sekisho::gateway
