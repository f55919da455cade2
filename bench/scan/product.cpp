// Detection as it is done in the gateway: gates, spans, checks, context.

#include "bench/scan/engines.h"
#include "filters/detector_set.h"
#include "filters/scanner.h"
#include "policy/detector_packs.h"

namespace sekisho::bench {
namespace {

filters::DetectorSpec spec_of(bool packs, bool patterns) {
  filters::DetectorSpec spec;
  static const auto kShipped = [] {
    config::Problems problems;
    return policy::shipped_packs(problems);
  }();
  if (packs) spec.packs = kShipped;
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

std::vector<Engine> product_engines() {
  return {{"sekisho patterns", [] { return make_scanner(false, true); }},
          {"sekisho packs", [] { return make_scanner(true, false); }},
          {"sekisho both", [] { return make_scanner(true, true); }}};
}

}  // namespace sekisho::bench
