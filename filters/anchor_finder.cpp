#include "filters/anchor_finder.h"

#include <algorithm>
#include <utility>

#include "filters/commonness.h"
#include "filters/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sekisho::filters {
namespace {

// The upper halves of bytes of words, a bit each, and which of them a lower half goes with.
constexpr std::array<std::uint8_t, 16> kWordHigh = {0, 0, 0, 1, 2, 4, 8, 16};
constexpr std::array<std::uint8_t, 16> word_low() {
  std::array<std::uint8_t, 16> out{};
  for (unsigned c = 0x30; c < 0x80; ++c)
    if (kWordBytes.has(static_cast<char>(c))) out[c % 16] |= kWordHigh[c / 16];
  return out;
}
constexpr std::array<std::uint8_t, 16> kWordLow = word_low();

}  // namespace

// Halves of bytes at each place, a bit each.
struct AnchorFinder::Bucket {
  std::array<std::uint16_t, kPlaces> low{}, high{};
  bool at_border = false;
  double common = 1;  // the share of places where it fits

  explicit Bucket(const Anchor& anchor) : at_border(anchor.at_border) {
    for (std::size_t i = 0; i < kPlaces; ++i) {
      for (unsigned c = 0; c < 256; ++c) {
        if (i < anchor.places.size() && !anchor.places[i][c]) continue;
        low[i] = static_cast<std::uint16_t>(low[i] | 1u << c % 16);
        high[i] = static_cast<std::uint16_t>(high[i] | 1u << c / 16);
      }
    }
    measure();
  }
  void join(const Bucket& other) {
    for (std::size_t i = 0; i < kPlaces; ++i) {
      low[i] |= other.low[i];
      high[i] |= other.high[i];
    }
    at_border = at_border && other.at_border;
    measure();
  }
  void measure() {
    constexpr double kBehindWord = 4;  // of five places
    Share share;
    for (std::size_t i = 0; i < kPlaces; ++i)
      share.then([&](unsigned c) { return (low[i] >> c % 16 & high[i] >> c / 16 & 1) != 0; });
    common = share.both() * (at_border ? 1 : kBehindWord);
  }
};

AnchorFinder::AnchorFinder(const std::vector<Anchor>& anchors) {
  for (std::size_t i = 0; i < anchors.size(); ++i) add(anchors[i], std::uint64_t{1} << i);
  make_halves(anchors);
}

void AnchorFinder::add(const Anchor& anchor, std::uint64_t bit) {
  all_ |= bit;
  if (anchor.at_border) at_border_ |= bit;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    if (i >= anchor.places.size()) short_[i] |= bit;
    for (std::size_t c = 0; c < 256; ++c)
      if (i >= anchor.places.size() || anchor.places[i][c]) fits_[i][c] |= bit;
  }
}

// Again and again the two buckets become one that are the least commoner together.
void AnchorFinder::join_buckets(std::vector<Bucket>& buckets) {
  const auto more = [&](std::size_t a, std::size_t b) {
    Bucket both = buckets[a];
    both.join(buckets[b]);
    return both.common - buckets[a].common - buckets[b].common;
  };
  // Of each bucket with each one before it.
  std::vector<std::vector<double>> costs(buckets.size());
  for (std::size_t a = 0; a < buckets.size(); ++a)
    for (std::size_t b = 0; b < a; ++b) costs[a].push_back(more(a, b));
  while (buckets.size() > kBuckets) {
    std::size_t from = 1, to = 0;
    for (std::size_t a = 1; a < buckets.size(); ++a)
      for (std::size_t b = 0; b < a; ++b)
        if (costs[a][b] < costs[from][to]) from = a, to = b;
    buckets[to].join(buckets[from]);
    buckets.erase(buckets.begin() + static_cast<std::ptrdiff_t>(from));
    costs.erase(costs.begin() + static_cast<std::ptrdiff_t>(from));
    for (std::size_t a = from; a < buckets.size(); ++a)
      costs[a].erase(costs[a].begin() + static_cast<std::ptrdiff_t>(from));
    for (std::size_t a = 0; a < buckets.size(); ++a)
      if (a != to) costs[std::max(a, to)][std::min(a, to)] = more(a, to);
  }
}

void AnchorFinder::make_halves(const std::vector<Anchor>& anchors) {
  std::vector<Bucket> buckets(anchors.begin(), anchors.end());
  join_buckets(buckets);
  for (std::size_t number = 0; number < buckets.size(); ++number) {
    const Bucket& bucket = buckets[number];
    Halves& halves = halves_[number / 8];
    const auto bit = static_cast<std::uint8_t>(1u << number % 8);
    if (!bucket.at_border) halves.inside_words |= bit;
    for (std::size_t i = 0; i < kPlaces; ++i) {
      for (std::size_t half = 0; half < 16; ++half) {
        if (bucket.low[i] >> half & 1) halves.low[i][half] |= bit;
        if (bucket.high[i] >> half & 1) halves.high[i][half] |= bit;
      }
    }
  }
}

bool AnchorFinder::fast() {
  return has_avx2();
}

std::size_t AnchorFinder::read(std::string_view text, Range where, Hits& hits) const {
  std::size_t pos = where.begin;
  for (; pos < where.end && hits.size < Hits::kMost; ++pos)
    if (const std::uint64_t stand = at(text, pos); stand != 0) hits.add(pos, stand);
  return pos;
}

#if defined(__x86_64__)
namespace {

__attribute__((target("avx2"))) inline __m256i table(const std::array<std::uint8_t, 16>& half) {
  return _mm256_broadcastsi128_si256(
      _mm_loadu_si128(reinterpret_cast<const __m128i*>(half.data())));
}

// Thirty-two bytes by their halves.
struct TwoHalves {
  __m256i low, high;
};

__attribute__((target("avx2"))) inline TwoHalves halves_at(const char* bytes) {
  const __m256i half = _mm256_set1_epi8(0x0F);
  const __m256i at = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
  return {_mm256_and_si256(at, half), _mm256_and_si256(_mm256_srli_epi16(at, 4), half)};
}

// The bits that both halves of each byte have.
__attribute__((target("avx2"))) inline __m256i both(const TwoHalves& bytes, __m256i low,
                                                    __m256i high) {
  return _mm256_and_si256(_mm256_shuffle_epi8(low, bytes.low),
                          _mm256_shuffle_epi8(high, bytes.high));
}

}  // namespace

__attribute__((target("avx2"))) std::size_t AnchorFinder::read_fast(std::string_view text,
                                                                    Range where, Hits& hits) const {
  constexpr std::size_t kAtOnce = 32;
  __m256i low[kSets][kPlaces], high[kSets][kPlaces], inside[kSets];
  for (std::size_t set = 0; set < kSets; ++set) {
    inside[set] = _mm256_set1_epi8(static_cast<char>(halves_[set].inside_words));
    for (std::size_t i = 0; i < kPlaces; ++i) {
      low[set][i] = table(halves_[set].low[i]);
      high[set][i] = table(halves_[set].high[i]);
    }
  }
  const __m256i word_low = table(kWordLow), word_high = table(kWordHigh);
  const __m256i none = _mm256_setzero_si256();
  std::size_t pos = where.begin;
  if (pos == 0 && where.end > 0) {
    if (const std::uint64_t stand = at(text, 0); stand != 0) hits.add(0, stand);
    pos = 1;
  }
  for (; pos + kAtOnce <= where.end && pos + kAtOnce + kPlaces <= text.size() &&
         hits.size + kAtOnce <= Hits::kMost;
       pos += kAtOnce) {
    const char* const bytes = text.data() + pos;
    const __m256i no_word =
        _mm256_cmpeq_epi8(both(halves_at(bytes - 1), word_low, word_high), none);
    __m256i fits[kSets];
    for (std::size_t set = 0; set < kSets; ++set) fits[set] = _mm256_or_si256(no_word, inside[set]);
    for (std::size_t i = 0; i < kPlaces; ++i) {
      const TwoHalves two = halves_at(bytes + i);
      for (std::size_t set = 0; set < kSets; ++set)
        fits[set] = _mm256_and_si256(fits[set], both(two, low[set][i], high[set][i]));
    }
    const __m256i any = _mm256_or_si256(fits[0], fits[1]);
    auto may = ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(any, none)));
    for (; may != 0; may &= may - 1) {
      const std::size_t place = pos + static_cast<std::size_t>(__builtin_ctz(may));
      if (const std::uint64_t stand = at(text, place); stand != 0) hits.add(place, stand);
    }
  }
  if (hits.size + kAtOnce > Hits::kMost) return pos;
  return read(text, {pos, where.end}, hits);
}
#else
std::size_t AnchorFinder::read_fast(std::string_view text, Range where, Hits& hits) const {
  return read(text, where, hits);
}
#endif

}  // namespace sekisho::filters
