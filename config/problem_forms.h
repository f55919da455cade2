#pragma once

// The forms of problem_words.h, one table a subject. `tests/problem_words_lint.py` reads the tables
// and the sources of the messages: a message without a form fails it.

#include <span>
#include <string_view>

namespace sekisho::config {

// Holes of `english`:
//   {}   a name, a value, a number: copied
//   {w}  words of ours ("a list of destinations"): they have a form of their own
//   {r}  a reason, of ours or of a library: said where there is a form, else copied
//   {l}  bare words, "allow, block": copied
//   {c}  what is to be written, `{ users: [alice] }`: copied; holds no sentence
// `japanese` takes the first as {0}, the second as {1}.
struct ProblemForm {
  std::string_view english, japanese;
};

std::span<const ProblemForm> yaml_forms();
std::span<const ProblemForm> policy_forms();
std::span<const ProblemForm> gateway_forms();
std::span<const ProblemForm> catalogue_forms();
std::span<const ProblemForm> detector_forms();
std::span<const ProblemForm> audit_forms();
std::span<const ProblemForm> command_forms();

}  // namespace sekisho::config
