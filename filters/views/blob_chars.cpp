#include "filters/views/blob_chars.h"

#include <algorithm>
#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sekisho::filters {
namespace {

#if defined(__SSE2__)
__m128i equal_16(__m128i v, char c) {
  return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}
// low <= v < low + count
__m128i within_16(__m128i v, char low, char count) {
  const __m128i from = _mm_sub_epi8(v, _mm_set1_epi8(low));
  return _mm_cmpeq_epi8(_mm_min_epu8(from, _mm_set1_epi8(static_cast<char>(count - 1))), from);
}
// Which of sixteen bytes are "+/-_".
__m128i signs_16(__m128i v) {
  return _mm_or_si128(_mm_or_si128(equal_16(v, '+'), equal_16(v, '/')),
                      _mm_or_si128(equal_16(v, '-'), equal_16(v, '_')));
}
// A bit for each of sixteen bytes that is no character of a blob.
unsigned others_in_16(const char* bytes) {
  const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m128i alnum =
      _mm_or_si128(within_16(v, '0', 10), within_16(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 26));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(alnum, signs_16(v)))) ^ 0xFFFFu;
}
#endif

}  // namespace

std::size_t blob_run_end(std::string_view text, std::size_t at) {
#if defined(__SSE2__)
  for (; at + 16 <= text.size(); at += 16)
    if (const unsigned others = others_in_16(text.data() + at); others != 0)
      return at + static_cast<std::size_t>(std::countr_zero(others));
#endif
  while (at < text.size() && is_blob_char(text[at])) ++at;
  return at;
}

std::size_t next_blob_begin(std::string_view run, std::size_t at, std::size_t end) {
  if (at < 4) return std::min(at, end);
#if defined(__SSE2__)
  for (; at < end && at + 15 <= run.size(); at += 16) {
    const auto* const bytes = reinterpret_cast<const __m128i*>(run.data() + at - 1);
    const auto signs = static_cast<unsigned>(_mm_movemask_epi8(signs_16(_mm_loadu_si128(bytes))));
    if (signs != 0) return std::min(end, at + static_cast<std::size_t>(std::countr_zero(signs)));
  }
#endif
  static constexpr CharSet kSigns{"/_-+"};
  while (at < end && !kSigns.has(run[at - 1])) ++at;
  return std::min(at, end);
}

}  // namespace sekisho::filters
