#pragma once

#include <string>

namespace sekisho::gateway {

// Puts `text` in the place of a file at once: whoever reads sees the old or the new one, also after
// a power cut. Links are followed; the owner stays, and the mode where it may (a new file is 0600).
// "" when done, else what went wrong.
enum class FileMode { kKept, kPrivate };  // kPrivate: 0600 whatever it was
std::string replace_file(const std::string& path, const std::string& text, FileMode mode);

}  // namespace sekisho::gateway
