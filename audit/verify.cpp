#include "audit/verify.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "audit/chain.h"
#include "audit/record_view.h"
#include "audit/segment_reader.h"

namespace sekisho::audit {
namespace {

class Verifier {
 public:
  Verifier(const LogDirectory& log, const std::string& directory,
           const std::optional<Journal::Head>& since)
      : log_(log), directory_(directory), since_(since) {}

  VerifyReport run() {
    link_ = hash_.beginning();
    report_.checked = true;
    check_since();
    for (std::size_t i = 0; i < log_.segments.size() && report_.checked; ++i) read_segment(i);
    if (since_ && expected_ < since_->size) truncated();
    for (const std::string& name : log_.policies) check_policy(name);
    for (const std::string& name : log_.foreign)
      report_.notes.push_back(name + " does not belong to the log and was not looked at");
    report_.head = {expected_, std::string(text_of(link_))};
    return std::move(report_);
  }

 private:
  void bad(std::optional<std::uint64_t> seq, std::string what) {
    report_.whole = false;
    if (report_.misfits++) return;
    report_.first_bad = seq;
    report_.segment = segment_;
    report_.what = std::move(what);
  }

  static std::string number(std::uint64_t n) { return std::to_string(n); }

  void read_segment(std::size_t index) {
    const SegmentFile& file = log_.segments[index];
    segment_ = file.name;
    has_next_ = index + 1 < log_.segments.size();
    next_first_ = has_next_ ? log_.segments[index + 1].first_seq : 0;
    previous_link_ = std::exchange(link_at_next_, std::nullopt);
    first_line_ = true;
    ++report_.segments;
    ByteSource source = open_source(file.path, report_.error);
    if (!source.read_at) {
      report_.checked = false;
      return;
    }
    LinesForward lines(std::move(source));
    std::string_view line;
    LineKind kind;
    while ((kind = lines.next(line)) == LineKind::kLine) read_line(line, file.first_seq);
    end_segment(kind, file);
  }

  void end_segment(LineKind kind, const SegmentFile& file) {
    if (first_line_) start_segment({}, file.first_seq);
    if (kind == LineKind::kFailed) {
      report_.checked = false;
      report_.error = file.path + ": it cannot be read";
    }
    if (kind == LineKind::kTooLong) bad(expected_, "the line is longer than any record");
    torn_ = kind == LineKind::kTorn;
    if (torn_ && !has_next_)
      report_.notes.push_back(file.name +
                              ": the last line is not whole (a gateway is writing, or was killed)");
    previous_name_ = file.name;
    offer_link();
  }

  // Remembers the link in front of the record with which the next segment begins.
  void offer_link() {
    if (has_next_ && expected_ == next_first_ && !link_at_next_) link_at_next_ = link_;
  }

  void read_line(std::string_view line, std::uint64_t first_seq) {
    const bool record = reader_.read(line);
    if (std::exchange(first_line_, false)) start_segment(record ? &reader_ : nullptr, first_seq);
    offer_link();
    const auto head = parse_line_head(line);
    if (!head || !record)
      bad(expected_, "the line is no record");
    else if (head->seq != expected_)
      wrong_seq(head->seq);
    else if (!link_unknown_ && head->prev != text_of(link_))
      wrong_link();
    link_unknown_ = false;
    if (record) take_note();
    link_ = hash_.after(line);
    expected_ = (head && record ? head->seq : expected_) + 1;
    if (since_ && expected_ == since_->size) check_since();
  }

  void wrong_seq(std::uint64_t says) {
    bad(expected_, says > expected_
                       ? "it is missing: the record in its place says it is " + number(says)
                       : "the record in its place says it is " + number(says) +
                             ": repeated, inserted or moved");
  }

  void wrong_link() {
    if (expected_ == 0)
      bad(0, "the first record does not begin a log");
    else
      bad(expected_ - 1, "it does not match the prev that record " + number(expected_) +
                             " holds: one of the two was changed or put in after it was written");
  }

  void start_segment(const RecordReader* first, std::uint64_t first_seq) {
    const bool torn_before = std::exchange(torn_, false);
    const ControlRow row = first ? first->control() : ControlRow();
    const bool gap = row.kind == "gap" && row.segment == previous_name_ && !previous_name_.empty();
    if (gap && first_seq < expected_ && previous_link_ && expected_ - first_seq <= row.unsure) {
      report_.notes.push_back(
          previous_name_ + ": " + number(expected_ - first_seq) + " records from " +
          number(first_seq) +
          " on were written but never confirmed; nothing was sent on their word");
      expected_ = first_seq;
      link_ = *previous_link_;
      return;
    }
    if (torn_before && !gap) bad(expected_, "the last line of " + previous_name_ + " is not whole");
    if (first_seq > expected_) {
      bad(expected_,
          number(first_seq - expected_) + " records are missing in front of " + segment_);
      expected_ = first_seq;
      link_unknown_ = true;
    } else if (first_seq < expected_) {
      bad(first_seq, segment_ + " begins with a number that " + previous_name_ + " holds already");
      expected_ = first_seq;
      link_unknown_ = true;
    }
  }

  void take_note() {
    const std::string_view kind = reader_.kind();
    if (kind != "recovered" && kind != "damage" && kind != "gap") return;
    report_.notes.push_back("record " + number(reader_.seq()) + " tells of a " +
                            (kind == "recovered" ? "torn end that was cut"
                             : kind == "damage"  ? "damage found at start"
                                                 : "time in which nothing could be written"));
  }

  void check_since() {
    if (!since_ || expected_ != since_->size || since_->root == text_of(link_)) return;
    if (has_next_ && expected_ > next_first_) return;  // never confirmed: no head named it
    std::optional<std::uint64_t> seq;
    if (expected_) seq = expected_ - 1;
    bad(seq, "the head that was kept elsewhere says another root at size " + number(expected_) +
                 ": the log was written anew");
  }

  void truncated() {
    segment_ = previous_name_;
    bad(expected_, "TRUNCATED: " + number(expected_) +
                       " records, the head that was kept elsewhere says " + number(since_->size));
  }

  void check_policy(const std::string& name) {
    std::string error;
    const ByteSource source = open_source(directory_ + "/policies/" + name, error);
    if (!name.ends_with(".yaml") || !source.read_at) return;
    if (sha256_hex(source) + ".yaml" == name) return;
    segment_ = "policies/" + name;
    bad(std::nullopt, "its text does not have the digest that it is named after");
  }

  static std::string sha256_hex(const ByteSource& source) {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> state(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
    EVP_DigestInit_ex(state.get(), EVP_sha256(), nullptr);
    char block[1 << 14];
    std::uint64_t offset = 0;
    for (long n; (n = source.read_at(offset, block, sizeof block)) > 0;
         offset += static_cast<std::uint64_t>(n))
      EVP_DigestUpdate(state.get(), block, static_cast<std::size_t>(n));
    unsigned char digest[32];
    EVP_DigestFinal_ex(state.get(), digest, nullptr);
    std::string hex;
    for (const unsigned char c : digest) {
      hex += "0123456789abcdef"[c >> 4];
      hex += "0123456789abcdef"[c & 15];
    }
    return hex;
  }

  const LogDirectory& log_;
  const std::string& directory_;
  const std::optional<Journal::Head>& since_;
  VerifyReport report_;
  ChainHash hash_;
  RecordReader reader_;
  std::uint64_t expected_ = 0;
  Link link_{};
  bool link_unknown_ = false;  // records before are missing: the link has nothing to be held to
  std::string segment_, previous_name_;
  bool has_next_ = false, torn_ = false, first_line_ = true;
  std::uint64_t next_first_ = 0;
  std::optional<Link> link_at_next_, previous_link_;
};

}  // namespace

VerifyReport verify_log(const std::string& directory, const std::optional<Journal::Head>& since) {
  const LogDirectory log = list_log(directory);
  VerifyReport report;
  report.error = log.error;
  if (log.error.empty() && log.segments.empty() && !since)
    report.error = directory + ": there is no segment of an audit log";
  if (!report.error.empty()) return report;
  return Verifier(log, directory, since).run();
}

std::optional<Journal::Head> read_head(const std::string& directory, std::string& error) {
  const LogDirectory log = list_log(directory);
  error = log.error;
  if (!error.empty()) return std::nullopt;
  ChainHash hash;
  for (auto s = log.segments.rbegin(); s != log.segments.rend(); ++s) {
    ByteSource source = open_source(s->path, error);
    if (!source.read_at) return std::nullopt;
    LinesBackward lines(std::move(source));
    std::string_view line;
    for (LineKind kind; (kind = lines.next(line)) == LineKind::kLine || kind == LineKind::kTorn;) {
      const auto head = parse_line_head(line);
      if (kind == LineKind::kLine && head)
        return Journal::Head{head->seq + 1, std::string(text_of(hash.after(line)))};
    }
  }
  return Journal::Head{0, std::string(text_of(hash.beginning()))};
}

std::optional<Journal::Head> parse_head(std::string_view json) {
  const auto value = nlohmann::json::parse(json, nullptr, false);
  if (!value.is_object()) return std::nullopt;
  const auto size = value.find("size"), root = value.find("root");
  if (size == value.end() || !size->is_number_unsigned()) return std::nullopt;
  if (root == value.end() || !root->is_string()) return std::nullopt;
  return Journal::Head{size->get<std::uint64_t>(), root->get<std::string>()};
}

}  // namespace sekisho::audit
