#include <simdjson.h>

#include <charconv>

#include "audit/questions/marks.h"
#include "audit/questions/policy_texts.h"
#include "audit/questions/questions.h"

namespace sekisho::audit {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

std::string plain(const element& value) {
  std::string_view text;
  if (!value.get(text)) return std::string(text);
  return simdjson::minify(value);
}

bool holds_only_plain(const simdjson::dom::array& list) {
  for (const element item : list)
    if (item.type() == element_type::OBJECT || item.type() == element_type::ARRAY) return false;
  return true;
}

// One row for each value: its path, "who.user", and the value.
void add_value(Table& table, const std::string& path, const element& value) {
  simdjson::dom::object object;
  simdjson::dom::array list;
  if (!value.get(object)) {
    for (const auto member : object)
      add_value(table, (path.empty() ? "" : path + ".") + std::string(member.key), member.value);
    return;
  }
  if (value.is_null()) return;
  if (value.get(list)) {
    table.rows.push_back({path, or_nothing(plain(value))});
    return;
  }
  if (holds_only_plain(list)) {
    std::string text;
    for (const element item : list) (text += text.empty() ? "" : ", ") += plain(item);
    table.rows.push_back({path, or_nothing(text)});
    return;
  }
  std::size_t number = 0;
  for (const element item : list) add_value(table, path + "." + std::to_string(++number), item);
}

void add_record(Asker& asker, const char* id, const LocalText& title, std::int64_t seq) {
  Table& table = asker.add_table(
      id,
      {title.ja + " (記録番号 " + std::to_string(seq) + ")",
       title.en + " (record " + std::to_string(seq) + ")"},
      {text_column("member", "項目", "member"), text_column("text", "内容", "content")});
  const auto& read = asker.asking().record_line;
  const auto line = read ? read(static_cast<std::uint64_t>(seq)) : std::nullopt;
  simdjson::dom::parser parser;
  element record;
  if (!line || parser.parse(*line).get(record)) {
    table.notes.push_back(
        {"記録そのものがログにありません (保存期間の後に消えたか、写しが足りない)。",
         "The record itself is not in the log: removed after its period, or the "
         "copy lacks it."});
    return;
  }
  add_value(table, "", record);
  asker.add_record(*line);
}

struct Decided {
  std::int64_t seq = 0, time_us = 0, outcome = 0;
  std::string rule, policy, gateway, verdict;
};

void add_rule(Asker& asker, const Decided& d) {
  Table& table = asker.add_table(
      "rule", {"決め手の規則 " + d.rule + " の本文", "Text of the rule that decided: " + d.rule},
      {column(ColumnKind::kCount, "line", "行", "line"), text_column("text", "本文", "text")});
  const QuestionScope& asking = asker.asking();
  const auto text = asking.policy_text ? asking.policy_text(d.policy) : std::nullopt;
  const auto policy = read_policy(asking, d.policy);
  if (!text || !policy) {
    table.notes.push_back({"ポリシー " + d.policy + " の本文は残っていません。",
                           "The text of the policy " + d.policy + " is not there any more."});
    return;
  }
  for (const PolicyLine& line : rule_text(*policy, *text, d.rule))
    table.rows.push_back({line.number, line.text});
  if (table.rows.empty())
    table.notes.push_back(
        {"ポリシーに書かれていない既定の規則です。", "A default that the policy does not write."});
  table.notes.push_back(
      {"ポリシー: " + policy->name + " " + d.policy, "Policy: " + policy->name + " " + d.policy});
}

void add_change(Asker& asker, const char* id, const LocalText& title, const std::string& before,
                const std::string& after) {
  Table& table = asker.add_table(
      id, title, {text_column("change", "変更", "change"), text_column("text", "本文", "text")});
  const QuestionScope& asking = asker.asking();
  if (before.empty() || after.empty() || before == after) {
    table.notes.push_back(
        before == after
            ? LocalText{"同じポリシーです。", "It is the same policy."}
            : LocalText{"比べるポリシーはありません。", "There is no policy to compare with."});
    return;
  }
  const auto old_text = asking.policy_text ? asking.policy_text(before) : std::nullopt;
  const auto new_text = asking.policy_text ? asking.policy_text(after) : std::nullopt;
  if (old_text && new_text)
    add_difference(asker, table, {}, *old_text, *new_text);
  else
    table.notes.push_back({"本文が残っていません。", "A text is not there any more."});
  table.notes.push_back({before + " から " + after, before + " to " + after});
}

// The policy of that gateway before the one of the decision, and the one that it has now.
void add_changes(Asker& asker, const Decided& d) {
  std::string before, now;
  for (const PolicyTime& t : policy_times(asker)) {
    if (t.gateway != d.gateway || t.digest == now) continue;
    if (t.digest == d.policy && t.from_us <= d.time_us) before = now;
    now = t.digest;
  }
  add_change(asker, "changed_before", {"その前のポリシーからの変更", "What it changed"}, before,
             d.policy);
  add_change(asker, "changed_since", {"今のポリシーまでの変更", "What has changed since"}, d.policy,
             now);
}

// What people said of it afterwards; no table where nobody did.
void add_marks(Asker& asker, const std::string& id) {
  std::vector<Mark> marks = marks_of(asker.ask(kAskMarks));
  std::erase_if(marks, [&](const Mark& m) { return m.id != id; });
  if (marks.empty()) return;
  Table& table = asker.add_table(
      "marks", {"後から付けた印", "Marked afterwards"},
      {column(ColumnKind::kTime, "time", "時刻", "time"), text_column("of", "対象", "of"),
       text_column("name", "名前", "name"), text_column("mark", "印", "mark"),
       text_column("by", "誰が", "by"), text_column("reason", "理由", "reason"),
       text_column("in_force", "有効", "in force")});
  for (const Mark& m : marks)
    table.rows.push_back(
        {m.marked_us,
         asker.say(m.of_rule ? LocalText{"規則", "rule"} : LocalText{"検出", "finding"}), m.name,
         asker.say(m.wrong ? LocalText{"誤り", "wrong"} : LocalText{"正しい", "right"}),
         or_nothing(m.by), or_nothing(m.reason),
         asker.say(m.in_force ? LocalText{"はい", "yes"}
                              : LocalText{"いいえ (付け直された)", "no, a later one is"})});
}

}  // namespace

Asked ask_show(const QuestionScope& asking, const std::string& id) {
  Asker asker(asking, "show",
              {"記録 " + id + ": 何が、どのポリシーの下で起きたか",
               "Record " + id + ": what happened, and under which policy"});
  const auto rows = asker.ask(
      "SELECT seq, time_us, outcome, rule, policy, gw, verdict FROM exchange WHERE id=? ORDER BY "
      "seq",
      {id});
  if (rows.empty()) {
    Asked none = asker.finish();
    if (none.error.empty()) none.error = "no record has the id " + id;
    return none;
  }
  for (const Row& row : rows) {  // an id is given once; a hostile log may hold it twice
    const Decided d{number_in(row[0]), number_in(row[1]), number_in(row[2]), text_in(row[3]),
                    text_in(row[4]),   text_in(row[5]),   text_in(row[6])};
    add_record(asker, "decision", {"判定", "Decision"}, d.seq);
    if (d.outcome) {
      add_record(asker, "outcome", {"結果", "Outcome"}, d.outcome);
    } else {
      Table& none = asker.add_table(
          "outcome", {"結果", "Outcome"},
          {text_column("member", "項目", "member"), text_column("text", "内容", "content")});
      none.notes.push_back(
          {"結果の記録がありません (まだ続いているか、その前にゲートウェイが終わった)",
           "outcome: none (still open, or the gateway ended before it)"});
    }
    add_rule(asker, d);
    add_changes(asker, d);
  }
  add_marks(asker, id);
  Asked asked = asker.finish();
  asked.answer.tables.back().notes.push_back({"外の人への証明: sekisho audit prove " + id,
                                              "To prove it to others: sekisho audit prove " + id});
  return asked;
}

}  // namespace sekisho::audit
