#include "policy/replay.h"
#include "gateway/commands/telling.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "audit/query.h"
#include "config/text_file.h"
#include "config/units.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/language.h"
#include "gateway/configuration.h"

namespace sekisho::gateway {
namespace {

using json = nlohmann::ordered_json;
using policy::RecordedRequest;

struct ReplayOptions {
  std::string config, policy, directory, since = "30d", at, lang;
  std::size_t examples = 10;
  bool json = false, fail = false;
};

int could_not(const std::string& why) {
  tell("sekisho replay", why);
  return 2;
}

std::string text_of(const json& from, const char* key) {
  const auto it = from.find(key);
  return it != from.end() && it->is_string() ? it->get<std::string>() : std::string();
}

template <class Take>
void each_of(const json& from, const char* key, Take take) {
  const auto it = from.find(key);
  if (it == from.end() || !it->is_array()) return;
  for (const json& item : *it) take(item);
}

std::string item_text(const json& list, std::size_t i) {
  return list.is_array() && i < list.size() && list[i].is_string() ? list[i].get<std::string>()
                                                                   : std::string();
}

std::vector<std::string> texts_of(const json& from, const char* key) {
  std::vector<std::string> out;
  each_of(from, key, [&](const json& item) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  });
  return out;
}

void read_evidence(const json& record, RecordedRequest& out) {
  each_of(record, "evidence", [&](const json& e) {
    out.evidence.push_back({item_text(e, 0), item_text(e, 1), item_text(e, 2), item_text(e, 3)});
  });
}

void read_findings(const json& record, RecordedRequest& out) {
  each_of(record, "findings", [&](const json& f) {
    if (!f.is_object()) return;
    policy::RecordedFinding finding;
    finding.type = text_of(f, "type");
    if (f.contains("n") && f["n"].is_number_integer()) finding.count = f["n"].get<int>();
    if (f.contains("conf") && f["conf"].is_number()) finding.confidence = f["conf"].get<double>();
    finding.where = texts_of(f, "where");
    finding.values = texts_of(f, "h");
    out.findings.push_back(std::move(finding));
  });
  each_of(record, "rules", [&](const json& r) {
    const std::string why = r.is_object() ? text_of(r, "why") : "";
    if (why.find("redact_impossible") != std::string::npos) out.redact_impossible = true;
    if (why.find("turns that were answered already") != std::string::npos)
      out.answered_already = true;
  });
}

RecordedRequest request_of(const audit::DecisionRow& row, const json& record) {
  RecordedRequest out;
  out.user = row.user;
  out.from = config::IpAddress::parse(row.ip);
  out.to.host = row.host;
  out.to.port = static_cast<std::uint16_t>(row.port);
  out.to.scheme = row.tls == "none" ? "http" : "https";
  out.to.literal = config::IpAddress::parse(row.host).has_value();
  out.method = row.method;
  out.path = row.path;
  out.coverage = row.coverage;
  read_evidence(record, out);
  read_findings(record, out);
  out.skipped = texts_of(record, "skipped");
  return out;
}

struct Answer {
  std::string verdict, would, reason, rule;
  std::string word() const {
    std::string out = verdict;
    if (!would.empty()) out += " (would " + would + ")";
    if (!reason.empty()) out += " " + reason;
    return out;
  }
  bool same(const Answer& o) const { return verdict == o.verdict && would == o.would; }
};

Answer answer_of(const policy::Judgement& j) {
  Answer a;
  a.verdict = policy::to_word(j.verdict.action);
  if (j.verdict.would) a.would = policy::to_word(*j.verdict.would);
  a.reason = policy::to_word(j.verdict.reason);
  a.rule = j.verdict.rule;
  return a;
}

struct Example {
  std::string id, user, host;
  std::int64_t time_us = 0;
  Answer was, now;
};

// Name (of a rule, user, provider) -> transition -> how many.
using Tally = std::map<std::string, std::map<std::pair<std::string, std::string>, std::uint64_t>>;

struct Report {
  std::uint64_t looked_at = 0, replayed = 0, unchanged = 0, changed = 0, same_for_another_rule = 0;
  std::map<std::string, std::uint64_t> not_replayed;  // reason
  Tally transitions, by_rule, by_user, by_provider;
  std::vector<Example> examples;
  std::vector<config::Localized> limits;
  std::set<std::string> old_policies;
};

class Replay {
 public:
  Replay(const policy::Snapshot& snapshot, const ReplayOptions& options, std::int64_t now)
      : snapshot_(snapshot), options_(options), now_(now) {}

  void add(const audit::DecisionRow& row) {
    ++report_.looked_at;
    report_.old_policies.insert(row.policy);
    if (!policy::decided_by_policy(row.reason)) {
      ++report_.not_replayed[row.reason];
      return;
    }
    if (policy::decided_by_body(row.rule)) {
      ++report_.not_replayed["body"];
      return;
    }
    const json record = json::parse("{" + row.json + "}", nullptr, false);
    if (!record.is_object() || row.host.empty()) {
      ++report_.not_replayed["unreadable"];
      return;
    }
    ++report_.replayed;
    const Answer was{row.verdict, row.would, row.reason, row.rule};
    const std::int64_t at = options_.at == "recorded" ? row.time_us / 1'000'000 : now_;
    compare(row, was, answer_of(policy::replay(snapshot_, request_of(row, record), at)));
  }

  Report take() { return std::move(report_); }

 private:
  void compare(const audit::DecisionRow& row, const Answer& was, const Answer& now) {
    if (was.same(now)) {
      ++report_.unchanged;
      if (was.rule != now.rule) ++report_.same_for_another_rule;
      return;
    }
    ++report_.changed;
    const std::pair<std::string, std::string> step(was.word(), now.word());
    ++report_.transitions[""][step];
    ++report_.by_rule[now.rule.empty() ? was.rule : now.rule][step];
    ++report_.by_user[row.user.empty() ? row.ip : row.user][step];
    ++report_.by_provider[row.provider.empty() ? row.host : row.provider][step];
    if (report_.examples.size() < options_.examples)
      report_.examples.push_back({row.id, row.user, row.host, row.time_us, was, now});
  }

  const policy::Snapshot& snapshot_;
  const ReplayOptions& options_;
  std::int64_t now_;
  Report report_;
};

// --- what history cannot tell
std::set<std::string> names_of_detectors(const config::PolicyFile& file) {
  std::set<std::string> out;
  for (const auto& d : file.detectors.custom) out.insert(d.type.value);
  for (const auto& d : file.datasets) out.insert(d.type());
  if (file.detectors.packs)
    for (const auto& p : *file.detectors.packs) out.insert("pack " + p.value);
  else
    out.insert("pack (every shipped one)");
  return out;
}

std::string join(const std::set<std::string>& items) {
  std::string out;
  for (const auto& i : items) out += (out.empty() ? "" : ", ") + i;
  return out;
}

void add_limits(const config::PolicyFile& was, const config::PolicyFile& now, Report& out) {
  out.limits.push_back(
      {"本文は記録に残らないので、検出をやり直すことはできません。記録された種類・数・確度に新しい"
       "規則を当てています",
       "the text is not kept, so nothing is detected anew: the new rules see the types, numbers "
       "and "
       "confidence that were recorded"});
  const auto before = names_of_detectors(was);
  std::set<std::string> fresh;
  for (const std::string& name : names_of_detectors(now))
    if (!before.contains(name)) fresh.insert(name);
  if (!fresh.empty())
    out.limits.push_back(
        {"次の検出は今のポリシーになく、過去の要求に何が見つかったかは分かりません: " + join(fresh),
         "these detectors are not in the policy in force, what they would have "
         "found in the past is not known: " +
             join(fresh)});
  if (was.detectors.allow_values != now.detectors.allow_values)
    out.limits.push_back({"`allow_values` の違いは反映されません (値は記録に残りません)",
                          "a different `allow_values` has no effect here (values are not kept)"});
  out.limits.push_back(
      {"接続の前に拒否された要求では、アドレスの国は分かりません (許可されたものとして扱いました)",
       "of requests refused before a connection the country of the address is not known (taken as "
       "allowed)"});
  out.limits.push_back(
      {"一つの種類の異なる値は 16 個まで区別できます。それを超えた分は別々の値とみなしました",
       "up to 16 distinct values of a type are told apart; beyond that each counts "
       "as a value of its own"});
}

// --- what is written
json tally_json(const Tally& tally, const char* name) {
  json out = json::array();
  for (const auto& [key, steps] : tally)
    for (const auto& [step, n] : steps) {
      json row = json::object();
      if (*name) row[name] = key;
      row["from"] = step.first;
      row["to"] = step.second;
      row["count"] = n;
      out.push_back(std::move(row));
    }
  std::stable_sort(out.begin(), out.end(), [](const json& a, const json& b) {
    return a["count"].get<std::uint64_t>() > b["count"].get<std::uint64_t>();
  });
  return out;
}

json answer_json(const Answer& a) {
  json out = {{"verdict", a.verdict}};
  const std::pair<const char*, const std::string*> texts[] = {
      {"would", &a.would}, {"reason", &a.reason}, {"rule", &a.rule}};
  for (const auto& [key, text] : texts) out[key] = text->empty() ? json() : json(*text);
  return out;
}

json report_json(const Report& r, const policy::Snapshot& snapshot, const std::string& since) {
  json out = {{"v", 1}};
  out["policy"] = {{"name", snapshot.name()}, {"digest", snapshot.digest()}};
  out["compared_with"] = r.old_policies;
  out["since"] = since;
  out["decisions"] = r.looked_at;
  out["replayed"] = r.replayed;
  out["unchanged"] = r.unchanged;
  out["changed"] = r.changed;
  out["same_for_another_rule"] = r.same_for_another_rule;
  out["not_replayed"] = json::object();
  for (const auto& [reason, n] : r.not_replayed) out["not_replayed"][reason] = n;
  out["transitions"] = tally_json(r.transitions, "");
  out["by_rule"] = tally_json(r.by_rule, "rule");
  out["by_user"] = tally_json(r.by_user, "user");
  out["by_provider"] = tally_json(r.by_provider, "provider");
  out["examples"] = json::array();
  for (const Example& e : r.examples)
    out["examples"].push_back({{"id", e.id},
                               {"t", audit::local_time(e.time_us, *policy::TimeZone::find("UTC"))},
                               {"user", e.user},
                               {"host", e.host},
                               {"was", answer_json(e.was)},
                               {"now", answer_json(e.now)}});
  out["limits"] = json::array();
  for (const auto& l : r.limits) out["limits"].push_back({{"ja", l.ja}, {"en", l.en}});
  return out;
}

void print_tally(const Tally& tally, const std::string& title, const char* name) {
  if (tally.empty()) return;
  std::printf("\n%s\n", title.c_str());
  std::size_t shown = 0;
  for (const json& row : tally_json(tally, name)) {
    if (++shown > 20) break;
    const std::string who = *name ? row[name].get<std::string>() : "";
    std::printf("  %8llu  %-24s %s -> %s\n",
                static_cast<unsigned long long>(row["count"].get<std::uint64_t>()), who.c_str(),
                row["from"].get<std::string>().c_str(), row["to"].get<std::string>().c_str());
  }
}

void print_report(const Report& r, const policy::Snapshot& snapshot, bool japanese) {
  const auto n = [](std::uint64_t v) { return std::to_string(v); };
  std::string head = japanese ? n(r.changed) + " 件の判定が変わります (記録 " + n(r.looked_at) +
                                    " 件、うち再現 " + n(r.replayed) + " 件)"
                              : n(r.changed) + " decisions change (" + n(r.looked_at) +
                                    " recorded, " + n(r.replayed) + " replayed)";
  std::printf("%s\n  policy   %s %s\n", head.c_str(), snapshot.name().c_str(),
              snapshot.digest().c_str());
  if (r.same_for_another_rule)
    std::printf(japanese ? "  %llu 件は、判定は同じで決めた規則が変わります\n"
                         : "  %llu keep their verdict, by another rule\n",
                static_cast<unsigned long long>(r.same_for_another_rule));
  for (const auto& [reason, count] : r.not_replayed)
    std::printf(japanese
                    ? "  %llu 件は再現しません: %s (ポリシーの判定でないか、本文を見た判定です)\n"
                    : "  %llu are not replayed: %s (no matter of the policy, or of a body that is "
                      "not kept)\n",
                static_cast<unsigned long long>(count), reason.c_str());
  print_tally(r.transitions, japanese ? "どう変わるか" : "how", "");
  print_tally(r.by_rule, japanese ? "規則ごと" : "by rule", "rule");
  print_tally(r.by_user, japanese ? "利用者ごと" : "by user", "user");
  print_tally(r.by_provider, japanese ? "サービスごと" : "by provider", "provider");
  if (!r.examples.empty()) std::printf(japanese ? "\n例\n" : "\nexamples\n");
  for (const Example& e : r.examples)
    std::printf("  %s  %s  %s  %s -> %s (%s)\n", e.id.c_str(), e.user.c_str(), e.host.c_str(),
                e.was.word().c_str(), e.now.word().c_str(), e.now.rule.c_str());
  std::printf(japanese ? "\n分からないこと\n" : "\nwhat this cannot tell\n");
  for (const auto& l : r.limits) std::printf("  %s\n", (japanese ? l.ja : l.en).c_str());
}

// --- the command
std::shared_ptr<const policy::Snapshot> load(const ReplayOptions& o, const std::string& policy,
                                             std::int64_t now) {
  config::Problems problems;
  auto out = load_snapshot(o.config, now, problems, {policy, ""});
  tell_problems(problems);
  return out;
}

void warn_of_failed_tests(const policy::Snapshot& snapshot, std::int64_t now) {
  for (const auto& test : policy::run_policy_tests(snapshot, now))
    if (!test.passed)
      tell("sekisho replay", "the policy's own test '" + test.name + "' fails (" + test.got +
                                 "): the gateway would not load it");
}

int replay(const ReplayOptions& o) {
  for (const std::string& file : {o.config, o.policy})
    if (const std::string why = config::unreadable(file); !why.empty())
      return could_not(file + ": " + why);
  const auto duration = config::parse_duration(o.since);
  if (!duration) return could_not("--since: '" + o.since + "' is no duration such as 30d");
  if (!o.at.empty() && o.at != "now" && o.at != "recorded")
    return could_not("--at: 'now' or 'recorded'");
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  const auto fresh = load(o, o.policy, now);
  if (!fresh) return 2;
  warn_of_failed_tests(*fresh, now);
  config::Problems ignored;
  const config::GatewayFile gateway = config::read_gateway_form(o.config, ignored);
  const config::PolicyFile in_force = config::load_policy(gateway.policy.value, ignored);
  audit::QueryFilter filter;
  filter.from_us = (now - duration->count() / 1000) * 1'000'000;
  Replay run(*fresh, o, now);
  const auto stats =
      audit::run_query(o.directory.empty() ? gateway.audit_directory.value : o.directory, filter,
                       [&](audit::QueryRow& row) {
                         run.add(row.decision);
                         return true;
                       });
  if (!stats.error.empty()) return could_not(stats.error);
  Report report = run.take();
  add_limits(in_force, fresh->file(), report);
  if (o.json)
    std::printf("%s\n", report_json(report, *fresh, o.since)
                            .dump(-1, ' ', false, json::error_handler_t::replace)
                            .c_str());
  else
    print_report(report, *fresh, chosen_japanese(o.lang, speaks_japanese()));
  return o.fail && report.changed > 0 ? 1 : 0;
}

}  // namespace

void add_replay_command(CLI::App& app, int& exit_code) {
  auto o = std::make_shared<ReplayOptions>();
  CLI::App* command =
      app.add_subcommand("replay",
                         "新しいポリシーを過去の記録に当ててみる / what a new policy would have "
                         "decided on recorded history; no network");
  command->add_option("-c,--config", o->config, "gateway.yaml")->required();
  command->add_option("--policy", o->policy, "the new policy.yaml")->required();
  command->add_option("--since", o->since, "how far back, as in 30d (default)");
  command->add_option("--directory", o->directory, "another audit log than that of gateway.yaml");
  command->add_option("--at", o->at,
                      "now (default): as if asked today; recorded: what had expired then");
  command->add_option("--examples", o->examples, "how many changed decisions to name (10)");
  add_language(command, o->lang);
  command->add_flag("--json", o->json, "one JSON object");
  command->add_flag("--fail", o->fail, "exit 1 when a decision changes");
  command->footer(
      "Example:\n  sekisho replay -c gateway.yaml --policy new-policy.yaml --since 30d\n"
      "The text of requests is not kept: new detectors cannot be tried on the past.");
  command->callback([o, &exit_code] { exit_code = replay(*o); });
}

}  // namespace sekisho::gateway
