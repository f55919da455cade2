#pragma once

// Reports and answers as one page that needs nothing else: no script, nothing fetched, printed on
// A4. What traffic brought in is text and nothing but text.

#include <cstdint>
#include <string>

#include "audit/reports/report.h"

namespace sekisho::audit {

struct PageLook {
  Language language = Language::kJapanese;
  policy::TimeZone zone;
  std::size_t rows = 500;  // of one table; what is left out is counted. 0 = all
  std::int64_t made_us = 0;
  std::string made_by;
};

std::string html_page(const Report& report, const PageLook& look);
std::string html_page(const Answer& answer, const PageLook& look);

}  // namespace sekisho::audit
