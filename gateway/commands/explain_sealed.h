#pragma once

#include <string>

namespace sekisho::policy {
class Snapshot;
struct Evaluation;
}  // namespace sekisho::policy

namespace sekisho::gateway {

// What `explain` says of a sealed copy of the request: whom it would be kept for, and which
// certificates that are. A request that is refused is not kept.
struct SealedWords {
  std::string text;  // lines behind the rest; "" = no copy
  std::string json;  // an object, or null
};
SealedWords sealed_words(const std::string& gateway_file, const policy::Snapshot& snapshot,
                         const policy::Evaluation& evaluation, bool japanese);

}  // namespace sekisho::gateway
