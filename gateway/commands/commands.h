#pragma once

// The commands of the binary. Each adds itself to the parser and leaves its exit code (0 done, 1
// the answer is no, 2 could not be done).

namespace CLI {
class App;
}

namespace sekisho::gateway {

void add_check_command(CLI::App& app, int& exit_code);
void add_explain_command(CLI::App& app, int& exit_code);
void add_scan_command(CLI::App& app, int& exit_code);

}  // namespace sekisho::gateway
