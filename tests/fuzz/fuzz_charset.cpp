// Any bytes in each charset (the first byte picks it): the text is UTF-8, every character has its
// bytes, in order, and nothing is read twice or left out but marks and escapes.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "filters/bodies/charset.h"
#include "filters/utf8.h"

using namespace sekisho::filters;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void decode(Charset charset, std::string_view bytes) {
  std::string text;
  Layer layer;
  CharsetDecoder decoder(charset, bytes);
  CharsetDecoder::Status status;
  while ((status = decoder.step(text, layer, 0)) == CharsetDecoder::Status::kMore) {
  }
  require(valid_utf8(text));
  require(decoder.position() <= bytes.size());
  std::size_t last = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = utf8_sequence(text.data() + at, text.data() + text.size());
    const Range r = layer.map.original({at, at + size}, 0, bytes.size());
    require(r.begin >= last && r.begin < r.end);
    last = r.end;
    at += size;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array kCharsets = {Charset::kUtf8,     Charset::kUtf16Le, Charset::kUtf16Be,
                                    Charset::kUtf32Le,  Charset::kUtf32Be, Charset::kIso2022Jp,
                                    Charset::kShiftJis, Charset::kEucJp,   Charset::kWindows1252,
                                    Charset::kGb18030,  Charset::kBig5,    Charset::kEucKr};
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Charset charset = kCharsets[data[0] % kCharsets.size()];
  decode(charset, bytes);
  for (const Charset stated : {Charset::kNone, charset, Charset::kUtf16})
    for (const Charset c : charset_readings(stated, bytes)) decode(c, bytes);
  return 0;
}
