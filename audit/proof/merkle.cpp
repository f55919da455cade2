#include "audit/proof/merkle.h"

#include <algorithm>

namespace sekisho::audit {
namespace {

constexpr unsigned kMostLevels = 62;
constexpr std::uint64_t kMostLeaves = std::uint64_t{1} << kMostLevels;  // no log is as long

std::uint64_t leaves_of(unsigned level) {
  return std::uint64_t{1} << level;
}

// Largest power of two below `n`, which is at least 2.
std::uint64_t split_of(std::uint64_t n) {
  std::uint64_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

void append_inclusion(std::vector<ProofPart>& out, std::uint64_t index, ProofPart of) {
  if (of.end - of.first == 1) return;
  const std::uint64_t middle = of.first + split_of(of.end - of.first);
  if (index < middle) {
    append_inclusion(out, index, {of.first, middle});
    out.push_back({middle, of.end});
  } else {
    append_inclusion(out, index, {middle, of.end});
    out.push_back({of.first, middle});
  }
}

// `whole`: the old tree is the one whose root the verifier holds already.
void append_consistency(std::vector<ProofPart>& out, std::uint64_t old_end, ProofPart of,
                        bool whole) {
  if (old_end == of.end) {
    if (!whole) out.push_back(of);
    return;
  }
  const std::uint64_t middle = of.first + split_of(of.end - of.first);
  if (old_end <= middle) {
    append_consistency(out, old_end, {of.first, middle}, whole);
    out.push_back({middle, of.end});
  } else {
    append_consistency(out, old_end, {middle, of.end}, false);
    out.push_back({of.first, middle});
  }
}

}  // namespace

bool LeafRange::add(ChainHash& hash, const Subtree& subtree) {
  if (subtree.level > kMostLevels || end_ % leaves_of(subtree.level) ||
      leaves_of(subtree.level) > kMostLeaves - std::min(end_, kMostLeaves))
    return false;
  nodes_.push_back(subtree);
  end_ += leaves_of(subtree.level);
  while (nodes_.size() > 1) {
    const Subtree right = nodes_.back();
    Subtree& left = nodes_[nodes_.size() - 2];
    if (left.level != right.level || end_ % leaves_of(right.level + 1)) break;
    left = {right.level + 1, hash.node(left.hash, right.hash)};
    nodes_.pop_back();
  }
  return true;
}

Hash LeafRange::root(ChainHash& hash) const {
  if (nodes_.empty()) return hash.nothing();
  Hash root = nodes_.back().hash;
  for (auto n = nodes_.rbegin() + 1; n != nodes_.rend(); ++n) root = hash.node(n->hash, root);
  return root;
}

void append_subtrees(std::string& out, const std::vector<Subtree>& subtrees) {
  out += '[';
  for (const Subtree& s : subtrees) {
    if (out.back() != '[') out += ',';
    out += '[' + std::to_string(s.level) + ",\"";
    out += text_of(link_of(s.hash));
    out += "\"]";
  }
  out += ']';
}

std::vector<ProofPart> inclusion_parts(std::uint64_t index, std::uint64_t size) {
  std::vector<ProofPart> parts;
  append_inclusion(parts, index, {0, size});
  return parts;
}

std::vector<ProofPart> consistency_parts(std::uint64_t old_size, std::uint64_t size) {
  std::vector<ProofPart> parts;
  append_consistency(parts, old_size, {0, size}, true);
  return parts;
}

ProofBuilder::ProofBuilder(std::vector<ProofPart> parts) : parts_(std::move(parts)) {
  for (const ProofPart& p : parts_) ranges_.emplace_back(p.first);
}

bool ProofBuilder::add(ChainHash& hash, std::uint64_t first, const Subtree& subtree) {
  const std::uint64_t end = first + leaves_of(subtree.level);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (end <= parts_[i].first || first >= parts_[i].end) continue;
    if (first < parts_[i].first || end > parts_[i].end || first != ranges_[i].end()) return false;
    return ranges_[i].add(hash, subtree);
  }
  return true;
}

std::optional<std::vector<Hash>> ProofBuilder::hashes(ChainHash& hash) const {
  std::vector<Hash> out;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (ranges_[i].end() != parts_[i].end) return std::nullopt;
    out.push_back(ranges_[i].root(hash));
  }
  return out;
}

// RFC 9162, 2.1.3.2.
bool verify_inclusion(ChainHash& hash, std::uint64_t index, std::uint64_t size, const Hash& leaf,
                      const std::vector<Hash>& path, const Hash& root) {
  if (index >= size) return false;
  std::uint64_t node = index, last = size - 1;
  Hash value = leaf;
  for (const Hash& sibling : path) {
    if (last == 0) return false;
    if (node % 2 || node == last) {
      value = hash.node(sibling, value);
      while (node % 2 == 0 && node != 0) node /= 2, last /= 2;
    } else {
      value = hash.node(value, sibling);
    }
    node /= 2, last /= 2;
  }
  return last == 0 && value == root;
}

// RFC 9162, 2.1.4.2.
bool verify_consistency(ChainHash& hash, std::uint64_t old_size, std::uint64_t size,
                        const Hash& old_root, const Hash& root, const std::vector<Hash>& path) {
  if (old_size == 0 || old_size > size) return false;
  if (old_size == size) return path.empty() && old_root == root;
  std::vector<Hash> steps = path;
  if ((old_size & (old_size - 1)) == 0) steps.insert(steps.begin(), old_root);
  if (steps.empty()) return false;
  std::uint64_t node = old_size - 1, last = size - 1;
  while (node % 2) node /= 2, last /= 2;
  Hash before = steps[0], now = steps[0];
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (last == 0) return false;
    if (node % 2 || node == last) {
      before = hash.node(steps[i], before);
      now = hash.node(steps[i], now);
      while (node % 2 == 0 && node != 0) node /= 2, last /= 2;
    } else {
      now = hash.node(now, steps[i]);
    }
    node /= 2, last /= 2;
  }
  return last == 0 && before == old_root && now == root;
}

}  // namespace sekisho::audit
