#pragma once

// What is wrong with a command line, and what was probably meant.

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace sekisho::gateway {

// "sekisho audit transfers: --quater … (did you mean '--quarter'?)", Japanese first; "" = the words
// of `error` say it.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error);

}  // namespace sekisho::gateway
