#include "audit/keeping/retention.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "audit/json_text.h"
#include "audit/keeping/compressed_source.h"
#include "audit/keeping/durable_file.h"
#include "audit/keeping/holds.h"
#include "audit/keeping/segment_scan.h"
#include "audit/proof/tombstone.h"
#include "audit/segment_reader.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kDay = 24ll * 3600 * 1'000'000;
// A clock that leapt further since the last run may be wrong, and what is removed is gone.
constexpr std::int64_t kLongestPause = 40 * kDay;

// One line of text, or of a small file, at a time; "" at the end.
std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> out;
  std::string error;
  ByteSource source = open_file(path, error);
  if (!source.read_at) return out;
  LinesForward lines(std::move(source));
  for (std::string_view line; lines.next(line) == LineKind::kLine;) out.emplace_back(line);
  return out;
}

// What is remembered of closed segments, by their first seq. Lost or damaged, it is read anew.
class Summaries {
 public:
  explicit Summaries(const std::string& directory) : path_(directory + "/keeping/segments.jsonl") {
    for (const std::string& line : lines_of(path_))
      if (auto summary = parse_summary(line)) all_[summary->first] = std::move(*summary);
  }
  const SegmentSummary* find(std::uint64_t first, std::uint64_t end) const {
    const auto found = all_.find(first);
    const bool fits = found != all_.end() && found->second.end == end && !found->second.removed_us;
    return fits ? &found->second : nullptr;
  }
  void put(SegmentSummary summary) {
    changed_ = true;
    all_[summary.first] = std::move(summary);
  }
  void removed(std::uint64_t first, std::int64_t now_us) {
    changed_ = true;
    all_[first].removed_us = now_us;
  }
  bool save(std::string& error) {
    if (!std::exchange(changed_, false)) return true;
    std::string text;
    for (const auto& [first, summary] : all_) text += summary_line(summary) + "\n";
    return write_durably(path_, text, error);
  }
  const std::map<std::uint64_t, SegmentSummary>& all() const { return all_; }

 private:
  std::string path_;
  std::map<std::uint64_t, SegmentSummary> all_;
  bool changed_ = false;
};

// First and last seq of every segment that is gone.
using Buried = std::map<std::uint64_t, std::uint64_t>;
Buried read_tombstones(const std::string& directory) {
  Buried out;
  ChainHash hash;
  for (const std::string& line : lines_of(directory + "/" + std::string(kPrunedFile)))
    if (const auto t = parse_tombstone(hash, line))
      out.emplace(t->tombstone.first, t->tombstone.last);
  return out;
}

// Where the segment ends: at the one behind it, be it there or gone.
std::uint64_t end_of(const std::vector<SegmentFile>& segments, std::size_t i,
                     const Buried& buried) {
  const std::uint64_t next = i + 1 < segments.size() ? segments[i + 1].first_seq : UINT64_MAX;
  const auto gone = buried.upper_bound(segments[i].first_seq);
  return gone == buried.end() ? next : std::min(next, gone->first);
}

class Remover {
 public:
  Remover(const std::string& directory, const RetentionWork& work, std::int64_t now_us,
          const std::atomic<bool>& stop)
      : directory_(directory), work_(work), now_us_(now_us), stop_(stop), known_(directory) {}

  RetentionResult run() {
    const LogDirectory log = list_log(directory_);
    out_.error = log.error;
    if (log.error.empty() && log.segments.size() > 1 && read_holds() && clock_is_sane())
      go_through(log.segments);
    std::string error;
    if (!known_.save(error) && out_.error.empty()) out_.error = error;
    return std::move(out_);
  }

 private:
  bool read_holds() {
    auto holds = Holds::read(directory_, out_.error);
    if (holds) holds_ = std::move(*holds);
    buried_ = read_tombstones(directory_);
    return out_.error.empty();
  }

  bool clock_is_sane() {
    const std::string path = directory_ + "/keeping/last_run";
    const auto lines = lines_of(path);
    const std::int64_t last = lines.empty() ? now_us_ : std::atoll(lines.front().c_str());
    if (now_us_ - last > kLongestPause && !work_.trust_clock) {
      out_.warnings.push_back(
          "nothing of the audit log is removed: the clock says " + utc_text(now_us_) +
          ", the last look was at " + utc_text(last) +
          "; if the clock is right, say so once: sekisho audit maintain --trust-clock");
      return false;
    }
    return write_durably(path, std::to_string(now_us_) + "\n", out_.error);
  }

  void go_through(const std::vector<SegmentFile>& segments) {
    std::int64_t newest = 0;
    for (const SegmentFile& s : segments) there_.insert(s.first_seq);
    for (std::size_t i = 0; i + 1 < segments.size() && !stop_ && out_.error.empty(); ++i) {
      const std::uint64_t end = end_of(segments, i, buried_);
      const SegmentSummary* known = known_.find(segments[i].first_seq, end);
      if (!known) known = look(segments[i], end, newest);
      if (!known) continue;
      const SegmentSummary summary = *known;
      newest = std::max(newest, summary.newest_us);
      if (due_us(summary, work_.retention) <= now_us_ && stands_alone(summary))
        remove(segments[i], end, newest);
    }
    if (out_.held)
      out_.warnings.push_back(std::to_string(out_.held) +
                              " segments of the audit log are past their time and kept by a legal "
                              "hold (sekisho audit hold list)");
  }

  const SegmentSummary* look(const SegmentFile& file, std::uint64_t end, std::int64_t newest) {
    SegmentScan scan = scan_segment(file, end, work_.category_of, holds_, newest, now_us_);
    if (!scan.fault.empty()) return out_.warnings.push_back(scan.fault + ". It stays."), nullptr;
    known_.put(std::move(scan.summary));
    return known_.find(file.first_seq, end);
  }

  // Outcomes go with their decisions, not before.
  bool stands_alone(const SegmentSummary& summary) const {
    return std::none_of(summary.earlier.begin(), summary.earlier.end(), [&](std::uint64_t ref) {
      const auto behind = there_.upper_bound(ref);
      if (behind == there_.begin()) return false;
      const auto holder = known_.all().find(*std::prev(behind));
      return holder == known_.all().end() || ref < holder->second.end;
    });
  }

  void remove(const SegmentFile& file, std::uint64_t end, std::int64_t newest) {
    const SegmentScan scan =
        scan_segment(file, end, work_.category_of, holds_, std::min(newest, now_us_), now_us_);
    if (!scan.fault.empty()) return out_.warnings.push_back(scan.fault + ". It stays.");
    if (!scan.held_by.empty()) return void(++out_.held);
    if (work_.keys.empty())
      return void(out_.error =
                      "segments are past their time, but there is no key of the log to "
                      "sign their tombstones with: they stay");
    if (!bury(file, scan) || !work_.record(file.name, file.first_seq, end - 1)) {
      if (out_.error.empty()) out_.error = "the removal of " + file.name + " cannot be recorded";
      return;
    }
    const std::string path = directory_ + "/" + file.name;
    if (!remove_durably(path, out_.error) ||
        !remove_durably(path + std::string(kCompressedEnding), out_.error))
      return;
    known_.removed(file.first_seq, now_us_);
    there_.erase(file.first_seq);
    ++out_.removed;
  }

  bool bury(const SegmentFile& file, const SegmentScan& scan) {
    const std::uint64_t last = scan.summary.end - 1;
    const auto before = buried_.find(file.first_seq);
    if (before != buried_.end() && before->second == last) return true;
    Tombstone tombstone{file.first_seq,         last,    file.name,         scan.link,
                        scan.leaves.subtrees(), now_us_, "audit.retention", {"audit.retention"}};
    return append_durably(directory_ + "/" + std::string(kPrunedFile),
                          tombstone_line(tombstone, work_.keys) + "\n", out_.error);
  }

  const std::string& directory_;
  const RetentionWork& work_;
  const std::int64_t now_us_;
  const std::atomic<bool>& stop_;
  RetentionResult out_;
  Summaries known_;
  Holds holds_;
  Buried buried_;
  std::set<std::uint64_t> there_;  // first seq of the segments
};

void add_up(const SegmentSummary& s, const std::optional<Retention>& retention, std::int64_t now_us,
            std::vector<RetentionRow>& rows) {
  const bool overdue = retention && !s.removed_us && due_us(s, *retention) + kDay < now_us;
  for (std::size_t i = 0; i < kClassCount; ++i) {
    const ClassCount& c = s.classes[i];
    if (!c.records) continue;
    (s.removed_us ? rows[i].removed : rows[i].kept) += c.records;
    if (overdue) rows[i].overdue += c.records;
    if (!s.removed_us)
      rows[i].oldest_us = std::min(rows[i].oldest_us.value_or(INT64_MAX), c.oldest_us);
  }
}

}  // namespace

RetentionResult apply_retention(const std::string& directory, const RetentionWork& work,
                                std::int64_t now_us, const std::atomic<bool>& stop) {
  return Remover(directory, work, now_us, stop).run();
}

RetentionRows retention_rows(const std::string& directory,
                             const std::optional<Retention>& retention,
                             const CategoryOf& category_of, std::int64_t now_us) {
  RetentionRows out;
  const LogDirectory log = list_log(directory);
  out.error = log.error;
  out.rows.resize(kClassCount);
  for (std::size_t i = 0; i < kClassCount; ++i) {
    out.rows[i].record_class = class_name(i);
    if (retention) out.rows[i].period_us = retention->keep_us[i];
  }
  const Summaries known(directory);
  const Buried buried = read_tombstones(directory);
  const Holds none;
  for (std::size_t i = 0; i < log.segments.size(); ++i) {
    const bool last = i + 1 == log.segments.size();
    const std::uint64_t end = end_of(log.segments, i, buried);
    const SegmentSummary* summary = known.find(log.segments[i].first_seq, end);
    const SegmentScan scan =
        summary ? SegmentScan{} : scan_segment(log.segments[i], end, category_of, none, 0, now_us);
    out.scanned = out.scanned || (!summary && !last);
    add_up(summary ? *summary : scan.summary, last ? std::nullopt : retention, now_us, out.rows);
  }
  for (const auto& [first, summary] : known.all()) {
    if (!summary.removed_us) continue;
    ++out.removed_segments;
    add_up(summary, retention, now_us, out.rows);
  }
  return out;
}

}  // namespace sekisho::audit
