#pragma once

#include <brotli/encode.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "tests/deflated.h"

namespace sekisho::tests {

struct CodedSample {
  std::string coding, bytes;
};

inline std::string gzipped(const std::string& text) {
  return deflated(text, 31);
}

inline std::string brotli(const std::string& text) {
  std::size_t size = BrotliEncoderMaxCompressedSize(text.size()) + 64;
  std::string out(size, '\0');
  BrotliEncoderCompress(4, 20, BROTLI_MODE_TEXT, text.size(),
                        reinterpret_cast<const std::uint8_t*>(text.data()), &size,
                        reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(size);
  return out;
}

inline std::string zstandard(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

// One body in every coding that is undone, stacked ones included.
inline std::vector<CodedSample> coded_samples(const std::string& text) {
  return {{"gzip", gzipped(text)},
          {"x-gzip", gzipped(text)},
          {"deflate", deflated(text, 15)},
          {"br", brotli(text)},
          {"zstd", zstandard(text)},
          {"gzip, br", brotli(gzipped(text))},
          {"zstd, gzip", gzipped(zstandard(text))}};
}

}  // namespace sekisho::tests
