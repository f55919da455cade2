#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::gateway {

struct ProgramResult {
  bool started = false, timed_out = false;
  int status = -1;     // exit code; -1 = ended by a signal
  std::string output;  // standard output and error, mixed, at most 64 KiB
};

// Runs a program (argv[0] is looked for in PATH) with nothing on standard input. `environment`:
// NAME=VALUE that replace ours, NAME alone removes it. Ended when it takes longer than `limit`.
ProgramResult run_program(const std::vector<std::string>& argv,
                          const std::vector<std::string>& environment,
                          std::chrono::milliseconds limit);

// The full path of a program in PATH.
std::optional<std::string> find_program(const std::string& name);

}  // namespace sekisho::gateway
