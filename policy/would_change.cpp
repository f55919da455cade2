#include "policy/would_change.h"

#include <algorithm>
#include <map>

#include "policy/world.h"

namespace sekisho::policy {
namespace {

constexpr std::size_t kMost = 12, kDeepest = 6;
constexpr int kTries = 400;  // a policy of many groups must not keep anybody waiting

using Signature = std::vector<std::pair<std::string, std::string>>;

Signature signature(const std::vector<Change>& changes) {
  Signature out;
  for (const Change& c : changes) out.emplace_back(c.key, c.value);
  std::sort(out.begin(), out.end());
  return out;
}

class Search {
 public:
  Search(const Snapshot& snapshot, const Evaluation& asked)
      : snapshot_(snapshot), asked_(asked), base_{asked.client, asked.admission, asked.verdict} {
    start_.file = snapshot.file();
    start_.file.tests.clear();
    start_.question = asked.question;
  }

  std::vector<WhatIf> run() {
    const bool passes = base_.verdict.action == Action::kAllow;
    for (const Step& first :
         passes ? steps_to_stop(snapshot_, start_, base_) : steps_to_pass(snapshot_, start_, base_))
      passes ? look_stricter(first) : complete(first);
    std::stable_sort(found_.begin(), found_.end(), [](const WhatIf& a, const WhatIf& b) {
      return a.changes.size() < b.changes.size();
    });
    drop_wider_ones();
    if (found_.size() > kMost) found_.resize(kMost);
    return std::move(found_);
  }

 private:
  std::optional<Judgement> judge(const World& world) {
    if (++tried_ > kTries) return std::nullopt;
    const Snapshot* policy = &snapshot_;
    std::shared_ptr<const Snapshot> other;
    if (world.other_policy) {
      config::Problems problems;
      other = snapshot_.with(world.file, world.question.now, problems);
      if (!other) return std::nullopt;
      policy = other.get();
    }
    if (world.without.empty()) return judge_again(*policy, world.question, asked_.inspected);
    InspectionResult rest = asked_.inspected;
    std::erase_if(rest.findings,
                  [&](const PlacedFinding& f) { return world.without.contains(f.finding.type); });
    return judge_again(*policy, world.question, rest);
  }

  // Whoever is refused is content with an answer that leaves; whose text is changed, with one that
  // is not.
  bool eased(const Verdict& v) const {
    return base_.verdict.action == Action::kBlock ? v.action != Action::kBlock
                                                  : v.action == Action::kAllow;
  }

  void complete(Step step) {
    auto judged = judge(step.world);
    // Nobody leaves a group to get further.
    const Change& change = step.changes.front();
    const bool leaves = change.key == "client.groups" && change.value.front() == '-';
    if (leaves && judged && !eased(judged->verdict)) return;
    for (std::size_t depth = 0; judged && depth < kDeepest; ++depth) {
      if (eased(judged->verdict)) return tell(std::move(step.changes), *judged);
      auto next = next_step(step, *judged);
      if (!next) return;
      step = std::move(next->first);
      judged = std::move(next->second);
    }
  }

  // The first step that passes, else the first that leads to another obstacle.
  std::optional<std::pair<Step, Judgement>> next_step(const Step& from, const Judgement& judged) {
    std::optional<std::pair<Step, Judgement>> best;
    for (Step& s : steps_to_pass(snapshot_, from.world, judged)) {
      const bool passed = best && eased(best->second.verdict);
      if (passed) break;
      auto then = judge(s.world);
      if (!then || (!eased(then->verdict) && (best || !moved(judged, *then)))) continue;
      s.changes.insert(s.changes.begin(), from.changes.begin(), from.changes.end());
      best.emplace(std::move(s), std::move(*then));
    }
    return best;
  }

  static bool moved(const Judgement& from, const Judgement& to) {
    const auto key = [](const Judgement& j) { return std::pair(j.verdict.reason, j.verdict.rule); };
    return key(from) != key(to) || why(from) != why(to);
  }

  static std::string why(const Judgement& j) {
    for (const RuleTrace& r : j.verdict.rules)
      if (r.id == j.verdict.rule && r.matched) return r.why.str();
    return "";
  }

  void look_stricter(const Step& step) {
    auto judged = judge(step.world);
    if (judged && judged->verdict.action > base_.verdict.action) tell(step.changes, *judged);
  }

  void tell(std::vector<Change> changes, const Judgement& j) {
    const Verdict& v = j.verdict;
    found_.push_back({std::move(changes), v.action, v.would, v.reason, v.rule});
  }

  // What holds all changes of a shorter answer says nothing new.
  void drop_wider_ones() {
    std::vector<Signature> kept;
    std::erase_if(found_, [&](const WhatIf& w) {
      const Signature all = signature(w.changes);
      const bool wider = std::any_of(kept.begin(), kept.end(), [&](const Signature& k) {
        return std::includes(all.begin(), all.end(), k.begin(), k.end());
      });
      if (!wider) kept.push_back(all);
      return wider;
    });
  }

  const Snapshot& snapshot_;
  const Evaluation& asked_;
  Judgement base_;
  World start_;
  std::vector<WhatIf> found_;
  int tried_ = 0;
};

std::string_view in_japanese(Action a) {
  switch (a) {
    case Action::kBlock:
      return "拒否されます";
    case Action::kRedact:
      return "値を伏せて送られます";
    case Action::kPseudonymise:
      return "仮名に置き換えて送られます";
    default:
      return "許可されます";
  }
}

std::string_view in_english(Action a) {
  switch (a) {
    case Action::kBlock:
      return "would be refused";
    case Action::kRedact:
      return "would pass with values masked";
    case Action::kPseudonymise:
      return "would pass with values pseudonymised";
    default:
      return "would be allowed";
  }
}

}  // namespace

std::vector<WhatIf> would_change(const Snapshot& snapshot, const Evaluation& evaluation) {
  return Search(snapshot, evaluation).run();
}

config::Localized sentence(const WhatIf& what_if) {
  config::Localized out;
  for (const Change& c : what_if.changes) {
    out.ja += (out.ja.empty() ? "" : "、かつ") + c.text.ja;
    out.en += (out.en.empty() ? "" : ", and ") + c.text.en;
  }
  out.ja += "なら" + std::string(in_japanese(what_if.verdict));
  out.en = std::string(in_english(what_if.verdict)) + " if " + out.en;
  return out;
}

}  // namespace sekisho::policy
