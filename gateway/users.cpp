#include "gateway/users.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <unordered_map>

#include "config/text_file.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMaxName = 64;
constexpr std::string_view kTokenHash = "$sekisho-token$";
constexpr std::size_t kSuccesses = 10000;
constexpr std::int64_t kSuccessSeconds = 600;
constexpr std::size_t kDigest = 32;

std::string hex(const unsigned char* bytes, std::size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    out += kDigits[bytes[i] >> 4];
    out += kDigits[bytes[i] & 15];
  }
  return out;
}

bool is_hash(std::string_view hash) {
  if (hash.starts_with(kTokenHash))
    return hash.size() == kTokenHash.size() + 2 * kDigest &&
           hash.find_first_not_of("0123456789abcdef", kTokenHash.size()) == hash.npos;
  // Only schemes that are strong: yescrypt, gost-yescrypt, scrypt, bcrypt, sha512crypt,
  // sha256crypt.
  static constexpr std::string_view kStrong[] = {"$y$",  "$gy$", "$7$", "$2b$",
                                                 "$2y$", "$6$",  "$5$"};
  return std::any_of(std::begin(kStrong), std::end(kStrong),
                     [&](std::string_view scheme) { return hash.starts_with(scheme); }) &&
         hash.size() > 20 && hash.size() < CRYPT_OUTPUT_SIZE;
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string crypted(const std::string& password, const std::string& setting) {
  const auto data = std::make_unique<crypt_data>();
  const char* out = crypt_rn(password.c_str(), setting.c_str(), data.get(), sizeof *data);
  std::string result = out ? out : "";
  OPENSSL_cleanse(data.get(), sizeof *data);
  return result;
}

bool matches(const std::string& password, const std::string& hash) {
  if (hash.starts_with(kTokenHash)) return equal(hash_token(password), hash);
  // crypt() ends at a NUL, so that two passwords would be one.
  if (password.find('\0') != password.npos) return false;
  return equal(crypted(password, hash), hash);
}

// Everything before the first ':'; nothing for comments and empty lines.
std::optional<std::string_view> name_in(std::string_view line) {
  if (line.empty() || line.front() == '#') return std::nullopt;
  return line.substr(0, line.find(':'));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::size_t stop = end;
    if (stop > at && text[stop - 1] == '\r') --stop;
    out.push_back(text.substr(at, stop - at));
    at = end + 1;
  }
  return out;
}

}  // namespace

bool is_user_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxName || name.front() == ' ' || name.back() == ' ' ||
      name.front() == '#')
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x20 && u != 0x7f && c != ':';
  });
}

std::string hash_password(const std::string& password) {
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  if (!crypt_gensalt_rn("$y$", 0, nullptr, 0, setting, sizeof setting)) return {};
  const std::string hash = crypted(password, setting);
  return is_hash(hash) ? hash : std::string();
}

std::string hash_token(std::string_view token) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(token.data(), token.size(), digest, &size, EVP_sha256(), nullptr);
  return std::string(kTokenHash) + hex(digest, size);
}

std::string new_token() {
  unsigned char random[32];
  if (RAND_bytes(random, sizeof random) != 1) return {};
  unsigned char text[48];
  EVP_EncodeBlock(text, random, sizeof random);
  std::string out(reinterpret_cast<char*>(text), 43);
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return "sks-" + out;
}

// Pairs that were right, as HMACs, each for ten minutes; cleared when full.
class Users::Successes {
 public:
  Successes() { usable_ = RAND_bytes(key_.data(), key_.size()) == 1; }
  ~Successes() { OPENSSL_cleanse(key_.data(), key_.size()); }

  bool has(const std::string& name, const std::string& password, std::int64_t now) {
    const std::string mac = mac_of(name, password);
    const std::lock_guard lock(mutex_);
    const auto at = until_.find(mac);
    return usable_ && at != until_.end() && now < at->second;
  }

  void put(const std::string& name, const std::string& password, std::int64_t now) {
    std::string mac = mac_of(name, password);
    const std::lock_guard lock(mutex_);
    if (until_.size() >= kSuccesses) until_.clear();
    until_[std::move(mac)] = now + kSuccessSeconds;
  }

 private:
  std::string mac_of(const std::string& name, const std::string& password) const {
    const std::string pair = name + ':' + password;  // a name has no ':'
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
         reinterpret_cast<const unsigned char*>(pair.data()), pair.size(), out, &size);
    return {reinterpret_cast<char*>(out), size};
  }

  std::array<unsigned char, kDigest> key_{};
  bool usable_ = false;
  std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t> until_;
};

Users::Users() : successes_(std::make_unique<Successes>()) {}

Users::~Users() = default;

std::shared_ptr<const Users> Users::load(const std::string& path, std::string& error) {
  std::string why;
  const auto text = config::read_text_file(path, why);
  if (!text) {
    error = path + ": " + why;
    return nullptr;
  }
  std::shared_ptr<Users> made(new Users);
  if (!made->parse(path, *text, error)) return nullptr;
  // As slow as a real one, so that names cannot be told from the time.
  for (const auto& [name, hash] : made->hashes_)
    if (!hash.starts_with(kTokenHash)) made->dummy_ = hash;
  if (made->dummy_.empty()) made->dummy_ = hash_token("");
  return made;
}

bool Users::parse(const std::string& path, const std::string& text, std::string& error) {
  int number = 0;
  const auto fail = [&](const std::string& what) {
    error = path + ":" + std::to_string(number) + ": " + what;
    return false;
  };
  for (const std::string& line : lines_of(text)) {
    ++number;
    const auto name = name_in(line);
    if (!name) continue;
    if (name->size() == line.size()) return fail("expected name:hash (see sekisho user add)");
    if (!is_user_name(*name)) return fail("not a user name (1 to 64 bytes, no ':' or controls)");
    std::string hash = line.substr(name->size() + 1);
    if (!is_hash(hash))
      return fail("not a hash of a scheme that is strong enough; make it with sekisho user add");
    if (!hashes_.emplace(*name, std::move(hash)).second)
      return fail("the user is there already: " + std::string(*name));
  }
  return true;
}

bool Users::verify(const std::string& name, const std::string& password, std::int64_t now) const {
  const auto at = hashes_.find(name);
  const bool known = at != hashes_.end();
  const std::string& hash = known ? at->second : dummy_;
  const bool right = matches(password, hash) && known;
  // A wrong token takes as long as a wrong password, or names could be told by it.
  if (!right && known && hash.starts_with(kTokenHash)) matches(password, dummy_);
  if (right) successes_->put(name, password, now);
  return right;
}

bool Users::cached(const std::string& name, const std::string& password, std::int64_t now) const {
  return successes_->has(name, password, now);
}

}  // namespace sekisho::gateway
