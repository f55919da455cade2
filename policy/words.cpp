#include "policy/words.h"

#include <array>
#include <cstddef>

namespace sekisho::policy {
namespace {

template <class E, std::size_t N>
std::string_view word(const std::array<std::string_view, N>& words, E e) {
  const auto i = static_cast<std::size_t>(e);
  return i < N ? words[i] : std::string_view();
}

constexpr std::array<std::string_view, 4> kActions = {"allow", "pseudonymise", "redact", "block"};
constexpr std::array<std::string_view, 15> kReasons = {
    "",      "framing", "identity", "host_mismatch", "region", "destination",
    "terms", "expired", "address",  "certificate",   "limit",  "uninspected",
    "data",  "journal", "origin"};
constexpr std::array<std::string_view, config::kEvidenceKinds> kKinds = {
    "operator", "parent", "storage", "processing", "endpoint", "network", "address"};
constexpr std::array<std::string_view, 3> kSettings = {"if_known", "required", "ignore"};
constexpr std::array<std::string_view, 7> kResults = {"ok",    "denied", "not_allowed", "unknown",
                                                      "stale", "edge",   "ignored"};
constexpr std::array<std::string_view, 5> kCoverages = {"inspected", "partly", "uninspected",
                                                        "spliced", "no_body"};

}  // namespace

std::string_view to_word(Action a) {
  return word(kActions, a);
}
std::string_view to_word(Reason r) {
  return word(kReasons, r);
}
std::string_view to_word(EvidenceKind k) {
  return word(kKinds, k);
}
std::string_view to_word(EvidenceSetting s) {
  return word(kSettings, s);
}
std::string_view to_word(EvidenceResult r) {
  return word(kResults, r);
}
std::string_view to_word(Coverage c) {
  return word(kCoverages, c);
}

}  // namespace sekisho::policy
