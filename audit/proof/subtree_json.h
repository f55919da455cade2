#pragma once

// Reads the JSON that carries subtrees: of latest.tree and of pruned.jsonl.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/proof/merkle.h"

namespace sekisho::audit {

struct SubtreeJson {
  std::optional<std::uint64_t> size, first, last;
  Link link{};
  std::vector<Subtree> subtrees;
  std::string t, segment, why;
  std::vector<std::string> approvers;
};
// Nothing if it is no JSON object with a `link` and `subtrees` of the right form. Members that are
// not listed here are passed over.
std::optional<SubtreeJson> read_subtree_json(std::string_view json);

}  // namespace sekisho::audit
