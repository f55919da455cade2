#include "audit/questions/policy_texts.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace sekisho::audit {
namespace {

using config::Mode;

bool observes(const std::optional<Mode>& own, Mode general) {
  return own.value_or(general) == Mode::kObserve;
}

template <class List>
auto with_id(const List& list, const std::string& id) {
  return std::find_if(list.begin(), list.end(), [&](const auto& item) { return item.id == id; });
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::optional<config::PolicyFile> read_policy(const QuestionScope& asking,
                                              const std::string& digest) {
  const auto text = asking.policy_text ? asking.policy_text(digest) : std::nullopt;
  if (!text) return std::nullopt;
  config::Problems problems;
  auto file = config::parse_policy("policy.yaml", *text, problems);
  // What newer versions refuse may have been right then: what could be read counts.
  return file;
}

std::optional<RuleInForce> find_rule(const config::PolicyFile& policy, const std::string& id) {
  if (const auto d = with_id(policy.destinations, id); d != policy.destinations.end())
    return RuleInForce{"destination", observes(d->mode, policy.mode), "allow"};
  if (const auto d = with_id(policy.data, id); d != policy.data.end()) {
    static constexpr const char* kActions[] = {"allow", "pseudonymise", "redact", "block"};
    return RuleInForce{"data", observes(d->mode, policy.mode),
                       kActions[static_cast<std::size_t>(d->action) & 3]};
  }
  if (const auto e = with_id(policy.exceptions, id); e != policy.exceptions.end())
    return RuleInForce{"exception", false, "lifts"};
  if (const auto e = with_id(policy.enforce, id); e != policy.enforce.end())
    return RuleInForce{"enforce", observes(e->mode, policy.mode), "set"};
  if (id == "regions" && policy.regions)
    return RuleInForce{"regions", policy.mode == Mode::kObserve, "block"};
  if (id == "unlisted") return RuleInForce{"unlisted", policy.mode == Mode::kObserve, "block"};
  return std::nullopt;
}

std::vector<PolicyTime> policy_times(Asker& asker) {
  std::vector<PolicyTime> out;
  std::map<std::string, std::size_t> open;  // by gateway
  for (const auto& row : asker.ask(
           "SELECT gw, time_us, what, new, doer FROM control WHERE what IN ('start', 'reload', "
           "'stop') ORDER BY time_us, seq")) {
    const std::string gateway = text_in(row[0]), what = text_in(row[2]);
    const std::int64_t time = number_in(row[1]);
    if (const auto found = open.find(gateway); found != open.end()) {
      out[found->second].to_us = time;
      open.erase(found);
    }
    if (what == "stop") continue;
    open[gateway] = out.size();
    out.push_back({gateway, text_in(row[3]), text_in(row[4]), time, std::nullopt});
  }
  return out;
}

// By what is common at both ends, then the longest common part of what is left: texts of policies
// have a few hundred lines.
LineDifference difference(const std::string& before, const std::string& after) {
  auto a = lines_of(before), b = lines_of(after);
  while (!a.empty() && !b.empty() && a.back() == b.back()) a.pop_back(), b.pop_back();
  std::size_t same = 0;
  while (same < a.size() && same < b.size() && a[same] == b[same]) ++same;
  a.erase(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(same));
  b.erase(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(same));
  LineDifference out;
  constexpr std::size_t kMost = 4'000'000;
  if (a.size() * b.size() > kMost) {
    out.removed.assign(a.begin(), a.end());
    out.added.assign(b.begin(), b.end());
    return out;
  }
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> common((a.size() + 1) * width, 0);
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      common[i * width + j] =
          a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                       : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      ++i, ++j;
    } else if (j == b.size() ||
               (i < a.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      out.removed.emplace_back(a[i++]);
    } else {
      out.added.emplace_back(b[j++]);
    }
  }
  return out;
}

}  // namespace sekisho::audit
