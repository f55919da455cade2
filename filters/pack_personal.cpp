#include <array>
#include <string>
#include <string_view>

#include "filters/digit_groups.h"
#include "filters/email_address.h"
#include "filters/numbers.h"
#include "filters/pack.h"
#include "filters/private_address.h"

namespace sekisho::filters {

// Personal and payment data of any country.
std::span<const DetectorRow> pack_personal() {
  static const std::array<DetectorRow, 3> kRows = {{
      {.type = "credit_card",
       .category = "financial",
       .gate = kDigitRunGate,
       .over_numbers = find_credit_cards,
       .second_type = "credit_card_test"},
      {.type = "email",
       .category = "pii",
       .gate = R"([A-Za-z0-9._%+\-Ａ-Ｚａ-ｚ０-９．＿][@＠][A-Za-z0-9Ａ-Ｚａ-ｚ０-９])",
       .confidence = 0.85,
       .at_gate = find_email},
      {.type = "ip_address_private",
       .category = "pii",
       .gate =
           R"((?:10|172|192|100|169)\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|[Ff](?:[CcDd][0-9A-Fa-f]{2}|[Ee][89ABab][0-9A-Fa-f]):[0-9A-Fa-f:])",
       .confidence = 0.60,
       .at_gate = find_private_address},
  }};
  return kRows;
}

}  // namespace sekisho::filters
