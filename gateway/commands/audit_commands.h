#pragma once

// The parts of `sekisho audit`.

namespace CLI {
class App;
}

namespace sekisho::gateway {

void add_question_commands(CLI::App& audit, int& exit_code);
void add_index_commands(CLI::App& audit, int& exit_code);   // reindex, sql, tail
void add_report_commands(CLI::App& audit, int& exit_code);  // report, pack

}  // namespace sekisho::gateway
