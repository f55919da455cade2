#include "gateway/commands/scan_files.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "gateway/commands/telling.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kPiece = 256u << 10;
constexpr std::size_t kShownValue = 128;  // bytes of a value that masking looks at
constexpr std::size_t kNamedBinaries = 10;

// The last 60 characters of a path, for a line of a terminal.
std::string shortened(const std::string& path) {
  constexpr std::size_t kMost = 60;
  std::size_t count = characters(path), begin = 0;
  for (; count > kMost && begin < path.size(); ++begin)
    count = characters(std::string_view(path).substr(begin + 1));
  return path.substr(begin);
}

}  // namespace

void FileScan::grave(const std::string& path, const std::string& what) {
  clear_progress();
  report_.note(path, what, true);
  failed_ = true;
}

void FileScan::list(const std::string& path, std::vector<Entry>& out) {
  namespace fs = std::filesystem;
  std::error_code fault;
  if (path == "-" || !fs::is_directory(path, fault)) {
    out.push_back({path, true});
    return;
  }
  const std::size_t first = out.size();
  fs::recursive_directory_iterator it(path, fault);
  while (!fault && it != fs::recursive_directory_iterator()) {
    std::error_code ignored;
    const fs::directory_entry& entry = *it;
    if (!entry.is_symlink(ignored)) {
      if (entry.is_regular_file(ignored)) out.push_back({entry.path().string(), false});
      // A folder that may not be opened must not end the walk through the others.
      if (entry.is_directory(ignored)) {
        fs::directory_iterator probe(entry.path(), ignored);
        if (ignored) {
          grave(entry.path().string(), ignored.message());
          it.disable_recursion_pending();
        }
      }
    }
    it.increment(fault);
  }
  if (fault) grave(path, fault.message());
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
            [](const Entry& a, const Entry& b) { return a.path < b.path; });
}

void FileScan::scan(const std::vector<std::string>& paths) {
  std::vector<Entry> files;
  for (const auto& path : paths) list(path, files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (progress_ && files.size() > 1) show_progress(i, files.size(), files[i].path);
    scan_file(files[i]);
  }
  clear_progress();
  if (totals_.binaries > kNamedBinaries) {
    const std::size_t more = totals_.binaries - kNamedBinaries;
    tell("sekisho scan", std::to_string(more) + " more: not text, skipped");
  }
}

void FileScan::scan_file(const Entry& entry) {
  const ScannedText text(entry.path);
  switch (text.kind()) {
    case ScannedText::Kind::kUnreadable:
      return grave(entry.path, text.why());
    case ScannedText::Kind::kBinary:
      ++totals_.binaries;
      if (!entry.named && totals_.binaries > kNamedBinaries) return;
      clear_progress();
      return report_.note(entry.path, "not text, skipped", false);
    case ScannedText::Kind::kText:
      ++totals_.files;
      if (!text.charset().empty()) {
        clear_progress();
        report_.note(entry.path, "read as " + text.charset(), false);
      }
      return scan_text(entry.path, text);
  }
}

void FileScan::scan_text(const std::string& path, const ScannedText& text) {
  TextPlaces places(text);
  filters::Findings findings;
  scanner_.begin();
  for (std::size_t offset = 0;;) {
    std::string_view piece;
    if (!text.read(offset, kPiece, buffer_, piece)) return grave(path, std::strerror(errno));
    if (piece.empty()) break;
    offset += piece.size();
    scanner_.push(piece, findings);
    report(path, text, places, findings);
  }
  if (scanner_.finish(findings) == filters::ScanStatus::kCouldNotDecide)
    grave(path, "a detector could not decide: treat it as if something had been found");
  report(path, text, places, findings);
}

// Reports what is final and empties the list.
void FileScan::report(const std::string& path, const ScannedText& text, TextPlaces& places,
                      filters::Findings& findings) {
  std::stable_sort(findings.begin(), findings.end(),
                   [](const auto& a, const auto& b) { return a.range.begin < b.range.begin; });
  for (const auto& finding : findings) {
    if (finding.confidence < kMediumConfidence && !low_) continue;
    totals_.findings += finding.confidence >= kMediumConfidence ? 1 : 0;
    const TextPlaces::Place begin = places.at(finding.range.begin);
    const TextPlaces::Place end = places.at(finding.range.end);
    std::string_view value;
    const std::size_t size = std::min(finding.range.size(), kShownValue);
    if (!text.read(finding.range.begin, size, value_, value)) value = {};
    clear_progress();
    report_.add(path, finding, begin, end, value);
  }
  findings.clear();
}

void FileScan::show_progress(std::size_t done, std::size_t all, const std::string& path) {
  static std::chrono::steady_clock::time_point last;
  const auto now = std::chrono::steady_clock::now();
  if (now - last < std::chrono::milliseconds(100)) return;
  last = now;
  clear_progress();
  const std::string line =
      "[" + std::to_string(done) + "/" + std::to_string(all) + "] " + shortened(path);
  std::fprintf(stderr, "%s", line.c_str());
  std::fflush(stderr);
  shown_ = line.size();
}

void FileScan::clear_progress() {
  if (shown_ == 0) return;
  std::fflush(stdout);
  std::fprintf(stderr, "\r\033[K");
  std::fflush(stderr);
  shown_ = 0;
}

}  // namespace sekisho::gateway
