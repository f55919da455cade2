#include "audit/segment_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <utility>

#include "audit/chain.h"
#include "audit/keeping/compressed_source.h"

namespace sekisho::audit {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kBlock = 1u << 18;

std::vector<std::string> names_in(const fs::path& folder, std::string* error) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator i(folder, code), end; !code && i != end; i.increment(code))
    names.push_back(i->path().filename().string());
  if (code && error) *error = folder.string() + ": " + code.message();
  std::sort(names.begin(), names.end());
  return names;
}

// Folders and files beside the segments; "….new" is being written.
bool is_our_own(const std::string& name) {
  static constexpr std::string_view kOurs[] = {"lock",         "torn",   "policies", "checkpoints",
                                               "pruned.jsonl", "index",  "keeping",  "sealed",
                                               "reserve",      "cursors"};
  return name.ends_with(".new") ||
         std::find(std::begin(kOurs), std::end(kOurs), name) != std::end(kOurs);
}

std::optional<std::uint64_t> compressed_first_seq(std::string_view name) {
  if (!name.ends_with(kCompressedEnding)) return std::nullopt;
  name.remove_suffix(kCompressedEnding.size());
  return segment_first_seq(name);
}

bool is_there(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

ByteSource memory_source(std::string_view bytes) {
  return {bytes.size(), [bytes](std::uint64_t offset, char* into, std::size_t size) -> long {
            if (offset >= bytes.size()) return 0;
            return static_cast<long>(bytes.copy(into, size, offset));
          }};
}

ByteSource open_source(const std::string& path, std::string& error) {
  const bool named = path.ends_with(kCompressedEnding);
  const std::string packed = named ? path : path + std::string(kCompressedEnding);
  if (!named) {
    ByteSource plain = open_file(path, error);
    if (plain.read_at || !is_there(packed)) return plain;
    error.clear();
  }
  ByteSource file = open_file(packed, error);
  if (!file.read_at) return {};
  std::string why;
  ByteSource source = compressed_source(std::move(file), why);
  if (!source.read_at) error = packed + ": " + why;
  return source;
}

ByteSource open_file(const std::string& path, std::string& error) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (fd < 0 || ::fstat(fd, &status) < 0) {
    error = path + ": " + std::strerror(errno);
    if (fd >= 0) ::close(fd);
    return {};
  }
  const std::shared_ptr<const int> file(new int(fd), [](const int* f) {
    ::close(*f);
    delete f;
  });
  const auto read_at = [file](std::uint64_t offset, char* into, std::size_t size) -> long {
    for (;;) {
      const ssize_t n = ::pread(*file, into, size, static_cast<off_t>(offset));
      if (n >= 0 || errno != EINTR) return n < 0 ? -errno : n;
    }
  };
  return {static_cast<std::uint64_t>(status.st_size), read_at};
}

LogDirectory list_log(const std::string& directory) {
  LogDirectory log;
  for (const std::string& name : names_in(directory, &log.error)) {
    const std::string path = directory + "/" + name;
    if (const auto first = segment_first_seq(name))
      log.segments.push_back({*first, name, path});
    else if (const auto packed = compressed_first_seq(name))
      log.segments.push_back({*packed, segment_name(*packed), path});
    else if (!is_our_own(name))
      log.foreign.push_back(name);
  }
  const auto older = [](const SegmentFile& a, const SegmentFile& b) {
    return std::pair(a.first_seq, a.path.size()) < std::pair(b.first_seq, b.path.size());
  };
  const auto twins = [](const SegmentFile& a, const SegmentFile& b) {
    return a.first_seq == b.first_seq;
  };
  std::sort(log.segments.begin(), log.segments.end(), older);
  log.segments.erase(std::unique(log.segments.begin(), log.segments.end(), twins),
                     log.segments.end());
  log.policies = names_in(directory + "/policies", nullptr);
  return log;
}

bool LinesForward::fill() {
  buffer_.erase(0, at_);
  at_ = 0;
  const std::size_t had = buffer_.size();
  buffer_.resize(had + kBlock);
  const long n = source_.read_at ? source_.read_at(offset_, buffer_.data() + had, kBlock) : 0;
  buffer_.resize(had + static_cast<std::size_t>(std::max(n, 0L)));
  offset_ += static_cast<std::uint64_t>(std::max(n, 0L));
  failed_ = n < 0;
  ended_ = n <= 0;
  return n > 0;
}

LineKind LinesForward::next(std::string_view& line) {
  line = {};
  std::size_t looked = 0;
  for (;;) {
    const std::string_view rest = std::string_view(buffer_).substr(at_);
    const std::size_t lf = rest.find('\n', looked);
    if (lf != std::string_view::npos && lf <= kLongestLine) {
      line = rest.substr(0, lf);
      at_ += lf + 1;
      return LineKind::kLine;
    }
    if (rest.size() > kLongestLine) return LineKind::kTooLong;
    looked = rest.size();
    if (!ended_ && fill()) continue;
    if (failed_) return LineKind::kFailed;
    line = std::string_view(buffer_).substr(at_);
    at_ = buffer_.size();
    return line.empty() ? LineKind::kEnd : LineKind::kTorn;
  }
}

LinesBackward::LinesBackward(ByteSource source)
    : source_(std::move(source)), offset_(source_.size) {}

bool LinesBackward::fill() {
  const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, offset_));
  std::string block(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const long n = source_.read_at(offset_ - size + got, block.data() + got, size - got);
    if (n <= 0) return failed_ = true, false;
    got += static_cast<std::size_t>(n);
  }
  buffer_.resize(end_);
  buffer_.insert(0, block);
  end_ = buffer_.size();
  offset_ -= size;
  return true;
}

LineKind LinesBackward::next(std::string_view& line) {
  line = {};
  for (;;) {
    const std::string_view rest = std::string_view(buffer_).substr(0, end_);
    // The LF that ends the line itself stands at the very end, but for a torn one.
    const bool ended = !rest.empty() && rest.back() == '\n';
    const std::string_view body = ended ? rest.substr(0, rest.size() - 1) : rest;
    const std::size_t lf = body.rfind('\n');
    const bool whole = lf != std::string_view::npos || offset_ == 0;
    if (whole && !rest.empty()) {
      const std::size_t begin = lf == std::string_view::npos ? 0 : lf + 1;
      line = body.substr(begin);
      end_ = begin;
      if (line.size() > kLongestLine) return LineKind::kTooLong;
      const bool torn = std::exchange(first_, false) && !ended;
      return torn ? LineKind::kTorn : LineKind::kLine;
    }
    if (offset_ == 0) return failed_ ? LineKind::kFailed : LineKind::kEnd;
    if (rest.size() > kLongestLine + 1) return LineKind::kTooLong;
    if (!fill()) return LineKind::kFailed;
  }
}

}  // namespace sekisho::audit
