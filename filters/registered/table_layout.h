#pragma once

// The bytes of a keyed table: a head, then the parts it names, then a checksum of each block. All
// numbers little endian.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "filters/registered/keyed_hash.h"

namespace sekisho::filters {

static_assert(std::endian::native == std::endian::little, "the file is read as it is mapped");

inline constexpr char kTableMagic[8] = {'S', 'K', 'S', 'D', 'A', 'T', 'A', '\n'};
inline constexpr std::uint32_t kTableVersion = 1;
inline constexpr std::size_t kHeadRoom = 4096;         // where the first part begins
inline constexpr std::size_t kSumBlock = 1u << 20;     // bytes that one checksum covers
inline constexpr std::size_t kFilterBlock = 64;        // bytes
inline constexpr std::size_t kRemainderBytes = 5;      // of a hash, behind its bucket's bits
inline constexpr std::size_t kEntriesPerBucket = 16;   // about
inline constexpr std::size_t kFilterBitsPerEntry = 9;  // about 2.5 % of other hashes pass

struct TableHead {
  char magic[8];
  std::uint32_t version, kind;
  std::uint64_t key_check, settings, source;
  std::int64_t built_at;
  std::uint64_t rows, entries;
  std::uint32_t mask_bits, bucket_bits, payload_bytes, unused;
  std::uint64_t masks_at, buckets_at, filter_at, filter_blocks, entries_at, sums_at, file_size;
  std::uint64_t sum_of_sums, head_sum;
};

// Of damage, not of malice: that takes the key.
inline std::uint64_t block_sum(std::uint64_t seed, const char* data, std::size_t size) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ull;
  std::uint64_t lanes[4] = {seed, seed ^ kOdd, seed + kOdd, ~seed};
  std::size_t at = 0;
  for (; at + 32 <= size; at += 32) {
    for (std::size_t i = 0; i < 4; ++i) {
      std::uint64_t word;
      std::memcpy(&word, data + at + 8 * i, 8);
      lanes[i] = std::rotl((lanes[i] ^ word) * kOdd, 29);
    }
  }
  std::uint64_t sum = size * kOdd;
  for (; at < size; ++at) sum = (sum ^ static_cast<unsigned char>(data[at])) * kOdd;
  for (const std::uint64_t lane : lanes) sum = std::rotl((sum ^ lane) * kOdd, 31);
  return sum ^ sum >> 32;
}

inline std::uint64_t key_check_of(const HashKey& key) {
  return keyed_hash(key, "key check");
}
inline std::uint64_t sum_seed_of(const HashKey& key) {
  return keyed_hash(key, "block sums");
}

// Where a hash belongs; each ascends with it.
inline std::size_t bucket_of(std::uint64_t hash, unsigned bucket_bits) {
  return static_cast<std::size_t>(hash >> (64 - bucket_bits));
}
inline std::uint64_t remainder_of(std::uint64_t hash, unsigned bucket_bits) {
  return hash << bucket_bits >> (64 - 8 * kRemainderBytes);
}
inline std::size_t filter_block_of(std::uint64_t hash, std::size_t blocks) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>((static_cast<Wide>(hash) * blocks) >> 64);
}

// The bits of a hash in its block of the filter, from bits that neither bucket nor block used up.
struct FilterBits {
  std::uint64_t words[8] = {};
  explicit FilterBits(std::uint64_t hash) {
    std::uint64_t h = hash * 0xD6E8FEB86659FD93ull;
    for (int i = 0; i < 5; ++i, h >>= 9) words[h >> 6 & 7] |= std::uint64_t{1} << (h & 63);
  }
};

}  // namespace sekisho::filters
