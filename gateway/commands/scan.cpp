#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "config/text_file.h"
#include "filters/detector_set.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/scan_bench.h"
#include "gateway/commands/scan_files.h"
#include "gateway/commands/scan_lines.h"
#include "gateway/commands/scan_report.h"
#include "gateway/commands/telling.h"
#include "gateway/configuration.h"
#include "policy/detector_packs.h"

namespace sekisho::gateway {
namespace {

constexpr int kDone = 0, kFound = 1, kCouldNot = 2;

struct ScanOptions {
  std::vector<std::string> paths;
  std::string config;
  bool jsonl = false, json = false, sarif = false, bench = false, fail = false, low = false;
};

// Detectors, kept alive by the policy they came from.
struct Detectors {
  std::shared_ptr<const policy::Snapshot> snapshot;
  std::shared_ptr<const filters::DetectorSet> shipped;
  const filters::DetectorSet& set() const { return snapshot ? snapshot->detectors() : *shipped; }
};

bool load_detectors(const ScanOptions& options, Detectors& out) {
  if (options.config.empty()) {
    config::Problems problems;
    const auto files = config::load_shipped_packs(problems);
    if (problems.empty()) out.shipped = policy::compile_detectors({}, files, problems);
    tell_problems(problems);
    return out.shipped != nullptr;
  }
  const std::string why = config::unreadable(options.config);
  if (!why.empty()) {
    tell("sekisho scan", options.config + ": " + why);
    return false;
  }
  config::Problems problems;
  out.snapshot =
      load_snapshot(options.config, static_cast<std::int64_t>(std::time(nullptr)), problems);
  tell_problems(problems);
  return out.snapshot != nullptr;
}

int usage(const std::string& what) {
  tell("sekisho scan", what);
  return kCouldNot;
}

int scan_lines(const filters::DetectorSet& set, const ScanOptions& options) {
  LineScan lines(set);
  for (const auto& path : options.paths) {
    std::ifstream file(path);
    if (!file) return usage(path + ": cannot be read");
    lines.scan(file);
  }
  if (options.paths.empty()) lines.scan(std::cin);
  if (lines.failed()) return kCouldNot;
  return options.fail && lines.found() ? kFound : kDone;
}

int scan_files(const filters::DetectorSet& set, const ScanOptions& options) {
  ScanReport report(options.sarif  ? ScanFormat::kSarif
                    : options.json ? ScanFormat::kJson
                                   : ScanFormat::kText,
                    set);
  FileScan files(set, report, options.low, ::isatty(STDERR_FILENO) == 1);
  files.scan(options.paths);
  report.end(files.totals());
  if (files.failed()) return kCouldNot;
  return options.fail && files.totals().findings > 0 ? kFound : kDone;
}

int scan(const ScanOptions& options) {
  if (options.jsonl + options.json + options.sarif + options.bench > 1)
    return usage("one of --jsonl, --json, --sarif, --bench");
  if (options.paths.empty() && !options.jsonl)
    return usage("name a file or a folder (- is standard input), or use --jsonl");
  Detectors detectors;
  const std::size_t before = resident_bytes();
  const auto began = std::chrono::steady_clock::now();
  if (!load_detectors(options, detectors)) return kCouldNot;
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  if (options.bench) {
    const std::size_t after = resident_bytes();
    const PackCost cost{took.count(), after > before ? after - before : 0};
    return bench_files(detectors.set(), cost, options.paths) ? kDone : kCouldNot;
  }
  return options.jsonl ? scan_lines(detectors.set(), options)
                       : scan_files(detectors.set(), options);
}

}  // namespace

void add_scan_command(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<ScanOptions>();
  CLI::App* command = app.add_subcommand(
      "scan", "検出器が何を見つけるかを試す / what the detectors find; no network");
  command->add_option("paths", o->paths, "files and folders; - is standard input");
  command->add_option("-c,--config", o->config, "gateway.yaml, for the policy's detectors");
  command->add_flag("--jsonl", o->jsonl,
                    "lines {\"id\", \"text\"} from the files or standard input");
  command->add_flag("--json", o->json, "one JSON object");
  command->add_flag("--sarif", o->sarif, "SARIF 2.1.0, for code hosts and editors");
  command->add_flag("--bench", o->bench, "speed on these files, and what loading the packs costs");
  command->add_flag("--low,--show-low", o->low, "findings below medium confidence too");
  command->add_flag("--fail-on-findings", o->fail, "exit 1 when something was found");
  command->footer(
      "Example:\n  sekisho scan src/ notes.txt\n  sekisho scan --jsonl < cases.jsonl\n"
      "  git diff --cached | sekisho scan --fail-on-findings -\n"
      "  sekisho scan --sarif . > sekisho.sarif");
  command->callback([o, &exit_code] { exit_code = scan(*o); });
}

}  // namespace sekisho::gateway
