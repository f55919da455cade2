#pragma once

// Which key had to sign what, as the log itself and those who hold its keys outside say.

#include <cstdint>
#include <string>
#include <vector>

#include "audit/proof/key_rotation.h"
#include "audit/proof/signed_note.h"

namespace sekisho::audit {

class KeyChain {
 public:
  // `given`: keys that were had from outside; none = the first one of the log is believed.
  explicit KeyChain(std::vector<VerifyingKey> given) : given_(std::move(given)) {}

  // A `key` record, in the order of the log. What is wrong with it, "" = nothing.
  std::string add(std::uint64_t seq, const std::string& vkey, const std::string& rotation);
  // After the last add().
  void settle();

  // What is wrong with the signatures of what was said about the first `size` records; "" =
  // nothing.
  std::string problem_of(const SignedNote& note, std::uint64_t size) const;
  // The same of a statement that any key of the log may have signed.
  std::string problem_of(const SignedNote& note) const;

  bool given() const { return !given_.empty(); }
  bool knows_any() const { return !given_.empty() || !entries_.empty(); }
  // "" = no key is known.
  std::string origin() const;
  std::vector<std::string> vkeys() const;  // in the order of the log, then those given only

 private:
  struct Entry {
    std::uint64_t seq = 0;
    VerifyingKey key;
    bool vouched = false;  // by the one before
  };
  const Entry* in_force(std::uint64_t size) const;
  bool trusted(const VerifyingKey& key) const;
  bool forged(const SignedNote& note, std::string& name) const;

  std::vector<VerifyingKey> given_;
  std::vector<VerifyingKey> trusted_;
  std::vector<Entry> entries_;
};

}  // namespace sekisho::audit
