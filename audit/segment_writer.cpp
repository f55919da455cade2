#include "audit/segment_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "audit/proof/tree_recovery.h"
#include "audit/recovery.h"

namespace sekisho::audit {
namespace {

constexpr std::uint64_t kDrawn = 64 * 1024;  // of the reserve, at a time
constexpr std::uint64_t kOfBlocks = 2048;    // what the last block of a file may leave unused

}  // namespace

bool SegmentWriter::fail(Trouble trouble, const std::string& what, int code) {
  error_ = what + (code ? std::string(": ") + std::strerror(code) : std::string());
  if (trouble_ != Trouble::kNoSegment) {
    gap_.what = trouble == Trouble::kNoSpace ? "no_space" : "write_failed";
    gap_.error = error_;
    gap_.after = next_seq_ ? next_seq_ - 1 : 0;
    trouble_ = trouble;
  }
  return false;
}

bool SegmentWriter::has_space() {
  std::uint64_t bytes = 0;
  const int code = store_.free_bytes(bytes);
  if (code) return fail(Trouble::kNoSpace, "the free space of the disk is not known", code);
  // What was reserved and let go is not for the records of requests.
  const std::uint64_t lent = reserve_spent_ ? settings_.reserve_bytes - reserve_left_ : 0;
  if (bytes >= settings_.min_free_bytes + lent) return true;
  return fail(Trouble::kNoSpace, "the disk is nearly full (" + std::to_string(bytes) + " bytes)",
              0);
}

// At first only where there is plenty: a small disk is not made smaller.
void SegmentWriter::hold_reserve() {
  std::uint64_t bytes = 0;
  const std::uint64_t wanted = settings_.reserve_bytes;
  if (!wanted) return;
  if (!reserve_spent_) store_.reserve(0);  // of the last run
  const std::uint64_t needed = reserve_spent_ ? wanted - reserve_left_ : 2 * wanted;
  if (store_.free_bytes(bytes) || bytes < settings_.min_free_bytes + needed) return;
  if (store_.reserve(wanted)) return;
  reserve_left_ = wanted;
  reserve_spent_ = false;
}

// A little at a time: whoever fills the disk takes what is let go, too.
bool SegmentWriter::draw_on_reserve(std::uint64_t needed) {
  for (;;) {
    std::uint64_t bytes = 0;
    if (store_.free_bytes(bytes)) return false;
    if (bytes >= needed) return true;
    if (reserve_left_ == 0) return false;
    reserve_left_ -= std::min(reserve_left_, std::max(needed, kDrawn));
    reserve_spent_ = true;
    store_.reserve(reserve_left_);
  }
}

bool SegmentWriter::write_last_words(const std::vector<std::string_view>& tails) {
  if (trouble_ != Trouble::kNoSpace || segment_.empty() || !settings_.reserve_bytes) return false;
  const std::string error = error_;
  begin_lines();
  for (const std::string_view tail : tails) add_line(tail);
  // A write that fails would cost the segment.
  if (!draw_on_reserve(lines_.size() + kOfBlocks) || !write_lines()) return false;
  gap_.after = next_seq_ - 1;
  error_ = error;
  return true;
}

bool SegmentWriter::create_segment() {
  const std::string name = segment_name(next_seq_);
  if (!put_aside_.empty()) {
    const std::string aside = "torn/" + name.substr(0, name.find('.')) + "-failed";
    const int code = store_.rename(put_aside_, aside);
    if (code && code != ENOENT)
      return fail(Trouble::kNoSegment, put_aside_ + " cannot be put aside", code);
    put_aside_.clear();
  }
  const int code = store_.create(name);
  // Even when it failed the file may be there, and it would be in the way.
  if (code) put_aside_ = name;
  if (code) return fail(Trouble::kNoSegment, name + " cannot be made", code);
  if (!segment_.empty()) store_.seal(segment_);
  segment_ = name;
  segment_bytes_ = 0;
  return true;
}

void SegmentWriter::add_line(std::string_view tail) {
  const std::size_t begin = lines_.size();
  append_line_head(lines_, line_seq_++, line_link_);
  lines_ += tail;
  const Hash leaf = hash_.leaf(std::string_view(lines_).substr(begin));
  line_link_ = link_of(leaf);
  line_tree_.add(hash_, leaf);
  lines_ += '\n';
}

void SegmentWriter::begin_lines() {
  lines_.clear();
  line_seq_ = next_seq_;
  line_link_ = link_;
  line_tree_ = tree_;
  line_checkpoint_.reset();
}

bool SegmentWriter::checkpoint_due() const {
  if (keys_.signing.empty()) return false;
  return checkpoint_wanted_ || next_seq_ - checkpoint_size_ >= settings_.checkpoints.records;
}

void SegmentWriter::add_checkpoint(std::int64_t now_us) {
  line_checkpoint_ = TreeState{line_tree_, line_link_};
  add_line(checkpoint_tail(frame(now_us), line_seq_, line_tree_.root(hash_), told_));
}

// The old key is named by the note that it signed.
void SegmentWriter::add_key(std::int64_t now_us) {
  const auto rotation = parse_rotation(keys_.rotation);
  const std::string vkey = keys_.signing.front().public_half().vkey();
  const bool known = rotation && rotation->to == vkey;
  add_line(key_tail(frame(now_us), known ? rotation->from : "", vkey, known ? rotation->by : "",
                    known ? keys_.rotation : ""));
}

void SegmentWriter::set_keys(LogKeys keys) {
  if (keys.signing.empty()) return;
  key_unsaid_ = key_unsaid_ || keys_.signing.empty() ||
                !(keys.signing.front().public_half() == keys_.signing.front().public_half());
  keys_ = std::move(keys);
  checkpoint_wanted_ = checkpoint_wanted_ || key_unsaid_;
}

std::optional<TreeState> SegmentWriter::take_checkpoint() {
  return std::exchange(checkpoint_, std::nullopt);
}

void SegmentWriter::told(std::vector<Journal::Told> answers) {
  constexpr std::size_t kMost = 64;  // the rest stays with the witness's own counters
  for (auto& answer : answers) told_.push_back(std::move(answer));
  if (told_.size() > kMost) told_.erase(told_.begin(), told_.end() - kMost);
}

// Nobody can say what of it is on disk, and a second sync would not tell: the segment is given up.
void SegmentWriter::poison(std::size_t written) {
  if (segment_bytes_ == 0) {
    put_aside_ = segment_;
  } else if (written > 0) {
    gap_.segment = segment_;
    gap_.unsure = line_seq_ - next_seq_;
  }
}

bool SegmentWriter::write_lines() {
  std::size_t written = 0;
  int code = store_.append(lines_, written);
  const char* what = code ? " cannot be written" : " cannot be synced";
  if (!code && settings_.sync) code = store_.sync();
  if (code) {
    fail(Trouble::kNoSegment, segment_ + what, code);
    poison(written);
    return false;
  }
  next_seq_ = line_seq_;
  link_ = line_link_;
  tree_ = line_tree_;
  if (line_checkpoint_) {
    checkpoint_size_ = line_checkpoint_->tree.end();
    checkpoint_ = std::move(line_checkpoint_);
    checkpoint_wanted_ = key_unsaid_ = false;
    told_.clear();
  }
  segment_bytes_ += lines_.size();
  return true;
}

std::uint64_t SegmentWriter::commit(const std::vector<std::string_view>& tails,
                                    std::int64_t now_us) {
  if (!healthy() || !has_space()) return 0;
  begin_lines();
  bool due = checkpoint_due();
  if (segment_bytes_ >= settings_.segment_bytes) {
    const std::string before = segment_;
    if (!create_segment()) return 0;
    add_line(segment_tail(frame(now_us), before));
    due = key_unsaid_ = !keys_.signing.empty();
  }
  if (key_unsaid_) add_key(now_us);
  if (due) add_checkpoint(now_us);
  const std::uint64_t first = line_seq_;
  for (const std::string_view tail : tails) add_line(tail);
  return write_lines() ? first : 0;
}

bool SegmentWriter::begin_with(const std::vector<std::string>& tails, std::int64_t now_us) {
  begin_lines();
  for (const std::string& tail : tails) add_line(tail);
  if (key_unsaid_) add_key(now_us);
  if (!keys_.signing.empty()) add_checkpoint(now_us);
  return write_lines();
}

bool SegmentWriter::resume(std::uint64_t refused, std::uint64_t lost, std::int64_t now_us) {
  if (healthy()) return true;
  if (!has_space()) return false;
  if (trouble_ == Trouble::kNoSegment && !create_segment()) return false;
  gap_.refused = refused;
  gap_.lost = lost;
  if (!begin_with({gap_tail(frame(now_us), gap_)}, now_us)) return false;
  trouble_ = Trouble::kNone;
  error_.clear();
  gap_ = {};
  if (reserve_spent_) hold_reserve();
  return true;
}

bool SegmentWriter::begin(std::int64_t now_us) {
  Recovery found;
  std::vector<VerifyingKey> halves;
  for (const SigningKey& key : keys_.signing) halves.push_back(key.public_half());
  if (!recover(store_, hash_, found, error_) ||
      !restore_tree(store_, hash_, halves, found, tree_, error_) || !is_accepted(found) ||
      !has_space())
    return false;
  // Said in every segment: those that said it before may have been removed for their age.
  key_unsaid_ = !keys_.signing.empty();
  next_seq_ = found.next_seq;
  link_ = found.link;
  if (!create_segment()) return false;
  const ControlFrame f = frame(now_us);
  std::vector<std::string> tails{segment_tail(f, found.last_segment)};
  for (const TornTail& t : found.torn) tails.push_back(recovered_tail(f, t));
  for (const FoundDamage& d : found.damage) tails.push_back(accepted_damage_tail(f, d));
  tails.push_back(boot_tail(f, found.last_segment.empty() ? "" : found.stopped ? "stop" : "crash"));
  if (!begin_with(tails, now_us)) return false;
  if (!found.damage.empty()) DamageAcceptance::close(store_, next_seq_);
  hold_reserve();
  return true;
}

bool SegmentWriter::is_accepted(Recovery& found) {
  const DamageAcceptance acceptance(store_);
  bool all = true;
  for (FoundDamage& f : found.damage) all = (!f.accepted.empty() || acceptance.covers(f)) && all;
  if (!all) error_ = DamageAcceptance::refuse(store_, found.damage);
  return all;
}

void SegmentWriter::end(std::int64_t now_us) {
  const std::string tail = stop_tail(frame(now_us));
  if (commit({tail}, now_us) || write_last_words({tail})) store_.seal(segment_);
}

}  // namespace sekisho::audit
