#pragma once

#include <optional>
#include <string>

#include "config/mark.h"

namespace sekisho::config {

// The bytes of a regular file of at most `limit` bytes; nothing and a reason when they cannot be
// had.
std::optional<std::string> read_text_file(const std::string& path, std::string& why,
                                          std::size_t limit = 16u << 20);

// The same for a file that is itself the subject: the reason becomes a problem of the file as a
// whole.
std::optional<std::string> read_text_file(const std::string& path, Problems& problems);

// Why a file cannot be read ("it does not exist", …), "" when it can.
std::string unreadable(const std::string& path);

// `path` as seen from the folder of `file`.
std::string resolve_path(const std::string& file, const std::string& path);

}  // namespace sekisho::config
