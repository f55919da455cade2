#include <array>

#include "filters/label_marks.h"
#include "filters/pack.h"

namespace sekisho::filters {

// Markings that say a document is not for outsiders.
std::span<const DetectorRow> pack_labels() {
  static const std::array<DetectorRow, 1> kRows = {{
      {.type = "confidentiality_label",
       .category = "confidential",
       .gate = kLabelGate,
       .at_gate = find_label},
  }};
  return kRows;
}

}  // namespace sekisho::filters
