#include "filters/patterns/shape_table.h"

#include <algorithm>

namespace sekisho::filters {

void ShapeTable::add(const ByteShape& shape, std::size_t before, bool at_border) {
  if (shapes_.size() % 64 == 0) sets_.emplace_back();
  const std::uint64_t bit = std::uint64_t{1} << shapes_.size() % 64;
  Set& set = sets_.back();
  for (std::size_t place = 0; place < kPlaces; ++place)
    for (std::size_t byte = 0; byte < 256; ++byte)
      if (place >= shape.bytes.size() || shape.bytes[place][byte]) set.fits[place][byte] |= bit;
  for (std::size_t place = 0; place < before; ++place)  // of the byte before the digit
    for (std::size_t byte = 0; byte < 256; ++byte)
      if (place >= shape.bytes.size() || shape.bytes[place][byte]) set.behind[byte] |= bit;
  if (at_border) set.at_border |= bit;
  set.may_begin.resize(std::max(set.may_begin.size(), before + 1));
  for (std::size_t i = 0; i <= before; ++i) set.may_begin[i] |= bit;
  shapes_.push_back(shape);
}

}  // namespace sekisho::filters
