#pragma once

// The users file of Basic proxy authentication: one `name:hash` a line, made by `sekisho user`.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::gateway {

// 1 to 64 bytes of UTF-8, without ':' (Basic ends the name there), control characters and edge
// spaces.
bool is_user_name(std::string_view name);

// For passwords that people type: yescrypt, tens of milliseconds by design. "" on failure.
std::string hash_password(const std::string& password);
// For random tokens, which no one can guess: one SHA-256.
std::string hash_token(std::string_view token);
// 256 random bits, "sks-" and 43 characters of base64url. "" when there is no randomness.
std::string new_token();

// An immutable users file; thread-safe.
class Users {
 public:
  // nullptr and `error` (path:line: what) when it cannot be read or a line is wrong.
  static std::shared_ptr<const Users> load(const std::string& path, std::string& error);
  ~Users();

  // Slow for passwords (yescrypt): call it off the workers. An unknown name takes as long as a
  // known one. Success is remembered for cached(). `now`: seconds of a clock that nobody sets.
  bool verify(const std::string& name, const std::string& password, std::int64_t now) const;
  // Whether verify() succeeded with the same pair within the last ten minutes. Fast; remembers
  // neither names nor passwords, only their HMAC under a key of this process.
  bool cached(const std::string& name, const std::string& password, std::int64_t now) const;
  std::size_t size() const { return hashes_.size(); }

 private:
  class Successes;
  Users();
  bool parse(const std::string& path, const std::string& text, std::string& error);

  std::map<std::string, std::string, std::less<>> hashes_;
  std::string dummy_;  // what an unknown name is compared with
  std::unique_ptr<Successes> successes_;
};

// The same file as `sekisho user` edits it: comments and order stay.
class UsersFile {
 public:
  struct Entry {
    std::string name;
    bool token = false;
  };
  // A file that does not exist is empty.
  static std::optional<UsersFile> open(const std::string& path, std::string& error);
  std::vector<Entry> list() const;
  bool contains(std::string_view name) const;
  void set(const std::string& name, const std::string& hash);
  bool remove(std::string_view name);  // false: not there
  // Atomic: a new file (0600, on disk) takes the old one's place, and its owner where allowed.
  bool save(std::string& error) const;

 private:
  std::string path_;
  std::vector<std::string> lines_;
};

}  // namespace sekisho::gateway
