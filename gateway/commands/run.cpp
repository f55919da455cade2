#include <sys/prctl.h>
#include <sys/resource.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "gateway/commands/commands.h"
#include "gateway/commands/telling.h"
#include "gateway/free_memory.h"
#include "gateway/gateway.h"

namespace sekisho::gateway {
namespace {

// Bodies of requests and private keys are in memory: no core may be written, no other process of
// the user may look.
void forbid_core_dumps() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void raise_descriptor_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
}

int run_gateway(const std::string& path) {
  limit_thread_caches();
  forbid_core_dumps();
  raise_descriptor_limit();
  std::signal(SIGPIPE, SIG_IGN);
  Gateway gateway(path);
  config::Problems problems;
  std::string error;
  if (!gateway.start(problems, error)) {
    tell_problems(problems);
    if (!error.empty()) tell("sekisho", error);
    return problems.empty() ? 2 : 1;
  }
  return gateway.run();
}

}  // namespace

void add_run_command(CLI::App& app, int& exit_code) {
  auto path = std::make_shared<std::string>();
  CLI::App* run = app.add_subcommand("run", "ゲートウェイを動かす / run the gateway");
  run->add_option("-c,--config", *path, "gateway.yaml")->required();
  run->footer(
      "Example:\n  sekisho check -c gateway.yaml && sekisho run -c gateway.yaml\nSIGHUP reloads, "
      "SIGTERM drains.");
  run->callback([path, &exit_code] { exit_code = run_gateway(*path); });
}

}  // namespace sekisho::gateway
