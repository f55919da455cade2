#pragma once

namespace CLI {
class App;
}

namespace sekisho::gateway {

// `audit sealed list | show | open`.
void add_sealed_commands(CLI::App& audit, int& exit_code);

}  // namespace sekisho::gateway
