#pragma once

// A checkpoint: what a log was at one size, in the form of C2SP tlog-checkpoint.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/proof/merkle.h"
#include "audit/proof/signed_note.h"

namespace sekisho::audit {

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root{};
};

// "origin\nsize\nroot\n", which is what is signed.
std::string checkpoint_text(const Checkpoint& checkpoint);
// Nothing if the text is no checkpoint: a leading zero, a line too many, …
std::optional<Checkpoint> parse_checkpoint(std::string_view text);

// "000000000042.ckpt", and back.
std::string checkpoint_name(std::uint64_t size);
std::optional<std::uint64_t> checkpoint_size(std::string_view name);

inline constexpr std::string_view kCheckpointFolder = "checkpoints";
inline constexpr std::string_view kLatestCheckpoint = "latest.ckpt";
// Where the tree stood then, so that a start need not read the whole log.
inline constexpr std::string_view kLatestTree = "latest.tree";

struct TreeState {
  LeafRange tree;
  Link link{};  // `prev` of the record at tree.end()
};
// {"v":1,"size":N,"link":"…","subtrees":[…]}
std::string tree_state_text(const TreeState& state);
std::optional<TreeState> parse_tree_state(ChainHash& hash, std::string_view json);

}  // namespace sekisho::audit
