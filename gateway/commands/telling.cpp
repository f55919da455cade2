#include "gateway/commands/telling.h"

#include <cstdio>

#include "config/problem_words.h"
#include "gateway/commands/language.h"

namespace sekisho::gateway {

std::string in_terminal_language(const std::string& english) {
  if (!speaks_japanese()) return english;
  return config::in_japanese(english).value_or(english);
}

std::string in_terminal_language(const config::Problem& problem) {
  return config::to_string(speaks_japanese() ? config::in_japanese(problem) : problem);
}

void tell_problems(const config::Problems& problems) {
  for (const auto& p : problems) std::fprintf(stderr, "%s\n", in_terminal_language(p).c_str());
}

void tell(const std::string& what) {
  std::fprintf(stderr, "%s\n", in_terminal_language(what).c_str());
}

void tell(std::string_view who, const std::string& what) {
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(who.size()), who.data(),
               in_terminal_language(what).c_str());
}

}  // namespace sekisho::gateway
