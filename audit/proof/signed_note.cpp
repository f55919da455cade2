#include "audit/proof/signed_note.h"

#include <algorithm>

namespace sekisho::audit {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t kMostSignatures = 100;

}  // namespace

std::optional<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(kDash)) return std::nullopt;
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) return std::nullopt;
  const auto bytes = decode_base64(line.substr(space + 1));
  NoteSignature out;
  if (!bytes || bytes->size() <= out.id.size()) return std::nullopt;
  out.name = line.substr(0, space);
  std::copy(bytes->begin(), bytes->begin() + static_cast<std::ptrdiff_t>(out.id.size()),
            out.id.begin());
  out.signature = bytes->substr(out.id.size());
  return out;
}

std::optional<SignedNote> parse_note(std::string_view note) {
  const std::size_t empty_line = note.rfind("\n\n");
  if (empty_line == std::string_view::npos || !note.ends_with('\n')) return std::nullopt;
  SignedNote out;
  out.text = note.substr(0, empty_line + 1);
  std::string_view rest = note.substr(empty_line + 2);
  while (!rest.empty()) {
    const std::size_t lf = rest.find('\n');
    auto signature = parse_signature_line(rest.substr(0, lf));
    if (!signature || out.signatures.size() == kMostSignatures) return std::nullopt;
    out.signatures.push_back(std::move(*signature));
    rest.remove_prefix(lf + 1);
  }
  if (out.signatures.empty()) return std::nullopt;
  return out;
}

std::string signature_line(std::string_view text, const SigningKey& key) {
  const VerifyingKey& half = key.public_half();
  std::string bytes(half.id().begin(), half.id().end());
  bytes += key.sign(text);
  return std::string(kDash) + half.name() + ' ' + encode_base64(bytes);
}

std::string sign_note(const std::string& text, const std::vector<SigningKey>& keys) {
  std::string note = text + '\n';
  for (const SigningKey& key : keys) note += signature_line(text, key) + '\n';
  return note;
}

SignatureCheck check_signature(std::string_view text, const std::vector<NoteSignature>& signatures,
                               const VerifyingKey& key) {
  SignatureCheck found = SignatureCheck::kMissing;
  for (const NoteSignature& s : signatures) {
    if (s.name != key.name() || s.id != key.id()) continue;
    if (!key.verifies(text, s.signature)) return SignatureCheck::kBad;
    found = SignatureCheck::kGood;
  }
  return found;
}

}  // namespace sekisho::audit
