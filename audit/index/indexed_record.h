#pragma once

// What the index takes from a record. docs/audit_format.md

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::audit {

struct IndexedEvidence {
  std::string kind, value, source, result;
};

struct IndexedFinding {
  std::string type, category;
  bool personal = false;
  std::int64_t hits = 0;
  double confidence = 0;
  std::vector<std::string> places, hashes;
};

struct IndexedRule {
  std::string id, action, mode;
};

struct IndexedOutcome {
  std::int64_t seq = 0, status = 0, sent = 0, received = 0, restored = 0;
  std::int64_t tokens_in = -1, tokens_out = -1, tokens_cached = -1;
  double total_ms = 0;
  std::string abort;
};

struct IndexedDecision {
  std::string id, user, identity, ip, client, host, origin_ip, provider, entry, tls, method, path,
      model, verdict, would, reason, rule, exception, detail, coverage, policy;
  std::int64_t port = 0, retry = 0, bytes_in = 0;
  std::vector<std::string> skipped;
  std::vector<IndexedEvidence> evidence;
  std::vector<IndexedFinding> findings;
  std::vector<IndexedRule> rules;  // that matched

  // Made of the above.
  std::string country, countries;
  bool conflict = false, assumed = false;
  std::int64_t personal = 0;  // types of personal data
  std::int64_t fingerprint = 0, incident = 0;
  bool opens = true;
  IndexedOutcome outcome;  // seq 0 = none is known
};

// The types of personal data that were found, with how often: "email 2, jp_phone 1".
std::string personal_types(const IndexedDecision& decision);

struct IndexedControl {
  std::string what, old_value, new_value, by, json;
  std::int64_t refused = 0;
};

struct IndexedRecord {
  std::int64_t seq = 0, time_us = 0, ref = 0;  // ref: of an outcome
  std::string kind, gateway;
  IndexedDecision decision;
  IndexedOutcome outcome;
  IndexedControl control;
};

// Category of a finding's type, for records that do not say it.
using Categories = std::map<std::string, std::string, std::less<>>;
// Whether found data is about persons: categories "pii", and "financial" (cards, bank accounts).
bool is_personal(std::string_view type, std::string_view category);

class IndexedRecordReader {
 public:
  explicit IndexedRecordReader(const Categories& categories);
  ~IndexedRecordReader();
  // False: the line is no record.
  bool read(std::string_view line, IndexedRecord& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The last word of "body:messages/3:encrypted", for counting: what stands before it may be a
// client's own.
std::string reason_of_skipped(std::string_view skipped);

}  // namespace sekisho::audit
