#include "gateway/log_key_files.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "audit/json_text.h"
#include "audit/proof/signed_note.h"
#include "audit/record_view.h"

namespace sekisho::gateway {
namespace {

using audit::SigningKey;

constexpr const char *kKey = "/log.key", *kOldKey = "/log.old.key", *kRotation = "/log.rotation",
                     *kKeyBefore = "/log.before.key";
constexpr std::size_t kSeedBytes = 32;

bool fail(std::string& error, const std::string& path, const char* what) {
  error = path + ": " + what;
  return false;
}

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

bool sync_folder(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  return synced;
}

// Whole or not at all.
bool write_file(const std::string& directory, const char* name, const std::string& text,
                std::string& error) {
  const std::string path = directory + name, temporary = path + ".new";
  ::unlink(temporary.c_str());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = fd >= 0 &&
                       ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (written && ::rename(temporary.c_str(), path.c_str()) == 0 && sync_folder(directory))
    return true;
  return fail(error, path, std::strerror(errno));
}

std::optional<SigningKey> parse_key(const std::string& path, std::string text, std::string& error) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const std::size_t space = text.find(' ');
  auto seed = space == text.npos ? std::nullopt : audit::decode_base64(text.substr(space + 1));
  auto key = seed ? SigningKey::from_seed(text.substr(0, space), *seed) : std::nullopt;
  if (seed) OPENSSL_cleanse(seed->data(), seed->size());
  OPENSSL_cleanse(text.data(), text.size());
  if (!key) fail(error, path, "not a key of an audit log (its name and 32 bytes in base64)");
  return key;
}

std::optional<SigningKey> read_key(const std::string& path, std::string& error) {
  struct stat st {};
  if (::stat(path.c_str(), &st) == 0 && (st.st_mode & 077)) {
    fail(error, path, "readable by others (mode must be 0600)");
    return std::nullopt;
  }
  auto text = read_file(path);
  if (!text) fail(error, path, std::strerror(errno));
  return text ? parse_key(path, std::move(*text), error) : std::nullopt;
}

// The line of a new key.
std::optional<std::string> new_key_line(const std::string& name, std::string& error) {
  std::string seed(kSeedBytes, '\0');
  if (!audit::is_key_name(name)) {
    error = "'" + name + "' cannot name an audit log: no spaces, no '+', no '{' (audit.origin)";
    return std::nullopt;
  }
  if (RAND_bytes(reinterpret_cast<unsigned char*>(seed.data()), kSeedBytes) != 1) {
    error = "no random numbers";
    return std::nullopt;
  }
  std::string line = name + ' ' + audit::encode_base64(seed) + '\n';
  OPENSSL_cleanse(seed.data(), seed.size());
  return line;
}

bool exists(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0;
}

bool is_signed_by(const std::string& note_text, const SigningKey& key) {
  const auto note = audit::parse_note(note_text);
  return note && audit::check_signature(note->text, note->signatures, key.public_half()) ==
                     audit::SignatureCheck::kGood;
}

// The key of a log that is not here any more.
bool put_aside(const std::string& directory, std::string& error) {
  const std::string path = directory + kKey;
  ::unlink((directory + kRotation).c_str());
  ::unlink((directory + kOldKey).c_str());
  if (::rename(path.c_str(), (directory + kKeyBefore).c_str()) == 0) return true;
  return fail(error, path, std::strerror(errno));
}

std::int64_t seconds_of(const std::string& utc) {
  return audit::parse_utc(utc).value_or(0) / 1'000'000;
}

}  // namespace

std::optional<audit::LogKeys> load_log_keys(const std::string& directory, const std::string& origin,
                                            bool log_begins, std::int64_t now_s,
                                            const std::string& published, std::string& error) {
  const std::string path = directory + kKey, old_path = directory + kOldKey;
  if (log_begins && exists(path) && !put_aside(directory, error)) return std::nullopt;
  if (!exists(path)) {
    const auto line = new_key_line(origin, error);
    if (!line || !write_file(directory, kKey, *line, error)) return std::nullopt;
  }
  auto key = read_key(path, error);
  if (!key) return std::nullopt;
  audit::LogKeys keys;
  keys.signing.push_back(std::move(*key));
  const std::string vkey = keys.signing.front().public_half().vkey();
  const std::string note = read_file(directory + kRotation).value_or("");
  const auto rotation = audit::parse_rotation(note);
  if (!rotation || rotation->to != vkey) return keys;
  keys.rotation = note;
  if (!exists(old_path)) return keys;
  auto old = read_key(old_path, error);
  if (!old) return std::nullopt;
  const bool over = seconds_of(rotation->until) <= now_s;
  if (over && is_signed_by(published, keys.signing.front()))
    ::unlink(old_path.c_str());
  else if (old->public_half().vkey() == rotation->from)
    keys.signing.push_back(std::move(*old));
  return keys;
}

// The old key is put beside first and the new one last: a crash in between leaves the old one in
// force, and the command can be given again.
std::optional<audit::KeyRotation> rotate_log_key(const std::string& directory, std::int64_t now_s,
                                                 std::int64_t until_s, const std::string& by,
                                                 std::string& error) {
  const std::string path = directory + kKey, old_path = directory + kOldKey;
  const auto from = read_key(path, error);
  if (!from) return std::nullopt;
  const auto running = audit::parse_rotation(read_file(directory + kRotation).value_or(""));
  if (running && running->to == from->public_half().vkey() && exists(old_path) &&
      seconds_of(running->until) > now_s) {
    error = "a rotation is under way until " + running->until + ": the key before signs till then";
    return std::nullopt;
  }
  const auto line = new_key_line(from->public_half().name(), error);
  const auto to = line ? parse_key(path, *line, error) : std::nullopt;
  const auto old_line = read_file(path);
  if (!to || !old_line) return std::nullopt;
  const audit::KeyRotation rotation{from->public_half().vkey(), to->public_half().vkey(),
                                    audit::utc_text(until_s * 1'000'000), by};
  if (!write_file(directory, kOldKey, *old_line, error) ||
      !write_file(directory, kRotation, audit::rotation_note(rotation, *from, *to), error) ||
      !write_file(directory, kKey, *line, error))
    return std::nullopt;
  return rotation;
}

}  // namespace sekisho::gateway
