#pragma once

// A file of keyed hashes, mapped: what a list or a folder of documents became. It holds no text,
// and without the key it tells nothing. Immutable, shared by all threads; a new one takes its place
// by a rename, whoever has the old one open keeps it. docs/datasets.md has the layout.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filters/registered/keyed_hash.h"

namespace sekisho::filters {

enum class TableKind : std::uint32_t { kRows = 1, kDocuments = 2 };

// What a table says of itself.
struct TableFacts {
  TableKind kind = TableKind::kRows;
  std::uint64_t settings = 0;  // keyed hash of the settings it was built with
  std::uint64_t source = 0;    // keyed hash of what identifies the files it was built from
  std::int64_t built_at = 0;   // unix seconds
  std::uint64_t rows = 0;      // rows of a list, documents of a folder
  std::uint64_t entries = 0;
};

// Why a file cannot be used.
enum class TableFault { kNone, kMissing, kUnreadable, kNoTable, kVersion, kKey, kDamaged };

// Which lengths (in canonical characters) the values have that begin with two characters: bit n is
// length n + 1.
class LengthMasks {
 public:
  static constexpr std::size_t kLongest = 64;

  LengthMasks(const HashKey& key, unsigned bits);
  std::size_t place(char32_t first, char32_t second) const {
    std::uint64_t h = (first | static_cast<std::uint64_t>(second) << 21) * one_;
    h = (h ^ h >> 29) * two_;
    return static_cast<std::size_t>(h >> (64 - bits_));
  }
  std::size_t places() const { return std::size_t{1} << bits_; }

 private:
  std::uint64_t one_, two_;
  unsigned bits_;
};

class KeyedTable {
 public:
  // Some milliseconds.
  static constexpr std::size_t kVerifiedAtOnce = 64u << 20;

  // Reads the head and verifies the small parts, and the large ones up to byte `at_once`; the rest
  // is verified where it is looked at. Null and `fault`, `why` (English) when it is no
  // table of this key.
  static std::shared_ptr<const KeyedTable> open(const std::string& path, const HashKey& key,
                                                TableFault& fault, std::string& why,
                                                std::size_t at_once = kVerifiedAtOnce);
  ~KeyedTable();
  KeyedTable(const KeyedTable&) = delete;

  const TableFacts& facts() const { return facts_; }
  std::size_t bytes() const { return size_; }

  std::uint64_t lengths(char32_t first, char32_t second) const {
    return masks_[lengths_.place(first, second)];
  }
  // Appends what is kept under `hash`, ascending. False when that part of the file is damaged.
  bool find(std::uint64_t hash, std::vector<std::uint64_t>& out) const;
  // Verifies all of the file.
  bool whole() const;

 private:
  KeyedTable(const char* data, std::size_t size, const HashKey& key, unsigned mask_bits);
  bool verify_first_parts(std::size_t at_once);
  bool sound(std::size_t begin, std::size_t end) const;

  const char* data_;
  std::size_t size_;
  std::uint64_t seed_;
  TableFacts facts_;
  LengthMasks lengths_;
  const std::uint64_t* masks_ = nullptr;
  const std::uint32_t* buckets_ = nullptr;
  std::size_t filter_at_ = 0, filter_blocks_ = 0, entries_at_ = 0, sums_at_ = 0;
  unsigned bucket_bits_ = 0, payload_bytes_ = 0;
  mutable std::vector<std::atomic<std::uint8_t>> verified_;  // a block each
};

}  // namespace sekisho::filters
