#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <exception>
#include <string>

#include "gateway/commands/commands.h"
#include "gateway/commands/usage_error.h"

int main(int argc, char** argv) {
  using namespace sekisho::gateway;
  CLI::App app{
      "Sekisho (関所): 社外の LLM サービスへの出口ゲートウェイ / egress gateway for LLM services",
      "sekisho"};
  app.set_version_flag("--version", "sekisho " SEKISHO_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  add_run_command(app, exit_code);
  add_check_command(app, exit_code);
  add_explain_command(app, exit_code);
  add_replay_command(app, exit_code);
  add_schema_command(app, exit_code);
  add_detectors_command(app, exit_code);
  add_scan_command(app, exit_code);
  add_dataset_command(app, exit_code);
  add_ca_command(app, exit_code);
  add_user_command(app, exit_code);
  add_audit_command(app, exit_code);
  add_providers_command(app, exit_code);
  add_pac_command(app, exit_code);
  add_doctor_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (const std::string said = usage_error(app, e); !said.empty()) {
      std::fputs(said.c_str(), stderr);
      return 2;
    }
    return app.exit(e) == 0 ? 0 : 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "sekisho: %s\n", e.what());
    return 2;
  }
  return exit_code;
}
