#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "gateway/commands/commands.h"
#include "gateway/commands/doctor_environment.h"
#include "gateway/commands/doctor_network.h"
#include "gateway/commands/doctor_runtimes.h"
#include "gateway/commands/telling.h"
#include "gateway/http/framing.h"

namespace sekisho::gateway {
namespace {

struct Options {
  std::string proxy, user, to = "api.openai.com", ca;
  bool password_stdin = false, json = false;
};

int usage(const std::string& message) {
  tell("sekisho", message);
  return 2;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded = text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                       hex_value(text[i + 2]) >= 0;
    out +=
        coded ? static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2])) : text[i];
    if (coded) i += 2;
  }
  return out;
}

std::string from_environment() {
  for (const char* name : {"HTTPS_PROXY", "https_proxy"})
    if (const char* value = std::getenv(name); value && *value) return value;
  return "";
}

// http://USER:PASSWORD@HOST:PORT, all but the host left out at will.
bool read_proxy(std::string text, DoctorTarget& target) {
  while (!text.empty() && (text.back() == '/' || text.back() == ' ')) text.pop_back();
  if (const std::size_t scheme = text.find("://"); scheme != std::string::npos)
    text.erase(0, scheme + 3);
  if (const std::size_t at = text.rfind('@'); at != std::string::npos) {
    const std::string login = text.substr(0, at);
    const std::size_t colon = std::min(login.find(':'), login.size());
    target.user = percent_decoded(login.substr(0, colon));
    target.password = colon < login.size() ? percent_decoded(login.substr(colon + 1)) : "";
    text.erase(0, at + 1);
  }
  const auto address = parse_host_port(text);
  if (!address) return false;
  target.proxy_host = address->host;
  target.proxy_port = address->port ? address->port : 8080;
  return true;
}

bool read_password(const Options& options, DoctorTarget& target) {
  if (options.user.empty()) return true;
  target.user = options.user;
  if (options.password_stdin) {
    if (!std::getline(std::cin, target.password)) return false;
  } else if (const char* given = std::getenv("SEKISHO_PASSWORD")) {
    target.password = given;
  } else if (::isatty(STDIN_FILENO)) {
    const char* typed = ::getpass("パスワード / password: ");
    if (!typed) return false;
    target.password = typed;
  } else {
    return false;
  }
  return true;
}

int diagnose(const Options& options) {
  DoctorTarget target;
  const std::string proxy = options.proxy.empty() ? from_environment() : options.proxy;
  if (proxy.empty()) return usage("which gateway? Give --proxy http://HOST:PORT");
  if (!read_proxy(proxy, target)) return usage("--proxy: write http://HOST:PORT");
  const auto to = parse_host_port(options.to);
  if (!to) return usage("--to: write HOST or HOST:PORT");
  target.to_host = to->host;
  target.to_port = to->port ? to->port : 443;
  target.ca_file = options.ca;
  if (!options.ca.empty() && !std::filesystem::exists(options.ca))
    return usage("--ca: " + options.ca + " does not exist");
  if (!read_password(options, target))
    return usage("the password of " + options.user +
                 ": give --password-stdin, SEKISHO_PASSWORD, or http://USER:PASSWORD@HOST:PORT");
  std::signal(SIGPIPE, SIG_IGN);
  DoctorReport report;
  std::vector<X509Ptr> ca;
  examine_environment(target, report);
  const bool through = examine_network(target, ca, report);
  const std::string ca_file =
      options.ca.empty() ? "sekisho-ca.crt" : std::filesystem::absolute(options.ca).string();
  if (!ca.empty()) examine_ca_variables(ca, ca_file, report);
  if (through) examine_runtimes(target, ca, ca_file, report);
  std::cout << (options.json ? report.json() : report.text(::isatty(STDOUT_FILENO)));
  if (!options.json && options.ca.empty() && !ca.empty())
    std::cout << "sekisho-ca.crt: curl -o sekisho-ca.crt http://" << target.proxy()
              << "/ca.crt   (SHA-256 " << fingerprint_of(ca[0].get()) << ")\n";
  return report.healthy() ? 0 : 1;
}

}  // namespace

void add_doctor_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "doctor", "この端末からゲートウェイを使えるか調べる / can this machine use the gateway?");
  command->add_option("--proxy", options->proxy,
                      "http://HOST:PORT of the gateway; left out: HTTPS_PROXY");
  command->add_option("--user", options->user, "proxy user");
  command->add_flag("--password-stdin", options->password_stdin,
                    "read the password from the first line of standard input");
  command->add_option("--to", options->to, "an approved service, HOST[:PORT]")
      ->capture_default_str();
  command->add_option("--ca", options->ca, "file of the gateway's CA certificate");
  command->add_flag("--json", options->json, "one JSON object on standard output");
  command->footer(
      "Examples:\n  sekisho doctor --proxy http://proxy.example.co.jp:8080\n"
      "  sekisho doctor --proxy http://proxy.example.co.jp:8080 --user alice --to "
      "api.anthropic.com\n"
      "Exit: 0 nothing failed, 1 something did (the command that mends it is printed), 2 usage.");
  command->callback([options, &exit_code] { exit_code = diagnose(*options); });
}

}  // namespace sekisho::gateway
