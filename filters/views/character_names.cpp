#include "filters/views/character_names.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "filters/char_set.h"
#include "filters/views/escape_marks.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestName = 90;

// Names that differ in letters, digits, blanks or hyphens only have other hashes.
class NameHash {
 public:
  void take(char c) {
    const char capital = c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
    value_ = (value_ ^ static_cast<unsigned char>(capital)) * 0x100000001B3ull;
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xCBF29CE484222325ull;
};

struct Name {
  std::uint64_t hash = 0;
  UChar32 code = 0;
};

// ICU reads all names from the beginning to find one, so those that matter are sorted once.
std::vector<Name> read_names() {
  static constexpr struct {
    UChar32 first, last;
  } kRanges[] = {{0x20, 0x7E},       {0xA0, 0x17F},      {0x300, 0x36F},     {0x391, 0x3C9},
                 {0x401, 0x45F},     {0x660, 0x669},     {0x6F0, 0x6F9},     {0x7C0, 0x7C9},
                 {0x966, 0x96F},     {0x9E6, 0x9EF},     {0xE50, 0xE59},     {0x2000, 0x206F},
                 {0x2070, 0x2094},   {0x2212, 0x2212},   {0x2460, 0x24FF},   {0x2776, 0x2793},
                 {0x3000, 0x30FF},   {0xFE00, 0xFE0F},   {0xFE50, 0xFE6B},   {0xFEFF, 0xFEFF},
                 {0xFF01, 0xFF9F},   {0x1D400, 0x1D7FF}, {0x1F100, 0x1F189}, {0x1FBF0, 0x1FBF9},
                 {0xE0020, 0xE007F}, {0xE0100, 0xE01EF}};
  std::vector<Name> names;
  for (const auto& range : kRanges)
    for (UChar32 code = range.first; code <= range.last; ++code) {
      char name[kLongestName + 1];
      UErrorCode status = U_ZERO_ERROR;
      const int32_t size = u_charName(code, U_UNICODE_CHAR_NAME, name, sizeof name, &status);
      if (U_FAILURE(status) || size <= 0) continue;
      NameHash hash;
      for (int32_t i = 0; i < size; ++i) hash.take(name[i]);
      names.push_back({hash.value(), code});
    }
  std::sort(names.begin(), names.end(), [](Name a, Name b) { return a.hash < b.hash; });
  return names;
}

// "4E00": -1 = none.
long hex_of(std::string_view digits) {
  if (digits.empty() || digits.size() > 6) return -1;
  long value = 0;
  for (const char c : digits) {
    if (hex_value(c) < 0) return -1;
    value = value * 16 + hex_value(c);
  }
  return value;
}

}  // namespace

NamedCharacter named_character(std::string_view text, std::size_t at) {
  static constexpr CharSet kName = kAsciiAlnum | CharSet(" -+");
  constexpr std::string_view kIdeograph = "CJK UNIFIED IDEOGRAPH-", kPoint = "U+";
  NameHash hash;
  std::size_t end = at;
  for (; end < text.size() && end - at < kLongestName && kName.has(text[end]); ++end)
    hash.take(text[end]);
  if (end == at || end >= text.size() || text[end] != '}') return {};
  const std::string_view name = text.substr(at, end - at);
  for (const std::string_view coded : {kIdeograph, kPoint})
    if (name.starts_with(coded)) return {hex_of(name.substr(coded.size())), end};
  static const std::vector<Name> kNames = read_names();
  const auto found =
      std::lower_bound(kNames.begin(), kNames.end(), hash.value(),
                       [](Name known, std::uint64_t sought) { return known.hash < sought; });
  const bool known = found != kNames.end() && found->hash == hash.value();
  return {known ? static_cast<long>(found->code) : -1, end};
}

}  // namespace sekisho::filters
