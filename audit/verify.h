#pragma once

// Is the log whole? Says the first record that does not fit, and why.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/journal.h"

namespace sekisho::audit {

struct VerifyReport {
  bool checked = false;  // false: `error` says why it could not be
  bool whole = true;
  std::string error;
  std::uint64_t segments = 0;
  Journal::Head head;  // of what is there
  // The first thing that is wrong.
  std::optional<std::uint64_t> first_bad;  // seq; nothing if it is no record
  std::string segment, what;
  std::uint64_t misfits = 0;
  std::vector<std::string> notes;  // what is worth knowing and is no fault
};

// `since`: a head that was kept elsewhere; the log must still contain it.
VerifyReport verify_log(const std::string& directory, const std::optional<Journal::Head>& since);

// The head of the log as it stands, unverified. Nothing and `error` if there is none.
std::optional<Journal::Head> read_head(const std::string& directory, std::string& error);
// What `audit head --json` wrote: {"v":1,"size":N,"root":"…"}.
std::optional<Journal::Head> parse_head(std::string_view json);

}  // namespace sekisho::audit
