#pragma once

// Ed25519 keys of a log, in the spelling of C2SP signed notes: name, key id, and what an auditor
// is given (the vkey). docs/audit_format.md

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::audit {

using KeyId = std::array<unsigned char, 4>;

std::string encode_base64(std::string_view bytes);
// Canonical, with padding; nothing for anything else.
std::optional<std::string> decode_base64(std::string_view text);

// A name that a note can carry: no white space, no '+', no '{', not empty.
bool is_key_name(std::string_view name);

// The public half.
class VerifyingKey {
 public:
  // "name+0123abcd+base64(0x01 ‖ 32 bytes)"; nothing if it is none, or if its id does not fit.
  static std::optional<VerifyingKey> parse(std::string_view vkey);
  VerifyingKey(std::string name, std::string public_key);  // 32 bytes

  const std::string& name() const { return name_; }
  const KeyId& id() const { return id_; }
  std::string id_text() const;  // eight hexadecimal digits
  std::string vkey() const;
  bool verifies(std::string_view text, std::string_view signature) const;
  bool operator==(const VerifyingKey& other) const {
    return name_ == other.name_ && key_ == other.key_;
  }

 private:
  std::string name_, key_;
  KeyId id_{};
};

// The private half. Immutable; may be used by several threads.
class SigningKey {
 public:
  // From the 32 bytes that an Ed25519 key is made of; nothing if they are not 32, or the name is
  // none.
  static std::optional<SigningKey> from_seed(std::string name, std::string_view seed);

  const VerifyingKey& public_half() const { return public_; }
  std::string sign(std::string_view text) const;  // 64 bytes

 private:
  struct Key;
  SigningKey(VerifyingKey half, std::shared_ptr<const Key> key);
  VerifyingKey public_;
  std::shared_ptr<const Key> key_;
};

}  // namespace sekisho::audit
