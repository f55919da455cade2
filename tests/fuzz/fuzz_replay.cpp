// Runs the committed corpora through the fuzz targets, so that what once broke stays mended in
// every build.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#define FUZZ_TARGET(name) extern "C" int name(const std::uint8_t* data, std::size_t size);
#include "fuzz_targets.inc"
#undef FUZZ_TARGET

namespace {

using Target = int (*)(const std::uint8_t*, std::size_t);

// The number of files; each also cut in half, which is where parsers err.
int replay(const std::string& name, Target target) {
  int files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(SEKISHO_TEST_DIR "/fuzz/corpus/" + name)) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::string data{std::istreambuf_iterator<char>(in), {}};
    target(reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
    target(reinterpret_cast<const std::uint8_t*>(data.data()), data.size() / 2);
    ++files;
  }
  return files;
}

#define FUZZ_TARGET(name)                \
  TEST(FuzzReplay, name) {               \
    EXPECT_GT(replay(#name, ::name), 0); \
  }
#include "fuzz_targets.inc"

}  // namespace
