#include "audit/proof/tree_recovery.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "audit/proof/tombstone.h"

namespace sekisho::audit {
namespace {

using Tombstones = std::map<std::uint64_t, Tombstone>;

// Not held to its signature: this is no verification, and the next checkpoint's root tells.
Tombstones tombstones_of(Store& store, ChainHash& hash) {
  Tombstones out;
  std::string bytes;
  if (store.read(std::string(kPrunedFile), bytes)) return out;
  const std::string_view all = bytes;
  for (std::size_t at = 0, lf; (lf = all.find('\n', at)) != all.npos; at = lf + 1)
    if (auto t = parse_tombstone(hash, all.substr(at, lf - at)))
      out.insert_or_assign(t->tombstone.first, std::move(t->tombstone));
  return out;
}

class Replay {
 public:
  Replay(Store& store, ChainHash& hash, LeafRange& tree, std::uint64_t end)
      : store_(store), hash_(hash), tree_(tree), end_(end) {}

  bool run(std::string& error) {
    std::vector<std::string> names;
    if (const int code = store_.list(names)) {
      error = std::string("the audit log cannot be listed: ") + std::strerror(code);
      return false;
    }
    const std::vector<std::uint64_t> firsts = segments_in(names);
    if (firsts.empty() || firsts.front() > tree_.end()) tombstones_ = tombstones_of(store_, hash_);
    for (std::size_t i = 0; i < firsts.size(); ++i) {
      const std::uint64_t next = i + 1 < firsts.size() ? firsts[i + 1] : end_;
      if (std::min(next, end_) <= tree_.end()) continue;
      if (!read_segment(firsts[i], std::min(next, end_), error)) return false;
    }
    fill(end_);
    return true;
  }

 private:
  // Records that are not there: removed for their age, or lost. What is lost is for `audit verify`
  // to name; here only the number of leaves must stay right.
  void fill(std::uint64_t until) {
    while (tree_.end() < until) {
      const auto t = tombstones_.find(tree_.end());
      const bool fits = t != tombstones_.end() && t->second.last < until;
      if (!fits) {
        tree_.add(hash_, hash_.nothing());
        continue;
      }
      for (const Subtree& s : t->second.subtrees) tree_.add(hash_, s);
    }
  }

  bool read_segment(std::uint64_t first, std::uint64_t end, std::string& error) {
    const std::string name = segment_name(first);
    std::string bytes;
    bool closed = false;
    if (!audit::read_segment(store_, name, bytes, closed, error)) return false;
    fill(std::min(first, end));
    const std::string_view all = bytes;
    std::uint64_t seq = first;
    for (std::size_t at = 0, lf; seq < end && (lf = all.find('\n', at)) != all.npos;
         at = lf + 1, ++seq)
      if (seq == tree_.end()) tree_.add(hash_, hash_.leaf(all.substr(at, lf - at)));
    return true;
  }

  Store& store_;
  ChainHash& hash_;
  LeafRange& tree_;
  std::uint64_t end_;
  Tombstones tombstones_;
};

}  // namespace

std::optional<TreeState> read_tree_state(Store& store, ChainHash& hash,
                                         const std::vector<VerifyingKey>& keys) {
  std::string bytes;
  const std::string name = std::string(kCheckpointFolder) + '/' + std::string(kLatestTree);
  if (keys.empty() || store.read(name, bytes)) return std::nullopt;
  const std::size_t lf = bytes.find('\n');
  if (lf == bytes.npos) return std::nullopt;
  const auto note = parse_note(std::string_view(bytes).substr(lf + 1));
  const auto checkpoint = note ? parse_checkpoint(note->text) : std::nullopt;
  auto state = parse_tree_state(hash, std::string_view(bytes).substr(0, lf));
  if (!checkpoint || !state || checkpoint->size != state->tree.end() ||
      checkpoint->root != state->tree.root(hash))
    return std::nullopt;
  const auto signed_by = [&](const VerifyingKey& key) {
    return check_signature(note->text, note->signatures, key) == SignatureCheck::kGood;
  };
  if (std::none_of(keys.begin(), keys.end(), signed_by)) return std::nullopt;
  return state;
}

bool restore_tree(Store& store, ChainHash& hash, const std::vector<VerifyingKey>& keys,
                  Recovery& found, LeafRange& tree, std::string& error) {
  tree = LeafRange();
  if (auto state = read_tree_state(store, hash, keys)) {
    if (state->tree.end() > found.next_seq) {
      Damage damage{found.last_segment.empty() ? segment_name(0) : found.last_segment,
                    "the log ends in front of record " + std::to_string(state->tree.end()) +
                        ", up to which a checkpoint was signed; it goes on from there",
                    found.next_seq};
      found.damage.push_back({std::move(damage), std::string(text_of(found.link)), {}});
      found.next_seq = state->tree.end();
      found.link = state->link;
    }
    tree = std::move(state->tree);
  }
  return Replay(store, hash, tree, found.next_seq).run(error);
}

}  // namespace sekisho::audit
