#include "audit/proof/leaf_walk.h"

#include <map>

#include "audit/proof/checkpoint.h"
#include "audit/proof/tombstone.h"
#include "audit/proof/tombstones.h"
#include "audit/segment_reader.h"

namespace sekisho::audit {
namespace {

class Walk {
 public:
  Walk(ChainHash& hash, std::uint64_t from, const LeafVisitor& visit)
      : hash_(hash), at_(from), visit_(visit) {}

  bool run(const std::string& directory, std::string& error) {
    const LogDirectory log = list_log(directory);
    error = log.error;
    if (!error.empty()) return false;
    const auto tombstones = read_tombstones(directory, hash_, error).by_first;
    if (!error.empty()) return false;
    for (std::size_t i = 0; i < log.segments.size() && go_on_; ++i) {
      const bool last = i + 1 == log.segments.size();
      const std::uint64_t next = last ? UINT64_MAX : log.segments[i + 1].first_seq;
      if (next <= at_) continue;
      skip_pruned(tombstones, log.segments[i].first_seq);
      if (!go_on_) break;
      if (at_ < log.segments[i].first_seq) {
        error = "records " + std::to_string(at_) + "-" +
                std::to_string(log.segments[i].first_seq - 1) +
                " are missing: run `sekisho audit "
                "verify`";
        return false;
      }
      if (!read_segment(log.segments[i], next, error)) return false;
    }
    return true;
  }

 private:
  void skip_pruned(const std::map<std::uint64_t, SignedTombstone>& tombstones,
                   std::uint64_t first) {
    for (auto t = tombstones.find(at_); go_on_ && at_ < first && t != tombstones.end();
         t = tombstones.find(at_))
      for (const Subtree& s : t->second.tombstone.subtrees) {
        go_on_ = go_on_ && visit_(at_, s, {});
        at_ += std::uint64_t{1} << s.level;
      }
  }

  bool read_segment(const SegmentFile& file, std::uint64_t next, std::string& error) {
    ByteSource source = open_source(file.path, error);
    if (!source.read_at) return false;
    LinesForward lines(std::move(source));
    std::string_view line;
    LineKind kind = LineKind::kEnd;
    std::uint64_t seq = file.first_seq;
    for (; go_on_ && seq < next && (kind = lines.next(line)) == LineKind::kLine; ++seq) {
      if (seq < at_) continue;
      go_on_ = visit_(seq, {0, hash_.leaf(line)}, line);
      ++at_;
    }
    if (go_on_ && (kind == LineKind::kFailed || kind == LineKind::kTooLong)) {
      error = file.path + ": it cannot be read";
      return false;
    }
    return true;
  }

  ChainHash& hash_;
  std::uint64_t at_;
  const LeafVisitor& visit_;
  bool go_on_ = true;
};

std::optional<TreeState> kept_tree(const std::string& directory, ChainHash& hash) {
  std::string unused, text;
  const ByteSource source = open_source(
      directory + '/' + std::string(kCheckpointFolder) + '/' + std::string(kLatestTree), unused);
  if (!source.read_at || source.size > (1u << 16)) return std::nullopt;
  text.resize(source.size);
  const long n = source.read_at(0, text.data(), text.size());
  if (n < 0 || static_cast<std::size_t>(n) != text.size()) return std::nullopt;
  const std::size_t lf = text.find('\n');
  if (lf == text.npos) return std::nullopt;
  const auto note = parse_note(std::string_view(text).substr(lf + 1));
  const auto checkpoint = note ? parse_checkpoint(note->text) : std::nullopt;
  auto state = parse_tree_state(hash, std::string_view(text).substr(0, lf));
  if (!checkpoint || !state || checkpoint->size != state->tree.end() ||
      checkpoint->root != state->tree.root(hash))
    return std::nullopt;
  return state;
}

}  // namespace

bool walk_leaves(const std::string& directory, ChainHash& hash, std::uint64_t from,
                 const LeafVisitor& visit, std::string& error) {
  return Walk(hash, from, visit).run(directory, error);
}

bool read_whole_tree(const std::string& directory, ChainHash& hash, WholeTree& out,
                     std::string& error) {
  out.tree = LeafRange();
  out.link = hash.beginning();
  if (auto state = kept_tree(directory, hash)) out = {std::move(state->tree), state->link};
  return walk_leaves(
      directory, hash, out.tree.end(),
      [&](std::uint64_t, const Subtree& s, std::string_view) {
        out.tree.add(hash, s);
        out.link = link_of(s.hash);
        return true;
      },
      error);
}

}  // namespace sekisho::audit
