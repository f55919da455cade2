#pragma once

// Reads a log while a gateway may be writing to it: no lock, no index, memory for one line and a
// block.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::audit {

// Bytes that can be read at any offset. `read_at` returns how many it read, 0 at the end, < 0 =
// -errno.
struct ByteSource {
  std::uint64_t size = 0;
  std::function<long(std::uint64_t offset, char* into, std::size_t size)> read_at;
};

ByteSource memory_source(std::string_view bytes);  // `bytes` must outlive it

struct SegmentFile {
  std::uint64_t first_seq = 0;
  std::string name, path;
};

struct LogDirectory {
  std::vector<SegmentFile> segments;  // oldest first
  std::vector<std::string> policies;  // names in policies/
  std::vector<std::string> foreign;   // what does not belong here
  std::string error;                  // "" = it could be read
};
LogDirectory list_log(const std::string& directory);

// Opens for reading; size 0 and `error` if it cannot be had.
ByteSource open_source(const std::string& path, std::string& error);

enum class LineKind {
  kLine,
  kTorn,     // bytes behind the last LF
  kTooLong,  // no record is as long: the rest of the source is not looked at
  kFailed,   // the disk refused
  kEnd
};

// One line at a time, without its LF, valid until the next call.
class LinesForward {
 public:
  explicit LinesForward(ByteSource source) : source_(std::move(source)) {}
  LineKind next(std::string_view& line);

 private:
  bool fill();
  ByteSource source_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::uint64_t offset_ = 0;
  bool ended_ = false, failed_ = false;
};

// The same from the end; a torn line comes first.
class LinesBackward {
 public:
  explicit LinesBackward(ByteSource source);
  LineKind next(std::string_view& line);

 private:
  bool fill();
  ByteSource source_;
  std::string buffer_;   // bytes from offset_ on
  std::size_t end_ = 0;  // of what is left of it
  std::uint64_t offset_ = 0;
  bool first_ = true, failed_ = false;
};

inline constexpr std::size_t kLongestLine = 1u << 20;

}  // namespace sekisho::audit
