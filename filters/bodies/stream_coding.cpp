#include "filters/bodies/stream_coding.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <utility>

namespace sekisho::filters {
namespace {

constexpr std::size_t kStep = 64u << 10;
constexpr int kGzipWindow = 15 + 16, kZlibWindow = 15, kLevel = 6, kMemory = 8;
constexpr int kBrotliQuality = 4, kBrotliWindow = 18, kZstdLevel = 3;

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::optional<StreamCoding> by_name(const std::string& name) {
  if (name.empty() || name == "identity") return StreamCoding{};
  if (name == "gzip" || name == "x-gzip") return StreamCoding{CodingName::kGzip};
  if (name == "deflate") return StreamCoding{CodingName::kDeflate};
  if (name == "br") return StreamCoding{CodingName::kBrotli};
  if (name == "zstd") return StreamCoding{CodingName::kZstd};
  return std::nullopt;
}

}  // namespace

std::optional<StreamCoding> stream_coding(std::string_view content_encoding) {
  return by_name(lower(trimmed(content_encoding)));
}

std::string known_codings(std::string_view accept_encoding) {
  std::string kept;
  bool dropped = false;
  for (std::size_t at = 0; at <= accept_encoding.size();) {
    const std::size_t comma = std::min(accept_encoding.find(',', at), accept_encoding.size());
    const std::string_view item = trimmed(accept_encoding.substr(at, comma - at));
    at = comma + 1;
    if (item.empty()) continue;
    if (!by_name(lower(trimmed(item.substr(0, item.find(';')))))) {
      dropped = true;
      continue;
    }
    if (!kept.empty()) kept += ", ";
    kept += item;
  }
  if (!dropped) return std::string(accept_encoding);
  return kept.empty() ? "identity" : kept;
}

StreamDecoder::StreamDecoder(StreamCoding coding) {
  if (coding.name) stage_ = make_stage(*coding.name);
}
StreamDecoder::~StreamDecoder() = default;

void StreamDecoder::push(std::string_view bytes) {
  input_.erase(0, std::exchange(read_, 0));
  input_.append(bytes);
}

StreamDecoder::Status StreamDecoder::step(std::string& out) {
  const std::string_view in = std::string_view(input_).substr(read_);
  if (!stage_) {
    out.append(in);
    read_ = input_.size();
    return Status::kNeedInput;
  }
  const std::size_t least = std::visit([](const auto& s) { return s.least(); }, *stage_);
  const bool may_begin = begun_ || in.size() >= least;
  if (!may_begin || (in.empty() && between_)) return Status::kNeedInput;
  if (between_ && in.size() < least) return Status::kNeedInput;
  const std::size_t had = out.size();
  out.resize(had + kStep);
  StageBuffers io;
  io.in = reinterpret_cast<const unsigned char*>(in.data());
  io.in_size = in.size();
  io.out = reinterpret_cast<unsigned char*>(out.data()) + had;
  io.out_size = kStep;
  const StageStatus status = std::visit([&io](auto& s) { return s.run(io); }, *stage_);
  const std::size_t got = kStep - io.out_size, used = in.size() - io.in_size;
  out.resize(had + got);
  read_ += used;
  begun_ = true;
  if (status == StageStatus::kCorrupt) return Status::kCorrupt;
  if (status == StageStatus::kTooBig) return Status::kTooBig;
  between_ = status == StageStatus::kBetween;
  return got == 0 && used == 0 ? Status::kNeedInput : Status::kMore;
}

bool StreamDecoder::whole() const {
  return !stage_ || (between_ && read_ == input_.size());
}

struct StreamEncoder::Impl {
  explicit Impl(StreamCoding c) : coding(c) {}
  ~Impl() {
    if (z_open) deflateEnd(&z);
    if (brotli != nullptr) BrotliEncoderDestroyInstance(brotli);
    ZSTD_freeCCtx(zstd);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  bool open();
  bool write(std::string_view bytes, bool end, std::string& out);
  bool deflate_all(std::string_view bytes, bool end, std::string& out);
  bool brotli_all(std::string_view bytes, bool end, std::string& out);
  bool zstd_all(std::string_view bytes, bool end, std::string& out);

  StreamCoding coding;
  z_stream z{};
  bool z_open = false;
  BrotliEncoderState* brotli = nullptr;
  ZSTD_CCtx* zstd = nullptr;
};

bool StreamEncoder::Impl::open() {
  switch (*coding.name) {
    case CodingName::kGzip:
    case CodingName::kDeflate: {
      const int window = *coding.name == CodingName::kGzip ? kGzipWindow : kZlibWindow;
      z_open = z_open ||
               deflateInit2(&z, kLevel, Z_DEFLATED, window, kMemory, Z_DEFAULT_STRATEGY) == Z_OK;
      return z_open;
    }
    case CodingName::kBrotli:
      if (brotli != nullptr) return true;
      brotli = BrotliEncoderCreateInstance(nullptr, nullptr, nullptr);
      return brotli != nullptr &&
             BrotliEncoderSetParameter(brotli, BROTLI_PARAM_QUALITY, kBrotliQuality) &&
             BrotliEncoderSetParameter(brotli, BROTLI_PARAM_LGWIN, kBrotliWindow);
    case CodingName::kBzip2:
    case CodingName::kXz:
      return false;  // no header names them
    case CodingName::kZstd:
      break;
  }
  if (zstd != nullptr) return true;
  zstd = ZSTD_createCCtx();
  return zstd != nullptr &&
         !ZSTD_isError(ZSTD_CCtx_setParameter(zstd, ZSTD_c_compressionLevel, kZstdLevel));
}

bool StreamEncoder::Impl::deflate_all(std::string_view bytes, bool end, std::string& out) {
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  for (;;) {
    const std::size_t had = out.size();
    out.resize(had + kStep);
    z.next_out = reinterpret_cast<Bytef*>(out.data()) + had;
    z.avail_out = kStep;
    const int result = deflate(&z, end ? Z_FINISH : Z_SYNC_FLUSH);
    const std::size_t room = z.avail_out;
    out.resize(had + kStep - room);
    if (result == Z_STREAM_END) return true;
    if (result != Z_OK && result != Z_BUF_ERROR) return false;
    if (room > 0) return !end;
  }
}

bool StreamEncoder::Impl::brotli_all(std::string_view bytes, bool end, std::string& out) {
  std::size_t left = bytes.size();
  const auto* in = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto operation = end ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH;
  do {
    std::size_t none = 0;
    if (!BrotliEncoderCompressStream(brotli, operation, &left, &in, &none, nullptr, nullptr))
      return false;
    std::size_t size = 0;
    const std::uint8_t* data = BrotliEncoderTakeOutput(brotli, &size);
    out.append(reinterpret_cast<const char*>(data), size);
  } while (left > 0 || BrotliEncoderHasMoreOutput(brotli));
  return !end || BrotliEncoderIsFinished(brotli);
}

bool StreamEncoder::Impl::zstd_all(std::string_view bytes, bool end, std::string& out) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  for (;;) {
    const std::size_t had = out.size();
    out.resize(had + kStep);
    ZSTD_outBuffer to{out.data() + had, kStep, 0};
    const std::size_t left = ZSTD_compressStream2(zstd, &to, &in, end ? ZSTD_e_end : ZSTD_e_flush);
    out.resize(had + to.pos);
    if (ZSTD_isError(left)) return false;
    if (left == 0 && in.pos == in.size) return true;
  }
}

bool StreamEncoder::Impl::write(std::string_view bytes, bool end, std::string& out) {
  if (!coding.name) {
    out.append(bytes);
    return true;
  }
  if (!open()) return false;
  switch (*coding.name) {
    case CodingName::kGzip:
    case CodingName::kDeflate:
      return deflate_all(bytes, end, out);
    case CodingName::kBrotli:
      return brotli_all(bytes, end, out);
    case CodingName::kBzip2:
    case CodingName::kXz:
      return false;
    case CodingName::kZstd:
      break;
  }
  return zstd_all(bytes, end, out);
}

StreamEncoder::StreamEncoder(StreamCoding coding) : impl_(std::make_unique<Impl>(coding)) {}
StreamEncoder::~StreamEncoder() = default;

bool StreamEncoder::write(std::string_view bytes, std::string& out) {
  return bytes.empty() || impl_->write(bytes, false, out);
}

bool StreamEncoder::finish(std::string& out) {
  return impl_->write({}, true, out);
}

}  // namespace sekisho::filters
