// sekisho ca init | show | export

#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gateway/commands/commands.h"
#include "gateway/commands/named_file.h"
#include "gateway/commands/telling.h"
#include "gateway/tls/authority.h"

namespace sekisho::gateway {
namespace {

namespace fs = std::filesystem;
constexpr int kDone = 0, kNo = 1, kCouldNot = 2;

int could_not(const std::string& what) {
  tell("sekisho ca", what);
  return kCouldNot;
}

struct Options {
  std::string config, directory, certificate;
  std::string format = "pem";
  bool json = false;
  NewAuthority fresh;
};

struct Paths {
  std::string certificate, key;  // key may be empty
};

std::optional<Paths> paths_of(const Options& options) {
  if (!options.certificate.empty()) return Paths{options.certificate, ""};
  if (!options.config.empty()) {
    const auto file = read_named_gateway_file(options.config);
    if (!file) return std::nullopt;
    return Paths{file->ca_certificate.value, file->ca_key.value};
  }
  const fs::path folder = options.directory.empty() ? "ca" : options.directory;
  return Paths{(folder / "ca.crt").string(), (folder / "ca.key").string()};
}

// Folders for new keys belong to their owner alone.
bool make_folder(const std::string& file, std::string& error) {
  const fs::path folder = fs::path(file).parent_path();
  std::error_code code;
  if (folder.empty() || fs::is_directory(folder, code)) return true;
  if (fs::create_directories(folder, code))
    fs::permissions(folder, fs::perms::owner_all, fs::perm_options::replace, code);
  if (code) error = folder.string() + ": " + code.message();
  return !code;
}

void say_made(const Paths& paths, const Authority& made, const Options& options) {
  std::printf("certificate  %s\nkey          %s (0600; keep it out of backups that others read)\n",
              paths.certificate.c_str(), paths.key.c_str());
  std::printf("subject      %s\nvalid until  %s\nSHA-256      %s\n", made.subject().c_str(),
              utc_text(made.not_after()).c_str(), made.fingerprint_sha256().c_str());
  std::printf("\n次に / next:\n");
  if (options.config.empty())
    std::printf("  ca: { certificate: %s, key: %s }    # in gateway.yaml\n",
                paths.certificate.c_str(), paths.key.c_str());
  std::printf(
      "  証明書だけを社員の端末に配布してください (鍵は配布しません)。\n"
      "  Roll the certificate, never the key, out to the clients: sekisho ca export --format "
      "der\n");
}

int init(const Options& options) {
  if (!options.config.empty() && !options.directory.empty())
    return could_not("give either --directory or -c, not both");
  const auto paths = paths_of(options);
  if (!paths) return kCouldNot;
  std::string error;
  if (!make_folder(paths->certificate, error) || !make_folder(paths->key, error))
    return could_not(error);
  if (!Authority::create(options.fresh, paths->certificate, paths->key, error))
    return could_not(
        error +
        "\n  An existing CA is never overwritten: clients trust it. Move it away first, "
        "or choose another --directory.");
  const auto made = Authority::load(paths->certificate, paths->key, error);
  if (!made) return could_not(error);
  say_made(*paths, *made, options);
  return kDone;
}

nlohmann::json finding_json(const AuthorityFinding& each) {
  return {{"level", each.error ? "error" : "warning"},
          {"field", each.field},
          {"message", {{"ja", each.message_ja}, {"en", each.message_en}}}};
}

void show_json(const Authority& ca, std::int64_t days,
               const std::vector<AuthorityFinding>& findings) {
  nlohmann::json out = {{"v", 1},
                        {"subject", ca.subject()},
                        {"issuer", ca.issuer()},
                        {"self_signed", ca.self_signed()},
                        {"not_before", utc_text(ca.not_before())},
                        {"not_after", utc_text(ca.not_after())},
                        {"days_left", days},
                        {"key", ca.key_words()},
                        {"fingerprint_sha256", ca.fingerprint_sha256()},
                        {"issuers", ca.issuers()},
                        {"sent_after_leaf", ca.chain().size()},
                        {"anchor_fingerprint_sha256", ca.anchor_fingerprint_sha256()},
                        {"findings", nlohmann::json::array()}};
  for (const auto& each : findings) out["findings"].push_back(finding_json(each));
  std::printf("%s\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

void show_text(const Authority& ca, std::int64_t days,
               const std::vector<AuthorityFinding>& findings) {
  std::printf("subject      %s\nissuer       %s\n", ca.subject().c_str(),
              ca.self_signed() ? "itself" : ca.issuer().c_str());
  std::printf("valid        %s to %s (%lld days left)\n", utc_text(ca.not_before()).c_str(),
              utc_text(ca.not_after()).c_str(), static_cast<long long>(days));
  std::printf("key          %s\nSHA-256      %s\n", ca.key_words().c_str(),
              ca.fingerprint_sha256().c_str());
  for (const auto& issuer : ca.issuers()) std::printf("issued by    %s\n", issuer.c_str());
  if (!ca.issuers().empty())
    std::printf("clients trust the last of these, SHA-256 %s; /ca.crt and `ca export` give it\n",
                ca.anchor_fingerprint_sha256().c_str());
  for (const auto& each : findings)
    std::printf("\n%s: %s\n%s: %s\n", each.error ? "error" : "warning", each.message_en.c_str(),
                each.error ? "エラー" : "警告", each.message_ja.c_str());
}

// What is wrong with the certificate, and with its key when there is one.
std::vector<AuthorityFinding> findings_of(const Paths& paths, const Authority& ca,
                                          std::int64_t now) {
  auto out = ca.examine(now);
  if (paths.key.empty()) return out;
  std::string error;
  if (const auto whole = Authority::load(paths.certificate, paths.key, error)) {
    out = whole->examine(now);
    whole->try_out(now, out);
  } else {
    out.push_back({true, "key", error, "CA の鍵を使えません: " + error});
  }
  return out;
}

int show(const Options& options) {
  const auto paths = paths_of(options);
  if (!paths) return kCouldNot;
  std::string error;
  const auto ca = Authority::load_certificate(paths->certificate, error);
  if (!ca) return could_not(error + "\n  `sekisho ca init` makes a CA.");
  const std::int64_t now = std::time(nullptr);
  const auto findings = findings_of(*paths, *ca, now);
  const std::int64_t days = (ca->not_after() - now) / 86400;
  options.json ? show_json(*ca, days, findings) : show_text(*ca, days, findings);
  for (const auto& each : findings)
    if (each.error) return kNo;
  return kDone;
}

int export_certificate(const Options& options) {
  const auto paths = paths_of(options);
  if (!paths) return kCouldNot;
  std::string error;
  const auto ca = Authority::load_certificate(paths->certificate, error);
  if (!ca) return could_not(error + "\n  `sekisho ca init` makes a CA.");
  const bool der = options.format == "der";
  if (der && ::isatty(STDOUT_FILENO))
    return could_not(
        "DER is binary: redirect it (sekisho ca export --format der > sekisho-ca.der)");
  const std::string bytes = der ? ca->der() : ca->pem();
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() &&
                       std::fflush(stdout) == 0;
  return written ? kDone : could_not("standard output cannot be written");
}

void add_place(CLI::App* command, Options& options) {
  command->add_option("-c,--config", options.config, "gateway.yaml, whose `ca` names the files");
  command->add_option("--directory", options.directory,
                      "folder with ca.crt and ca.key (default: ca/)");
}

}  // namespace

void add_ca_command(CLI::App& app, int& exit_code) {
  CLI::App* ca = app.add_subcommand("ca", "検査用 CA / the CA that signs what clients see");
  ca->require_subcommand(1);
  const auto options = std::make_shared<Options>();

  CLI::App* make = ca->add_subcommand("init", "新しい CA を作る / make a new CA (EC P-256)");
  add_place(make, *options);
  make->add_option("--name", options->fresh.common_name, "common name")->capture_default_str();
  make->add_option("--organisation,--organization", options->fresh.organisation, "organisation")
      ->capture_default_str();
  make->add_option("--days", options->fresh.days, "days that it is valid")
      ->check(CLI::Range(1, 36500))
      ->capture_default_str();
  make->footer(
      "Examples:\n  sekisho ca init -c gateway.yaml --organisation 'Example K.K.'\n"
      "  sekisho ca init --directory /etc/sekisho/ca --days 1825");
  make->callback([options, &exit_code] { exit_code = init(*options); });

  CLI::App* look =
      ca->add_subcommand("show", "CA の内容と問題点 / what it is, and what clients will refuse");
  add_place(look, *options);
  look->add_option("--certificate", options->certificate, "a certificate file (PEM) by itself");
  look->add_flag("--json", options->json, "as JSON");
  look->footer(
      "Examples:\n  sekisho ca show -c gateway.yaml\n  sekisho ca show --certificate "
      "company-ca.pem "
      "--json\nExit: 0 usable, 1 an error that clients or the gateway refuse, 2 could not be "
      "read.");
  look->callback([options, &exit_code] { exit_code = show(*options); });

  CLI::App* out = ca->add_subcommand(
      "export", "CA 証明書を標準出力へ / the certificate (never the key) to standard output");
  add_place(out, *options);
  out->add_option("--certificate", options->certificate, "a certificate file (PEM) by itself");
  out->add_option("--format", options->format, "pem or der")
      ->check(CLI::IsMember({"pem", "der"}))
      ->capture_default_str();
  out->footer(
      "Examples:\n  sekisho ca export -c gateway.yaml > sekisho-ca.crt\n"
      "  sekisho ca export --format der -c gateway.yaml > sekisho-ca.der    # Windows");
  out->callback([options, &exit_code] { exit_code = export_certificate(*options); });
}

}  // namespace sekisho::gateway
