#include "filters/bodies/decode_stage.h"

#include <brotli/decode.h>
#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <climits>
#include <cstring>

namespace sekisho::filters {
namespace {

constexpr int kGzipWindow = 15 + 16, kZlibWindow = 15, kRawWindow = -15;
constexpr int kZstdWindowLog = 27;

// RFC 1950: deflate, window up to 32 KiB, no dictionary, check bits. Clients that send raw deflate
// do not look like this.
bool zlib_header(const unsigned char* in, std::size_t size) {
  return size >= 2 && (in[0] & 15) == 8 && in[0] >> 4 <= 7 && (in[0] * 256 + in[1]) % 31 == 0 &&
         !(in[1] & 0x20);
}

bool zstd_magic(const unsigned char* in, std::size_t size) {
  return size >= 4 && std::memcmp(in, "\x28\xB5\x2F\xFD", 4) == 0;
}

uInt bounded(std::size_t n) {
  return static_cast<uInt>(std::min<std::size_t>(n, UINT_MAX));
}

}  // namespace

struct InflateStage::State {
  z_stream z{};
  bool open = false;
};

void InflateStage::Free::operator()(State* s) const {
  if (s->open) inflateEnd(&s->z);
  delete s;
}

InflateStage::InflateStage(bool gzip) : state_(new State), gzip_(gzip) {}

// At the start of a stream or gzip member. False: these bytes begin none.
bool InflateStage::begin(const StageBuffers& io) {
  begun_ = true;
  if (gzip_ && (io.in_size < 2 || io.in[0] != 0x1f || io.in[1] != 0x8b)) return false;
  if (!first_) return gzip_ && inflateReset(&state_->z) == Z_OK;
  first_ = false;
  int window = gzip_ ? kGzipWindow : zlib_header(io.in, io.in_size) ? kZlibWindow : kRawWindow;
  state_->open = inflateInit2(&state_->z, window) == Z_OK;
  return state_->open;
}

StageStatus InflateStage::run(StageBuffers& io) {
  if (!begun_ && !begin(io)) return StageStatus::kCorrupt;
  z_stream& z = state_->z;
  z.next_in = const_cast<Bytef*>(io.in);
  z.avail_in = bounded(io.in_size);
  z.next_out = io.out;
  z.avail_out = bounded(io.out_size);
  int result = inflate(&z, Z_NO_FLUSH);
  io.in_size -= static_cast<std::size_t>(z.next_in - io.in);
  io.in = z.next_in;
  io.out_size -= static_cast<std::size_t>(z.next_out - io.out);
  io.out = z.next_out;
  if (result == Z_STREAM_END) {
    begun_ = false;
    return StageStatus::kBetween;
  }
  return result == Z_OK || result == Z_BUF_ERROR ? StageStatus::kGo : StageStatus::kCorrupt;
}

void BrotliStage::Free::operator()(void* s) const {
  BrotliDecoderDestroyInstance(static_cast<BrotliDecoderState*>(s));
}

BrotliStage::BrotliStage() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {}

StageStatus BrotliStage::run(StageBuffers& io) {
  if (ended_ || !state_) return StageStatus::kCorrupt;
  auto* state = static_cast<BrotliDecoderState*>(state_.get());
  auto result =
      BrotliDecoderDecompressStream(state, &io.in_size, &io.in, &io.out_size, &io.out, nullptr);
  if (result == BROTLI_DECODER_RESULT_ERROR) return StageStatus::kCorrupt;
  ended_ = result == BROTLI_DECODER_RESULT_SUCCESS;
  return ended_ ? StageStatus::kBetween : StageStatus::kGo;
}

void ZstdStage::Free::operator()(void* s) const {
  ZSTD_freeDCtx(static_cast<ZSTD_DCtx*>(s));
}

ZstdStage::ZstdStage() : state_(ZSTD_createDCtx()) {
  if (state_)
    ZSTD_DCtx_setParameter(static_cast<ZSTD_DCtx*>(state_.get()), ZSTD_d_windowLogMax,
                           kZstdWindowLog);
}

StageStatus ZstdStage::run(StageBuffers& io) {
  if (!state_ || (!begun_ && !zstd_magic(io.in, io.in_size))) return StageStatus::kCorrupt;
  begun_ = true;
  ZSTD_inBuffer in{io.in, io.in_size, 0};
  ZSTD_outBuffer out{io.out, io.out_size, 0};
  std::size_t hint = ZSTD_decompressStream(static_cast<ZSTD_DCtx*>(state_.get()), &out, &in);
  io.in += in.pos;
  io.in_size -= in.pos;
  io.out += out.pos;
  io.out_size -= out.pos;
  if (ZSTD_isError(hint)) return StageStatus::kCorrupt;
  if (hint != 0) return StageStatus::kGo;
  begun_ = false;
  return StageStatus::kBetween;
}

struct Bzip2Stage::State {
  bz_stream z{};
  bool open = false;
};

void Bzip2Stage::Free::operator()(State* s) const {
  if (s->open) BZ2_bzDecompressEnd(&s->z);
  delete s;
}

Bzip2Stage::Bzip2Stage() : state_(new State) {}

StageStatus Bzip2Stage::run(StageBuffers& io) {
  bz_stream& z = state_->z;
  if (!begun_) {
    if (io.in_size < 4 || std::memcmp(io.in, "BZh", 3) != 0) return StageStatus::kCorrupt;
    if (state_->open) BZ2_bzDecompressEnd(&z);
    z = bz_stream{};
    state_->open = BZ2_bzDecompressInit(&z, 0, 0) == BZ_OK;
    if (!state_->open) return StageStatus::kTooBig;
    begun_ = true;
  }
  z.next_in = reinterpret_cast<char*>(const_cast<unsigned char*>(io.in));
  z.avail_in = bounded(io.in_size);
  z.next_out = reinterpret_cast<char*>(io.out);
  z.avail_out = bounded(io.out_size);
  const unsigned in_before = z.avail_in, out_before = z.avail_out;
  const int result = BZ2_bzDecompress(&z);
  io.in += in_before - z.avail_in;
  io.in_size -= in_before - z.avail_in;
  io.out += out_before - z.avail_out;
  io.out_size -= out_before - z.avail_out;
  if (result == BZ_OK) return StageStatus::kGo;
  begun_ = false;
  if (result == BZ_STREAM_END) return StageStatus::kBetween;
  return result == BZ_MEM_ERROR ? StageStatus::kTooBig : StageStatus::kCorrupt;
}

struct XzStage::State {
  lzma_stream z = LZMA_STREAM_INIT;
  bool open = false, ended = false;
};

void XzStage::Free::operator()(State* s) const {
  lzma_end(&s->z);
  delete s;
}

XzStage::XzStage() : state_(new State) {
  state_->open = lzma_stream_decoder(&state_->z, kMemory, 0) == LZMA_OK;
}

StageStatus XzStage::run(StageBuffers& io) {
  if (!state_->open || state_->ended) return StageStatus::kCorrupt;
  lzma_stream& z = state_->z;
  z.next_in = io.in;
  z.avail_in = io.in_size;
  z.next_out = io.out;
  z.avail_out = io.out_size;
  const lzma_ret result = lzma_code(&z, LZMA_RUN);
  io.in = z.next_in;
  io.in_size = z.avail_in;
  io.out = z.next_out;
  io.out_size = z.avail_out;
  state_->ended = result == LZMA_STREAM_END;
  if (state_->ended) return StageStatus::kBetween;
  if (result == LZMA_OK || result == LZMA_BUF_ERROR) return StageStatus::kGo;
  // Sound, and beyond what is undone here: its memory, or a filter that a newer library knows.
  const bool beyond =
      result == LZMA_MEMLIMIT_ERROR || result == LZMA_MEM_ERROR || result == LZMA_OPTIONS_ERROR;
  return beyond ? StageStatus::kTooBig : StageStatus::kCorrupt;
}

DecodeStage make_stage(CodingName name) {
  switch (name) {
    case CodingName::kGzip:
      return InflateStage(true);
    case CodingName::kDeflate:
      return InflateStage(false);
    case CodingName::kBrotli:
      return BrotliStage();
    case CodingName::kBzip2:
      return Bzip2Stage();
    case CodingName::kXz:
      return XzStage();
    case CodingName::kZstd:
      break;
  }
  return ZstdStage();
}

}  // namespace sekisho::filters
