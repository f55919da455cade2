#pragma once

// One word, written in the ways that forms, keys and columns write it.

#include <string>
#include <vector>

namespace sekisho::filters {

// Words (lower case) and their other spellings, each once: "driver license" is driver-license,
// driver_license, driverlicense and (in forms) driver+license, too; メンキョショウ is ﾒﾝｷｮｼｮｳ and
// めんきょしょう.
std::vector<std::string> with_spellings(const std::vector<std::string>& words);

}  // namespace sekisho::filters
