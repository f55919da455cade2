#include <array>

#include "filters/digit_groups.h"
#include "filters/numbers.h"
#include "filters/pack.h"

namespace sekisho::filters {

// Personal data that only Japan writes this way.
std::span<const DetectorRow> pack_personal_jp() {
  static const std::array<DetectorRow, 2> kRows = {{
      {.type = "jp_my_number",
       .category = "pii",
       .gate = kDigitRunGate,
       .over_numbers = find_my_numbers},
      {.type = "jp_phone",
       .category = "pii",
       .gate = kDigitRunGate,
       .over_numbers = find_jp_phones},
  }};
  return kRows;
}

}  // namespace sekisho::filters
