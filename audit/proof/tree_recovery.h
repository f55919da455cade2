#pragma once

// Where the tree stands when a gateway opens its log, without reading more of it than what came
// after the newest checkpoint.

#include <string>
#include <vector>

#include "audit/proof/checkpoint.h"
#include "audit/recovery.h"
#include "audit/store.h"

namespace sekisho::audit {

// The state that latest.tree keeps, if the note in it is signed by one of the keys and fits.
std::optional<TreeState> read_tree_state(Store& store, ChainHash& hash,
                                         const std::vector<VerifyingKey>& keys);

// `found` is what recover() found. A log that ends before the newest checkpoint goes on behind it,
// so that no number that was vouched for is given twice: that is a damage, told in `found`. False
// and `error` if the disk refused.
bool restore_tree(Store& store, ChainHash& hash, const std::vector<VerifyingKey>& keys,
                  Recovery& found, LeafRange& tree, std::string& error);

}  // namespace sekisho::audit
