#pragma once

// Of gateway.yaml, under `audit`: how the log is made provable, and who outside hears of it.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "config/mark.h"

namespace sekisho::config {

// A place that the operator of the gateway cannot rewrite; it gets every checkpoint.
struct AuditWitness {
  enum class Kind { kDirectory, kSyslog, kPost, kPut };
  std::string name;  // in records and metrics
  Kind kind = Kind::kDirectory;
  Marked<std::string> to;  // folder, host:port, or URL (of kPut: the folder of the objects)
  Marked<std::string> ca, certificate, key;  // PEM files; "" = none
  Marked<std::string> credentials;           // a file with one line user:password
  std::string aws_region;                    // signs as S3 wants it; "" = Basic
  std::chrono::milliseconds every{0};        // at most one in this time, 0 = each
};

struct AuditProof {
  std::string origin;  // "" = the gateway's name
  std::chrono::milliseconds checkpoint_every{10'000};
  std::uint64_t checkpoint_records = 4096;
  std::vector<AuditWitness> witnesses;
};

}  // namespace sekisho::config
