#include "filters/literal_finder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "filters/commonness.h"
#include "filters/processor.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sekisho::filters {
namespace {

constexpr std::uint32_t kMarkFactor = 0x9E3779B1u;
constexpr std::uint32_t kThreeBytes = 0xFFFFFF;
// Bits for each entry, so that few other places are marked; no more than a cache holds.
constexpr unsigned kMarksForEntry = 8, kBucketsForEntry = 2;  // powers of two
constexpr unsigned kFewestBits = 8, kMostMarkBits = 20, kMostFourBits = 18, kMostBucketBits = 16;

// The first byte lowest.
inline std::uint32_t load_four(const char* p) {
  std::uint32_t four;
  std::memcpy(&four, p, sizeof four);
  if constexpr (std::endian::native == std::endian::big) four = __builtin_bswap32(four);
  return four;
}

inline std::uint32_t hash_of(std::uint32_t bytes, unsigned bits) {
  return bytes * kMarkFactor >> (32 - bits);
}

void set_bit(std::vector<std::uint32_t>& bits, std::uint32_t at) {
  bits[at / 32] |= std::uint32_t{1} << at % 32;
}
inline bool bit_of(const std::vector<std::uint32_t>& bits, std::uint32_t at) {
  return (bits[at / 32] >> at % 32 & 1) != 0;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
}

// The first and the last bytes of two rows of the same size, no shorter than Part.
template <class Part>
inline bool same_ends(const char* a, const char* b, std::size_t size) {
  Part first[2], last[2];
  std::memcpy(&first[0], a, sizeof(Part));
  std::memcpy(&first[1], b, sizeof(Part));
  std::memcpy(&last[0], a + size - sizeof(Part), sizeof(Part));
  std::memcpy(&last[1], b + size - sizeof(Part), sizeof(Part));
  return ((first[0] ^ first[1]) | (last[0] ^ last[1])) == 0;
}
// As memcmp() == 0, which is called for a few bytes each.
inline bool same_bytes(const char* a, const char* b, std::size_t size) {
  if (size > 16) return std::memcmp(a, b, size) == 0;
  if (size >= 8) return same_ends<std::uint64_t>(a, b, size);
  if (size >= 4) return same_ends<std::uint32_t>(a, b, size);
  while (size > 0 && a[size - 1] == b[size - 1]) --size;
  return size == 0;
}

using Hit = LiteralFinder::Hit;

bool by_place(const Hit& a, const Hit& b) {
  return a.begin != b.begin ? a.begin < b.begin : a.literal < b.literal;
}

// For what is out of order by the length of a literal at most.
void sort_near(std::vector<Hit>::iterator begin, std::vector<Hit>::iterator end) {
  for (auto it = begin; it != end; ++it) {
    const Hit hit = *it;
    auto to = it;
    for (; to != begin && by_place(hit, *(to - 1)); --to) *to = *(to - 1);
    *to = hit;
  }
}

unsigned cost_at(const std::string& text, std::size_t at) {
  unsigned cost = 1;
  for (std::size_t i = at; i < at + 3; ++i) cost *= commonness(static_cast<unsigned char>(text[i]));
  return cost;
}

}  // namespace

LiteralFinder::LiteralFinder(std::vector<Literal> literals) : literals_(std::move(literals)) {
  for (std::uint32_t i = 0; i < literals_.size(); ++i) add_entries(i);
  make_tables();
}

inline std::uint32_t LiteralFinder::mark_of(std::uint32_t four) const {
  return hash_of(four & kThreeBytes, mark_bits_);
}

inline bool LiteralFinder::is_marked(std::uint32_t mark) const {
  return bit_of(marks_, mark);
}

// Of a place whose three bytes are marked: whether its four are, or three are enough.
inline bool LiteralFinder::may_stand(std::uint32_t four) const {
  return bit_of(four_marks_, hash_of(four, four_bits_)) | bit_of(short_marks_, mark_of(four));
}

void LiteralFinder::make_tables() {
  const auto magnitude = static_cast<unsigned>(std::bit_width(entries_.size()));
  mark_bits_ = std::clamp(magnitude + kMarksForEntry, kFewestBits, kMostMarkBits);
  bucket_bits_ = std::clamp(magnitude + kBucketsForEntry, kFewestBits, kMostBucketBits);
  const std::uint32_t lower_bits = (1u << bucket_bits_) - 1;
  const auto bucket_of = [&](const Entry& e) { return mark_of(e.bytes) & lower_bits; };
  std::stable_sort(entries_.begin(), entries_.end(),
                   [&](const Entry& a, const Entry& b) { return bucket_of(a) < bucket_of(b); });
  four_bits_ = std::min(mark_bits_, kMostFourBits);
  marks_.assign((std::size_t{1} << mark_bits_) / 32, 0);
  short_marks_ = marks_;
  four_marks_.assign((std::size_t{1} << four_bits_) / 32, 0);
  first_entry_.assign((std::size_t{1} << bucket_bits_) + 1, 0);
  for (const Entry& e : entries_) {
    set_bit(marks_, mark_of(e.bytes));
    mark_four(e);
    ++first_entry_[bucket_of(e) + 1];
  }
  for (std::size_t i = 1; i < first_entry_.size(); ++i) first_entry_[i] += first_entry_[i - 1];
}

void LiteralFinder::mark_four(const Entry& entry) {
  if ((entry.mask >> 24) == 0) return set_bit(short_marks_, mark_of(entry.bytes));
  const std::uint32_t last = entry.want & ~kThreeBytes;
  for (const std::uint32_t letter : {last, last & ~(entry.fold & ~kThreeBytes)})
    set_bit(four_marks_, hash_of(entry.bytes | letter, four_bits_));
}

void LiteralFinder::add_single(std::uint32_t index) {
  const char given = literals_[index].text[0];
  single_[given].push_back(index);
  if (literals_[index].any_case && upper(given) != given) single_[upper(given)].push_back(index);
}

void LiteralFinder::add_entries(std::uint32_t index) {
  const Literal& literal = literals_[index];
  if (literal.text.size() < 2) return add_single(index);
  if (literal.text.size() < 3) return add_marks(index, 0);
  std::size_t best = 0;
  for (std::size_t at = 1; at + 3 <= literal.text.size(); ++at)
    if (cost_at(literal.text, at) < cost_at(literal.text, best)) best = at;
  longest_offset_ = std::max(longest_offset_, best);
  add_marks(index, best);
}

// What up to four bytes of the literal are, from `offset` on.
LiteralFinder::Entry LiteralFinder::entry_of(const Literal& literal, std::uint32_t index,
                                             std::size_t offset, std::uint32_t three) {
  Entry entry{three, 0, 0, 0, index, static_cast<std::uint32_t>(offset)};
  for (std::size_t i = 0; i < 4 && offset + i < literal.text.size(); ++i) {
    const char c = literal.text[offset + i];
    if (literal.any_case && upper(c) != c) entry.fold |= 0x20u << 8 * i;
    entry.mask |= 0xFFu << 8 * i;
    entry.want |= std::uint32_t{static_cast<unsigned char>(c)} << 8 * i;
  }
  return entry;
}

// Under each way of writing the three bytes in capitals, where case does not matter; two bytes
// stand before any third.
void LiteralFinder::add_marks(std::uint32_t index, std::size_t offset) {
  const Literal& literal = literals_[index];
  const std::string three = literal.text.substr(offset, 3);
  for (unsigned capitals = 0; capitals < 1u << three.size(); ++capitals) {
    std::uint32_t bytes = 0;
    bool different = true;
    for (std::size_t i = 0; i < three.size(); ++i) {
      const char c = three[i];
      const bool capital = (capitals >> i & 1) != 0;
      different = different && (!capital || (literal.any_case && upper(c) != c));
      bytes |= std::uint32_t{static_cast<unsigned char>(capital ? upper(c) : c)} << 8 * i;
    }
    if (!different) continue;
    const std::uint32_t last = three.size() < 3 ? 256 : 1;
    for (std::uint32_t third = 0; third < last; ++third)
      entries_.push_back(entry_of(literal, index, offset, bytes | third << 16));
  }
}

bool LiteralFinder::stands_at(std::string_view text, std::size_t begin,
                              const Literal& literal) const {
  const std::string& want = literal.text;
  if (text.size() - begin < want.size()) return false;
  const char* p = text.data() + begin;
  if (!literal.any_case) return same_bytes(p, want.data(), want.size());
  if (lower(p[0]) != want[0] || lower(p[want.size() - 1]) != want.back()) return false;
  for (std::size_t i = 1; i + 1 < want.size(); ++i)
    if (lower(p[i]) != want[i]) return false;
  return true;
}

void LiteralFinder::look_at(std::string_view text, Range where, std::size_t pos, std::uint32_t four,
                            std::vector<Hit>& out) const {
  const std::uint32_t bucket = mark_of(four) & ((1u << bucket_bits_) - 1);
  for (std::size_t i = first_entry_[bucket]; i < first_entry_[bucket + 1]; ++i) {
    const Entry& entry = entries_[i];
    if (((four | entry.fold) & entry.mask) != entry.want || entry.bytes != (four & kThreeBytes))
      continue;
    if (pos < where.begin + entry.offset || pos - entry.offset >= where.end) continue;
    const std::size_t begin = pos - entry.offset;
    if (stands_at(text, begin, literals_[entry.literal])) out.push_back({begin, entry.literal});
  }
}

// Byte by byte: of each of them in order as they come.
void LiteralFinder::find_single(std::string_view text, Range where, std::vector<Hit>& out) const {
  const auto first = static_cast<std::ptrdiff_t>(out.size());
  for (const auto& [byte, literals] : single_) {
    const auto before = static_cast<std::ptrdiff_t>(out.size());
    for (std::size_t pos = where.begin; pos < where.end; ++pos) {
      // The next one often stands near: a call for each would cost more than a look.
      const std::size_t near = std::min(where.end, pos + 3);
      while (pos < near && text[pos] != byte) ++pos;
      if (pos == near) {
        const void* hit = std::memchr(text.data() + pos, byte, where.end - pos);
        if (hit == nullptr) break;
        pos = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
      }
      for (const std::uint32_t index : literals) out.push_back({pos, index});
    }
    std::inplace_merge(out.begin() + first, out.begin() + before, out.end(), by_place);
  }
}

bool LiteralFinder::fast() {
  return has_avx2();
}

// Looks at places while a window of bytes lies before `reach`; where it stopped.
std::size_t LiteralFinder::find_marks_plainly(std::string_view text, Range where, std::size_t reach,
                                              std::vector<Hit>& out) const {
  const char* const bytes = text.data();
  const std::size_t end = std::min(reach, text.size());
  std::size_t pos = where.begin;
  for (; pos + 4 <= end; ++pos) {
    const std::uint32_t four = load_four(bytes + pos);
    if (is_marked(mark_of(four))) look_at(text, where, pos, four, out);
  }
  return pos;
}

#if defined(__x86_64__)
namespace {

// Which of eight places a mask of eight bits names, the first ones first.
constexpr std::array<std::uint64_t, 256> make_named() {
  std::array<std::uint64_t, 256> out{};
  for (unsigned mask = 0; mask < 256; ++mask)
    for (unsigned place = 0, at = 0; place < 8; ++place)
      if (mask >> place & 1) out[mask] |= std::uint64_t{place} << 8 * at++;
  return out;
}
constexpr auto kNamed = make_named();

}  // namespace

// Eight places at a time: the hashes of their three bytes, and the bits of those gathered. What is
// marked is put aside without a branch, and most of it refused by its four bytes.
__attribute__((target("avx2,popcnt"))) std::size_t LiteralFinder::find_marks_fast(
    std::string_view text, Range where, std::size_t reach, std::vector<Hit>& out) const {
  constexpr std::size_t kPlaces = 8, kLoaded = 16, kPutAside = 256;
  const char* const bytes = text.data();
  const auto* const marks = reinterpret_cast<const int*>(marks_.data());
  const std::size_t end = std::min(reach, text.size());
  const __m256i spread = _mm256_setr_epi8(0, 1, 2, -1, 1, 2, 3, -1, 2, 3, 4, -1, 3, 4, 5, -1,  //
                                          4, 5, 6, -1, 5, 6, 7, -1, 6, 7, 8, -1, 7, 8, 9, -1);
  const __m256i factor = _mm256_set1_epi32(static_cast<int>(kMarkFactor));
  const __m128i shift = _mm_cvtsi32_si128(32 - static_cast<int>(mark_bits_));
  std::array<std::uint32_t, kPutAside + kPlaces> aside;  // from `where` on
  std::size_t pos = where.begin, count = 0;
  const auto look_at_aside = [&] {
    std::size_t left = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t at = aside[i];
      aside[left] = at;
      left += may_stand(load_four(bytes + where.begin + at)) ? 1 : 0;
    }
    for (std::size_t i = 0; i < left; ++i)
      look_at(text, where, where.begin + aside[i], load_four(bytes + where.begin + aside[i]), out);
    count = 0;
  };
  for (; pos + kLoaded <= end; pos += kPlaces) {
    const __m128i loaded = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + pos));
    const __m256i three = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(loaded), spread);
    const __m256i mark = _mm256_srl_epi32(_mm256_mullo_epi32(three, factor), shift);
    const __m256i words = _mm256_i32gather_epi32(marks, _mm256_srli_epi32(mark, 5), 4);
    const __m256i bit = _mm256_and_si256(mark, _mm256_set1_epi32(31));
    const __m256i stands = _mm256_slli_epi32(_mm256_srlv_epi32(words, bit), 31);
    const auto hits = static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(stands)));
    const __m256i named =
        _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<long long>(kNamed[hits])));
    const __m256i places =
        _mm256_add_epi32(named, _mm256_set1_epi32(static_cast<int>(pos - where.begin)));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(aside.data() + count), places);
    count += static_cast<std::size_t>(__builtin_popcount(hits));
    if (count > kPutAside - kPlaces) look_at_aside();
  }
  look_at_aside();
  for (; pos + 4 <= end; ++pos) {
    const std::uint32_t four = load_four(bytes + pos);
    if (is_marked(mark_of(four))) look_at(text, where, pos, four, out);
  }
  return pos;
}
#endif

void LiteralFinder::find(std::string_view text, Range where, std::vector<Hit>& out) const {
  find_with(text, where, fast(), out);
}

void LiteralFinder::find_plainly(std::string_view text, Range where, std::vector<Hit>& out) const {
  find_with(text, where, false, out);
}

void LiteralFinder::find_with(std::string_view text, Range where, [[maybe_unused]] bool fast,
                              std::vector<Hit>& out) const {
  if (literals_.empty()) return;
  const std::size_t first = out.size();
  find_single(text, where, out);
  const std::size_t singles = out.size() - first;
  const std::size_t reach = std::min(where.end + longest_offset_, text.size());
  const char* const bytes = text.data();
#if defined(__x86_64__)
  std::size_t pos =
      fast ? find_marks_fast(text, where, reach, out) : find_marks_plainly(text, where, reach, out);
#else
  std::size_t pos = find_marks_plainly(text, where, reach, out);
#endif
  for (; pos < reach && pos + 2 <= text.size(); ++pos) {
    char last[4] = {};
    std::memcpy(last, bytes + pos, std::min<std::size_t>(sizeof last, text.size() - pos));
    const std::uint32_t four = load_four(last);
    if (is_marked(mark_of(four))) look_at(text, where, pos, four, out);
  }
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(first);
  const auto others = begin + static_cast<std::ptrdiff_t>(singles);
  sort_near(others, out.end());
  if (others != begin && others != out.end())
    std::inplace_merge(begin, others, out.end(), by_place);
}

}  // namespace sekisho::filters
