// Any bytes under any content coding: ends, within its limits.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "filters/bodies/content_decoder.h"

using namespace sekisho::filters;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::string_view, 7> kCodings = {"gzip",     "deflate",    "br",      "zstd",
                                                        "gzip, br", "zstd, gzip", "identity"};
  constexpr std::size_t kMax = 4u << 20;
  if (size == 0) return 0;
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  ContentDecoder decoder(kCodings[data[0] % kCodings.size()], input, kMax);
  std::string out;
  DecodeStatus status;
  std::size_t steps = 0;
  while ((status = decoder.step(out)) == DecodeStatus::kMore) {
    if (++steps > kMax) std::abort();
  }
  if (out.size() > kMax + 1 || (status == DecodeStatus::kDone && out.size() > kMax)) std::abort();
  return 0;
}
