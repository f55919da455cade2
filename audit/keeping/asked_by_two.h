#pragma once

// Deeds that need two persons: the first asks, the second, within a day, may do it.

#include <cstdint>
#include <string>

namespace sekisho::audit {

enum class TwoStep { kGranted, kAsked, kSamePerson, kFailed };

// `path`: the file that holds the question, one for each deed; its folder is there. `first`: who
// asked, when kGranted or kSamePerson.
TwoStep ask_by_two(const std::string& path, const std::string& by, const std::string& reason,
                   std::int64_t now_us, std::string& first, std::string& error);

}  // namespace sekisho::audit
