#include "audit/proof/key_chain.h"

#include <algorithm>

namespace sekisho::audit {
namespace {

bool contains(const std::vector<VerifyingKey>& keys, const VerifyingKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

std::string KeyChain::add(std::uint64_t seq, const std::string& vkey, const std::string& rotation) {
  const auto key = VerifyingKey::parse(vkey);
  if (!key) return "it publishes what is no key";
  if (!entries_.empty() && entries_.back().key == *key) return {};  // every start says it again
  const auto note = parse_rotation(rotation);
  const bool vouched =
      note && note->to == vkey && !entries_.empty() && note->from == entries_.back().key.vkey();
  const bool wrong = !entries_.empty() && !vouched && !contains(given_, *key);
  entries_.push_back({seq, *key, vouched});
  return wrong ? "it publishes the key " + key->id_text() +
                     ", for which the key before it did not vouch"
               : std::string();
}

// Both keys sign a rotation, so trust goes along it in both directions.
void KeyChain::settle() {
  trusted_ = given_;
  if (trusted_.empty() && !entries_.empty()) trusted_.push_back(entries_.front().key);
  for (bool more = true; more;) {
    more = false;
    for (std::size_t i = 1; i < entries_.size(); ++i) {
      if (!entries_[i].vouched) continue;
      const VerifyingKey &one = entries_[i - 1].key, &two = entries_[i].key;
      if (contains(trusted_, one) == contains(trusted_, two)) continue;
      trusted_.push_back(contains(trusted_, one) ? two : one);
      more = true;
    }
  }
}

const KeyChain::Entry* KeyChain::in_force(std::uint64_t size) const {
  const Entry* found = entries_.empty() ? nullptr : &entries_.front();
  for (const Entry& e : entries_)
    if (e.seq < size) found = &e;
  return found;
}

bool KeyChain::trusted(const VerifyingKey& key) const {
  return contains(trusted_, key);
}

bool KeyChain::forged(const SignedNote& note, std::string& name) const {
  const auto bad = [&](const VerifyingKey& key) {
    name = key.id_text();
    return check_signature(note.text, note.signatures, key) == SignatureCheck::kBad;
  };
  return std::any_of(given_.begin(), given_.end(), bad) ||
         std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) { return bad(e.key); });
}

std::string KeyChain::problem_of(const SignedNote& note, std::uint64_t size) const {
  std::string name;
  if (forged(note, name)) return "its signature by the key " + name + " does not fit";
  const Entry* entry = in_force(size);
  if (!entry) return problem_of(note);
  if (check_signature(note.text, note.signatures, entry->key) != SignatureCheck::kGood)
    return "it is not signed by the key that was in force (" + entry->key.id_text() + ")";
  if (!trusted(entry->key))
    return "it is signed by the key " + entry->key.id_text() +
           ", for which no key that was given vouches";
  return {};
}

std::string KeyChain::problem_of(const SignedNote& note) const {
  std::string name;
  if (forged(note, name)) return "its signature by the key " + name + " does not fit";
  const auto good = [&](const VerifyingKey& key) {
    return check_signature(note.text, note.signatures, key) == SignatureCheck::kGood;
  };
  if (std::any_of(trusted_.begin(), trusted_.end(), good)) return {};
  return "no key of this log signed it";
}

std::string KeyChain::origin() const {
  if (!entries_.empty()) return entries_.front().key.name();
  return given_.empty() ? std::string() : given_.front().name();
}

std::vector<std::string> KeyChain::vkeys() const {
  std::vector<std::string> out;
  for (const Entry& e : entries_) out.push_back(e.key.vkey());
  for (const VerifyingKey& key : given_)
    if (std::find(out.begin(), out.end(), key.vkey()) == out.end()) out.push_back(key.vkey());
  return out;
}

}  // namespace sekisho::audit
