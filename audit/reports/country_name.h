#pragma once

#include <string>

#include "audit/questions/answer.h"

namespace sekisho::audit {

// "米国 (US)", "United States (US)"; what is no country as it stands.
std::string country_name(const std::string& code, Language language);

}  // namespace sekisho::audit
