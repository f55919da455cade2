#pragma once

// The closed word lists of records, explain and tests.

#include <string_view>

#include "config/policy_file.h"

namespace sekisho::policy {

using config::Action;
using config::EvidenceKind;
using config::EvidenceSetting;

// In order of precedence: when several would refuse, the first of this list is the reason.
enum class Reason {
  kNone,
  kFraming,
  kIdentity,
  kHostMismatch,
  kRegion,
  kDestination,
  kTerms,
  kExpired,
  kAddress,
  kCertificate,
  kLimit,
  kUninspected,
  kData,
  kJournal,
  kOrigin
};
enum class EvidenceResult { kOk, kDenied, kNotAllowed, kUnknown, kStale, kEdge, kIgnored };
enum class Coverage { kInspected, kPartly, kUninspected, kSpliced, kNoBody };

std::string_view to_word(Action a);  // allow | pseudonymise | redact | block
std::string_view to_word(Reason r);  // "" for kNone
std::string_view to_word(EvidenceKind k);
std::string_view to_word(EvidenceSetting s);
std::string_view to_word(EvidenceResult r);
std::string_view to_word(Coverage c);

}  // namespace sekisho::policy
