#pragma once

#include <sys/wait.h>
#include <cstdio>
#include <string>

#include "audit/verify.h"
#include "audit/verify_words.h"
#include "tests/audit/testing.h"

namespace sekisho::audit {

// Exit code of the independent verifier, and what it said.
inline int run_python_verifier(const std::string& log, const std::string& head, std::string& said) {
  const std::string command = std::string(SEKISHO_PYTHON " -B " SEKISHO_VERIFIER " ") + log +
                              (head.empty() ? "" : " " + head) + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  char block[4096];
  for (std::size_t n; (n = std::fread(block, 1, sizeof block, pipe)) > 0;) said.append(block, n);
  const int status = ::pclose(pipe);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Verifies with both, which must agree, and returns what ours found.
inline VerifyReport verify_twice(const Folder& folder,
                                 const std::optional<Journal::Head>& since = {}) {
  std::string head_file, said;
  if (since) {
    head_file = folder.path() + "/head.json";
    std::ofstream(head_file) << "{\"v\":1,\"size\":" << since->size << ",\"root\":\"" << since->root
                             << (since->link.empty() ? "" : "\",\"link\":\"" + since->link)
                             << "\"}";
  }
  VerifyReport report = verify_log(folder.log(), since);
  const int code = run_python_verifier(folder.log(), head_file, said);
  EXPECT_EQ(code, !report.checked ? 2
                  : report.whole  ? 0
                                  : 1)
      << said << report.what << report.error;
  if (!report.what.empty()) {
    EXPECT_NE(verified_in_japanese(report.what), report.what);
  }
  for (const std::string& note : report.notes) EXPECT_NE(verified_in_japanese(note), note);
  if (report.first_bad) {
    EXPECT_NE(said.find("seq " + std::to_string(*report.first_bad) + ":"), std::string::npos)
        << "ours: " << *report.first_bad << " " << report.what << "\ntheirs: " << said;
  }
  return report;
}

}  // namespace sekisho::audit
