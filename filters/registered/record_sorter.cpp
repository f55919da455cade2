#include "filters/registered/record_sorter.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sekisho::filters {
namespace {

constexpr std::size_t kFewest = 1024;  // records in memory

// A file without a name goes when the process does, however it ends.
int nameless_file(const std::string& directory) {
  const int fd = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return fd;
  std::string name = directory + "/.sorting-XXXXXX";
  const int made = ::mkostemp(name.data(), O_CLOEXEC);
  if (made >= 0) ::unlink(name.c_str());
  return made;
}

bool write_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t n = ::write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

bool read_all(int fd, char* data, std::size_t size, std::uint64_t at) {
  while (size > 0) {
    const ssize_t n = ::pread(fd, data, size, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    at += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

// One sorted piece of the file and what of it is in memory.
struct RecordSorter::Run {
  std::uint64_t first, begin, end;  // records of the file
  std::vector<KeyedRecord> buffer;
  std::size_t at = 0;
};

RecordSorter::RecordSorter(std::string directory, std::size_t memory)
    : directory_(std::move(directory)),
      capacity_(std::max(kFewest, memory / sizeof(KeyedRecord))) {}

RecordSorter::~RecordSorter() {
  release();
}

void RecordSorter::release() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  held_ = {};
  runs_.clear();
  heap_.clear();
  taken_ = 0;
}

bool RecordSorter::fail(const char* what) {
  error_ = directory_ + ": " + what + ": " + std::strerror(errno);
  return false;
}

bool RecordSorter::add(const KeyedRecord& record) {
  if (held_.size() == capacity_ && !spill()) return false;
  if (held_.capacity() == held_.size())
    held_.reserve(std::min(capacity_, std::max(kFewest, 2 * held_.size())));
  held_.push_back(record);
  ++size_;
  return true;
}

bool RecordSorter::spill() {
  std::sort(held_.begin(), held_.end());
  if (file_ < 0) file_ = nameless_file(directory_);
  if (file_ < 0) return fail("no room to sort in");
  if (!write_all(file_, reinterpret_cast<const char*>(held_.data()),
                 held_.size() * sizeof(KeyedRecord)))
    return fail("writing failed");
  runs_.push_back({written_, written_, written_ + held_.size(), {}, 0});
  written_ += held_.size();
  held_.clear();
  return true;
}

bool RecordSorter::finish() {
  if (runs_.empty()) {
    std::sort(held_.begin(), held_.end());
  } else {
    if (!held_.empty() && !spill()) return false;
    held_ = {};
  }
  return rewind();
}

bool RecordSorter::rewind() {
  taken_ = 0;
  any_ = false;
  heap_.clear();
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    Run& run = runs_[i];
    run.begin = run.first;
    run.buffer.clear();
    run.at = 0;
    if (!fill(run)) return false;
    heap_.push_back(i);
  }
  const auto later = [this](std::size_t a, std::size_t b) {
    return runs_[b].buffer[runs_[b].at] < runs_[a].buffer[runs_[a].at];
  };
  std::make_heap(heap_.begin(), heap_.end(), later);
  return true;
}

// Reads on; the buffers of all runs together take as much memory as sorting did.
bool RecordSorter::fill(Run& run) {
  const std::uint64_t room = std::max<std::uint64_t>(kFewest, capacity_ / runs_.size());
  run.buffer.resize(static_cast<std::size_t>(std::min(room, run.end - run.begin)));
  run.at = 0;
  if (!read_all(file_, reinterpret_cast<char*>(run.buffer.data()),
                run.buffer.size() * sizeof(KeyedRecord), run.begin * sizeof(KeyedRecord)))
    return fail("reading failed");
  run.begin += run.buffer.size();
  return true;
}

bool RecordSorter::next(KeyedRecord& out) {
  const auto later = [this](std::size_t a, std::size_t b) {
    return runs_[b].buffer[runs_[b].at] < runs_[a].buffer[runs_[a].at];
  };
  for (;;) {
    if (runs_.empty()) {
      if (taken_ == held_.size()) return false;
      out = held_[taken_++];
    } else {
      if (heap_.empty()) return false;
      std::pop_heap(heap_.begin(), heap_.end(), later);
      Run& run = runs_[heap_.back()];
      out = run.buffer[run.at++];
      const bool more = run.at < run.buffer.size() || run.begin < run.end;
      if (run.at == run.buffer.size() && more && !fill(run)) return false;
      if (more)
        std::push_heap(heap_.begin(), heap_.end(), later);
      else
        heap_.pop_back();
    }
    if (any_ && out == last_) continue;
    last_ = out;
    any_ = true;
    return true;
  }
}

}  // namespace sekisho::filters
