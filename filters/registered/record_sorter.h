#pragma once

// Sorts more records than memory holds: pieces are sorted, kept in a file that has no name, and
// merged.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sekisho::filters {

// What is kept of a value: its keyed hash and where it stood.
struct KeyedRecord {
  std::uint64_t hash = 0;
  std::uint64_t payload = 0;
  auto operator<=>(const KeyedRecord&) const = default;
};

class RecordSorter {
 public:
  // `memory` in bytes; `directory` is where the nameless file lies when that is not enough.
  RecordSorter(std::string directory, std::size_t memory);
  ~RecordSorter();
  RecordSorter(const RecordSorter&) = delete;

  // False when the disk fails: error() says how.
  bool add(const KeyedRecord& record);
  std::uint64_t size() const { return size_; }

  // Ends adding. next() then gives the records in ascending order, each once however often it was
  // added; false at the end or when the disk fails.
  bool finish();
  bool next(KeyedRecord& out);
  // Again from the first record.
  bool rewind();
  // Gives back memory and disk; nothing is left.
  void release();
  const std::string& error() const { return error_; }

 private:
  struct Run;
  bool spill();
  bool fill(Run& run);
  bool fail(const char* what);

  std::string directory_;
  std::size_t capacity_;
  std::uint64_t size_ = 0;
  std::vector<KeyedRecord> held_;
  std::size_t taken_ = 0;  // of held_, when nothing was spilled
  int file_ = -1;
  std::uint64_t written_ = 0;  // records
  std::vector<Run> runs_;
  std::vector<std::size_t> heap_;  // runs by their first record
  KeyedRecord last_;
  bool any_ = false;
  std::string error_;
};

}  // namespace sekisho::filters
