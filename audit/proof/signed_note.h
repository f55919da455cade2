#pragma once

// C2SP signed notes: a text that ends in LF, an empty line, and lines "— name base64(id ‖
// signature)". The LF that ends the text is signed, the empty line is not.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/proof/log_key.h"

namespace sekisho::audit {

struct NoteSignature {
  std::string name;
  KeyId id{};
  std::string signature;
};

struct SignedNote {
  std::string text;  // with its last LF
  std::vector<NoteSignature> signatures;
};

// Nothing if it is no signed note.
std::optional<SignedNote> parse_note(std::string_view note);

// "— name base64", without LF.
std::string signature_line(std::string_view text, const SigningKey& key);
std::optional<NoteSignature> parse_signature_line(std::string_view line);

// `text` ends in LF.
std::string sign_note(const std::string& text, const std::vector<SigningKey>& keys);

enum class SignatureCheck {
  kGood,
  kMissing,  // no line of this key: other lines are of keys one does not know
  kBad       // a line of this key that does not verify: the note must not be believed at all
};
SignatureCheck check_signature(std::string_view text, const std::vector<NoteSignature>& signatures,
                               const VerifyingKey& key);

}  // namespace sekisho::audit
