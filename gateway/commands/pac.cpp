#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>

#include "config/text_file.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/telling.h"
#include "gateway/configuration.h"
#include "gateway/http/framing.h"
#include "gateway/listener.h"
#include "gateway/proxy_pac.h"

namespace sekisho::gateway {
namespace {

struct PacOptions {
  std::string path, proxy;
};

int fail(const std::string& message) {
  tell("sekisho pac", message);
  return 2;
}

// "" where the configuration does not say where clients reach the gateway.
std::string proxy_of(const PacOptions& options, const config::GatewayFile& gateway) {
  if (!options.proxy.empty()) return options.proxy;
  if (!gateway.pac.proxy.empty()) return gateway.pac.proxy;
  for (const auto& l : gateway.listen)
    if (l.port != 0 && l.ip != *config::IpAddress::parse("0.0.0.0") &&
        l.ip != *config::IpAddress::parse("::"))
      return endpoint_text(l.ip, l.port);
  return {};
}

// Whether clients reach that port by TLS: where no listener has it, as all of them do.
bool is_secure(const config::GatewayFile& gateway, std::uint16_t port) {
  bool all = !gateway.listen.empty();
  for (const auto& l : gateway.listen) {
    if (l.port == port) return l.tls.has_value();
    all = all && l.tls;
  }
  return all;
}

int pac(const PacOptions& options) {
  const std::string unreadable = config::unreadable(options.path);
  if (!unreadable.empty()) return fail(options.path + ": " + unreadable);
  config::Problems problems;
  const config::GatewayFile gateway = config::read_gateway_form(options.path, problems);
  const auto snapshot =
      load_snapshot(options.path, static_cast<std::int64_t>(std::time(nullptr)), problems);
  tell_problems(problems);
  if (!snapshot) return 2;
  const std::string proxy = proxy_of(options, gateway);
  const auto at = parse_host_port(proxy);
  if (!at || at->port == 0)
    return fail(
        "--proxy HOST:PORT: the gateway as clients reach it (or `pac: { proxy: … }` in "
        "gateway.yaml)\nsekisho pac: 端末から見たゲートウェイの名前とポートを --proxy "
        "で指定してください");
  std::fputs(proxy_pac(*snapshot, gateway.pac, proxy, is_secure(gateway, at->port)).c_str(),
             stdout);
  return 0;
}

}  // namespace

void add_pac_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<PacOptions>();
  CLI::App* command = app.add_subcommand(
      "pac",
      "端末の自動設定ファイルを表示する / the PAC file that the gateway serves as /proxy.pac");
  command->add_option("-c,--config", options->path, "gateway.yaml")->required();
  command->add_option("--proxy", options->proxy, "HOST:PORT as clients reach the gateway");
  command->footer(
      "Example:\n  sekisho pac -c gateway.yaml --proxy gate.example.jp:8080 > proxy.pac");
  command->callback([options, &exit_code] { exit_code = pac(*options); });
}

}  // namespace sekisho::gateway
