#pragma once

#include <string>

namespace sekisho::gateway {

// A file with a secret, at most 64 KiB. "" and `error` if it cannot be read, or if others than its
// owner can read it.
std::string read_private(const std::string& path, std::string& error);

}  // namespace sekisho::gateway
