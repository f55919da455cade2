#pragma once

// What zlib makes of bytes, for tests of what undoes it.

#include <zlib.h>

#include <string>

namespace sekisho::tests {

// `window_bits` as zlib has them: 15 zlib, 31 gzip, -15 without a header.
inline std::string deflated(const std::string& bytes, int window_bits, int level = 6,
                            int strategy = Z_DEFAULT_STRATEGY) {
  z_stream z{};
  deflateInit2(&z, level, Z_DEFLATED, window_bits, 8, strategy);
  std::string out(deflateBound(&z, bytes.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

}  // namespace sekisho::tests
