#include "audit/proof/log_key.h"

#include <openssl/evp.h>

#include <algorithm>

namespace sekisho::audit {
namespace {

constexpr std::size_t kKeyBytes = 32, kSignatureBytes = 64;
constexpr char kEd25519 = 1;  // type of the key, of C2SP signed-note

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

using Pkey = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Context = std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)>;

KeyId id_of(const std::string& name, const std::string& key) {
  const std::string text = name + '\n' + kEd25519 + key;
  unsigned char digest[32] = {};
  EVP_Digest(text.data(), text.size(), digest, nullptr, EVP_sha256(), nullptr);
  KeyId id;
  std::copy(digest, digest + id.size(), id.begin());
  return id;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes),
                                static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(n));
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 || text.size() > 1u << 20) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(text),
                                static_cast<int>(text.size()));
  if (n < 0) return std::nullopt;
  const auto padding = static_cast<std::size_t>(std::count(text.begin(), text.end(), '='));
  if (padding > 2) return std::nullopt;
  out.resize(static_cast<std::size_t>(n) - padding);
  if (encode_base64(out) != text) return std::nullopt;
  return out;
}

bool is_key_name(std::string_view name) {
  const auto fits = [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '+' && c != '{';
  };
  return !name.empty() && name.size() <= 200 && std::all_of(name.begin(), name.end(), fits);
}

VerifyingKey::VerifyingKey(std::string name, std::string public_key)
    : name_(std::move(name)), key_(std::move(public_key)), id_(id_of(name_, key_)) {}

std::optional<VerifyingKey> VerifyingKey::parse(std::string_view vkey) {
  constexpr std::size_t kKey = 44, kId = 8;  // characters
  if (vkey.size() < 1 + 1 + kId + 1 + kKey) return std::nullopt;
  const std::size_t key_at = vkey.size() - kKey - 1, id_at = key_at - kId - 1;
  if (vkey[key_at] != '+' || vkey[id_at] != '+') return std::nullopt;
  const std::string_view name = vkey.substr(0, id_at);
  const auto raw = decode_base64(vkey.substr(key_at + 1));
  if (!is_key_name(name) || !raw || raw->size() != kKeyBytes + 1 || raw->front() != kEd25519)
    return std::nullopt;
  VerifyingKey key{std::string(name), raw->substr(1)};
  if (key.id_text() != vkey.substr(id_at + 1, kId)) return std::nullopt;
  return key;
}

std::string VerifyingKey::id_text() const {
  std::string hex;
  for (const unsigned char c : id_) {
    hex += "0123456789abcdef"[c >> 4];
    hex += "0123456789abcdef"[c & 15];
  }
  return hex;
}

std::string VerifyingKey::vkey() const {
  return name_ + '+' + id_text() + '+' + encode_base64(kEd25519 + key_);
}

bool VerifyingKey::verifies(std::string_view text, std::string_view signature) const {
  if (signature.size() != kSignatureBytes) return false;
  const Pkey key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(key_), key_.size()),
      EVP_PKEY_free);
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return key && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                          text.size()) == 1;
}

struct SigningKey::Key {
  Pkey pkey;
};

SigningKey::SigningKey(VerifyingKey half, std::shared_ptr<const Key> key)
    : public_(std::move(half)), key_(std::move(key)) {}

std::optional<SigningKey> SigningKey::from_seed(std::string name, std::string_view seed) {
  if (seed.size() != kKeyBytes || !is_key_name(name)) return std::nullopt;
  Pkey pkey(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(seed), seed.size()),
            EVP_PKEY_free);
  std::string half(kKeyBytes, '\0');
  std::size_t size = half.size();
  if (!pkey || EVP_PKEY_get_raw_public_key(
                   pkey.get(), reinterpret_cast<unsigned char*>(half.data()), &size) != 1)
    return std::nullopt;
  return SigningKey(VerifyingKey(std::move(name), std::move(half)),
                    std::make_shared<const Key>(Key{std::move(pkey)}));
}

std::string SigningKey::sign(std::string_view text) const {
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  const bool done =
      EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->pkey.get()) == 1 &&
      EVP_DigestSign(context.get(), out, &size, bytes_of(text), text.size()) == 1;
  return done ? signature : std::string();
}

}  // namespace sekisho::audit
