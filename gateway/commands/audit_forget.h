#pragma once

namespace CLI {
class App;
}

namespace sekisho::gateway {

// `audit forget-values`.
void add_forget_command(CLI::App& audit, int& exit_code);

}  // namespace sekisho::gateway
