#pragma once

namespace CLI {
class App;
}

namespace sekisho::gateway {

// maintain, hold, accept-damage: how long the log is kept, in which form, and what must not go.
void add_keeping_commands(CLI::App& audit, int& exit_code);

}  // namespace sekisho::gateway
