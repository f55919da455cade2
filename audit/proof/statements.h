#pragma once

// What is said about a log at one size: its own checkpoints, and heads that were kept elsewhere.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/journal.h"
#include "audit/proof/checkpoint.h"

namespace sekisho::audit {

struct HeadClaim {
  std::string source;  // the file
  std::uint64_t size = 0;
  std::string root;      // base64
  bool is_link = false;  // `root` is prev of the record behind: what a version without trees kept
  bool outside = false;  // kept elsewhere
  std::string origin;    // of a signed note
  std::optional<SignedNote> note;
};

// A file that was kept elsewhere: a signed note, a line of a syslog receiver that holds one, or
// what `audit head --json` wrote. Nothing and `why` if it is neither.
std::optional<HeadClaim> read_statement(const std::string& source, std::string_view text,
                                        std::string& why);
// What `audit head --json` wrote: {"v":1,"size":N,"root":"…","link":"…"}.
std::optional<Journal::Head> parse_head(std::string_view json);

struct StatementProblem {
  std::string file, what;
  std::optional<std::uint64_t> seq;
};

// The checkpoints that lie beside the log, by size.
struct OwnCheckpoints {
  std::vector<HeadClaim> statements;
  std::vector<StatementProblem> problems;
  std::string error;  // a file cannot be read
};
OwnCheckpoints read_checkpoints(const std::string& directory);

// What latest.ckpt says; its signature is not looked at. Nothing when there is none.
std::optional<HeadClaim> newest_checkpoint(const std::string& directory);

// Every *.ckpt below a folder of a witness. `error`: it cannot be read.
std::vector<HeadClaim> read_witness(const std::string& folder, std::string& error);

}  // namespace sekisho::audit
