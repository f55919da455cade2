#pragma once

namespace CLI {
class App;
}

namespace sekisho::gateway {

// `audit export`: records in the words of other systems, on standard output.
void add_export_commands(CLI::App& audit, int& exit_code);

}  // namespace sekisho::gateway
