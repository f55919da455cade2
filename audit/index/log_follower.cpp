#include "audit/index/log_follower.h"

#include <algorithm>
#include <utility>

namespace sekisho::audit {
namespace {

ByteSource from_offset(ByteSource source, std::uint64_t offset) {
  const auto read = source.read_at;
  return {source.size > offset ? source.size - offset : 0,
          [read, offset](std::uint64_t at, char* into, std::size_t size) {
            return read(at + offset, into, size);
          }};
}

}  // namespace

std::optional<std::string> record_line(const std::string& directory, std::uint64_t seq) {
  const LogDirectory log = list_log(directory);
  const SegmentFile* holds = nullptr;
  for (const auto& file : log.segments)
    if (file.first_seq <= seq) holds = &file;
  std::string error;
  ByteSource source = holds ? open_source(holds->path, error) : ByteSource{};
  if (!source.read_at) return std::nullopt;
  LinesForward lines(std::move(source));
  std::string_view line;
  while (lines.next(line) == LineKind::kLine) {
    const auto head = parse_line_head(line);
    if (head && head->seq == seq) return std::string(line);
    if (head && head->seq > seq) break;
  }
  return std::nullopt;
}

LogFollower::LogFollower(std::string directory, LogPlace from)
    : directory_(std::move(directory)), place_(std::move(from)) {
  list();
}

bool LogFollower::list() {
  log_ = list_log(directory_);
  error_ = log_.error;
  below_.reset();
  for (const auto& file : log_.segments)
    if (place_.segment && file.first_seq > *place_.segment && !below_) below_ = file.first_seq;
  return error_.empty();
}

bool LogFollower::open(const SegmentFile& file, std::uint64_t offset) {
  ByteSource source = open_source(file.path, error_);
  if (!source.read_at) return false;
  lines_.emplace(from_offset(std::move(source), offset));
  place_.segment = file.first_seq;
  place_.offset = offset_ = offset;
  const auto later = [&](const SegmentFile& f) { return f.first_seq > file.first_seq; };
  const auto found = std::find_if(log_.segments.begin(), log_.segments.end(), later);
  below_.reset();
  if (found != log_.segments.end()) below_ = found->first_seq;
  return true;
}

bool LogFollower::fits() {
  if (place_.link.empty()) return true;
  for (const auto& file : log_.segments) {
    if (file.first_seq != place_.segment) continue;
    const std::uint64_t offset = place_.offset;
    std::string_view line;
    const bool same = open(file, place_.line_at) && lines_->next(line) == LineKind::kLine &&
                      text_of(hash_.after(line)) == place_.link;
    lines_.reset();
    place_.offset = offset;
    return same;
  }
  return false;
}

// The open segment where it was left, or the one behind it.
LogFollower::Opened LogFollower::open_next() {
  for (const auto& file : log_.segments) {
    if (file.first_seq == place_.segment && !lines_)
      return open(file, place_.offset) ? Opened::kYes : Opened::kFailed;
    if (place_.segment && file.first_seq <= *place_.segment) continue;
    if (!place_.link.empty() && file.first_seq < place_.next_seq) return Opened::kReplaced;
    return open(file, 0) ? Opened::kYes : Opened::kFailed;
  }
  return Opened::kNone;
}

std::string LogFollower::misfit() {
  return std::exchange(misfit_, {});
}

// False: the record is not for the caller.
bool LogFollower::take(std::string_view line) {
  const auto head = parse_line_head(line);
  if (head && (head->seq < place_.next_seq || (below_ && head->seq >= *below_))) return false;
  if (!head)
    misfit_ = "a line is no record";
  else if (head->seq != place_.next_seq && !place_.link.empty())
    misfit_ = "records " + std::to_string(place_.next_seq) + " to " +
              std::to_string(head->seq - 1) + " are not there";
  else if (!place_.link.empty() && head->prev != place_.link)
    misfit_ = "the chain does not fit at " + std::to_string(head->seq);
  if (head) place_.next_seq = head->seq + 1;
  place_.link = std::string(text_of(hash_.after(line)));
  return true;
}

LogFollower::Step LogFollower::next(std::string_view& line) {
  while (error_.empty()) {
    if (!lines_) {
      if (!list()) break;
      const Opened opened = open_next();
      if (opened == Opened::kNone) return Step::kCaughtUp;
      if (opened == Opened::kReplaced) return Step::kReplaced;
      if (opened == Opened::kFailed) break;
    }
    const LineKind kind = lines_->next(line);
    if (kind == LineKind::kLine) {
      looked_again_ = false;
      const std::uint64_t begin = std::exchange(offset_, offset_ + line.size() + 1);
      place_.offset = offset_;
      if (!take(line)) continue;
      place_.line_at = begin;
      return Step::kRecord;
    }
    if (kind == LineKind::kFailed) {
      error_ = "segment " + segment_name(*place_.segment) + " cannot be read";
      break;
    }
    const Step ended = at_end();
    if (ended != Step::kRecord) return ended;
  }
  return Step::kFailed;
}

// At the end of a segment. Lines may have been written, and a segment begun, since it was opened:
// so it is looked at once more before the next one. kRecord: go on reading.
LogFollower::Step LogFollower::at_end() {
  if (!std::exchange(looked_again_, true)) {
    lines_.reset();
    return Step::kRecord;
  }
  looked_again_ = false;
  if (!list()) return Step::kFailed;
  if (!below_) {
    lines_.reset();
    return Step::kCaughtUp;
  }
  switch (open_next()) {
    case Opened::kYes:
      return Step::kRecord;
    case Opened::kReplaced:
      return Step::kReplaced;
    default:
      return Step::kFailed;
  }
}

}  // namespace sekisho::audit
