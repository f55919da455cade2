#include "audit/reports/policies.h"

namespace sekisho::audit {

std::vector<PolicySpan> policies_of(const ReportFrame& frame, Inquiry& ask) {
  std::vector<PolicySpan> out;
  const auto rows = ask.of_days(
      "SELECT policy, min(first_us), max(last_us), sum(n) FROM rollup_policy WHERE day >= ? AND "
      "day < ? AND policy <> '' GROUP BY policy ORDER BY max(last_us), policy",
      frame.days);
  for (const auto& row : rows)
    out.push_back({text_of(row[0]), integer_of(row[1]), integer_of(row[2]), integer_of(row[3])});
  return out;
}

std::string short_digest(const std::string& digest) {
  constexpr std::size_t kShown = 7 + 12;  // "sha256:" and twelve digits
  return digest.size() <= kShown ? digest : digest.substr(0, kShown) + "…";
}

}  // namespace sekisho::audit
