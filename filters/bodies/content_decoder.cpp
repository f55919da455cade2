#include "filters/bodies/content_decoder.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "filters/bodies/decode_stage.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kStep = 256u << 10;
constexpr std::size_t kBetweenStages = 64u << 10;
constexpr std::size_t kRatioFrom = 1u << 20;
constexpr std::size_t kMaxCodings = 4;

std::string token(std::string_view s) {
  auto space = [](char c) { return c == ' ' || c == '\t'; };
  while (!s.empty() && space(s.front())) s.remove_prefix(1);
  while (!s.empty() && space(s.back())) s.remove_suffix(1);
  std::string out(s);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::optional<CodingName> coding_name(const std::string& name) {
  if (name == "gzip" || name == "x-gzip") return CodingName::kGzip;
  if (name == "deflate") return CodingName::kDeflate;
  if (name == "br") return CodingName::kBrotli;
  if (name == "zstd") return CodingName::kZstd;
  return std::nullopt;
}

// In the order they were applied; nullopt: one is unknown, or there are too many.
std::optional<std::vector<CodingName>> parse(std::string_view header) {
  std::vector<CodingName> out;
  for (std::size_t at = 0; at <= header.size();) {
    std::size_t comma = std::min(header.find(',', at), header.size());
    std::string name = token(header.substr(at, comma - at));
    at = comma + 1;
    if (name.empty() || name == "identity") continue;
    auto coding = coding_name(name);
    if (!coding || out.size() == kMaxCodings) return std::nullopt;
    out.push_back(*coding);
  }
  return out;
}

}  // namespace

struct ContentDecoder::Impl {
  struct Link {
    DecodeStage stage;
    std::string buffer;    // what the link before produced and this one has not read yet
    std::size_t read = 0;  // of `buffer`
    bool between = false;  // no member is open, and at least one was read
    bool ended = false;
    std::size_t produced = 0;
  };

  std::string_view input;  // not yet read
  std::size_t input_size = 0, max_output = 0, max_ratio = 0;
  std::vector<Link> links;  // the coding to undo first comes first
  DecodeStatus status = DecodeStatus::kMore;
  bool plain = false;
  std::size_t copied = 0;  // identity
  std::size_t work = 0;    // bytes moved in this step

  DecodeStatus copy(std::string& out);
  // Fills [out, out+size) from link `i`; `got` = bytes written. kMore: full, or the step's work is
  // done.
  DecodeStatus pull(std::size_t i, unsigned char* out, std::size_t size, std::size_t& got);
  DecodeStatus refill(std::size_t i, bool& final);
  DecodeStatus run(Link& link, StageBuffers& io);
  StageBuffers pending(std::size_t i, bool final) const;
  void consume(std::size_t i, std::size_t n);
  bool over_limit(std::size_t i) const;
};

DecodeStatus ContentDecoder::Impl::copy(std::string& out) {
  if (input_size > max_output) return DecodeStatus::kTooBig;
  std::size_t n = std::min(kStep, input.size() - copied);
  out.append(input.substr(copied, n));
  copied += n;
  return copied == input.size() ? DecodeStatus::kDone : DecodeStatus::kMore;
}

// What lies between two codings may be a little larger than the end of it all (data that does not
// compress), not more.
bool ContentDecoder::Impl::over_limit(std::size_t i) const {
  std::size_t produced = links[i].produced;
  std::size_t limit =
      i + 1 == links.size() ? max_output : max_output + max_output / 8 + kBetweenStages;
  return produced > limit || (produced > kRatioFrom && produced / max_ratio >= input_size);
}

StageBuffers ContentDecoder::Impl::pending(std::size_t i, bool final) const {
  std::string_view in = input;
  if (i > 0) in = std::string_view(links[i].buffer).substr(links[i].read);
  StageBuffers io;
  io.in = reinterpret_cast<const unsigned char*>(in.data());
  io.in_size = in.size();
  io.in_final = final;
  // One step reads no more than it may write: a coding can eat much and give nothing (empty
  // members).
  if (io.in_size > kStep) {
    io.in_size = kStep;
    io.in_final = false;
  }
  return io;
}

void ContentDecoder::Impl::consume(std::size_t i, std::size_t n) {
  work += n;
  if (i == 0) {
    input.remove_prefix(n);
  } else {
    links[i].read += n;
  }
}

// Gets link `i` at least the bytes it must see at once, or all there are (`final`). kMore: not yet.
DecodeStatus ContentDecoder::Impl::refill(std::size_t i, bool& final) {
  Link& link = links[i];
  final = i == 0;
  if (i == 0) return DecodeStatus::kDone;
  std::size_t least = std::visit([](const auto& s) { return s.least(); }, link.stage);
  if (link.buffer.size() - link.read >= least) return DecodeStatus::kDone;
  link.buffer.erase(0, std::exchange(link.read, 0));
  while (link.buffer.size() < least) {
    std::size_t had = link.buffer.size(), got = 0;
    link.buffer.resize(had + kBetweenStages);
    DecodeStatus result = pull(i - 1, reinterpret_cast<unsigned char*>(link.buffer.data()) + had,
                               kBetweenStages, got);
    link.buffer.resize(had + got);
    final = result == DecodeStatus::kDone;
    if (final) return result;
    if (result != DecodeStatus::kMore || (got == 0 && work >= kStep)) return result;
  }
  return DecodeStatus::kDone;
}

DecodeStatus ContentDecoder::Impl::run(Link& link, StageBuffers& io) {
  const std::size_t in_before = io.in_size, out_before = io.out_size;
  StageStatus result = std::visit([&io](auto& s) { return s.run(io); }, link.stage);
  if (result == StageStatus::kCorrupt) return DecodeStatus::kCorrupt;
  if (result == StageStatus::kTooBig) return DecodeStatus::kTooBig;
  link.between = result == StageStatus::kBetween;
  bool stuck = io.in_size == in_before && io.out_size == out_before;
  // All there is was given, room is left, and nothing moves: the stream was cut.
  if (!link.between && stuck && io.out_size > 0) return DecodeStatus::kCorrupt;
  return DecodeStatus::kMore;
}

DecodeStatus ContentDecoder::Impl::pull(std::size_t i, unsigned char* out, std::size_t size,
                                        std::size_t& got) {
  Link& link = links[i];
  got = 0;
  while (!link.ended && got < size) {
    if (work >= kStep * 2) return DecodeStatus::kMore;
    bool final = false;
    if (auto result = refill(i, final); result != DecodeStatus::kDone) return result;
    StageBuffers io = pending(i, final);
    if (io.in_final && io.in_size == 0 && link.between) {
      link.ended = true;
      break;
    }
    io.out = out + got;
    io.out_size = size - got;
    const std::size_t in_before = io.in_size, out_before = io.out_size;
    DecodeStatus result = run(link, io);
    consume(i, in_before - io.in_size);
    std::size_t wrote = out_before - io.out_size;
    got += wrote;
    work += wrote;
    link.produced += wrote;
    if (over_limit(i)) return DecodeStatus::kTooBig;
    if (result != DecodeStatus::kMore) return result;
  }
  return link.ended ? DecodeStatus::kDone : DecodeStatus::kMore;
}

ContentDecoder::ContentDecoder(std::string_view content_encoding, std::string_view input,
                               std::size_t max_output, std::size_t max_ratio)
    : impl_(std::make_unique<Impl>()) {
  impl_->input = input;
  impl_->input_size = input.size();
  impl_->max_output = std::min(max_output, SIZE_MAX / 2);
  impl_->max_ratio = std::max<std::size_t>(max_ratio, 1);
  auto codings = parse(content_encoding);
  if (!codings) {
    impl_->status = DecodeStatus::kUnknown;
    return;
  }
  impl_->plain = codings->empty();
  for (auto it = codings->rbegin(); it != codings->rend(); ++it) {
    impl_->links.push_back(Impl::Link{make_stage(*it), {}, 0, false, false, 0});
  }
}
ContentDecoder::~ContentDecoder() = default;

bool ContentDecoder::identity() const {
  return impl_->plain;
}

DecodeStatus ContentDecoder::step(std::string& out) {
  Impl& m = *impl_;
  if (m.status != DecodeStatus::kMore) return m.status;
  if (m.input_size == 0) return m.status = DecodeStatus::kDone;
  if (m.plain) return m.status = m.copy(out);
  m.work = 0;
  // One byte more than allowed shows that it is too big.
  std::size_t left = m.max_output - std::min(m.links.back().produced, m.max_output);
  std::size_t room = std::min(kStep, left + 1), had = out.size(), got = 0;
  out.resize(had + room);
  m.status =
      m.pull(m.links.size() - 1, reinterpret_cast<unsigned char*>(out.data()) + had, room, got);
  out.resize(had + got);
  return m.status;
}

}  // namespace sekisho::filters
