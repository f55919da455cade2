#include "filters/registered/table_writer.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "filters/registered/table_layout.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kPending = 1u << 20;

std::uint64_t aligned(std::uint64_t at) {
  return (at + 63) & ~std::uint64_t{63};
}

bool write_all_at(int fd, const char* data, std::size_t size, std::uint64_t at) {
  while (size > 0) {
    const ssize_t n = ::pwrite(fd, data, size, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    at += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

bool sync_folder(const std::string& path) {
  const int fd = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool ok = ::fsync(fd) == 0;
  ::close(fd);
  return ok;
}

}  // namespace

unsigned TableWriter::mask_bits_for(std::uint64_t entries) {
  unsigned bits = 8;
  while (bits < 16 && (std::uint64_t{1} << bits) < 4 * entries) ++bits;
  return bits;
}

TableWriter::TableWriter(std::string path, const HashKey& key, const TableFacts& facts,
                         std::vector<std::uint64_t> masks, unsigned mask_bits,
                         unsigned payload_bytes)
    : path_(std::move(path)),
      beside_(path_ + ".new-" + std::to_string(::getpid())),
      key_(key),
      facts_(facts),
      masks_(std::move(masks)),
      mask_bits_(mask_bits),
      bucket_bits_(8),
      payload_bytes_(payload_bytes) {
  while (bucket_bits_ < 31 && (facts_.entries >> bucket_bits_) > kEntriesPerBucket) ++bucket_bits_;
  filter_blocks_ =
      facts_.entries == 0 ? 0 : facts_.entries * kFilterBitsPerEntry / (8 * kFilterBlock) + 1;
  masks_.resize(std::size_t{1} << mask_bits_);
  masks_at_ = kHeadRoom;
  buckets_at_ = aligned(masks_at_ + 8 * masks_.size());
  filter_at_ = aligned(buckets_at_ + 4 * ((std::uint64_t{1} << bucket_bits_) + 1));
  entries_at_ = aligned(filter_at_ + filter_blocks_ * kFilterBlock);
  sums_at_ = aligned(entries_at_ + facts_.entries * (kRemainderBytes + payload_bytes_));
  buckets_.at = buckets_at_;
  filter_.at = filter_at_;
  entries_.at = entries_at_;
  ok_ = open();
}

TableWriter::~TableWriter() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(beside_.c_str());
}

bool TableWriter::fail(const char* what) {
  if (error_.empty()) error_ = beside_ + ": " + what + ": " + std::strerror(errno);
  return ok_ = false;
}

bool TableWriter::open() {
  if (facts_.entries >> 32 != 0) {
    error_ = path_ + ": more values than one file holds (4,294,967,295)";
    return false;
  }
  ::unlink(beside_.c_str());
  file_ = ::open(beside_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file_ < 0) return fail("cannot be made");
  // Room that is not there is found out now, not half way.
  const int full = ::posix_fallocate(file_, 0, static_cast<off_t>(sums_at_));
  if (full != 0 && full != EOPNOTSUPP && full != EINVAL) {
    errno = full;
    return fail("no room");
  }
  if (::ftruncate(file_, static_cast<off_t>(sums_at_)) != 0) return fail("no room");
  return write_all_at(file_, reinterpret_cast<const char*>(masks_.data()), 8 * masks_.size(),
                      masks_at_)
             ? true
             : fail("writing failed");
}

bool TableWriter::put(Part& part, const void* data, std::size_t size) {
  part.pending.append(static_cast<const char*>(data), size);
  return part.pending.size() < kPending || flush(part);
}

bool TableWriter::flush(Part& part) {
  if (!write_all_at(file_, part.pending.data(), part.pending.size(), part.at))
    return fail("writing failed");
  part.at += part.pending.size();
  part.pending.clear();
  return true;
}

// Blocks before `block` are complete.
bool TableWriter::next_filter_block(std::uint64_t block) {
  for (; filter_block_ < block; ++filter_block_) {
    if (!put(filter_, filter_words_, sizeof filter_words_)) return false;
    std::fill(std::begin(filter_words_), std::end(filter_words_), 0);
  }
  return true;
}

// Buckets before `upto` begin at or before the next record.
bool TableWriter::open_buckets(std::uint64_t upto) {
  for (; bucket_ < upto; ++bucket_) {
    const auto begin = static_cast<std::uint32_t>(added_);
    if (!put(buckets_, &begin, sizeof begin)) return false;
  }
  return true;
}

bool TableWriter::add(const KeyedRecord& record) {
  if (!ok_) return false;
  if (added_ == facts_.entries || record.hash < last_hash_) {
    error_ = path_ + ": the records do not come as announced";
    return ok_ = false;
  }
  last_hash_ = record.hash;
  if (!next_filter_block(filter_block_of(record.hash, filter_blocks_)) ||
      !open_buckets(bucket_of(record.hash, bucket_bits_) + 1))
    return false;
  const FilterBits bits(record.hash);
  for (std::size_t i = 0; i < 8; ++i) filter_words_[i] |= bits.words[i];
  const std::uint64_t remainder = remainder_of(record.hash, bucket_bits_);
  ++added_;
  return put(entries_, &remainder, kRemainderBytes) &&
         put(entries_, &record.payload, payload_bytes_);
}

bool TableWriter::write_sums() {
  const std::size_t size = static_cast<std::size_t>(sums_at_);
  void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file_, 0);
  if (mapped == MAP_FAILED) return fail("cannot be mapped");
  const char* data = static_cast<const char*>(mapped);
  const std::uint64_t seed = sum_seed_of(key_);
  std::vector<std::uint64_t> sums;
  for (std::size_t at = kHeadRoom; at < size; at += kSumBlock)
    sums.push_back(block_sum(seed, data + at, std::min(kSumBlock, size - at)));
  ::munmap(mapped, size);
  TableHead head{};
  std::memcpy(head.magic, kTableMagic, sizeof kTableMagic);
  head.version = kTableVersion;
  head.kind = static_cast<std::uint32_t>(facts_.kind);
  head.key_check = key_check_of(key_);
  head.settings = facts_.settings;
  head.source = facts_.source;
  head.built_at = facts_.built_at;
  head.rows = facts_.rows;
  head.entries = facts_.entries;
  head.mask_bits = mask_bits_;
  head.bucket_bits = bucket_bits_;
  head.payload_bytes = payload_bytes_;
  head.masks_at = masks_at_;
  head.buckets_at = buckets_at_;
  head.filter_at = filter_at_;
  head.filter_blocks = filter_blocks_;
  head.entries_at = entries_at_;
  head.sums_at = sums_at_;
  head.file_size = sums_at_ + 8 * sums.size();
  const char* bytes = reinterpret_cast<const char*>(sums.data());
  head.sum_of_sums = block_sum(seed, bytes, 8 * sums.size());
  head.head_sum = block_sum(0, reinterpret_cast<const char*>(&head), sizeof head);
  if (!write_all_at(file_, bytes, 8 * sums.size(), sums_at_) ||
      !write_all_at(file_, reinterpret_cast<const char*>(&head), sizeof head, 0))
    return fail("writing failed");
  return true;
}

bool TableWriter::commit() {
  if (!ok_) return false;
  if (added_ != facts_.entries) {
    error_ = path_ + ": the records do not come as announced";
    return ok_ = false;
  }
  if (!next_filter_block(filter_blocks_) || !open_buckets((std::uint64_t{1} << bucket_bits_) + 1) ||
      !flush(filter_) || !flush(buckets_) || !flush(entries_) || !write_sums())
    return false;
  if (::fsync(file_) != 0) return fail("writing failed");
  if (::rename(beside_.c_str(), path_.c_str()) != 0) return fail("cannot be put in place");
  ::close(file_);
  file_ = -1;
  if (!sync_folder(path_)) return fail("the folder cannot be synchronised");
  return true;
}

}  // namespace sekisho::filters
