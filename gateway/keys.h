#pragma once

#include <optional>
#include <string>

namespace sekisho::gateway {

// Secrets of one gateway, in `keys/` (folder 0700, files 0600), made at first start. A second
// gateway gets copies of them, so that hashes and tokens agree. 32 random bytes each, base64 with a
// line end.
struct Keys {
  std::string pseudonym;  // tokens that stand for values
};
std::optional<Keys> load_or_make_keys(const std::string& directory, std::string& error);

// One such file. Nothing and `error` when it cannot be read, or others can read it.
std::optional<std::string> load_key(const std::string& path, std::string& error);
std::optional<std::string> load_or_make_key(const std::string& path, std::string& error);

// The 32 bytes that the keys of all datasets come from (`keys/dataset.key`): read; "" when none was
// made yet; nothing and `error` when it cannot be read. Made at the first build.
std::optional<std::string> read_dataset_key(const std::string& directory, std::string& error);
std::optional<std::string> load_or_make_dataset_key(const std::string& directory,
                                                    std::string& error);

// "sks_" + 16 base32 characters (80 random bits).
std::string new_request_id();

}  // namespace sekisho::gateway
