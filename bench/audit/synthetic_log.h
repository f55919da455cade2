#pragma once

// A log as a gateway would have written it in a year, made without one: the records are those of
// the product, chained, in segments. The same numbers give the same bytes.

#include <cstdint>
#include <string>

namespace sekisho::bench {

struct SyntheticLog {
  std::string directory;
  std::uint64_t records = 1'000'000;
  std::int64_t from_us = 1'774'969'200'000'000;  // 2026-04-01 in Tokyo
  std::int64_t to_us = 1'806'505'200'000'000;    // 2027-04-01
  int users = 5000;
  std::string finding_key = "bench";
};

// How many records were written; 0 and `error` if the disk refused.
std::uint64_t write_synthetic_log(const SyntheticLog& log, std::string& error);

}  // namespace sekisho::bench
