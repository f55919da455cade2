#include "gateway/keys.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace sekisho::gateway {
namespace {

constexpr int kKeyBytes = 32;

std::optional<std::string> read_key(const std::string& path, std::string& error) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  unsigned char bytes[64];
  if (text.size() != 44 ||
      EVP_DecodeBlock(bytes, reinterpret_cast<const unsigned char*>(text.data()), 44) != 33) {
    error = path + ": not a key (32 bytes in base64 on one line)";
    return std::nullopt;
  }
  return std::string(reinterpret_cast<char*>(bytes), kKeyBytes);
}

bool write_all(int fd, const std::string& text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
         fsync(fd) == 0;
}

bool make_key(const std::string& path, std::string& error) {
  unsigned char bytes[kKeyBytes];
  unsigned char text[48];
  if (RAND_bytes(bytes, kKeyBytes) != 1) {
    error = "no random numbers";
    return false;
  }
  const int n = EVP_EncodeBlock(text, bytes, kKeyBytes);
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool ok = fd >= 0 && write_all(fd, std::string(reinterpret_cast<char*>(text), n) + "\n");
  if (!ok) error = path + ": " + std::strerror(errno);
  if (fd >= 0) close(fd);
  return ok;
}

}  // namespace

std::optional<std::string> load_or_make_key(const std::string& path, std::string& error) {
  struct stat st {};
  if (stat(path.c_str(), &st) != 0 && !make_key(path, error)) return std::nullopt;
  return load_key(path, error);
}

std::optional<std::string> load_key(const std::string& path, std::string& error) {
  struct stat st {};
  if (stat(path.c_str(), &st) == 0 && (st.st_mode & 077)) {
    error = path + ": readable by others (mode must be 0600)";
    return std::nullopt;
  }
  return read_key(path, error);
}

namespace {

bool make_folder(const std::string& directory, std::string& error) {
  if (mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return true;
  error = directory + ": " + std::strerror(errno);
  return false;
}

constexpr const char* kDatasetKey = "/dataset.key";

}  // namespace

std::optional<std::string> read_dataset_key(const std::string& directory, std::string& error) {
  struct stat st {};
  const std::string path = directory + kDatasetKey;
  if (stat(path.c_str(), &st) == 0) return load_key(path, error);
  if (errno == ENOENT) return std::string();
  error = path + ": " + std::strerror(errno);
  return std::nullopt;
}

std::optional<std::string> load_or_make_dataset_key(const std::string& directory,
                                                    std::string& error) {
  if (!make_folder(directory, error)) return std::nullopt;
  return load_or_make_key(directory + kDatasetKey, error);
}

std::optional<Keys> load_or_make_keys(const std::string& directory, std::string& error) {
  if (!make_folder(directory, error)) return std::nullopt;
  auto pseudonym = load_or_make_key(directory + "/pseudonym.key", error);
  if (!pseudonym) return std::nullopt;
  return Keys{std::move(*pseudonym)};
}

namespace {

constexpr std::size_t kIdBytes = 16;

// Random bytes are asked for by the kilobyte: asking costs OpenSSL as much as making 64 ids.
struct IdSource {
  std::array<unsigned char, 64 * kIdBytes> bytes;
  std::size_t used = bytes.size();

  const unsigned char* next() {
    if (used == bytes.size()) {
      if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        abort();  // without random numbers nothing here is safe
      used = 0;
    }
    used += kIdBytes;
    return bytes.data() + used - kIdBytes;
  }
};

}  // namespace

std::string new_request_id() {
  static constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
  static thread_local IdSource source;
  const unsigned char* random = source.next();
  std::string id = "sks_";
  for (std::size_t i = 0; i < kIdBytes; ++i) id.push_back(kAlphabet[random[i] & 31]);
  return id;
}

}  // namespace sekisho::gateway
