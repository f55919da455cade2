#pragma once

// The leaves of a log's tree in order, without verifying anything: for heads and proofs.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "audit/proof/merkle.h"

namespace sekisho::audit {

// `line` is "" for a subtree that a tombstone stands for. False = enough.
using LeafVisitor =
    std::function<bool(std::uint64_t seq, const Subtree& subtree, std::string_view line)>;

// From record `from` on, which must begin a record that is there or that a tombstone begins with.
// False and `error`: a file cannot be read, or records are missing.
bool walk_leaves(const std::string& directory, ChainHash& hash, std::uint64_t from,
                 const LeafVisitor& visit, std::string& error);

// The tree over the whole log, from latest.tree on if that fits its own checkpoint.
struct WholeTree {
  LeafRange tree;
  Link link{};
};
bool read_whole_tree(const std::string& directory, ChainHash& hash, WholeTree& out,
                     std::string& error);

}  // namespace sekisho::audit
