#include "audit/keeping/segment_scan.h"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "audit/json_text.h"

namespace sekisho::audit {
namespace {

class Scan {
 public:
  Scan(const SegmentFile& file, std::uint64_t end, const CategoryOf& category_of,
       const Holds& holds, std::int64_t not_before_us, std::int64_t now_us)
      : file_(file),
        end_(end),
        category_of_(category_of),
        holds_(holds),
        not_before_us_(not_before_us),
        now_us_(std::max(now_us, not_before_us)) {
    out_.summary.first = next_ = file.first_seq;
    out_.summary.end = end;
    out_.leaves = LeafRange(file.first_seq);
  }

  SegmentScan run() {
    std::string error;
    ByteSource source = open_source(file_.path, error);
    if (!source.read_at) return out_.fault = std::move(error), std::move(out_);
    LinesForward lines(std::move(source));
    std::string_view line;
    LineKind kind;
    // Behind `end` there may be records that were never confirmed: the next segment has them anew.
    while (next_ < end_ && out_.fault.empty() && (kind = lines.next(line)) != LineKind::kEnd)
      kind == LineKind::kLine ? take(line) : fault("a line of it cannot be read");
    if (next_ != end_) fault("records are missing at its end");
    if (const Hold* hold = holds_.holding_time(said_oldest_, said_newest_))
      out_.held_by = hold->name;
    return std::move(out_);
  }

 private:
  void fault(const char* what) {
    if (out_.fault.empty()) out_.fault = file_.path + ": " + what + "; run sekisho audit verify";
  }

  void take(std::string_view line) {
    if (!reader_.read(line) || reader_.seq() != next_) return fault("it is not whole");
    const auto head = parse_line_head(line);
    if (next_ != file_.first_seq && head->prev != text_of(out_.link))
      return fault("its chain is broken");
    const Hash leaf = hash_.leaf(line);
    out_.link = link_of(leaf);
    out_.leaves.add(hash_, leaf);
    ++next_;
    count(reader_.kind());
  }

  void count(std::string_view kind) {
    if (kind == "decision") {
      const DecisionRow decision = reader_.decision();
      if (const Hold* hold = holds_.holding(decision)) out_.held_by = hold->name;
      add(decision.time_us, classes_of(decision, category_of_));
      return;
    }
    if (kind == "outcome" && reader_.number("/ref") < file_.first_seq)
      out_.summary.earlier.push_back(reader_.number("/ref"));
    if (const Hold* hold = holds_.holding_id(reader_.text("/id"))) out_.held_by = hold->name;
    add(parse_utc(reader_.text("/t")).value_or(0), classes_of_kind(kind));
  }

  void add(std::int64_t time_us, ClassBits bits) {
    said_oldest_ = std::min(said_oldest_, time_us);
    said_newest_ = std::max(said_newest_, time_us);
    const std::int64_t t = std::clamp(time_us, not_before_us_, now_us_);
    SegmentSummary& s = out_.summary;
    if (s.newest_us == 0) s.oldest_us = s.newest_us = t;
    s.oldest_us = std::min(s.oldest_us, t);
    not_before_us_ = s.newest_us = std::max(s.newest_us, t);
    for (std::size_t i = 0; i < kClassCount; ++i) {
      if (!(bits >> i & 1)) continue;
      ClassCount& c = s.classes[i];
      if (!c.records++) c.oldest_us = t;
      c.newest_us = t;
    }
  }

  const SegmentFile& file_;
  const std::uint64_t end_;
  const CategoryOf& category_of_;
  const Holds& holds_;
  std::int64_t not_before_us_;
  const std::int64_t now_us_;
  // As the records themselves say: that is what a hold names.
  std::int64_t said_oldest_ = INT64_MAX, said_newest_ = INT64_MIN;
  SegmentScan out_;
  RecordReader reader_;
  ChainHash hash_;
  std::uint64_t next_ = 0;
};

void append_number(std::string& out, const char* key, std::int64_t value) {
  ((((out += out.size() > 1 ? ",\"" : "\"") += key) += "\":")) += std::to_string(value);
}

}  // namespace

std::int64_t due_us(const SegmentSummary& summary, const Retention& retention) {
  std::int64_t due = 0;
  for (std::size_t i = 0; i < kClassCount; ++i)
    if (summary.classes[i].records)
      due = std::max(due, summary.classes[i].newest_us + retention.keep_us[i]);
  return due;
}

std::string summary_line(const SegmentSummary& s) {
  std::string out = "{";
  append_number(out, "v", 1);
  append_number(out, "first", static_cast<std::int64_t>(s.first));
  append_number(out, "end", static_cast<std::int64_t>(s.end));
  append_number(out, "oldest", s.oldest_us);
  append_number(out, "newest", s.newest_us);
  out += R"(,"classes":{)";
  for (std::size_t i = 0; i < kClassCount; ++i) {
    const ClassCount& c = s.classes[i];
    if (!c.records) continue;
    if (out.back() != '{') out += ',';
    append_json_string(out, class_name(i));
    out += ":[" + std::to_string(c.records) + ',' + std::to_string(c.oldest_us) + ',' +
           std::to_string(c.newest_us) + ']';
  }
  out += R"(},"earlier":[)";
  for (const std::uint64_t seq : s.earlier) {
    if (out.back() != '[') out += ',';
    out += std::to_string(seq);
  }
  out += "]";
  if (s.removed_us) append_number(out, "removed", s.removed_us);
  return out += "}";
}

std::optional<SegmentSummary> parse_summary(std::string_view line) {
  simdjson::dom::parser parser;
  simdjson::dom::element e;
  SegmentSummary s;
  if (parser.parse(line.data(), line.size()).get(e) || e["first"].get(s.first) ||
      e["end"].get(s.end) || e["oldest"].get(s.oldest_us) || e["newest"].get(s.newest_us))
    return std::nullopt;
  for (std::size_t i = 0; i < kClassCount; ++i) {
    simdjson::dom::array three;
    if (e["classes"][class_name(i)].get(three)) continue;
    ClassCount& c = s.classes[i];
    if (three.at(0).get(c.records) || three.at(1).get(c.oldest_us) || three.at(2).get(c.newest_us))
      return std::nullopt;
  }
  if (e["removed"].get(s.removed_us)) s.removed_us = 0;
  simdjson::dom::array earlier;
  if (e["earlier"].get(earlier)) return std::nullopt;
  for (const auto item : earlier)
    if (item.get(s.earlier.emplace_back())) return std::nullopt;
  return s;
}

SegmentScan scan_segment(const SegmentFile& file, std::uint64_t end, const CategoryOf& category_of,
                         const Holds& holds, std::int64_t not_before_us, std::int64_t now_us) {
  return Scan(file, end, category_of, holds, not_before_us, now_us).run();
}

}  // namespace sekisho::audit
