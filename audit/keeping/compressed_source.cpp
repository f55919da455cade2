#include "audit/keeping/compressed_source.h"

#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace sekisho::audit {
namespace {

constexpr std::size_t kFrame = 1u << 20;
constexpr std::size_t kLargestFrame = 4u << 20;  // of a foreign writer
constexpr std::uint64_t kMostFrames = 1u << 20;
constexpr int kLevel = 6;

// The seek table is a skippable frame: its magic and size, 8 bytes a frame, and this foot: number
// of frames, a byte of flags, its own magic. All numbers are little-endian.
constexpr std::uint32_t kTableMagic = 0x184D2A5E, kFootMagic = 0x8F92EAB1;
constexpr std::size_t kTableHead = 8, kEntry = 8, kFoot = 9;
constexpr unsigned char kHasChecksums = 0x80;

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t n = 0;
  for (int i = 3; i >= 0; --i) n = n << 8 | static_cast<unsigned char>(bytes[at + i]);
  return n;
}

void append_number(std::string& out, std::uint64_t n) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(n >> (8 * i));
}

// All of [offset, offset + into.size()). 0, or -errno.
long read_exactly(const ByteSource& source, std::uint64_t offset, std::string& into) {
  for (std::size_t got = 0; got < into.size();) {
    const long n = source.read_at(offset + got, into.data() + got, into.size() - got);
    if (n <= 0) return n < 0 ? n : -EBADMSG;
    got += static_cast<std::size_t>(n);
  }
  return 0;
}

struct Frame {
  std::uint64_t at = 0, plain_at = 0;  // in the file, in what it holds
  std::size_t size = 0, plain_size = 0;
};

class Frames {
 public:
  explicit Frames(ByteSource file) : file_(std::move(file)) {}

  bool read_table(std::string& error) {
    error = "it is no compressed segment, or its end is missing";
    std::string foot(kFoot, '\0');
    if (file_.size < kTableHead + kFoot || read_exactly(file_, file_.size - kFoot, foot))
      return false;
    if (number_at(foot, 5) != kFootMagic) return false;
    const std::uint64_t count = number_at(foot, 0);
    const std::size_t entry = kEntry + (foot[4] & kHasChecksums ? 4 : 0);
    const std::uint64_t size = kTableHead + count * entry + kFoot;
    if (count > kMostFrames || size > file_.size) return false;
    std::string table(size, '\0');
    if (read_exactly(file_, file_.size - size, table)) return false;
    if (number_at(table, 0) != kTableMagic || number_at(table, 4) != size - kTableHead)
      return false;
    if (!read_entries(table, count, entry, file_.size - size)) return false;
    error.clear();
    return true;
  }

  std::uint64_t plain_size() const {
    return frames_.empty() ? 0 : frames_.back().plain_at + frames_.back().plain_size;
  }

  long read_at(std::uint64_t offset, char* into, std::size_t size) {
    if (offset >= plain_size()) return 0;
    const auto behind =
        std::upper_bound(frames_.begin(), frames_.end(), offset,
                         [](std::uint64_t at, const Frame& frame) { return at < frame.plain_at; });
    const Frame& frame = *(behind - 1);
    if (const long error = open_frame(frame)) return error;
    const std::size_t from = static_cast<std::size_t>(offset - frame.plain_at);
    return static_cast<long>(plain_.copy(into, size, from));
  }

 private:
  bool read_entries(const std::string& table, std::uint64_t count, std::size_t entry,
                    std::uint64_t end) {
    Frame next;
    for (std::uint64_t i = 0; i < count; ++i) {
      next.size = number_at(table, kTableHead + i * entry);
      next.plain_size = number_at(table, kTableHead + i * entry + 4);
      if (!next.plain_size || next.plain_size > kLargestFrame) return false;
      if (!next.size || next.size > ZSTD_compressBound(kLargestFrame)) return false;
      frames_.push_back(next);
      next.at += next.size;
      next.plain_at += next.plain_size;
    }
    return next.at == end;
  }

  long open_frame(const Frame& frame) {
    if (opened_ == &frame) return 0;
    opened_ = nullptr;
    packed_.resize(frame.size);
    if (const long error = read_exactly(file_, frame.at, packed_)) return error;
    plain_.resize(frame.plain_size);
    const std::size_t n = ZSTD_decompressDCtx(context_.get(), plain_.data(), plain_.size(),
                                              packed_.data(), packed_.size());
    if (ZSTD_isError(n) || n != frame.plain_size) return -EBADMSG;
    opened_ = &frame;
    return 0;
  }

  struct Deleter {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  ByteSource file_;
  std::vector<Frame> frames_;
  const Frame* opened_ = nullptr;  // the one that `plain_` holds
  std::string packed_, plain_;
  std::unique_ptr<ZSTD_DCtx, Deleter> context_{ZSTD_createDCtx()};
};

struct CompressorDeleter {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

std::string table_of(const std::string& entries) {
  std::string table;
  append_number(table, kTableMagic);
  append_number(table, entries.size() + kFoot);
  table += entries;
  append_number(table, entries.size() / kEntry);
  table += '\0';
  append_number(table, kFootMagic);
  return table;
}

}  // namespace

ByteSource compressed_source(ByteSource file, std::string& error) {
  const auto frames = std::make_shared<Frames>(std::move(file));
  if (!frames->read_table(error)) return {};
  return {frames->plain_size(), [frames](std::uint64_t offset, char* into, std::size_t size) {
            return frames->read_at(offset, into, size);
          }};
}

bool compress(const ByteSource& plain, const std::function<bool(std::string_view)>& take,
              std::string& error) {
  const std::unique_ptr<ZSTD_CCtx, CompressorDeleter> context(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string block, packed(ZSTD_compressBound(kFrame), '\0'), entries;
  for (std::uint64_t at = 0; at < plain.size; at += block.size()) {
    block.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kFrame, plain.size - at)));
    if (const long code = read_exactly(plain, at, block)) {
      error = std::string("it cannot be read: ") + std::strerror(static_cast<int>(-code));
      return false;
    }
    const std::size_t n =
        ZSTD_compress2(context.get(), packed.data(), packed.size(), block.data(), block.size());
    if (ZSTD_isError(n)) {
      error = std::string("it cannot be compressed: ") + ZSTD_getErrorName(n);
      return false;
    }
    append_number(entries, n);
    append_number(entries, block.size());
    if (!take(std::string_view(packed).substr(0, n))) return false;
  }
  return take(table_of(entries));
}

}  // namespace sekisho::audit
