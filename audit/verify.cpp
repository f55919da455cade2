#include "audit/verify.h"

#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "audit/chain.h"
#include "audit/proof/key_chain.h"
#include "audit/proof/leaf_walk.h"
#include "audit/proof/tombstones.h"
#include "audit/record_view.h"
#include "audit/segment_reader.h"

namespace sekisho::audit {
namespace {

class Verifier {
 public:
  Verifier(const LogDirectory& log, const std::string& directory, const VerifyAgainst& against)
      : log_(log), directory_(directory), against_(against), keys_(against.keys) {}

  VerifyReport run() {
    link_ = hash_.beginning();
    report_.checked = true;
    if (!gather()) return std::move(report_);
    check_statements();
    for (std::size_t i = 0; i < log_.segments.size() && report_.checked; ++i) read_segment(i);
    if (!report_.checked) return std::move(report_);
    take_tombstones(UINT64_MAX);
    truncated();
    check_signatures();
    for (const std::string& name : log_.policies) check_policy(name);
    find_policies();
    for (const std::string& name : log_.foreign)
      report_.notes.push_back(name + " does not belong to the log and was not looked at");
    report_.head = {expected_, root_text(), std::string(text_of(link_))};
    return std::move(report_);
  }

 private:
  // Of all that is wrong the report names what comes first in the log.
  void bad(std::optional<std::uint64_t> seq, std::string what) {
    const bool earlier = seq && (!report_.first_bad || *seq < *report_.first_bad);
    report_.whole = false;
    if (report_.misfits++ && !earlier) return;
    report_.first_bad = seq;
    report_.segment = segment_;
    report_.what = std::move(what);
  }

  // The same, found on the way from record to record: what comes after the first one may be nothing
  // but its consequence.
  void misfit(std::uint64_t seq, std::string what) {
    if (!std::exchange(walk_broken_, true)) return bad(seq, std::move(what));
    report_.whole = false;
    ++report_.misfits;
  }

  bool could_not(std::string error) {
    report_.checked = false;
    report_.error = std::move(error);
    return false;
  }

  std::string root_text() { return std::string(text_of(link_of(tree_.root(hash_)))); }

  bool gather() {
    OwnCheckpoints own = read_checkpoints(directory_);
    std::string error = own.error;
    if (error.empty()) tombstones_ = read_tombstones(directory_, hash_, error);
    if (!error.empty()) return could_not(std::move(error));
    for (StatementProblem& p : own.problems) {
      segment_ = p.file;
      bad(p.seq, std::move(p.what));
    }
    segment_ = kPrunedFile;
    if (tombstones_.unreadable) bad(std::nullopt, "a line of it is no tombstone");
    own_checkpoints_ = own.statements.size();
    statements_ = std::move(own.statements);
    statements_.insert(statements_.end(), against_.statements.begin(), against_.statements.end());
    std::stable_sort(statements_.begin(), statements_.end(),
                     [](const HeadClaim& x, const HeadClaim& y) { return x.size < y.size; });
    fits_.resize(statements_.size());
    return true;
  }

  static std::string number(std::uint64_t n) { return std::to_string(n); }

  void read_segment(std::size_t index) {
    const SegmentFile& file = log_.segments[index];
    segment_ = file.name;
    has_next_ = index + 1 < log_.segments.size();
    next_first_ = has_next_ ? log_.segments[index + 1].first_seq : 0;
    previous_state_ = std::exchange(state_at_next_, std::nullopt);
    first_line_ = true;
    ++report_.segments;
    ByteSource source = open_source(file.path, report_.error);
    if (!source.read_at) {
      could_not(std::move(report_.error));
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
      could_not(file.path + ": it cannot be read");
    }
    if (kind == LineKind::kTooLong) misfit(expected_, "the line is longer than any record");
    torn_ = kind == LineKind::kTorn;
    if (torn_ && !has_next_)
      report_.notes.push_back(file.name +
                              ": the last line is not whole (a gateway is writing, or was killed)");
    previous_name_ = file.name;
    offer_link();
  }

  // Remembers what the log was in front of the record with which the next segment begins.
  void offer_link() {
    if (has_next_ && expected_ == next_first_ && !state_at_next_)
      state_at_next_ = TreeState{tree_, link_};
  }

  void read_line(std::string_view line, std::uint64_t first_seq) {
    const bool record = reader_.read(line);
    if (std::exchange(first_line_, false)) start_segment(record ? &reader_ : nullptr, first_seq);
    offer_link();
    const auto head = parse_line_head(line);
    if (!head || !record)
      misfit(expected_, "the line is no record");
    else if (head->seq != expected_)
      wrong_seq(head->seq);
    else if (!link_unknown_ && head->prev != text_of(link_))
      wrong_link();
    link_unknown_ = after_pruned_ = false;
    if (record) take_note();
    const Hash leaf = hash_.leaf(line);
    link_ = link_of(leaf);
    tree_.add(hash_, leaf);
    expected_ = (head && record ? head->seq : expected_) + 1;
    check_statements();
  }

  void wrong_seq(std::uint64_t says) {
    tree_known_ = false;
    misfit(expected_, says > expected_
                          ? "it is missing: the record in its place says it is " + number(says)
                          : "the record in its place says it is " + number(says) +
                                ": repeated, inserted or moved");
  }

  void wrong_link() {
    tree_known_ = false;
    if (expected_ == 0)
      misfit(0, "the first record does not begin a log");
    else if (after_pruned_)
      misfit(expected_, "it does not follow the records that were removed before it");
    else
      misfit(expected_ - 1,
             "it does not match the prev that record " + number(expected_) +
                 " holds: one of the two was changed or put in after it was written");
  }

  void start_segment(const RecordReader* first, std::uint64_t first_seq) {
    const bool torn_before = std::exchange(torn_, false);
    const ControlRow row = first ? first->control() : ControlRow();
    const bool gap = row.kind == "gap" && row.segment == previous_name_ && !previous_name_.empty();
    if (gap && first_seq < expected_ && previous_state_ && expected_ - first_seq <= row.unsure) {
      report_.notes.push_back(
          previous_name_ + ": " + number(expected_ - first_seq) + " records from " +
          number(first_seq) +
          " on were written but never confirmed; nothing was sent on their word");
      expected_ = first_seq;
      link_ = previous_state_->link;
      tree_ = std::move(previous_state_->tree);
      return;
    }
    after_pruned_ = take_tombstones(first_seq);
    if (torn_before && !gap)
      misfit(expected_, "the last line of " + previous_name_ + " is not whole");
    if (first_seq > expected_) {
      misfit(expected_,
             number(first_seq - expected_) + " records are missing in front of " + segment_);
      expected_ = first_seq;
      link_unknown_ = true;
      tree_known_ = false;
    } else if (first_seq < expected_) {
      misfit(first_seq,
             segment_ + " begins with a number that " + previous_name_ + " holds already");
      expected_ = first_seq;
      link_unknown_ = true;
      tree_known_ = false;
    }
  }

  // Segments that were removed after their time, by what was signed in their place.
  bool take_tombstones(std::uint64_t until) {
    bool any = false;
    for (auto t = tombstones_.by_first.find(expected_);
         expected_ < until && t != tombstones_.by_first.end();
         t = tombstones_.by_first.find(expected_)) {
      const Tombstone& stone = t->second.tombstone;
      if (stone.last >= until) break;
      for (const Subtree& s : stone.subtrees) tree_.add(hash_, s);
      link_ = stone.link;
      expected_ = stone.last + 1;
      any = true;
      std::string approvers;
      for (const std::string& name : stone.approvers)
        approvers += (approvers.empty() ? "" : ", ") + name;
      report_.notes.push_back("records " + number(stone.first) + "-" + number(stone.last) +
                              " were removed (" + stone.why + "; approved by " + approvers +
                              "); a signed tombstone stands for them");
      used_tombstones_.push_back(&t->second);
      pruned_until_ = expected_;
      check_statements();
    }
    return any;
  }

  void take_note() {
    const std::string_view kind = reader_.kind();
    if (kind == "decision" || kind == "outcome") return;
    if (kind == "checkpoint") return take_checkpoint();
    if (kind == "admin") return take_admin();
    check_clock();
    if (kind != "recovered" && kind != "damage" && kind != "gap") return;
    report_.notes.push_back("record " + number(reader_.seq()) + " tells of a " +
                            (kind == "recovered" ? "torn end that was cut"
                             : kind == "damage"  ? "damage found at start"
                                                 : "time in which nothing could be written"));
  }

  // The journal writes these itself, one after the other.
  void check_clock() {
    constexpr std::int64_t kTolerated = 1'000'000;
    const std::int64_t time = parse_utc(reader_.text("/t")).value_or(clock_us_);
    if (time + kTolerated < clock_us_)
      report_.notes.push_back("record " + number(reader_.seq()) +
                              ": the clock was set back, from " + clock_text_ + " to " +
                              reader_.text("/t"));
    clock_us_ = time;
    clock_text_ = reader_.text("/t");
  }

  void take_checkpoint() {
    check_clock();
    const std::uint64_t size = reader_.number("/size");
    last_told_ = size;
    if (!tree_known_) return;
    if (size != expected_)
      bad(expected_, "the checkpoint that it tells of is of another place");
    else if (reader_.text("/root") != root_text())
      bad(expected_, "the root that it states is not that of the records in front of it");
  }

  void take_admin() {
    const std::string what = reader_.text("/what");
    if (what == "start" || what == "reload") loaded_.emplace(reader_.text("/new"), reader_.seq());
    if (what != "key" || walk_broken_) return;
    const std::string wrong = keys_.add(reader_.seq(), reader_.text("/new"), reader_.text("/note"));
    if (!wrong.empty()) bad(reader_.seq(), wrong);
  }

  // Everything that was said about the first expected_ records.
  void check_statements() {
    if (has_next_ && expected_ > next_first_) return;  // never confirmed: nothing was said of it
    for (; next_statement_ < statements_.size() && statements_[next_statement_].size <= expected_;
         ++next_statement_) {
      const HeadClaim& s = statements_[next_statement_];
      if (s.size == expected_ && tree_known_) check_statement(s);
      if (s.size < expected_ && s.outside && s.size <= pruned_until_)
        report_.notes.push_back(s.source +
                                ": the records around its size were removed since; the log "
                                "could not be held to it");
    }
  }

  void check_statement(const HeadClaim& s) {
    if (s.root == (s.is_link ? std::string(text_of(link_)) : root_text())) {
      fits_[next_statement_] = true;
      proven_ = std::max(proven_, s.size);
      return;
    }
    std::optional<std::uint64_t> seq;
    if (expected_) seq = expected_ - 1;
    const std::string kept = segment_;
    if (!s.outside) segment_ = s.source;
    if (s.outside && expected_ && proven_ == expected_)
      bad(seq, s.source + ", which was kept elsewhere, is of another log of the same size: " +
                   number(expected_) + " records were stated twice, with two roots");
    else
      bad(seq,
          (s.outside ? s.source + ", which was kept elsewhere," : std::string("the checkpoint")) +
              " says another root at size " + number(expected_) + ": something from record " +
              number(proven_) +
              " on was changed and the rest computed anew, or the checkpoint is not of this log");
    segment_ = kept;
  }

  void truncated() {
    if (walk_broken_ || statements_.empty() || statements_.back().size <= expected_) return;
    segment_ = previous_name_;
    const HeadClaim& s = statements_.back();
    bad(expected_,
        "TRUNCATED: " + number(expected_) + " records, " + s.source + " says " + number(s.size));
  }

  void check_signatures() {
    keys_.settle();
    report_.keys = keys_.vkeys();
    report_.origin = keys_.origin();
    // Behind a broken record no key of the log is believed: without one from elsewhere nothing can
    // be said of signatures, and what broke is not theirs.
    if (walk_broken_ && report_.keys.empty()) return check_coverage();
    for (std::size_t i = 0; i < statements_.size(); ++i) check_signature_of(i);
    segment_ = kPrunedFile;
    for (const SignedTombstone* t : used_tombstones_) {
      const std::string wrong = keys_.problem_of(t->note);
      if (!wrong.empty())
        bad(t->tombstone.first, "the tombstone of " + t->tombstone.segment + ": " + wrong);
    }
    segment_ = previous_name_;
    check_coverage();
  }

  void check_signature_of(std::size_t index) {
    const HeadClaim& s = statements_[index];
    if (!s.note) return;
    std::optional<std::uint64_t> seq;
    if (s.size) seq = s.size - 1;
    segment_ = s.source;
    const std::string wrong = keys_.problem_of(*s.note, s.size);
    if (!wrong.empty()) return bad(seq, wrong);
    if (s.origin != keys_.origin()) return bad(seq, "it is of another log, " + s.origin);
    if (!fits_[index]) return;
    ++report_.checkpoints;
    report_.checkpoint = s.size;
    report_.checkpoint_root = s.root;
  }

  void check_coverage() {
    if (own_checkpoints_ == 0 && last_told_)
      bad(*last_told_ ? *last_told_ - 1 : 0,
          "its records tell of checkpoints, but there is none in checkpoints/");
    else if (keys_.given() && !report_.checkpoint && report_.whole)
      bad(std::nullopt, "no checkpoint is signed by a key that was given");
  }

  void check_policy(const std::string& name) {
    std::string error;
    const ByteSource source = open_source(directory_ + "/policies/" + name, error);
    if (!name.ends_with(".yaml") || !source.read_at) return;
    if (sha256_hex(source) + ".yaml" == name) return;
    segment_ = "policies/" + name;
    bad(std::nullopt, "its text does not have the digest that it is named after");
  }

  // Records do not hold the texts, so that one that is gone breaks nothing: yet who reads must
  // know.
  void find_policies() {
    for (const auto& [digest, seq] : loaded_) {
      const std::string name =
          (digest.starts_with("sha256:") ? digest.substr(7) : digest) + ".yaml";
      if (!digest.empty() &&
          std::find(log_.policies.begin(), log_.policies.end(), name) == log_.policies.end())
        report_.notes.push_back("the text of " + digest + ", which record " + number(seq) +
                                " put in force, is not in policies/");
    }
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
  const VerifyAgainst& against_;
  VerifyReport report_;
  KeyChain keys_;
  std::vector<HeadClaim> statements_;  // by size
  std::vector<bool> fits_;             // the roots of these
  std::size_t next_statement_ = 0, own_checkpoints_ = 0;
  Tombstones tombstones_;
  std::vector<const SignedTombstone*> used_tombstones_;
  std::uint64_t pruned_until_ = 0;
  std::uint64_t proven_ = 0;  // up to here a statement fits
  bool walk_broken_ = false;
  std::map<std::string, std::uint64_t> loaded_;  // digest of a policy: the first to name it
  std::optional<std::uint64_t> last_told_;
  std::int64_t clock_us_ = 0;
  std::string clock_text_;
  ChainHash hash_;
  RecordReader reader_;
  std::uint64_t expected_ = 0;
  Link link_{};
  LeafRange tree_;
  bool tree_known_ = true;     // false: roots have nothing to be held to any more
  bool after_pruned_ = false;  // the record in front is one of a tombstone
  bool link_unknown_ = false;  // records before are missing: the link has nothing to be held to
  std::string segment_, previous_name_;
  bool has_next_ = false, torn_ = false, first_line_ = true;
  std::uint64_t next_first_ = 0;
  std::optional<TreeState> state_at_next_, previous_state_;
};

}  // namespace

VerifyReport verify_log(const std::string& directory, const VerifyAgainst& against) {
  const LogDirectory log = list_log(directory);
  VerifyReport report;
  report.error = log.error;
  if (log.error.empty() && log.segments.empty() && against.statements.empty())
    report.error = directory + ": there is no segment of an audit log";
  if (!report.error.empty()) return report;
  return Verifier(log, directory, against).run();
}

VerifyReport verify_log(const std::string& directory, const std::optional<Journal::Head>& since) {
  VerifyAgainst against;
  if (since) {
    HeadClaim& s = against.statements.emplace_back();
    s.source = "the head that was kept elsewhere";
    s.size = since->size;
    s.root = since->root;
    s.is_link = since->link.empty();
    s.outside = true;
  }
  return verify_log(directory, against);
}

std::optional<Journal::Head> read_head(const std::string& directory, std::string& error) {
  ChainHash hash;
  WholeTree whole;
  if (!read_whole_tree(directory, hash, whole, error)) return std::nullopt;
  return Journal::Head{whole.tree.end(), std::string(text_of(link_of(whole.tree.root(hash)))),
                       std::string(text_of(whole.link))};
}

}  // namespace sekisho::audit
