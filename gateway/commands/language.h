#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sekisho::gateway {

// Whether the person at this terminal reads Japanese: the locale says so (LC_ALL, LC_MESSAGES,
// LANG, the first that is set).
bool speaks_japanese();

// `--lang ja|en` for a command; chosen_japanese() takes what it was given, "" = not given.
void add_language(CLI::App* command, std::string& lang);
bool chosen_japanese(const std::string& lang, bool otherwise);

}  // namespace sekisho::gateway
