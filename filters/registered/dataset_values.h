#pragma once

// The cells of a list as they are compared: what builds a dataset and what looks into it must agree
// on these.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "filters/registered/keyed_table.h"

namespace sekisho::filters {

enum class CellUse { kKept, kEmpty, kTooShort, kTooLong };

// The value of one cell in canonical characters: digits alone without leading zeros and the +81 of
// a telephone number, names without 株式会社 and the like.
struct CellValue {
  std::u32string characters;
  CellUse use = CellUse::kEmpty;
};
CellValue cell_value(std::string_view cell);

inline constexpr std::size_t kLongestValue = LengthMasks::kLongest;  // canonical characters
// A value of more rows than this points to none of them by itself.
inline constexpr std::size_t kMostRowsOfValue = 16;

// What an entry of a table of rows says.
inline constexpr unsigned kRowPayloadBytes = 4;
inline constexpr unsigned kColumnBits = 5;
inline constexpr std::size_t kMostColumns = (1u << kColumnBits) - 1;
inline constexpr std::uint64_t kMostRows = std::uint64_t{1} << (8 * kRowPayloadBytes - kColumnBits);
// "Many rows": whether one of them is meant is kept under keyed_hash(key, hash, row).
inline constexpr std::uint64_t kCommonValue = 0xFFFFFFFFu;

inline std::uint64_t row_payload(std::uint64_t row, std::size_t column) {
  return row << kColumnBits | column;
}
inline std::uint64_t row_of(std::uint64_t payload) {
  return payload >> kColumnBits;
}
inline std::size_t column_of(std::uint64_t payload) {
  return payload & kMostColumns;
}

}  // namespace sekisho::filters
