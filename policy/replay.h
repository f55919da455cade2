#pragma once

// A recorded decision made anew under another policy. What the record keeps is taken as it stands;
// the text of the request is not kept, so nothing is found anew.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/evaluate.h"

namespace sekisho::policy {

struct RecordedEvidence {
  std::string kind, value, source, result;
};

struct RecordedFinding {
  std::string type;
  int count = 0;
  double confidence = 0;
  std::vector<std::string> where;
  std::vector<std::string> values;  // hashes of distinct values; the record keeps at most 16
};

struct RecordedRequest {
  std::string user;
  std::optional<config::IpAddress> from;
  Destination to;
  std::string method, path;  // CONNECT: the request inside was never seen
  std::vector<RecordedEvidence> evidence;
  std::vector<RecordedFinding> findings;
  std::string coverage;
  std::vector<std::string> skipped;
  bool redact_impossible = false;  // a rule could not write where a value stood
  bool answered_already = false;   // all that was found stood in older turns
};

// Whether a decision for this reason (a word of Reason, "" = none) was the policy's: framing,
// certificates, limits and the journal are no matter of it.
bool decided_by_policy(std::string_view reason);

// Whether the rule that decided looked at what stood in the body and no record keeps: models, and
// addresses of other places.
bool decided_by_body(std::string_view rule);

// Groups are looked up in the policy of `snapshot`. `now` decides what has expired.
Judgement replay(const Snapshot& snapshot, const RecordedRequest& request, std::int64_t now);

}  // namespace sekisho::policy
