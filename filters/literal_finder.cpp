#include "filters/literal_finder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace sekisho::filters {
namespace {

constexpr unsigned kMarkBits = 17, kBucketBits = 12;

inline std::uint32_t mark_of(std::uint32_t three) {
  return three * 0x9E3779B1u >> (32 - kMarkBits);
}

inline std::uint32_t load_mark(const char* p) {
  std::uint32_t four;
  std::memcpy(&four, p, sizeof four);
  if constexpr (std::endian::native == std::endian::big) four = __builtin_bswap32(four);
  return mark_of(four & 0xFFFFFF);
}

std::uint32_t bucket_of(std::uint32_t mark) {
  return mark & ((1u << kBucketBits) - 1);
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
}

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
}

// How common a byte is in prompts, roughly, of a thousand: letters as in English, the lead and
// second bytes of kana, digits and marks as in code.
unsigned commonness(unsigned char c) {
  static constexpr std::array<unsigned char, 26> kLetters = {61, 11, 21, 32, 95, 17, 15, 46, 52,
                                                             1,  6,  30, 18, 52, 56, 14, 1,  45,
                                                             47, 68, 21, 7,  18, 2,  15, 1};
  if (c >= 'a' && c <= 'z') return kLetters[c - 'a'];
  if (c >= 'A' && c <= 'Z') return 1 + kLetters[c - 'A'] / 8u;
  if (c >= '0' && c <= '9') return 14;
  if (c == ' ') return 150;
  if (c == 0xE3) return 120;
  if (c >= 0x81 && c <= 0x83) return 60;
  if (c >= 0xE4 && c <= 0xE9) return 12;
  if (c >= 0x80) return 8;
  return c == '"' || c == ',' || c == '.' || c == '-' || c == '\n' || c == ':' || c == '/' ? 15 : 5;
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

LiteralFinder::LiteralFinder(std::vector<Literal> literals)
    : literals_(std::move(literals)), marks_((1u << kMarkBits) / 64) {
  for (std::uint32_t i = 0; i < literals_.size(); ++i) add_entries(i);
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return bucket_of(a.mark) < bucket_of(b.mark);
  });
  for (const Entry& e : entries_) marks_[e.mark / 64] |= std::uint64_t{1} << (e.mark % 64);
  first_entry_.resize((1u << kBucketBits) + 1);
  for (const Entry& e : entries_) ++first_entry_[bucket_of(e.mark) + 1];
  for (std::size_t i = 1; i < first_entry_.size(); ++i) first_entry_[i] += first_entry_[i - 1];
}

void LiteralFinder::add_entries(std::uint32_t index) {
  const Literal& literal = literals_[index];
  if (literal.text.size() < 2) return single_.push_back(index);
  if (literal.text.size() < 3) return add_marks(index, 0);
  std::size_t best = 0;
  for (std::size_t at = 1; at + 3 <= literal.text.size(); ++at)
    if (cost_at(literal.text, at) < cost_at(literal.text, best)) best = at;
  longest_offset_ = std::max(longest_offset_, best);
  add_marks(index, best);
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
      entries_.push_back({mark_of(bytes | third << 16), index, static_cast<std::uint32_t>(offset)});
  }
}

bool LiteralFinder::stands_at(std::string_view text, std::size_t begin,
                              const Literal& literal) const {
  if (text.size() - begin < literal.text.size()) return false;
  const char* p = text.data() + begin;
  if (!literal.any_case) return std::memcmp(p, literal.text.data(), literal.text.size()) == 0;
  return std::equal(literal.text.begin(), literal.text.end(), p,
                    [](char want, char is) { return want == lower(is); });
}

void LiteralFinder::look_at(std::string_view text, Range where, std::size_t pos, std::uint32_t mark,
                            std::vector<Hit>& out) const {
  const std::uint32_t bucket = bucket_of(mark);
  for (std::size_t i = first_entry_[bucket]; i < first_entry_[bucket + 1]; ++i) {
    const Entry& entry = entries_[i];
    if (entry.mark != mark) continue;
    if (pos < where.begin + entry.offset || pos - entry.offset >= where.end) continue;
    const std::size_t begin = pos - entry.offset;
    if (stands_at(text, begin, literals_[entry.literal])) out.push_back({begin, entry.literal});
  }
}

void LiteralFinder::find_single(std::string_view text, Range where, std::vector<Hit>& out) const {
  for (const std::uint32_t index : single_) {
    const char given = literals_[index].text[0];
    for (const char c : {given, upper(given)}) {
      if (c != given && !literals_[index].any_case) break;
      for (std::size_t pos = where.begin; pos < where.end; ++pos) {
        const void* hit = std::memchr(text.data() + pos, c, where.end - pos);
        if (hit == nullptr) break;
        pos = static_cast<std::size_t>(static_cast<const char*>(hit) - text.data());
        out.push_back({pos, index});
      }
      if (upper(given) == given) break;
    }
  }
}

void LiteralFinder::find(std::string_view text, Range where, std::vector<Hit>& out) const {
  const std::size_t first = out.size();
  find_single(text, where, out);
  const std::size_t singles = out.size() - first;
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(), by_place);
  const std::size_t reach = std::min(where.end + longest_offset_, text.size());
  const char* const bytes = text.data();
  const std::uint64_t* const marks = marks_.data();
  std::size_t pos = where.begin;
  for (; pos + 7 <= reach && pos + 4 <= text.size(); pos += 4) {
    if (pos + 7 > text.size()) break;
    const std::uint32_t a = load_mark(bytes + pos), b = load_mark(bytes + pos + 1),
                        c = load_mark(bytes + pos + 2), d = load_mark(bytes + pos + 3);
    const std::uint64_t any =
        (marks[a >> 6] >> (a & 63) & 1) | (marks[b >> 6] >> (b & 63) & 1) << 1 |
        (marks[c >> 6] >> (c & 63) & 1) << 2 | (marks[d >> 6] >> (d & 63) & 1) << 3;
    if (any == 0) continue;
    if (any & 1) look_at(text, where, pos, a, out);
    if (any & 2) look_at(text, where, pos + 1, b, out);
    if (any & 4) look_at(text, where, pos + 2, c, out);
    if (any & 8) look_at(text, where, pos + 3, d, out);
  }
  for (; pos < reach && pos + 2 <= text.size(); ++pos) {
    char last[4] = {bytes[pos], bytes[pos + 1], pos + 2 < text.size() ? bytes[pos + 2] : '\0', 0};
    const std::uint32_t mark = load_mark(last);
    if (marks[mark >> 6] >> (mark & 63) & 1) look_at(text, where, pos, mark, out);
  }
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(first);
  sort_near(begin + static_cast<std::ptrdiff_t>(singles), out.end());
  std::inplace_merge(begin, begin + static_cast<std::ptrdiff_t>(singles), out.end(), by_place);
}

}  // namespace sekisho::filters
