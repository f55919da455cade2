#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "filters/registered/keyed_table.h"
#include "filters/registered/record_sorter.h"

namespace sekisho::filters {

// Writes a keyed table beside its place and puts it there at once: who has the old one open keeps
// it. Mode 0600.
class TableWriter {
 public:
  // `facts.entries` records will come. `masks`: one word a place of LengthMasks.
  TableWriter(std::string path, const HashKey& key, const TableFacts& facts,
              std::vector<std::uint64_t> masks, unsigned mask_bits, unsigned payload_bytes);
  ~TableWriter();
  TableWriter(const TableWriter&) = delete;

  // Ascending by hash. False when the disk fails: error() says how.
  bool add(const KeyedRecord& record);
  // False too when other than the stated number of records came.
  bool commit();
  const std::string& error() const { return error_; }

  // Places of the masks of a table of so many entries, as a power of two.
  static unsigned mask_bits_for(std::uint64_t entries);

 private:
  // A part of the file that grows from its begin to its end.
  struct Part {
    std::uint64_t at = 0;
    std::string pending;
  };
  bool open();
  bool put(Part& part, const void* data, std::size_t size);
  bool flush(Part& part);
  bool next_filter_block(std::uint64_t block);
  bool open_buckets(std::uint64_t upto);
  bool write_sums();
  bool fail(const char* what);

  std::string path_, beside_;
  HashKey key_;
  TableFacts facts_;
  std::vector<std::uint64_t> masks_;
  unsigned mask_bits_, bucket_bits_, payload_bytes_;
  std::uint64_t filter_blocks_ = 0, sums_at_ = 0, masks_at_ = 0, buckets_at_ = 0, filter_at_ = 0,
                entries_at_ = 0;
  int file_ = -1;
  bool ok_ = false;
  Part buckets_, filter_, entries_;
  std::uint64_t added_ = 0, bucket_ = 0, filter_block_ = 0;
  std::uint64_t filter_words_[8] = {};
  std::uint64_t last_hash_ = 0;
  std::string error_;
};

}  // namespace sekisho::filters
