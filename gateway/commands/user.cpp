// sekisho user add | remove | list

#include <termios.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "gateway/commands/commands.h"
#include "gateway/commands/named_file.h"
#include "gateway/commands/telling.h"
#include "gateway/users.h"

namespace sekisho::gateway {
namespace {

constexpr int kDone = 0, kNo = 1, kCouldNot = 2;
constexpr std::size_t kMaxPassword = 512;  // crypt(3) refuses more

int could_not(const std::string& what) {
  tell("sekisho user", what);
  return kCouldNot;
}

struct Options {
  std::string config, file, name;
  bool token = false, password_stdin = false, replace = false, json = false;
};

std::optional<std::string> path_of(const Options& options) {
  if (!options.file.empty()) return options.file;
  if (options.config.empty()) {
    could_not("which users file? Give --file users or -c gateway.yaml");
    return std::nullopt;
  }
  const auto gateway = read_named_gateway_file(options.config);
  if (!gateway) return std::nullopt;
  if (!gateway->users_file.value.empty()) return gateway->users_file.value;
  could_not(options.config +
            " names no users file; add `clients: { authentication: basic, users_file: users }`");
  return std::nullopt;
}

// Echo off while it lives. Signals wait, or Ctrl-C would leave a terminal that shows nothing.
class Silence {
 public:
  Silence() {
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &signals_);
    known_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (known_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~Silence() {
    if (known_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    sigprocmask(SIG_SETMASK, &signals_, nullptr);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  termios before_{};
  sigset_t signals_{};
  bool known_ = false;
};

std::optional<std::string> ask(const char* prompt) {
  std::fputs(prompt, stderr);
  std::string line;
  bool got = false;
  {
    const Silence silence;
    got = static_cast<bool>(std::getline(std::cin, line));
  }
  std::fputc('\n', stderr);
  if (!got) return std::nullopt;
  return line;
}

std::optional<std::string> password_from_input() {
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::optional<std::string> password_of(const Options& options) {
  std::optional<std::string> password;
  if (options.password_stdin) {
    password = password_from_input();
  } else if (!::isatty(STDIN_FILENO)) {
    could_not("no terminal to ask on: give --password-stdin or --token");
    return std::nullopt;
  } else {
    password = ask("パスワード / password: ");
    if (password && password != ask("もう一度 / again: ")) {
      could_not("the two were not the same; nothing was changed");
      return std::nullopt;
    }
  }
  if (password && !password->empty() && password->size() <= kMaxPassword &&
      password->find('\0') == std::string::npos)
    return password;
  could_not("a password has 1 to 512 bytes");
  return std::nullopt;
}

int store(UsersFile& file, const Options& options, const std::string& hash) {
  std::string error;
  if (hash.empty()) return could_not("the hash could not be made; nothing was changed");
  file.set(options.name, hash);
  return file.save(error) ? kDone : could_not(error);
}

int add_token(UsersFile& file, const Options& options) {
  const std::string token = new_token();
  if (token.empty()) return could_not("the system gave no random numbers");
  const int result = store(file, options, hash_token(token));
  if (result != kDone) return result;
  std::printf("%s\n", token.c_str());
  std::fprintf(stderr,
               "このトークンは二度と表示されません / this token is shown only once. Use it as the "
               "password:\n  HTTPS_PROXY=http://%s:TOKEN@HOST:PORT\n",
               options.name.c_str());
  return kDone;
}

int add(const Options& options) {
  if (!is_user_name(options.name))
    return could_not("a user name has 1 to 64 bytes, without ':' and control characters");
  if (options.token && options.password_stdin)
    return could_not("give either --token or --password-stdin, not both");
  const auto path = path_of(options);
  if (!path) return kCouldNot;
  std::string error;
  auto file = UsersFile::open(*path, error);
  if (!file) return could_not(error);
  if (file->contains(options.name) && !options.replace)
    return could_not(options.name +
                     " is there already; --replace gives it a new password or token");
  if (options.token) return add_token(*file, options);
  const auto password = password_of(options);
  if (!password) return kCouldNot;
  const int result = store(*file, options, hash_password(*password));
  if (result == kDone)
    std::fprintf(stderr,
                 "%s: %s を登録しました / added. A running gateway sees it after a reload "
                 "(SIGHUP).\n",
                 path->c_str(), options.name.c_str());
  return result;
}

int remove(const Options& options) {
  const auto path = path_of(options);
  if (!path) return kCouldNot;
  std::string error;
  auto file = UsersFile::open(*path, error);
  if (!file) return could_not(error);
  if (!file->remove(options.name)) {
    tell("sekisho user", *path + ": there is no user " + options.name);
    return kNo;
  }
  return file->save(error) ? kDone : could_not(error);
}

int list(const Options& options) {
  const auto path = path_of(options);
  if (!path) return kCouldNot;
  std::string error;
  const auto file = UsersFile::open(*path, error);
  if (!file) return could_not(error);
  nlohmann::json out = {{"v", 1}, {"users", nlohmann::json::array()}};
  for (const auto& each : file->list()) {
    const char* kind = each.token ? "token" : "password";
    if (options.json)
      out["users"].push_back({{"name", each.name}, {"kind", kind}});
    else
      std::printf("%s\t%s\n", each.name.c_str(), kind);
  }
  if (options.json)
    std::printf("%s\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  return kDone;
}

void add_place(CLI::App* command, Options& options) {
  command->add_option("-c,--config", options.config, "gateway.yaml, which names the users file");
  command->add_option("--file", options.file, "the users file itself");
}

}  // namespace

void add_user_command(CLI::App& app, int& exit_code) {
  CLI::App* user = app.add_subcommand("user", "プロキシ利用者 / users of the proxy (users file)");
  user->require_subcommand(1);
  const auto options = std::make_shared<Options>();

  CLI::App* make = user->add_subcommand("add", "利用者を加える / add a user");
  make->add_option("name", options->name, "user name")->required();
  add_place(make, *options);
  make->add_flag("--token", options->token,
                 "make a random token, printed once, instead of a password");
  make->add_flag("--password-stdin", options->password_stdin,
                 "read the password from the first line of standard input");
  make->add_flag("--replace", options->replace, "give an existing user a new password or token");
  make->footer(
      "Examples:\n  sekisho user add alice -c gateway.yaml\n"
      "  sekisho user add ci-runner --token --file users\n"
      "  printf '%s\\n' \"$PASSWORD\" | sekisho user add bob --password-stdin --file users");
  make->callback([options, &exit_code] { exit_code = add(*options); });

  CLI::App* drop = user->add_subcommand("remove", "利用者を除く / remove a user");
  drop->add_option("name", options->name, "user name")->required();
  add_place(drop, *options);
  drop->footer(
      "Example:\n  sekisho user remove alice -c gateway.yaml\nExit: 1 when there is no such user.");
  drop->callback([options, &exit_code] { exit_code = remove(*options); });

  CLI::App* show = user->add_subcommand("list", "利用者の一覧 / list the users");
  add_place(show, *options);
  show->add_flag("--json", options->json, "as JSON");
  show->footer("Example:\n  sekisho user list --file users");
  show->callback([options, &exit_code] { exit_code = list(*options); });
}

}  // namespace sekisho::gateway
