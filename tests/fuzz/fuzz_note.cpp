// Any bytes as a signed note, a checkpoint, the state of a tree, a key: what is taken is canonical,
// so that nobody can write one thing in two ways, and no signature is good that was not made.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "audit/proof/checkpoint.h"
#include "audit/proof/signed_note.h"

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

void check_note(std::string_view bytes) {
  const auto note = audit::parse_note(bytes);
  if (!note) return;
  require(!note->text.empty() && note->text.back() == '\n');
  require(bytes.starts_with(note->text) && !note->signatures.empty());
  require(audit::check_signature(note->text, note->signatures, key().public_half()) !=
          audit::SignatureCheck::kGood);
  // What is signed anew reads as the same text, and one more letter is another.
  const auto again = audit::parse_note(audit::sign_note(note->text, {key()}));
  require(again && again->text == note->text);
  require(audit::check_signature(again->text, again->signatures, key().public_half()) ==
          audit::SignatureCheck::kGood);
  require(audit::check_signature("x" + again->text, again->signatures, key().public_half()) ==
          audit::SignatureCheck::kBad);
  if (const auto checkpoint = audit::parse_checkpoint(note->text))
    require(audit::checkpoint_text(*checkpoint) == note->text);
}

void check_tree(std::string_view bytes) {
  static audit::ChainHash hash;
  const auto state = audit::parse_tree_state(hash, bytes);
  if (!state) return;
  const std::string text = audit::tree_state_text(*state);
  const auto again = audit::parse_tree_state(hash, text);
  require(again && audit::tree_state_text(*again) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_note(bytes);
  check_tree(bytes);
  if (const auto checkpoint = audit::parse_checkpoint(bytes))
    require(audit::checkpoint_text(*checkpoint) == bytes);
  if (const auto vkey = audit::VerifyingKey::parse(bytes)) require(vkey->vkey() == bytes);
  if (const auto number = audit::checkpoint_size(bytes))
    require(audit::checkpoint_name(*number) == bytes);
  return 0;
}
