#include <algorithm>
#include <map>
#include <set>

#include "audit/questions/period.h"
#include "audit/questions/policy_texts.h"
#include "audit/questions/questions.h"

namespace sekisho::audit {
namespace {

std::string day_and_time(std::int64_t us, const policy::TimeZone& zone) {
  const std::int64_t seconds = us / 1'000'000, local = seconds + zone.offset_at(seconds);
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  const std::int64_t rest = ((local % 86400) + 86400) % 86400;
  return zone.day_of(seconds).to_string() + " " + two(rest / 3600) + ":" + two(rest / 60 % 60);
}

std::string joined(const std::vector<std::string>& items, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < items.size() && i < most; ++i)
    (out += out.empty() ? "" : ", ") += items[i];
  if (items.size() > most) out += ", …";
  return out;
}

}  // namespace

namespace {

// One record of a policy that came into force, or was refused.
struct PolicyEvent {
  std::int64_t time_us = 0;
  std::string gateway, what, before, after, by;
};

// Of the period. A start names no policy before it: it is the one that its gateway had last.
std::vector<PolicyEvent> policy_events(Asker& asker) {
  std::vector<PolicyEvent> out;
  std::map<std::string, std::string> last;  // by gateway
  for (const auto& row : asker.ask(
           "SELECT time_us, gw, what, old, new, doer, day FROM control INDEXED BY control_what "
           "WHERE what IN ('start', 'reload', 'reload_failed') ORDER BY time_us, seq")) {
    PolicyEvent e{number_in(row[0]), text_in(row[1]), text_in(row[2]),
                  text_in(row[3]),   text_in(row[4]), text_in(row[5])};
    std::string& had = last[e.gateway];
    if (e.before.empty()) e.before = had;
    if (e.what != "reload_failed" && !e.after.empty()) had = e.after;
    const std::string day = text_in(row[6]);
    if (day >= asker.asking().from_day && day < asker.asking().to_day) out.push_back(std::move(e));
  }
  return out;
}

std::string approvers_of(const config::PolicyFile& policy) {
  std::vector<std::string> out;
  const auto add = [&](const config::Approval& approval) {
    for (const auto& name : approval.approved_by)
      if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  };
  for (const auto& e : policy.exceptions) add(e.approval);
  for (const auto& d : policy.destinations) add(d.approval);
  return joined(out, 8);
}

void count_lines(Row& row, const std::vector<Row>& changes, std::size_t first,
                 const LocalText& added, const LocalText& removed, const Asker& asker) {
  std::int64_t more = 0, less = 0;
  for (std::size_t i = first; i < changes.size(); ++i) {
    const std::string sign = text_in(changes[i][2]);
    more += sign == asker.say(added);
    less += sign == asker.say(removed);
  }
  row.emplace_back(more);
  row.emplace_back(less);
}

}  // namespace

Asked ask_policy_log(const QuestionScope& asking) {
  Asker asker(asking, "policy_log",
              {"ポリシーの変更: いつ、誰が、何を", "Changes of the policy: when, by whom, what"});
  Table table{
      "policy_log",
      {"変更", "Changes"},
      {column(ColumnKind::kTime, "time", "時刻", "time"),
       text_column("gateway", "ゲートウェイ", "gateway"), text_column("what", "出来事", "event"),
       text_column("name", "ポリシー名", "policy"), text_column("digest", "ダイジェスト", "digest"),
       text_column("previous", "その前", "previous"), text_column("by", "誰が", "by"),
       column(ColumnKind::kCount, "added", "増えた行", "lines added"),
       column(ColumnKind::kCount, "removed", "減った行", "lines removed"),
       text_column("approved_by", "承認者 (期限付きの項目)", "approvers (of time-boxed entries)")},
      {},
      {}};
  Table changes{"changed_lines",
                {"変わった行", "Lines that changed"},
                {column(ColumnKind::kTime, "time", "時刻", "time"),
                 text_column("digest", "ダイジェスト", "digest"),
                 text_column("change", "変更", "change"), text_column("text", "本文", "text")},
                {},
                {}};
  const auto text_at = [&](const std::string& digest) {
    return asking.policy_text ? asking.policy_text(digest) : std::nullopt;
  };
  for (const PolicyEvent& e : policy_events(asker)) {
    const auto policy = read_policy(asking, e.after);
    Row out{e.time_us,
            e.gateway,
            e.what,
            or_nothing(policy ? policy->name : ""),
            or_nothing(e.after),
            or_nothing(e.before),
            or_nothing(e.by)};
    const auto old_text = text_at(e.before), new_text = text_at(e.after);
    if (old_text && new_text) {
      const std::size_t first = changes.rows.size();
      add_difference(asker, changes, {e.time_us, e.after}, *old_text, *new_text);
      count_lines(out, changes.rows, first, {"追加", "added"}, {"削除", "removed"}, asker);
    } else {
      out.emplace_back();
      out.emplace_back();
    }
    out.push_back(or_nothing(policy ? approvers_of(*policy) : ""));
    table.rows.push_back(std::move(out));
  }
  table.notes.push_back(
      {"全文は sekisho audit policy at 時刻 で見られます。「誰が」は読み込みを命じた人で、承認者は"
       "期限付きの項目に書かれた人です。",
       "The whole text: sekisho audit policy at TIME. `by` ordered the load; approvers are those "
       "that time-boxed entries name."});
  asker.add(std::move(table));
  asker.add(std::move(changes));
  return asker.finish();
}

Asked ask_policy_at(QuestionScope asking, std::int64_t time_us) {
  const std::string when = day_and_time(time_us, asking.zone);
  // The question is about a moment, whatever period is usual; what was loaded before decides it.
  const config::Date day = asking.zone.day_of(time_us / 1'000'000);
  asking.period = period_of({{1970, 1, 1}, day}, asking.zone, asking.zone_name);
  const std::string until = day.to_string(), zone = " (" + asking.zone_name + ")";
  asking.period.name = {"ログの始まりから " + until + " まで" + zone,
                        "from the beginning of the log to " + until + zone};
  set_days(asking);
  Asker asker(asking, "policy_at",
              {when + " に有効だったポリシー", "The policy in force at " + when});
  std::vector<PolicyTime> then;
  std::map<std::string, PolicyTime> before;  // by gateway, the last one
  for (auto& t : policy_times(asker)) {
    if (t.from_us > time_us) continue;
    if (t.to_us && *t.to_us <= time_us) {
      PolicyTime& last = before[t.gateway];
      if (last.from_us <= t.from_us) last = t;
    } else {
      then.push_back(std::move(t));
    }
  }
  Table& table = asker.add_table(
      "policy_at", {"ゲートウェイごと", "By gateway"},
      {text_column("gateway", "ゲートウェイ", "gateway"),
       text_column("digest", "ダイジェスト", "digest"), text_column("name", "ポリシー名", "policy"),
       column(ColumnKind::kTime, "from", "から", "from"),
       column(ColumnKind::kTime, "to", "まで", "to")});
  std::vector<std::string> digests;
  for (const auto& t : then) {
    const auto policy = read_policy(asking, t.digest);
    table.rows.push_back({t.gateway, t.digest, or_nothing(policy ? policy->name : ""), t.from_us,
                          t.to_us ? Cell(*t.to_us) : Cell()});
    if (std::find(digests.begin(), digests.end(), t.digest) == digests.end())
      digests.push_back(t.digest);
    before.erase(t.gateway);
  }
  for (const auto& [gateway, last] : before) {
    const std::string stopped = day_and_time(*last.to_us, asking.zone);
    table.notes.push_back(
        {gateway + " は " + stopped +
             " に止まり、この時は動いていませんでした。その前のポリシー: " + last.digest,
         gateway + " had stopped at " + stopped +
             " and did not run then. Its policy before: " + last.digest});
  }
  for (const auto& digest : digests) {
    const auto text = asking.policy_text ? asking.policy_text(digest) : std::nullopt;
    Table& lines = asker.add_table(
        "text", {"本文 " + digest, "Text of " + digest},
        {column(ColumnKind::kCount, "line", "行", "line"), text_column("text", "本文", "text")});
    if (!text) {
      lines.notes.push_back({"本文は残っていません。", "Its text is not there any more."});
      continue;
    }
    std::int64_t number = 0;
    for (std::size_t at = 0; at < text->size();) {
      const std::size_t end = std::min(text->find('\n', at), text->size());
      lines.rows.push_back({++number, text->substr(at, end - at)});
      at = end + 1;
    }
  }
  return asker.finish();
}

Asked ask_policy_coverage(const QuestionScope& asking, const std::string& rule) {
  Asker asker(asking, "policy_coverage",
              {"規則 " + rule + " はその日すべてのゲートウェイで有効だったか",
               "Was the rule " + rule + " in force on all gateways on that day"});
  Table& table = asker.add_table(
      "policy_coverage", {"ゲートウェイとポリシーごと", "By gateway and policy"},
      {text_column("gateway", "ゲートウェイ", "gateway"),
       text_column("digest", "ダイジェスト", "digest"),
       column(ColumnKind::kTime, "from", "から", "from"),
       column(ColumnKind::kTime, "to", "まで", "to"), text_column("rule", "規則", "rule"),
       text_column("mode", "モード", "mode"), text_column("action", "動作", "action"),
       column(ColumnKind::kCount, "matched", "一致した要求", "requests matched")});
  bool everywhere = true, again = false;
  std::set<std::pair<std::string, std::string>> counted;  // gateway, digest
  for (const auto& t : policy_times(asker)) {
    const std::int64_t to = std::min(t.to_us.value_or(asking.period.to_us), asking.period.to_us);
    const std::int64_t from = std::max(t.from_us, asking.period.from_us);
    if (from >= to) continue;
    const auto policy = read_policy(asking, t.digest);
    const auto found = policy ? find_rule(*policy, rule) : std::nullopt;
    Cell matched;
    if (!counted.insert({t.gateway, t.digest}).second)
      again = true;  // its requests of the day stand in its first line
    else
      for (const auto& row : asker.ask_days(
               "SELECT sum(n) FROM rollup_rule WHERE day>=? AND day<? AND rule=? AND gw=? AND "
               "policy=?",
               {rule, t.gateway, t.digest}))
        matched = number_in(row[0]);
    everywhere = everywhere && found && !found->observe;
    const LocalText state = !policy  ? LocalText{"本文なし", "no text"}
                            : !found ? LocalText{"ない", "absent"}
                                     : LocalText{found->what, found->what};
    table.rows.push_back(
        {t.gateway, t.digest, from, to, asker.say(state),
         found ? Cell(std::string(found->observe ? "observe" : "enforce")) : Cell(),
         or_nothing(found ? found->action : ""), matched});
  }
  if (again)
    table.notes.push_back({"一致した要求は、同じポリシーのその日の合計を最初の行に示します。",
                           "Requests of the day under one policy are counted in its first line."});
  if (!table.rows.empty())
    table.notes.push_back(
        everywhere ? LocalText{"はい: 動いていた間は、すべてのゲートウェイで施行されていました。",
                               "Yes: while they ran, all gateways enforced it."}
                   : LocalText{"いいえ: 施行されていない時間があります。",
                               "No: there were times in which it was not enforced."});
  return asker.finish();
}

}  // namespace sekisho::audit
