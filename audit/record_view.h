#pragma once

// Records as they are read back. A line that is no record is nothing, never a fault.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sekisho::audit {

struct DecisionRow {
  std::uint64_t seq = 0;
  std::int64_t time_us = 0;
  std::string id, gateway, user, by, ip, user_agent, host, origin_ip, provider, entry, tls, method,
      path, model, verdict, would, reason, rule, exception, detail, coverage, policy;
  std::vector<std::string> groups, rules;  // rules: that matched
  std::vector<std::string> countries;      // of all evidence, sorted, each once
  std::vector<std::pair<std::string, std::uint64_t>> findings;  // type and number
  std::uint64_t port = 0, bytes_in = 0;
  bool stream = false;
  std::string json;  // of the record from "id" on, without braces
};

struct OutcomeRow {
  std::uint64_t seq = 0, ref = 0, status = 0, sent = 0, received = 0;
  double ttfb_ms = -1, total_ms = 0;
  std::string abort;
  std::string json;
};

struct ControlRow {
  std::uint64_t seq = 0;
  std::string kind;
  std::string segment;  // of `gap`: that may end in records nobody was told of
  std::uint64_t unsure = 0;
};

// Reads lines; keeps its memory between them.
class RecordReader {
 public:
  RecordReader();
  ~RecordReader();
  // Parses the line. False: it is no JSON object that begins like a record.
  bool read(std::string_view line);
  std::string_view kind() const;
  std::uint64_t seq() const;
  DecisionRow decision() const;  // of the line read last, if that is its kind
  OutcomeRow outcome() const;
  ControlRow control() const;
  // A member by its JSON pointer; "" and 0 if it is none of this type.
  std::string text(std::string_view pointer) const;
  std::uint64_t number(std::string_view pointer) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Microseconds of "2026-07-02T12:34:56.123456Z".
std::optional<std::int64_t> parse_utc(std::string_view text);

}  // namespace sekisho::audit
