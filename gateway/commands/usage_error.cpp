#include "gateway/commands/usage_error.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <vector>

#include "config/nearest.h"
#include "gateway/commands/telling.h"

namespace sekisho::gateway {
namespace {

// The command that the words led to, and its whole name.
const CLI::App* reached(const CLI::App& app, std::string& name) {
  const CLI::App* at = &app;
  name = app.get_name();
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    name += " " + at->get_name();
  }
  return at;
}

// Options first: CLI11 may hand a value over before its option. `plain`: a command is looked for.
std::string first_unknown(const CLI::App& app, bool plain) {
  const std::vector<std::string> words = app.remaining(true);
  for (const std::string& word : words)
    if (word.starts_with("-") != plain) return word;
  return words.empty() ? "" : words.front();
}

std::string meant(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  if (word.starts_with("--")) {
    for (const CLI::Option* option : app.get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  } else if (!word.starts_with("-")) {
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
      names.push_back(sub->get_name());
  }
  const std::string bare = word.substr(0, word.find('='));
  return config::nearest_name(bare, {names.begin(), names.end()});
}

}  // namespace

std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const bool unknown = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  const bool needs_command =
      error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) &&
      std::string(error.what()).find("subcommand") != std::string::npos;
  std::string name;
  const CLI::App* at = reached(app, name);
  if (!unknown && !needs_command) {
    const std::string english = error.what();
    const std::string said = in_terminal_language(english);
    return said == english ? "" : name + ": " + said + "\n" + name + " --help\n";
  }
  const std::string word = first_unknown(app, needs_command);
  if (word.empty()) return {};
  const std::string near = meant(*at, word);
  const bool option = word.starts_with("-");
  std::string out = name + ": '" + word + "' ";
  out += option          ? "という指定はありません / is no option here"
         : needs_command ? "という命令はありません / is no command"
                         : "はここには書けません / is no argument here";
  if (!near.empty()) out += " ('" + near + "' のことですか / did you mean '" + near + "'?)";
  return out + "\n" + name + " --help\n";
}

}  // namespace sekisho::gateway
