#include "gateway/commands/language.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
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

void add_language(CLI::App* command, std::string& lang) {
  command->add_option("--lang", lang, "ja or en")->check(CLI::IsMember({"ja", "en"}));
}

bool chosen_japanese(const std::string& lang, bool otherwise) {
  return lang.empty() ? otherwise : lang == "ja";
}

}  // namespace sekisho::gateway
