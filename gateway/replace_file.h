#pragma once

#include <string>

namespace sekisho::gateway {

// Puts `text` in the place of a file at once: whoever reads sees the old or the new one, also after
// a power cut. Links are followed; owner and mode stay (a new file is 0600). "" when done, else
// what went wrong.
std::string replace_file(const std::string& path, const std::string& text);

}  // namespace sekisho::gateway
