#include "audit/reports/country_name.h"

#include <unicode/uloc.h>
#include <unicode/ustring.h>

#include <array>

#include "config/country.h"

namespace sekisho::audit {

std::string country_name(const std::string& code, Language language) {
  if (!config::is_country(code)) return code;
  std::array<UChar, 128> name{};
  std::array<char, 384> text{};
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t size = 0;
  uloc_getDisplayCountry(("und_" + code).c_str(), language == Language::kJapanese ? "ja" : "en",
                         name.data(), static_cast<std::int32_t>(name.size()), &status);
  u_strToUTF8(text.data(), static_cast<std::int32_t>(text.size()), &size, name.data(), -1, &status);
  if (U_FAILURE(status) || size <= 0) return code;
  return std::string(text.data(), static_cast<std::size_t>(size)) + " (" + code + ")";
}

}  // namespace sekisho::audit
