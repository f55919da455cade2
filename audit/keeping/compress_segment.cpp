#include "audit/keeping/compress_segment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "audit/keeping/compressed_source.h"
#include "audit/keeping/durable_file.h"
#include "audit/segment_reader.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kBlock = 1u << 18;

bool same_bytes(const ByteSource& a, const ByteSource& b) {
  if (a.size != b.size) return false;
  std::vector<char> left(kBlock), right(kBlock);
  for (std::uint64_t at = 0; at < a.size;) {
    const long n = a.read_at(at, left.data(), kBlock);
    if (n <= 0) return false;
    for (long got = 0; got < n;) {
      const long m = b.read_at(at + got, right.data() + got, static_cast<std::size_t>(n - got));
      if (m <= 0) return false;
      got += m;
    }
    if (std::memcmp(left.data(), right.data(), static_cast<std::size_t>(n)) != 0) return false;
    at += static_cast<std::uint64_t>(n);
  }
  return true;
}

// The reading back is of the disk, as far as the kernel lets go of what it holds in memory.
bool holds(const std::string& path, const ByteSource& plain, std::uint64_t& size) {
  std::string error;
  const ByteSource file = open_file(path, error);
  size = file.size;
  const ByteSource packed = file.read_at ? compressed_source(file, error) : ByteSource{};
  return packed.read_at && same_bytes(plain, packed);
}

bool write_compressed(const ByteSource& plain, const std::string& path, std::string& error) {
  DurableFile file(path);
  const auto take = [&](std::string_view bytes) { return file.append(bytes); };
  const bool read = file.good() && compress(plain, take, error);
  if (read && file.close()) return true;
  if (error.empty()) error = path + ": " + std::strerror(file.error());
  return false;
}

// The time of its last record, as far as the file system knows it.
void keep_times(const std::string& from, const std::string& to) {
  struct stat status {};
  if (::stat(from.c_str(), &status) < 0) return;
  const timespec times[2] = {status.st_atim, status.st_mtim};
  ::utimensat(AT_FDCWD, to.c_str(), times, 0);
}

}  // namespace

bool compress_segment(const std::string& directory, const std::string& name, Compressed& result,
                      std::string& error) {
  const std::string path = directory + "/" + name, packed = path + std::string(kCompressedEnding),
                    fresh = packed + ".new";
  const ByteSource plain = open_file(path, error);
  if (!plain.read_at) return false;
  result.before = plain.size;
  // Left by a machine that stopped between the two last steps.
  if (!holds(packed, plain, result.after)) {
    const bool written = write_compressed(plain, fresh, error);
    const bool equal = written && holds(fresh, plain, result.after);
    if (written && !equal) error = fresh + ": what was read back is not what was written";
    if (!equal) return ::unlink(fresh.c_str()), false;
    keep_times(path, fresh);
    if (!put_in_place(fresh, packed, 0440, error)) return false;
  }
  return remove_durably(path, error);
}

}  // namespace sekisho::audit
