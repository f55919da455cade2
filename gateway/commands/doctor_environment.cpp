#include "gateway/commands/doctor_environment.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <optional>

#include "config/text_file.h"
#include "gateway/commands/run_program.h"

namespace sekisho::gateway {
namespace {

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (!value || !*value) return std::nullopt;
  return std::string(value);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string trimmed(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t");
  return from == std::string::npos ? ""
                                   : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// Passwords stay out of what is printed.
std::string without_password(const std::string& value) {
  const std::size_t scheme = value.find("://"), at = value.rfind('@');
  if (at == std::string::npos) return value;
  const std::size_t from = scheme == std::string::npos ? 0 : scheme + 3;
  return value.substr(0, from) + "***" + value.substr(at);
}

void examine_proxy_variable(const DoctorTarget& t, DoctorReport& report) {
  const std::string login = t.user.empty() ? "" : "USER:PASSWORD@";
  const std::string fix =
      "export HTTPS_PROXY=http://" + login + t.proxy() + " https_proxy=http://" + login + t.proxy();
  const auto upper = variable("HTTPS_PROXY"), small = variable("https_proxy");
  if (!upper && !small)
    return report.warn("env.HTTPS_PROXY", "HTTPS_PROXY が設定されていません",
                       "HTTPS_PROXY is not set: programs go past the gateway", fix);
  for (const auto& [name, value] : {std::pair{"HTTPS_PROXY", upper}, {"https_proxy", small}}) {
    if (!value) continue;
    const std::string fault = proxy_value_fault(*value, t.proxy());
    if (fault.empty()) continue;
    return report.fail(std::string("env.") + name,
                       std::string(name) + "=" + without_password(*value) + " が正しくありません",
                       std::string(name) + "=" + without_password(*value) + ": " + fault, fix);
  }
  if (upper && small && *upper != *small)
    return report.warn("env.HTTPS_PROXY", "HTTPS_PROXY と https_proxy の値が違います",
                       "HTTPS_PROXY and https_proxy differ; programs read one or the other", fix);
  if (!upper || !small)
    return report.warn("env.HTTPS_PROXY",
                       "大文字と小文字の片方だけが設定されています (読む側はプログラムによります)",
                       "only one spelling is set, and programs read one or the other", fix);
  report.ok("env.HTTPS_PROXY", "HTTPS_PROXY はこのゲートウェイを指します",
            "HTTPS_PROXY leads to this gateway");
}

void examine_exceptions(const DoctorTarget& t, DoctorReport& report) {
  for (const char* name : {"NO_PROXY", "no_proxy"}) {
    const auto value = variable(name);
    if (!value) continue;
    if (no_proxy_covers(*value, t.to_host))
      report.fail(
          std::string("env.") + name,
          std::string(name) + "=" + *value + " のため " + t.to_host + " はゲートウェイを通りません",
          std::string(name) + "=" + *value + " takes " + t.to_host + " past the gateway",
          std::string("export ") + name + "=localhost,127.0.0.1");
    else
      report.ok(std::string("env.") + name, t.to_host + " は除外されていません",
                t.to_host + " is not among the exceptions");
  }
  if (const auto all = variable("ALL_PROXY"); all && proxy_value_fault(*all, t.proxy()) != "")
    report.warn("env.ALL_PROXY", "ALL_PROXY は別のところを指しています",
                "ALL_PROXY leads somewhere else: " + without_password(*all), "unset ALL_PROXY");
}

void examine_switches(DoctorReport& report) {
  static constexpr std::array<std::array<const char*, 2>, 4> kOff = {
      {{"NODE_TLS_REJECT_UNAUTHORIZED", "0"},
       {"PYTHONHTTPSVERIFY", "0"},
       {"GIT_SSL_NO_VERIFY", ""},
       {"DENO_TLS_INSECURE", ""}}};
  for (const auto& [name, off] : kOff) {
    const auto value = variable(name);
    if (value && (!*off || *value == off))
      report.warn(std::string("env.") + name, std::string(name) + " が検証を切っています (危険)",
                  std::string(name) + " switches verification off, everywhere",
                  std::string("unset ") + name);
  }
}

void examine_desktop(const DoctorTarget& t, DoctorReport& report) {
  if (const auto pac = variable("auto_proxy"))
    report.warn("env.auto_proxy", "PAC (" + *pac + ") を読むのはブラウザーだけです",
                "only browsers read a PAC file (" + *pac + "); command lines need HTTPS_PROXY",
                "export HTTPS_PROXY=http://" + t.proxy());
  if (!find_program("gsettings")) return;
  const ProgramResult mode = run_program({"gsettings", "get", "org.gnome.system.proxy", "mode"}, {},
                                         std::chrono::milliseconds(3000));
  if (mode.status != 0 || mode.output.find("'auto'") == std::string::npos) return;
  report.warn("desktop.pac", "デスクトップは PAC で設定されています。コマンドは PAC を読みません",
              "the desktop uses a PAC file, which command lines do not read",
              "export HTTPS_PROXY=http://" + t.proxy());
}

}  // namespace

bool no_proxy_covers(const std::string& list, const std::string& host) {
  const std::string asked = lower(host);
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    std::string entry = lower(trimmed(list.substr(at, end - at)));
    at = end + 1;
    if (entry.empty()) continue;
    if (entry == "*") return true;
    entry = entry.substr(0, entry.find(':'));
    if (entry.rfind("*.", 0) == 0) entry.erase(0, 1);
    const std::string name = entry.front() == '.' ? entry.substr(1) : entry;
    if (asked == name) return true;
    if (!name.empty() && asked.size() > name.size() && asked.ends_with("." + name)) return true;
  }
  return false;
}

std::string proxy_value_fault(const std::string& value, const std::string& host_port) {
  if (value.find_first_of(" \t\r\n") != std::string::npos) return "there is white space in it";
  if (value.find_first_of("\"'`") != std::string::npos) return "there are quotation marks in it";
  const std::size_t scheme = value.find("://");
  if (scheme == std::string::npos) return "http:// is missing before the address";
  const std::string name = lower(value.substr(0, scheme));
  if (name == "https") return "this proxy is spoken to by http:// (the traffic inside is TLS)";
  if (name != "http") return "the scheme must be http";
  std::string rest = value.substr(scheme + 3);
  const std::size_t at = rest.rfind('@');
  if (at != std::string::npos) {
    const std::string login = rest.substr(0, at);
    if (login.find_first_of("@/") != std::string::npos)
      return "write @ and / in the name or password as %40 and %2F";
    if (std::count(login.begin(), login.end(), ':') > 1) return "write : in the password as %3A";
    rest.erase(0, at + 1);
  }
  if (rest.ends_with('/')) rest.pop_back();
  if (rest.find('/') != std::string::npos) return "there is a path behind the address";
  if (lower(rest) != lower(host_port)) return "it leads to " + rest + ", not to " + host_port;
  return "";
}

void examine_environment(const DoctorTarget& target, DoctorReport& report) {
  examine_proxy_variable(target, report);
  examine_exceptions(target, report);
  examine_switches(report);
  examine_desktop(target, report);
}

void examine_ca_variables(const std::vector<X509Ptr>& ca, const std::string& ca_file,
                          DoctorReport& report) {
  struct Named {
    const char* name;
    bool replaces;  // the system's roots: they must be in it too
  };
  static constexpr Named kNamed[] = {{"SSL_CERT_FILE", true},        {"REQUESTS_CA_BUNDLE", true},
                                     {"CURL_CA_BUNDLE", true},       {"GIT_SSL_CAINFO", true},
                                     {"NODE_EXTRA_CA_CERTS", false}, {"DENO_CERT", false},
                                     {"AWS_CA_BUNDLE", true}};
  const auto store = system_store();
  const std::string bundle = "cat " +
                             (store ? store->bundle : "/etc/ssl/certs/ca-certificates.crt") + " " +
                             ca_file + " > $HOME/sekisho-ca-bundle.crt && export ";
  for (const Named& n : kNamed) {
    const auto path = variable(n.name);
    if (!path) continue;
    const std::string check = std::string("env.") + n.name;
    const std::string fix = n.replaces ? bundle + n.name + "=$HOME/sekisho-ca-bundle.crt"
                                       : std::string("export ") + n.name + "=" + ca_file;
    const std::vector<X509Ptr> held = certificates_of_file(*path);
    if (held.empty())
      report.fail(check, std::string(n.name) + "=" + *path + " に証明書がありません",
                  std::string(n.name) + "=" + *path + " holds no certificate", fix);
    else if (!holds(held, ca[0].get()))
      report.fail(check, std::string(n.name) + "=" + *path + " にこの CA がありません",
                  std::string(n.name) + "=" + *path + " lacks this CA", fix);
    else if (n.replaces && held.size() < 20)
      report.warn(
          check,
          std::string(n.name) + " には公開の CA がほとんどありません。ほかの接続先が失敗します",
          std::string(n.name) + " replaces the system's roots and holds hardly any of them", fix);
    else
      report.ok(check, std::string(n.name) + " にこの CA があります",
                std::string(n.name) + " holds this CA");
  }
}

}  // namespace sekisho::gateway
