#include "filters/registered/keyed_table.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "filters/registered/table_layout.h"

namespace sekisho::filters {
namespace {

bool head_is_sound(const TableHead& head) {
  TableHead copy = head;
  copy.head_sum = 0;
  return block_sum(0, reinterpret_cast<const char*>(&copy), sizeof copy) == head.head_sum;
}

// Whether the parts lie in order inside the file and are as long as their counts say.
bool parts_fit(const TableHead& h, std::size_t size) {
  if (h.file_size != size || h.mask_bits < 1 || h.mask_bits > 24 || h.bucket_bits < 1 ||
      h.bucket_bits > 32 || h.payload_bytes < 1 || h.payload_bytes > 8)
    return false;
  const std::uint64_t masks = std::uint64_t{8} << h.mask_bits;
  const std::uint64_t buckets = 4 * ((std::uint64_t{1} << h.bucket_bits) + 1);
  const std::uint64_t entries = h.entries * (kRemainderBytes + h.payload_bytes);
  if (h.entries >> 32 != 0 || h.filter_blocks >> 32 != 0) return false;
  const auto before = [](std::uint64_t at, std::uint64_t length, std::uint64_t next) {
    return next >= at && next - at >= length;
  };
  const std::uint64_t blocks =
      (h.sums_at - std::min<std::uint64_t>(h.sums_at, kHeadRoom) + kSumBlock - 1) / kSumBlock;
  return h.masks_at == kHeadRoom && before(h.masks_at, masks, h.buckets_at) &&
         before(h.buckets_at, buckets, h.filter_at) &&
         before(h.filter_at, h.filter_blocks * kFilterBlock, h.entries_at) &&
         before(h.entries_at, entries, h.sums_at) && h.masks_at % 8 == 0 && h.buckets_at % 8 == 0 &&
         h.filter_at % 8 == 0 && h.sums_at % 8 == 0 && h.sums_at <= size &&
         size - h.sums_at == 8 * blocks;
}

std::uint64_t number_at(const char* data, std::size_t bytes) {
  std::uint64_t out = 0;
  std::memcpy(&out, data, bytes);
  return out;
}

struct File {
  explicit File(const std::string& path) : descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
  File(const File&) = delete;
  int descriptor;
};

TableFault fault_of(const TableHead& head, const HashKey& key, std::size_t size, std::string& why) {
  if (std::memcmp(head.magic, kTableMagic, sizeof kTableMagic) != 0) {
    why = "it is no built dataset";
    return TableFault::kNoTable;
  }
  if (head.version != kTableVersion) {
    why = "it was built by another version of this program (layout " +
          std::to_string(head.version) + ", this one reads " + std::to_string(kTableVersion) + ")";
    return TableFault::kVersion;
  }
  if (!head_is_sound(head)) {
    why = "it is damaged: its head does not agree with its checksum";
    return TableFault::kDamaged;
  }
  if (head.key_check != key_check_of(key)) {
    why = "it was built with another key, or for another dataset";
    return TableFault::kKey;
  }
  if (parts_fit(head, size)) return TableFault::kNone;
  why = "it is damaged: " + std::to_string(size) + " bytes long, its head says " +
        std::to_string(head.file_size);
  return TableFault::kDamaged;
}

}  // namespace

LengthMasks::LengthMasks(const HashKey& key, unsigned bits)
    : one_(keyed_hash(key, "lengths 1") | 1), two_(keyed_hash(key, "lengths 2") | 1), bits_(bits) {}

KeyedTable::KeyedTable(const char* data, std::size_t size, const HashKey& key, unsigned mask_bits)
    : data_(data), size_(size), seed_(sum_seed_of(key)), lengths_(key, mask_bits) {}

KeyedTable::~KeyedTable() {
  ::munmap(const_cast<char*>(data_), size_);
}

std::shared_ptr<const KeyedTable> KeyedTable::open(const std::string& path, const HashKey& key,
                                                   TableFault& fault, std::string& why,
                                                   std::size_t at_once) {
  const File file(path);
  struct stat st {};
  if (file.descriptor < 0 || ::fstat(file.descriptor, &st) != 0 || !S_ISREG(st.st_mode)) {
    fault = errno == ENOENT ? TableFault::kMissing : TableFault::kUnreadable;
    why = file.descriptor < 0 ? std::strerror(errno) : "it is no file";
    return nullptr;
  }
  const auto size = static_cast<std::size_t>(st.st_size);
  TableHead head{};
  if (size < sizeof head || ::pread(file.descriptor, &head, sizeof head, 0) != sizeof head) {
    fault = TableFault::kNoTable;
    why = "it is cut short: " + std::to_string(size) + " bytes";
    return nullptr;
  }
  fault = fault_of(head, key, size, why);
  if (fault != TableFault::kNone) return nullptr;
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.descriptor, 0);
  if (data == MAP_FAILED) {
    fault = TableFault::kUnreadable;
    why = std::strerror(errno);
    return nullptr;
  }
  std::shared_ptr<KeyedTable> table(
      new KeyedTable(static_cast<const char*>(data), size, key, head.mask_bits));
  KeyedTable& t = *table;
  t.facts_ = {static_cast<TableKind>(head.kind),
              head.settings,
              head.source,
              head.built_at,
              head.rows,
              head.entries};
  t.masks_ = reinterpret_cast<const std::uint64_t*>(t.data_ + head.masks_at);
  t.buckets_ = reinterpret_cast<const std::uint32_t*>(t.data_ + head.buckets_at);
  t.filter_at_ = head.filter_at;
  t.filter_blocks_ = head.filter_blocks;
  t.entries_at_ = head.entries_at;
  t.sums_at_ = head.sums_at;
  t.bucket_bits_ = head.bucket_bits;
  t.payload_bytes_ = head.payload_bytes;
  const char* sums = t.data_ + t.sums_at_;
  if (block_sum(t.seed_, sums, size - t.sums_at_) == head.sum_of_sums &&
      t.verify_first_parts(at_once))
    return table;
  fault = TableFault::kDamaged;
  why = "it is damaged: its parts do not agree with their checksums";
  return nullptr;
}

bool KeyedTable::verify_first_parts(std::size_t at_once) {
  verified_ = std::vector<std::atomic<std::uint8_t>>((size_ - sums_at_) / 8);
  return sound(kHeadRoom, filter_at_) && sound(filter_at_, std::min(sums_at_, at_once));
}

bool KeyedTable::sound(std::size_t begin, std::size_t end) const {
  if (begin >= end) return true;
  const std::size_t last = (end - 1 - kHeadRoom) / kSumBlock;
  for (std::size_t block = (begin - kHeadRoom) / kSumBlock; block <= last; ++block) {
    std::uint8_t known = verified_[block].load(std::memory_order_relaxed);
    if (known == 0) {
      const std::size_t from = kHeadRoom + block * kSumBlock;
      const std::size_t length = std::min(kSumBlock, sums_at_ - from);
      const std::uint64_t stated = number_at(data_ + sums_at_ + 8 * block, 8);
      known = block_sum(seed_, data_ + from, length) == stated ? 1 : 2;
      verified_[block].store(known, std::memory_order_relaxed);
    }
    if (known != 1) return false;
  }
  return true;
}

bool KeyedTable::whole() const {
  return sound(kHeadRoom, sums_at_);
}

bool KeyedTable::find(std::uint64_t hash, std::vector<std::uint64_t>& out) const {
  if (filter_blocks_ == 0) return true;
  const std::size_t filter = filter_at_ + kFilterBlock * filter_block_of(hash, filter_blocks_);
  if (!sound(filter, filter + kFilterBlock)) return false;
  const FilterBits bits(hash);
  const auto* words = reinterpret_cast<const std::uint64_t*>(data_ + filter);
  for (std::size_t i = 0; i < 8; ++i)
    if ((words[i] & bits.words[i]) != bits.words[i]) return true;
  const std::size_t bucket = bucket_of(hash, bucket_bits_);
  std::size_t low = buckets_[bucket], high = buckets_[bucket + 1];
  if (low > high || high > facts_.entries) return false;
  const std::size_t step = kRemainderBytes + payload_bytes_;
  if (!sound(entries_at_ + low * step, entries_at_ + high * step)) return false;
  const std::uint64_t wanted = remainder_of(hash, bucket_bits_);
  const auto remainder = [&](std::size_t i) {
    return number_at(data_ + entries_at_ + i * step, kRemainderBytes);
  };
  const std::size_t end = high;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (remainder(middle) < wanted)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < end && remainder(low) == wanted; ++low)
    out.push_back(number_at(data_ + entries_at_ + low * step + kRemainderBytes, payload_bytes_));
  return true;
}

}  // namespace sekisho::filters
