#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "config/text_file.h"
#include "filters/detector_set.h"
#include "filters/json_scanner.h"
#include "filters/scanner.h"
#include "gateway/commands/commands.h"
#include "gateway/configuration.h"

namespace sekisho::gateway {
namespace {

constexpr double kMedium = 0.60;
constexpr std::size_t kLargestFile = 1u << 30;

struct ScanOptions {
  std::vector<std::string> paths;
  std::string config;
  bool jsonl = false, json = false, fail = false, low = false;
};

// Detectors, kept alive by the policy they came from.
struct Detectors {
  std::shared_ptr<const policy::Snapshot> snapshot;
  std::shared_ptr<const filters::DetectorSet> shipped;
  const filters::DetectorSet& set() const { return snapshot ? snapshot->detectors() : *shipped; }
};

bool load_detectors(const ScanOptions& options, Detectors& out) {
  if (options.config.empty()) {
    std::vector<filters::DetectorProblem> problems;
    out.shipped = filters::DetectorSet::compile({}, problems);
    for (const auto& p : problems) std::fprintf(stderr, "sekisho scan: %s\n", p.message.c_str());
    return out.shipped != nullptr;
  }
  const std::string why = config::unreadable(options.config);
  if (!why.empty()) {
    std::fprintf(stderr, "sekisho scan: %s: %s\n", options.config.c_str(), why.c_str());
    return false;
  }
  config::Problems problems;
  out.snapshot =
      load_snapshot(options.config, static_cast<std::int64_t>(std::time(nullptr)), problems);
  for (const auto& p : problems) std::fprintf(stderr, "%s\n", config::to_string(p).c_str());
  return out.snapshot != nullptr;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

// Two ASCII characters of a long value, so that the reader finds it again; the rest is hidden.
std::string masked(std::string_view value) {
  const std::size_t length = characters(value);
  const bool show = length >= 12 && static_cast<unsigned char>(value[0]) < 0x80 &&
                    static_cast<unsigned char>(value[1]) < 0x80 && value[0] >= ' ';
  const std::size_t shown = show ? 2 : 0;
  return std::string(value.substr(0, shown)) +
         std::string(std::min<std::size_t>(length - shown, 24), '*');
}

std::string_view level(double confidence) {
  return confidence >= 0.85 ? "high" : confidence >= kMedium ? "medium" : "low";
}

// Line and column (in characters), both from 1, of ascending offsets.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}
  void move_to(std::size_t offset) {
    for (; at_ < offset; ++at_)
      if (text_[at_] == '\n') {
        ++line;
        line_begin_ = at_ + 1;
      }
    column = characters(text_.substr(line_begin_, offset - line_begin_)) + 1;
  }
  std::size_t line = 1, column = 1;

 private:
  std::string_view text_;
  std::size_t at_ = 0, line_begin_ = 0;
};

// What a scan of files saw.
class FileScan {
 public:
  FileScan(const filters::DetectorSet& set, const ScanOptions& options)
      : scanner_(set), options_(options), writer_(json_) {
    if (options.json) writer_.begin_object().key("v").value(1).key("findings").begin_array();
  }

  void scan_path(const std::string& path);
  int finish();

 private:
  void scan_directory(const std::string& path);
  void scan_file(const std::string& path);
  void report(const std::string& path, std::string_view text, const filters::Finding& finding,
              const Places& place);

  filters::Scanner scanner_;
  const ScanOptions& options_;
  std::string json_;
  filters::JsonWriter writer_;
  std::size_t found_ = 0, files_ = 0;
  bool failed_ = false;
};

void FileScan::scan_path(const std::string& path) {
  std::error_code fault;
  if (std::filesystem::is_directory(path, fault))
    scan_directory(path);
  else
    scan_file(path);
}

void FileScan::scan_directory(const std::string& path) {
  std::vector<std::string> files;
  std::error_code fault;
  std::filesystem::recursive_directory_iterator it(
      path, std::filesystem::directory_options::skip_permission_denied, fault);
  for (; !fault && it != std::filesystem::recursive_directory_iterator(); it.increment(fault)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) && !it->is_symlink(ignored))
      files.push_back(it->path().string());
  }
  if (fault) {
    std::fprintf(stderr, "sekisho scan: %s: %s\n", path.c_str(), fault.message().c_str());
    failed_ = true;
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) scan_file(file);
}

void FileScan::scan_file(const std::string& path) {
  std::string why;
  const auto text = config::read_text_file(path, why, kLargestFile);
  if (!text) {
    std::fprintf(stderr, "sekisho scan: %s: %s\n", path.c_str(), why.c_str());
    failed_ = true;
    return;
  }
  if (text->substr(0, 8192).find('\0') != std::string::npos) {
    std::fprintf(stderr, "%s: not text, skipped\n", path.c_str());
    return;
  }
  ++files_;
  filters::Findings findings;
  if (scanner_.scan(*text, findings) == filters::ScanStatus::kCouldNotDecide) {
    std::fprintf(stderr, "%s: a detector could not decide\n", path.c_str());
    failed_ = true;
  }
  std::sort(findings.begin(), findings.end(),
            [](const auto& a, const auto& b) { return a.range.begin < b.range.begin; });
  Places place(*text);
  for (const auto& finding : findings) {
    if (finding.confidence < kMedium && !options_.low) continue;
    place.move_to(finding.range.begin);
    report(path, *text, finding, place);
  }
}

void FileScan::report(const std::string& path, std::string_view text,
                      const filters::Finding& finding, const Places& place) {
  found_ += finding.confidence >= kMedium ? 1 : 0;
  const std::string value = masked(text.substr(finding.range.begin, finding.range.size()));
  if (!options_.json) {
    std::printf("%s:%zu:%zu: %.*s %.2f (%.*s, %.*s) %s\n", path.c_str(), place.line, place.column,
                static_cast<int>(finding.type.size()), finding.type.data(), finding.confidence,
                static_cast<int>(finding.category.size()), finding.category.data(),
                static_cast<int>(level(finding.confidence).size()),
                level(finding.confidence).data(), value.c_str());
    return;
  }
  writer_.begin_object().key("file").value(path);
  writer_.key("line").value(place.line).key("column").value(place.column);
  writer_.key("type").value(finding.type).key("category").value(finding.category);
  writer_.key("confidence").value(finding.confidence).key("value").value(value);
  writer_.key("start").value(finding.range.begin).key("end").value(finding.range.end).end_object();
}

int FileScan::finish() {
  if (options_.json) {
    writer_.end_array().key("files").value(files_).end_object();
    std::printf("%s\n", json_.c_str());
  } else {
    std::fprintf(stderr, "%zu finding%s in %zu file%s\n", found_, found_ == 1 ? "" : "s", files_,
                 files_ == 1 ? "" : "s");
  }
  if (failed_) return 2;
  return options_.fail && found_ > 0 ? 1 : 0;
}

// One answer line a text.
class LineScan {
 public:
  explicit LineScan(const filters::DetectorSet& set) : scanner_(set) {}

  void scan(std::istream& in) {
    for (std::string line; std::getline(in, line);) {
      ++number_;
      if (line.find_first_not_of(" \t\r") != std::string::npos) scan_line(line);
    }
  }
  bool failed() const { return failed_; }
  bool found() const { return found_; }

 private:
  void scan_line(const std::string& line);

  filters::Scanner scanner_;
  std::size_t number_ = 0;
  bool failed_ = false, found_ = false;
};

void LineScan::scan_line(const std::string& line) {
  const auto record = nlohmann::json::parse(line, nullptr, false);
  if (!record.is_object() || !record.contains("text") || !record["text"].is_string()) {
    std::fprintf(stderr, "sekisho scan: line %zu: expected {\"id\": …, \"text\": \"…\"}\n",
                 number_);
    failed_ = true;
    return;
  }
  const auto& text = record["text"].get_ref<const std::string&>();
  filters::Findings findings;
  if (scanner_.scan(text, findings) == filters::ScanStatus::kCouldNotDecide) {
    std::fprintf(stderr, "sekisho scan: line %zu: a detector could not decide\n", number_);
    failed_ = true;
  }
  std::sort(findings.begin(), findings.end(),
            [](const auto& a, const auto& b) { return a.range.begin < b.range.begin; });
  std::string out;
  filters::JsonWriter w(out);
  const std::string id = record.contains("id") ? record["id"].dump() : std::string("null");
  w.begin_object().key("id").raw(id).key("findings").begin_array();
  for (const auto& f : findings) {
    found_ |= f.confidence >= kMedium;
    w.begin_object().key("type").value(f.type).key("start").value(f.range.begin);
    w.key("end").value(f.range.end).key("confidence").value(f.confidence).end_object();
  }
  w.end_array().end_object();
  std::printf("%s\n", out.c_str());
}

int scan_lines(const filters::DetectorSet& set, const ScanOptions& options) {
  LineScan lines(set);
  for (const auto& path : options.paths) {
    std::ifstream file(path);
    if (!file) {
      std::fprintf(stderr, "sekisho scan: %s: cannot be read\n", path.c_str());
      return 2;
    }
    lines.scan(file);
  }
  if (options.paths.empty()) lines.scan(std::cin);
  if (lines.failed()) return 2;
  return options.fail && lines.found() ? 1 : 0;
}

int scan(const ScanOptions& options) {
  if (options.paths.empty() && !options.jsonl) {
    std::fprintf(stderr, "sekisho scan: name a file or a folder, or use --jsonl\n");
    return 2;
  }
  Detectors detectors;
  if (!load_detectors(options, detectors)) return 2;
  if (options.jsonl) return scan_lines(detectors.set(), options);
  FileScan files(detectors.set(), options);
  for (const auto& path : options.paths) files.scan_path(path);
  return files.finish();
}

}  // namespace

void add_scan_command(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<ScanOptions>();
  CLI::App* command = app.add_subcommand(
      "scan", "検出器が何を見つけるかを試す / what the detectors find; no network");
  command->add_option("paths", o->paths, "files and folders");
  command->add_option("-c,--config", o->config, "gateway.yaml, for the policy's detectors");
  command->add_flag("--jsonl", o->jsonl,
                    "lines {\"id\", \"text\"} from the files or standard input");
  command->add_flag("--json", o->json, "one JSON object");
  command->add_flag("--low", o->low, "findings below medium confidence too");
  command->add_flag("--fail-on-findings", o->fail, "exit 1 when something was found");
  command->footer("Example:\n  sekisho scan src/ notes.txt\n  sekisho scan --jsonl < cases.jsonl");
  command->callback([o, &exit_code] { exit_code = scan(*o); });
}

}  // namespace sekisho::gateway
