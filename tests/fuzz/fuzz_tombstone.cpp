// Any bytes as what stays of a removed segment: what is taken covers its records, says the same
// when it is written again, and bears no signature that was not made.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "audit/proof/tombstone.h"

namespace audit = sekisho::audit;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Its seed is in no corpus: nothing from outside is signed with it.
const audit::SigningKey& key() {
  static const auto kKey =
      audit::SigningKey::from_seed("sekisho.example.co.jp/gw1", std::string(32, '\x5a'));
  return *kKey;
}

bool is_signed(const audit::SignedTombstone& t) {
  return audit::check_signature(t.note.text, t.note.signatures, key().public_half()) ==
         audit::SignatureCheck::kGood;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static audit::ChainHash hash;
  const auto read = audit::parse_tombstone(hash, {reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  require(!is_signed(*read));
  const audit::Tombstone& t = read->tombstone;
  require(t.first <= t.last);
  audit::LeafRange range(t.first);
  for (const audit::Subtree& s : t.subtrees) require(range.add(hash, s));
  require(range.end() == t.last + 1);
  const std::string line = audit::tombstone_line(t, {key()});
  const auto again = audit::parse_tombstone(hash, line);
  require(again && is_signed(*again));
  require(audit::tombstone_line(again->tombstone, {key()}) == line);
  return 0;
}
