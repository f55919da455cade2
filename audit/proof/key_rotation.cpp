#include "audit/proof/key_rotation.h"

#include <algorithm>

#include "audit/proof/signed_note.h"

namespace sekisho::audit {
namespace {

constexpr std::string_view kForm = "sekisho-log-key/1", kUntil = "until ", kBy = "by ";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0, lf; (lf = text.find('\n', at)) != text.npos; at = lf + 1)
    lines.push_back(text.substr(at, lf - at));
  return lines;
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32; }, ' ');
  return text;
}

}  // namespace

std::string rotation_note(const KeyRotation& rotation, const SigningKey& from,
                          const SigningKey& to) {
  std::string text(kForm);
  text += '\n' + rotation.from + '\n' + rotation.to + '\n';
  text += std::string(kUntil) + one_line(rotation.until) + '\n';
  text += std::string(kBy) + one_line(rotation.by) + '\n';
  return sign_note(text, {from, to});
}

std::optional<KeyRotation> parse_rotation(std::string_view text) {
  const auto note = parse_note(text);
  if (!note) return std::nullopt;
  const auto lines = lines_of(note->text);
  if (lines.size() != 5 || lines[0] != kForm || !lines[3].starts_with(kUntil) ||
      !lines[4].starts_with(kBy))
    return std::nullopt;
  const KeyRotation out{std::string(lines[1]), std::string(lines[2]),
                        std::string(lines[3].substr(kUntil.size())),
                        std::string(lines[4].substr(kBy.size()))};
  for (const std::string* vkey : {&out.from, &out.to}) {
    const auto key = VerifyingKey::parse(*vkey);
    if (!key || check_signature(note->text, note->signatures, *key) != SignatureCheck::kGood)
      return std::nullopt;
  }
  return out;
}

}  // namespace sekisho::audit
