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
// The bytes of ASCII.
constexpr std::array<std::uint8_t, 128> word_table() {
  std::array<std::uint8_t, 128> out{};
  for (unsigned c = 0; c < 0x80; ++c) out[c] = kWordBytes.has(static_cast<char>(c)) ? 1 : 0;
  return out;
}
constexpr std::array<std::uint8_t, 128> kWordTable = word_table();

}  // namespace

// Bytes at each place.
struct AnchorFinder::Bucket {
  std::array<std::bitset<256>, kPlaces> places;
  bool at_border = false;
  double common = 1;  // the share of places where it fits

  Bucket(const Anchor& anchor, Told told) : at_border(anchor.at_border) {
    for (std::size_t i = 0; i < kPlaces; ++i)
      places[i] = kLookedAt[i] < anchor.places.size() ? anchor.places[kLookedAt[i]]
                                                      : std::bitset<256>().set();
    measure(told);
  }
  void join(const Bucket& other, Told told) {
    for (std::size_t i = 0; i < kPlaces; ++i) places[i] |= other.places[i];
    at_border = at_border && other.at_border;
    measure(told);
  }
  std::uint16_t low(std::size_t place) const {
    std::uint16_t out = 0;
    for (unsigned c = 0; c < 256; ++c)
      if (places[place][c]) out = static_cast<std::uint16_t>(out | 1u << c % 16);
    return out;
  }
  std::uint16_t high(std::size_t place) const {
    std::uint16_t out = 0;
    for (unsigned c = 0; c < 256; ++c)
      if (places[place][c]) out = static_cast<std::uint16_t>(out | 1u << c / 16);
    return out;
  }

 private:
  void measure(Told told) {
    constexpr double kBehindWord = 4;  // of five places
    Share share;
    for (std::size_t i = 0; i < kPlaces; ++i) {
      if (told == Told::kByByte) {
        share.then([&](unsigned c) { return places[i][c]; });
        continue;
      }
      const unsigned a = low(i), b = high(i);
      share.then([&](unsigned c) { return (a >> c % 16 & b >> c / 16 & 1) != 0; });
    }
    common = share.both() * (at_border ? 1 : kBehindWord);
  }
};

AnchorFinder::AnchorFinder(const std::vector<Anchor>& anchors) {
  for (std::size_t i = 0; i < anchors.size(); ++i) add(anchors[i], std::uint64_t{1} << i);
  make_bytes(anchors);
  make_halves(anchors);
}

void AnchorFinder::add(const Anchor& anchor, std::uint64_t bit) {
  all_ |= bit;
  if (anchor.at_border) at_border_ |= bit;
  for (std::size_t i = 0; i < kMostPlaces; ++i) {
    if (i >= anchor.places.size()) short_[i] |= bit;
    for (std::size_t c = 0; c < 256; ++c)
      if (i >= anchor.places.size() || anchor.places[i][c]) fits_[i][c] |= bit;
  }
}

// Again and again the two buckets become one that are the least commoner together.
std::vector<AnchorFinder::Bucket> AnchorFinder::buckets_of(const std::vector<Anchor>& anchors,
                                                           Told told) {
  std::vector<Bucket> buckets;
  for (const Anchor& anchor : anchors) buckets.emplace_back(anchor, told);
  const auto more = [&](std::size_t a, std::size_t b) {
    Bucket both = buckets[a];
    both.join(buckets[b], told);
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
    buckets[to].join(buckets[from], told);
    buckets.erase(buckets.begin() + static_cast<std::ptrdiff_t>(from));
    costs.erase(costs.begin() + static_cast<std::ptrdiff_t>(from));
    for (std::size_t a = from; a < buckets.size(); ++a)
      costs[a].erase(costs[a].begin() + static_cast<std::ptrdiff_t>(from));
    for (std::size_t a = 0; a < buckets.size(); ++a)
      if (a != to) costs[std::max(a, to)][std::min(a, to)] = more(a, to);
  }
  return buckets;
}

void AnchorFinder::make_bytes(const std::vector<Anchor>& anchors) {
  const std::vector<Bucket> buckets = buckets_of(anchors, Told::kByByte);
  for (std::size_t number = 0; number < buckets.size(); ++number) {
    const Bucket& bucket = buckets[number];
    EachByte& bytes = each_byte_[number / 8];
    const auto bit = static_cast<std::uint8_t>(1u << number % 8);
    if (!bucket.at_border) bytes.inside_words |= bit;
    for (std::size_t i = 0; i < kPlaces; ++i)
      for (std::size_t c = 0; c < 256; ++c)
        if (bucket.places[i][c]) bytes.fits[i][c] |= bit;
  }
}

void AnchorFinder::make_halves(const std::vector<Anchor>& anchors) {
  const std::vector<Bucket> buckets = buckets_of(anchors, Told::kByHalves);
  for (std::size_t number = 0; number < buckets.size(); ++number) {
    const Bucket& bucket = buckets[number];
    Halves& halves = halves_[number / 8];
    const auto bit = static_cast<std::uint8_t>(1u << number % 8);
    if (!bucket.at_border) halves.inside_words |= bit;
    for (std::size_t i = 0; i < kPlaces; ++i) {
      const unsigned low = bucket.low(i), high = bucket.high(i);
      for (std::size_t half = 0; half < 16; ++half) {
        if (low >> half & 1) halves.low[i][half] |= bit;
        if (high >> half & 1) halves.high[i][half] |= bit;
      }
    }
  }
}

std::size_t AnchorFinder::read(Stride stride, std::string_view text, Range where,
                               Hits& hits) const {
  switch (stride) {
    case Stride::k64:
      return read_64(text, where, hits);
    case Stride::k32:
      return read_32(text, where, hits);
    case Stride::kOne:
      break;
  }
  return read_plainly(text, where, hits);
}

std::size_t AnchorFinder::read_plainly(std::string_view text, Range where, Hits& hits) const {
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

__attribute__((target("avx2"))) std::size_t AnchorFinder::read_32(std::string_view text,
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
  for (; pos + kAtOnce <= where.end && pos + kAtOnce + kMostPlaces <= text.size() &&
         hits.size + kAtOnce <= Hits::kMost;
       pos += kAtOnce) {
    const char* const bytes = text.data() + pos;
    const __m256i no_word =
        _mm256_cmpeq_epi8(both(halves_at(bytes - 1), word_low, word_high), none);
    __m256i fits[kSets];
    for (std::size_t set = 0; set < kSets; ++set) fits[set] = _mm256_or_si256(no_word, inside[set]);
    for (std::size_t i = 0; i < kPlaces; ++i) {
      const TwoHalves two = halves_at(bytes + kLookedAt[i]);
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
  return read_plainly(text, {pos, where.end}, hits);
}

namespace {

// Looks up bytes of ASCII, or the others less 0x80.
struct HalfTable {
  __m512i first, last;
};
SEKISHO_AVX512 inline HalfTable half_table(const std::uint8_t* table) {
  return {_mm512_loadu_si512(table), _mm512_loadu_si512(table + 64)};
}
SEKISHO_AVX512 inline __m512i look_up(const HalfTable& table, __m512i bytes) {
  return _mm512_permutex2var_epi8(table.first, bytes, table.last);
}

}  // namespace

SEKISHO_AVX512 std::size_t AnchorFinder::read_64(std::string_view text, Range where,
                                                 Hits& hits) const {
  constexpr std::size_t kAtOnce = 64;
  static_assert(kSets == 2 && kAtOnce <= Hits::kMost);
  std::size_t pos = where.begin;
  if (pos == 0 && where.end > 0) {
    if (const std::uint64_t stand = at(text, 0); stand != 0) hits.add(0, stand);
    pos = 1;
  }
  HalfTable ascii[kSets][kPlaces];
  __m512i inside[kSets];
  for (std::size_t set = 0; set < kSets; ++set) {
    inside[set] = _mm512_set1_epi8(static_cast<char>(each_byte_[set].inside_words));
    for (std::size_t i = 0; i < kPlaces; ++i)
      ascii[set][i] = half_table(each_byte_[set].fits[i].data());
  }
  const HalfTable words = half_table(kWordTable.data());
  for (; pos < where.end && pos + kAtOnce + kMostPlaces <= text.size() &&
         hits.size + kAtOnce <= Hits::kMost;
       pos += kAtOnce) {
    const char* const bytes = text.data() + pos;
    const __m512i before = _mm512_loadu_si512(bytes - 1);
    const __mmask64 word = _mm512_test_epi8_mask(look_up(words, before), _mm512_set1_epi8(1)) &
                           ~_mm512_movepi8_mask(before);
    __m512i fits[kSets];
    for (std::size_t set = 0; set < kSets; ++set)
      fits[set] = _mm512_mask_mov_epi8(_mm512_set1_epi8(-1), word, inside[set]);
    for (std::size_t i = 0; i < kPlaces; ++i) {
      const __m512i here = _mm512_loadu_si512(bytes + kLookedAt[i]);
      const __mmask64 other = _mm512_movepi8_mask(here);
      for (std::size_t set = 0; set < kSets; ++set) {
        __m512i fit = look_up(ascii[set][i], here);
        if (other != 0)
          fit = _mm512_mask_mov_epi8(
              fit, other, look_up(half_table(each_byte_[set].fits[i].data() + 128), here));
        fits[set] = _mm512_and_si512(fits[set], fit);
      }
    }
    const __m512i any = _mm512_or_si512(fits[0], fits[1]);
    std::uint64_t may = _mm512_test_epi8_mask(any, any);
    if (pos + kAtOnce > where.end) may = _bzhi_u64(may, static_cast<unsigned>(where.end - pos));
    for (; may != 0; may &= may - 1) {
      const std::size_t place = pos + static_cast<std::size_t>(std::countr_zero(may));
      if (const std::uint64_t stand = at(text, place); stand != 0) hits.add(place, stand);
    }
  }
  if (pos >= where.end || hits.size + kAtOnce > Hits::kMost) return std::min(pos, where.end);
  return read_plainly(text, {pos, where.end}, hits);
}
#else
std::size_t AnchorFinder::read_32(std::string_view text, Range where, Hits& hits) const {
  return read_plainly(text, where, hits);
}
std::size_t AnchorFinder::read_64(std::string_view text, Range where, Hits& hits) const {
  return read_plainly(text, where, hits);
}
#endif

}  // namespace sekisho::filters
