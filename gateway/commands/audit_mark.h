#pragma once

namespace CLI {
class App;
}

namespace sekisho::gateway {

void add_mark_command(CLI::App& audit, int& exit_code);

}  // namespace sekisho::gateway
