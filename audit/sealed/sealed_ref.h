#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sekisho::audit {

// What the record of an exchange says of its sealed copy. docs/sealed_copies.md
struct SealedRef {
  std::string sha256;               // hex, of the DER
  std::uint64_t bytes = 0, of = 0;  // of the body that are in it; of the whole body
  bool truncated = false;
  std::vector<std::string> groups;
  std::string period;  // quarter of Japan's time, "2026q3" is July to September
};

}  // namespace sekisho::audit
