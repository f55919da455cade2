#pragma once

// `audit head | verify | prove | keys | rotate-key`.

namespace CLI {
class App;
}

namespace sekisho::gateway {

void add_proof_commands(CLI::App& audit, int& exit_code);

}  // namespace sekisho::gateway
