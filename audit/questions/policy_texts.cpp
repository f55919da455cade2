#include "audit/questions/policy_texts.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "audit/reports/line_diff.h"

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

namespace {

std::size_t indent_of(std::string_view line) {
  return line.find_first_not_of(' ');  // npos: blank
}

// The line, from 1, that a rule begins in; 0 = the policy does not write it.
std::size_t line_of_rule(const config::PolicyFile& policy, const std::string& id,
                         const std::vector<std::string_view>& lines) {
  const auto at = [&](const auto& list) {
    const auto found = with_id(list, id);
    return found == list.end() ? 0 : std::max(0, found->at.line);
  };
  for (const int line :
       {at(policy.destinations), at(policy.data), at(policy.exceptions), at(policy.enforce)})
    if (line > 0) return static_cast<std::size_t>(line);
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (lines[i].starts_with(id + ":")) return i + 1;  // a section of its own: regions, unlisted
  return 0;
}

}  // namespace

std::vector<PolicyLine> rule_text(const config::PolicyFile& policy, const std::string& text,
                                  const std::string& id) {
  const auto lines = lines_of(text);
  std::vector<PolicyLine> out;
  const std::size_t begin = line_of_rule(policy, id, lines);
  if (begin == 0 || begin > lines.size()) return out;
  const std::size_t indent = indent_of(lines[begin - 1]);
  for (std::size_t i = begin; i <= lines.size(); ++i) {
    const std::size_t own = indent_of(lines[i - 1]);
    if (i > begin && own != std::string_view::npos && own <= indent) break;
    out.push_back({static_cast<std::int64_t>(i), std::string(lines[i - 1])});
  }
  while (!out.empty() && indent_of(out.back().text) == std::string::npos) out.pop_back();
  return out;
}

void add_difference(Asker& asker, Table& table, const Row& head, const std::string& before,
                    const std::string& after) {
  for (const auto& line : line_diff(before, after, 1)) {
    const LocalText sign = line.sign == '+'   ? LocalText{"追加", "added"}
                           : line.sign == '-' ? LocalText{"削除", "removed"}
                           : line.sign == '@' ? LocalText{"…", "…"}
                                              : LocalText{"同じ", "same"};
    const std::string left_out = asker.say({" 行は同じ", " lines are the same"});
    Row row = head;
    row.push_back(or_nothing(asker.say(sign)));
    row.emplace_back(line.sign == '@' ? line.text + left_out : line.text);
    table.rows.push_back(std::move(row));
  }
}

std::vector<PolicyTime> policy_times(Asker& asker) {
  std::vector<PolicyTime> out;
  std::map<std::string, std::size_t> open;  // by gateway
  for (const auto& row : asker.ask(
           "SELECT gw, time_us, what, new, doer FROM control INDEXED BY control_what WHERE what IN "
           "('start', 'reload', 'stop') ORDER BY time_us, seq")) {
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

}  // namespace sekisho::audit
