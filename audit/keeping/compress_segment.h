#pragma once

// <first seq>.jsonl of a closed segment becomes <first seq>.jsonl.zst. Whatever moment the machine
// stops at, one of the two is whole, and readers take the plain one while both are there.

#include <cstdint>
#include <string>

namespace sekisho::audit {

struct Compressed {
  std::uint64_t before = 0, after = 0;  // bytes
};

// `name`: of the plain segment, which nobody writes to any more. Removes it only after what was
// written was synced, read back and found equal. False and `error`: it stands as it was.
bool compress_segment(const std::string& directory, const std::string& name, Compressed& result,
                      std::string& error);

}  // namespace sekisho::audit
