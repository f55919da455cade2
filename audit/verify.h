#pragma once

// Is the log whole? Says the first record that does not fit, and why.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/journal.h"
#include "audit/proof/statements.h"

namespace sekisho::audit {

struct VerifyReport {
  bool checked = false;  // false: `error` says why it could not be
  bool whole = true;
  std::string error;
  std::uint64_t segments = 0;
  Journal::Head head;  // of what is there
  // The earliest thing that is wrong.
  std::optional<std::uint64_t> first_bad;  // seq; nothing if it is no record
  std::string segment, what;
  std::uint64_t misfits = 0;
  std::vector<std::string> notes;  // what is worth knowing and is no fault

  std::string origin;             // name of the log, "" = not known
  std::vector<std::string> keys;  // vkeys, in the order in which they came into force
  std::uint64_t checkpoints = 0;  // that fit
  // The newest of them.
  std::optional<std::uint64_t> checkpoint;
  std::string checkpoint_root;
};

// What is held outside of the log.
struct VerifyAgainst {
  std::vector<HeadClaim> statements;  // the log must still contain each
  std::vector<VerifyingKey> keys;     // that checkpoints must be signed with
};
VerifyReport verify_log(const std::string& directory, const VerifyAgainst& against);
// `since`: a head that was kept elsewhere.
VerifyReport verify_log(const std::string& directory, const std::optional<Journal::Head>& since);

// The head of the log as it stands, unverified. Nothing and `error` if there is none.
std::optional<Journal::Head> read_head(const std::string& directory, std::string& error);

}  // namespace sekisho::audit
