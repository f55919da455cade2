#include <algorithm>

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

Asked ask_policy_log(const QuestionScope& asking) {
  Asker asker(asking, "policy_log",
              {"ポリシーの変更: いつ、誰が、何を", "Changes of the policy: when, by whom, what"});
  Table& table = asker.add_table(
      "policy_log", {"変更", "Changes"},
      {column(ColumnKind::kTime, "time", "時刻", "time"),
       text_column("gateway", "ゲートウェイ", "gateway"), text_column("what", "出来事", "event"),
       text_column("name", "ポリシー名", "policy"), text_column("digest", "ダイジェスト", "digest"),
       text_column("previous", "その前", "previous"), text_column("by", "誰が", "by"),
       column(ColumnKind::kCount, "added", "増えた行", "lines added"),
       column(ColumnKind::kCount, "removed", "減った行", "lines removed"),
       text_column("approved_by", "承認者 (期限付きの項目)", "approvers (of time-boxed entries)")});
  for (const auto& row : asker.ask_days(
           "SELECT time_us, gw, what, old, new, doer FROM control WHERE day>=? AND day<? AND what "
           "IN ('start', 'reload', 'reload_failed') ORDER BY time_us, seq")) {
    const std::string before = text_in(row[3]), after = text_in(row[4]);
    const auto policy = read_policy(asking, after);
    Row out{number_in(row[0]),
            row[1],
            row[2],
            or_nothing(policy ? policy->name : ""),
            or_nothing(after),
            or_nothing(before),
            or_nothing(text_in(row[5]))};
    const auto old_text = asking.policy_text ? asking.policy_text(before) : std::nullopt;
    const auto new_text = asking.policy_text ? asking.policy_text(after) : std::nullopt;
    if (old_text && new_text) {
      const auto lines = difference(*old_text, *new_text);
      out.push_back(static_cast<std::int64_t>(lines.added.size()));
      out.push_back(static_cast<std::int64_t>(lines.removed.size()));
    } else {
      out.emplace_back();
      out.emplace_back();
    }
    std::vector<std::string> approvers;
    const auto add = [&](const config::Approval& approval) {
      for (const auto& name : approval.approved_by)
        if (std::find(approvers.begin(), approvers.end(), name) == approvers.end())
          approvers.push_back(name);
    };
    if (policy) {
      for (const auto& e : policy->exceptions) add(e.approval);
      for (const auto& d : policy->destinations) add(d.approval);
    }
    out.push_back(or_nothing(joined(approvers, 8)));
    table.rows.push_back(std::move(out));
  }
  table.notes.push_back(
      {"本文は sekisho audit policy at 時刻 で、二つの版の差は reload "
       "の行の前後のダイジェストで見られます。",
       "The text: sekisho audit policy at TIME. What changed: the digests before and after a "
       "reload."});
  return asker.finish();
}

Asked ask_policy_at(const QuestionScope& asking, std::int64_t time_us) {
  const std::string when = day_and_time(time_us, asking.zone);
  Asker asker(asking, "policy_at",
              {when + " に有効だったポリシー", "The policy in force at " + when});
  std::vector<PolicyTime> then;
  for (auto& t : policy_times(asker))
    if (t.from_us <= time_us && (!t.to_us || *t.to_us > time_us)) then.push_back(std::move(t));
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
  bool everywhere = true;
  for (const auto& t : policy_times(asker)) {
    const std::int64_t to = std::min(t.to_us.value_or(asking.period.to_us), asking.period.to_us);
    const std::int64_t from = std::max(t.from_us, asking.period.from_us);
    if (from >= to) continue;
    const auto policy = read_policy(asking, t.digest);
    const auto found = policy ? find_rule(*policy, rule) : std::nullopt;
    std::int64_t matched = 0;
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
  if (!table.rows.empty())
    table.notes.push_back(
        everywhere ? LocalText{"はい: 動いていた間は、すべてのゲートウェイで施行されていました。",
                               "Yes: while they ran, all gateways enforced it."}
                   : LocalText{"いいえ: 施行されていない時間があります。",
                               "No: there were times in which it was not enforced."});
  return asker.finish();
}

}  // namespace sekisho::audit
