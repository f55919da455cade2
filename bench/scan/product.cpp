// Detection as it is done in the gateway: gates, spans, checks, context.

#include <algorithm>

#include "bench/scan/engines.h"
#include "filters/detector_set.h"
#include "filters/scanner.h"
#include "policy/detector_packs.h"

namespace sekisho::bench {
namespace {

const std::vector<filters::Pack>& shipped() {
  static const auto kShipped = [] {
    config::Problems problems;
    return policy::shipped_packs(problems);
  }();
  return kShipped;
}

filters::DetectorSpec spec_of(bool packs, bool patterns) {
  filters::DetectorSpec spec;
  if (packs) spec.packs = shipped();
  if (!patterns) return spec;
  for (const std::string& p : bench_patterns())
    spec.custom.push_back(
        {"bench_" + std::to_string(spec.custom.size()), p, "secret", 0.6, {}, {}});
  return spec;
}

Search make_scanner(bool packs, bool patterns) {
  std::vector<filters::DetectorProblem> problems;
  const auto set = filters::DetectorSet::compile(spec_of(packs, patterns), problems);
  if (set == nullptr) return {};
  struct State {
    explicit State(std::shared_ptr<const filters::DetectorSet> s)
        : set(std::move(s)), scanner(*set) {}
    std::shared_ptr<const filters::DetectorSet> set;
    filters::Scanner scanner;
    filters::Findings found;
  };
  auto state = std::make_shared<State>(set);
  return [state](std::string_view text) {
    state->found.clear();
    state->scanner.scan(text, state->found);
    return state->found.size();
  };
}

}  // namespace

std::vector<std::string> pack_patterns() {
  std::vector<std::string> out;
  for (const filters::Pack& pack : shipped())
    for (const filters::DetectorRow& row : pack.rows)
      for (const std::string& pattern : {row.gate, row.pattern})
        if (!pattern.empty()) out.push_back(pattern);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<Engine> product_engines() {
  return {{"sekisho patterns", [] { return make_scanner(false, true); }},
          {"sekisho packs", [] { return make_scanner(true, false); }},
          {"sekisho both", [] { return make_scanner(true, true); }}};
}

}  // namespace sekisho::bench
