#include "gateway/commands/audit_mark.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "audit/index/indexed_record.h"
#include "audit/keeping/two_persons.h"
#include "audit/questions/marks.h"
#include "gateway/commands/audit_place.h"
#include "gateway/commands/audit_reading.h"
#include "gateway/commands/leave_record.h"

namespace sekisho::gateway {
namespace {

constexpr int kDone = 0, kNo = 1, kCouldNot = 2;

struct MarkOptions {
  std::string config, id, rule, finding, by, reason;
  bool wrong = false, right = false;
};

int no(const std::string& ja, const std::string& en) {
  std::fprintf(stderr, "sekisho audit: %s / %s\n", ja.c_str(), en.c_str());
  return kNo;
}

// The decision as the log has it; nothing: it is said on standard error why.
std::optional<audit::IndexedRecord> decision_of(Reading& reading, const std::string& id,
                                                int& code) {
  const auto rows =
      reading.asking().run({"SELECT seq FROM exchange WHERE id=? ORDER BY seq", {id}});
  code = kCouldNot;
  if (!rows.error.empty()) {
    audit_could_not(rows.error);
    return std::nullopt;
  }
  code = kNo;
  if (rows.rows.empty()) {
    no(id + " の記録はログにありません", "no record has the id " + id);
    return std::nullopt;
  }
  const auto line =
      reading.asking().record_line(static_cast<std::uint64_t>(audit::number_in(rows.rows[0][0])));
  const audit::Categories none;
  audit::IndexedRecordReader reader(none);
  audit::IndexedRecord record;
  if (line && reader.read(*line, record)) return record;
  no(id + " の記録そのものはもうありません",
     "the record of " + id + " itself is not there any more");
  return std::nullopt;
}

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) (out += out.empty() ? "" : ", ") += name;
  return out.empty() ? "-" : out;
}

// A type that was found there.
int find_type(const audit::IndexedDecision& d, audit::Mark& mark) {
  std::vector<std::string> types;
  for (const auto& f : d.findings) types.push_back(f.type);
  if (std::find(types.begin(), types.end(), mark.name) != types.end()) return kDone;
  return no("その判定に検出 " + mark.name + " はありません。ある検出: " + listed(types),
            "that decision has no finding " + mark.name + "; it has: " + listed(types));
}

// A rule that the decision names; by itself the one that decided.
int find_rule(const audit::IndexedDecision& d, audit::Mark& mark) {
  if (mark.name.empty()) mark.name = d.rule;
  std::vector<std::string> names;
  for (const auto& rule : d.rules) {
    names.push_back(rule.id);
    if (rule.id != mark.name) continue;
    mark.action = rule.action;
    mark.mode = rule.mode;
    return kDone;
  }
  if (!d.rule.empty() && mark.name == d.rule) return kDone;  // one that no policy writes
  if (!d.rule.empty()) names.insert(names.begin(), d.rule);
  if (mark.name.empty())
    return no("決め手の規則はありません。--rule で選んでください: " + listed(names),
              "no rule decided it; choose one by --rule: " + listed(names));
  return no("その判定は規則 " + mark.name + " を挙げていません。挙げた規則: " + listed(names),
            "that decision names no rule " + mark.name + "; it names: " + listed(names));
}

bool check_words(const MarkOptions& o) {
  std::string why;
  if (o.wrong == o.right) why = "どちらか一つ / one of them: --wrong, --right";
  if (!o.rule.empty() && !o.finding.empty()) why = "どちらか一つ / one of them: --rule, --finding";
  if (!audit::is_name(o.by)) why = "--by: 誰が付けるか / say who marks it";
  if (!audit::is_name(o.reason)) why = "--reason: なぜか / say why";
  return why.empty() || audit_could_not(why) == kDone;
}

int say_marked(const audit::Mark& mark, Recorded recorded) {
  std::printf("%s、%s %s: %s / %s, %s %s: marked %s\n", mark.id.c_str(),
              mark.of_rule ? "規則" : "検出", mark.name.c_str(),
              mark.wrong ? "誤りと記録しました" : "正しいと記録しました", mark.id.c_str(),
              mark.of_rule ? "rule" : "finding", mark.name.c_str(), mark.wrong ? "wrong" : "right");
  if (recorded == Recorded::kLater)
    std::printf(
        "ゲートウェイが動いていません: 次に動いたときにログに書かれます / no gateway has written "
        "this into the log yet: it is kept, and written when one runs\n");
  return kDone;
}

int mark(const MarkOptions& o) {
  if (!check_words(o)) return kCouldNot;
  ReadingOptions asked;
  asked.config = o.config;
  asked.whole = true;
  const auto reading = Reading::open(asked, "mark");
  if (!reading || !reading->gateway()) return kCouldNot;
  int code = kDone;
  const auto record = decision_of(*reading, o.id, code);
  if (!record) return code;
  audit::Mark made;
  made.id = o.id;
  made.time_us = record->time_us;
  made.of_rule = o.finding.empty();
  made.name = made.of_rule ? o.rule : o.finding;
  made.wrong = o.wrong;
  made.reason = o.reason;
  made.by = o.by;
  code = made.of_rule ? find_rule(record->decision, made) : find_type(record->decision, made);
  if (code != kDone) return code;
  const Recorded recorded = leave_record(reading->directory(), audit::mark_event(made));
  return recorded == Recorded::kFailed ? kCouldNot : say_marked(made, recorded);
}

}  // namespace

void add_mark_command(CLI::App& audit, int& exit_code) {
  const auto o = std::make_shared<MarkOptions>();
  CLI::App* command = audit.add_subcommand(
      "mark", "判定が誤りか正しいかを記録する / record that a decision was wrong, or right");
  command->add_option("id", o->id, "sks_…、拒否の受付番号 / as a refusal shows it")->required();
  command->add_option("-c,--config", o->config, "gateway.yaml")->required();
  command->add_flag("--wrong", o->wrong, "誤り (誤検出) / a false positive");
  command->add_flag("--right", o->right, "正しい / it was right");
  command->add_option("--rule", o->rule,
                      "規則、指定しなければ決め手の規則 / else the rule that decided");
  command->add_option("--finding", o->finding,
                      "規則ではなく検出の種別 / a type of finding, not a rule");
  command->add_option("--by", o->by, "誰が / who")->required();
  command
      ->add_option("--reason", o->reason,
                   "なぜ。見つかった値そのものは書かない / why; never the value that was found")
      ->required();
  command->callback([o, &exit_code] { exit_code = mark(*o); });
  command->footer(
      "Examples:\n  sekisho audit mark sks_abcdefghijklmnop --wrong --by sato --reason '公開の番号 "
      "/ "
      "a public number' -c gateway.yaml\n  sekisho audit mark sks_abcdefghijklmnop --right "
      "--finding "
      "email --by sato --reason checked -c gateway.yaml\n`sekisho audit rules` counts marks; a "
      "later "
      "one for the same takes its place. Exit: 0 recorded, 1 there is no such request, rule or "
      "finding, 2 could not be done.");
}

}  // namespace sekisho::gateway
