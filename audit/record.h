#pragma once

// What the journal keeps of an exchange (INTERFACES section 5, docs/audit_format.md). Never the
// matched text, never a query string.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/sealed/sealed_ref.h"
#include "policy/admission.h"
#include "policy/client.h"
#include "policy/verdict.h"

namespace sekisho::audit {

struct Decision {
  std::string id;            // "sks_" + 16 base32 characters
  std::int64_t time_us = 0;  // unix microseconds
  std::string gateway;       // name of this gateway
  const policy::Client* client = nullptr;
  const policy::Destination* destination = nullptr;
  std::string origin_ip;     // "" = none was connected
  std::string tls;           // bump | splice | terminate | none
  std::string method, path;  // path without query
  std::string model;
  bool stream = false;
  const policy::Admission* admission =
      nullptr;  // may be null (framing refusals before a destination is known)
  const policy::Verdict* verdict = nullptr;
  std::string ticket;  // of the approval of the exception, else of the entry; "" = none
  std::string detail;  // word of a framing, limit, certificate or origin fault; "" = none
  std::uint64_t bytes_in = 0, bytes_decoded = 0;
  std::vector<std::pair<std::string, double>> ms;  // "body", "scan", "lease", …
  std::string policy_digest;
  std::optional<SealedRef> sealed;  // the copy that was kept, if a rule asks for one
};

struct Outcome {
  std::string id;
  std::int64_t time_us = 0;
  std::string gateway;
  std::uint64_t ref = 0;                 // seq of the decision
  int status = 0;                        // 0 = none was sent
  std::uint64_t sent = 0, received = 0;  // body bytes to and from the origin
  double ttfb_ms = -1, total_ms = 0;
  int retried = 0;  // sent again on another connection, because an idle one was closed
  std::string
      abort;  // "" | client_closed | origin_closed | origin_timeout | origin_framing | drain | …
  std::optional<std::uint64_t> tokens_in, tokens_out, tokens_cached;
  std::uint64_t restored = 0;  // places of the answer where a token became its value again
  std::uint64_t withheld = 0;  // known tokens left where the rule's `restore` forbids
  std::uint64_t unknown = 0;   // words of a token's shape that stand for nothing known
  std::string unrestored;      // why an answer was passed on unread: ""
                               // | coding | type | part | memory | unreadable
};

struct Admin {
  std::int64_t time_us = 0;
  std::string gateway;
  std::string what;  // start | stop | reload | reload_failed | drain | …
  std::string old_value, new_value, by;
};

// Key of the hashes of one quarter: docs/finding_keys.md
struct FindingKey {
  std::string epoch;  // "2026-07", its first month in Japan; "" = of before there were quarters
  std::string key;
};

// Keyed hash of a finding's normalised value, base64url cut to 16 characters (facts of the format:
// docs/audit_format.md).
std::string finding_hash(std::string_view key, std::string_view type, std::string_view normalised);

// The record's JSON from "id" on, without the braces' head: the journal's writer puts
// {"v":1,"seq":…,"prev":…, in front. Text from clients is cut at 256 bytes on a character border
// and escaped.
// `epoch` names the key to whoever looks for a value.
std::string record_tail(const Decision& d, std::string_view finding_key,
                        std::string_view epoch = {});
std::string record_tail(const Outcome& o);
std::string record_tail(const Admin& a);

}  // namespace sekisho::audit
