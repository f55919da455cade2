#pragma once

// The tree over the records (RFC 6962): a leaf is ChainHash::leaf(line), so one hash of a record
// serves chain and tree. docs/audit_format.md

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/chain.h"

namespace sekisho::audit {

// A whole subtree of 2^level leaves.
struct Subtree {
  unsigned level = 0;
  Hash hash{};
};

// The leaves [first, end) as the fewest whole subtrees: what a tree needs to go on, about log2 of
// their number. From 0 on it is the right spine of the tree.
class LeafRange {
 public:
  explicit LeafRange(std::uint64_t first = 0) : first_(first), end_(first) {}

  void add(ChainHash& hash, const Hash& leaf) { add(hash, Subtree{0, leaf}); }
  // False: a subtree of this size cannot stand at end().
  bool add(ChainHash& hash, const Subtree& subtree);

  std::uint64_t first() const { return first_; }
  std::uint64_t end() const { return end_; }
  const std::vector<Subtree>& subtrees() const { return nodes_; }
  // Of the tree over these leaves alone; of no leaves SHA-256 of nothing.
  Hash root(ChainHash& hash) const;

 private:
  std::uint64_t first_, end_;
  std::vector<Subtree> nodes_;
};

// [[level,"base64"],…], and what a tree of `first` becomes with it.
void append_subtrees(std::string& out, const std::vector<Subtree>& subtrees);

// A half-open range of leaves whose hash a proof is made of.
struct ProofPart {
  std::uint64_t first = 0, end = 0;
};
// In the order of the proof. `index` < `size`; 0 < `old_size` <= `size`.
std::vector<ProofPart> inclusion_parts(std::uint64_t index, std::uint64_t size);
std::vector<ProofPart> consistency_parts(std::uint64_t old_size, std::uint64_t size);

// Fills the hashes of the parts from leaves that pass by once, in order.
class ProofBuilder {
 public:
  explicit ProofBuilder(std::vector<ProofPart> parts);
  // The leaves (or whole subtrees of them) come in order. False: a subtree would have to be taken
  // apart.
  bool add(ChainHash& hash, std::uint64_t first, const Subtree& subtree);
  // In the order of the parts; nothing if leaves are missing.
  std::optional<std::vector<Hash>> hashes(ChainHash& hash) const;

 private:
  std::vector<ProofPart> parts_;
  std::vector<LeafRange> ranges_;
};

bool verify_inclusion(ChainHash& hash, std::uint64_t index, std::uint64_t size, const Hash& leaf,
                      const std::vector<Hash>& path, const Hash& root);
bool verify_consistency(ChainHash& hash, std::uint64_t old_size, std::uint64_t size,
                        const Hash& old_root, const Hash& root, const std::vector<Hash>& path);

}  // namespace sekisho::audit
