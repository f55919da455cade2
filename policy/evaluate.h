#pragma once

// The whole decision without a network, for `explain`, the policy's own tests, and replay.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/civil_time.h"
#include "policy/snapshot.h"

namespace sekisho::policy {

struct Question {
  std::string user;
  std::optional<std::vector<std::string>> groups;  // instead of the look-up
  std::optional<config::IpAddress> from;
  Destination to;
  std::string method = "POST";
  std::string target = "/";  // "" = the chat path of the dialect
  std::string model;         // for a chat path that names the model
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> body;
  AddressFacts address;
  std::int64_t now = 0;
};

struct Evaluation {
  Client client;
  Question question;
  Admission admission;
  InspectionResult inspected;
  Enforcement enforcement;
  Verdict verdict;
};
Evaluation evaluate(const Snapshot& snapshot, Question question);

// The same request under another policy, or asked by another client at another time: nothing of it
// is read again. `asked` is complete, as in an Evaluation.
struct Judgement {
  Client client;
  Admission admission;
  Verdict verdict;
};
Judgement judge_again(const Snapshot& snapshot, const Question& asked,
                      const InspectionResult& inspected);

struct TestResult {
  std::string name;
  config::Mark at;
  bool passed = false;
  std::string got;  // what differed: "verdict allow, expected block"
};
std::vector<TestResult> run_policy_tests(const Snapshot& snapshot, std::int64_t now);

// Host[:port] or URL as `explain --to` and tests take it; false and `error` when it is not one.
bool parse_destination(std::string_view text, Destination& to, std::string& path,
                       std::string& error);
std::string explain_json(const Snapshot& snapshot,
                         const Evaluation& evaluation);  // INTERFACES section 1
std::string explain_text(const Snapshot& snapshot, const Evaluation& evaluation,
                         bool japanese = false);

}  // namespace sekisho::policy
