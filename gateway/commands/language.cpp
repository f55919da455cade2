#include "gateway/commands/language.h"

#include <cstdlib>
#include <string_view>

namespace sekisho::gateway {

bool speaks_japanese() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return std::string_view(value).substr(0, 2) == "ja";
  }
  return false;
}

}  // namespace sekisho::gateway
