#include <array>
#include <map>

#include "audit/questions/marks.h"
#include "audit/questions/questions.h"

namespace sekisho::audit {
namespace {

using RuleKey = std::array<std::string, 3>;  // rule, action, mode

struct Labels {
  std::int64_t wrong = 0, right = 0;
  void add(const Mark& mark) { ++(mark.wrong ? wrong : right); }
};

// What was marked of the decisions of the period, whenever it was.
std::vector<Mark> marks_in_force(Asker& asker) {
  std::vector<Mark> out = marks_of(asker.ask(kAskMarks));
  const Period& period = asker.asking().period;
  std::erase_if(out, [&](const Mark& m) {
    return !m.in_force || m.time_us < period.from_us || m.time_us >= period.to_us;
  });
  return out;
}

void add_label_columns(std::vector<Column>& columns) {
  columns.push_back(column(ColumnKind::kCount, "wrong", "誤りの印", "marked wrong"));
  columns.push_back(column(ColumnKind::kCount, "right", "正しいの印", "marked right"));
  columns.push_back(column(ColumnKind::kShare, "precision", "適合率", "precision"));
}

void add_labels(Row& row, const Labels& labels) {
  row.push_back(labels.wrong);
  row.push_back(labels.right);
  row.push_back(share_of(labels.right, labels.right + labels.wrong));
}

LocalText about_precision(std::size_t marks) {
  const std::string n = std::to_string(marks);
  if (!marks)
    return {"期間の判定に印は一つもありません: 適合率は分かりません (sekisho audit mark)。",
            "No decision of the period is marked, so no precision can be told (sekisho audit "
            "mark)."};
  return {"適合率 = 正しい ÷ (正しい + 誤り)。期間の判定に付いた " + n +
              " 個の印だけから数え、印のない判定については何も言いません。印は、付けた日によらず"
              "判定の期間に数え、付け直された判定は最後の印だけを数えます。",
          "Precision = right / (right + wrong), of the " + n +
              " marks of decisions of this period alone; of those without a mark it says nothing. "
              "A mark counts in the period of its decision, however late it was made, and the last "
              "one for a decision counts."};
}

std::map<std::string, std::int64_t> users_by_rule(Asker& asker) {
  const QuestionScope& asking = asker.asking();
  const auto last =
      policy::civil_from_days(policy::days_from_civil(*config::parse_date(asking.to_day)) - 1);
  std::map<std::string, std::int64_t> users;
  for (const auto& row : asker.ask(
           "SELECT rule, count(DISTINCT user) FROM rule_user WHERE month>=? AND month<=? GROUP "
           "BY rule",
           {asking.from_day.substr(0, 7), last.to_string().substr(0, 7)}))
    users[text_in(row[0])] = number_in(row[1]);
  return users;
}

void add_rules(Asker& asker, const std::vector<Mark>& marks) {
  auto users = users_by_rule(asker);
  std::map<RuleKey, Labels> labels;
  std::size_t labelled = 0;
  for (const Mark& mark : marks)
    if (mark.of_rule) labels[{mark.name, mark.action, mark.mode}].add(mark), ++labelled;
  std::vector<Column> columns{
      text_column("rule", "規則", "rule"),
      text_column("action", "動作", "action"),
      text_column("mode", "モード", "mode"),
      column(ColumnKind::kCount, "matched", "一致", "matched"),
      column(ColumnKind::kCount, "decided", "決め手", "decided"),
      incidents_column(),
      column(ColumnKind::kCount, "users", "利用者数", "users"),
      column(ColumnKind::kCount, "lifted", "例外で外れた", "lifted by an exception")};
  add_label_columns(columns);
  Table& table = asker.add_table("rules", {"規則", "Rules"}, std::move(columns));
  for (const auto& row : asker.ask_days(
           "SELECT rule, action, mode, sum(n) AS n_matched, sum(decided), sum(incidents), "
           "sum(lifted) FROM rollup_rule WHERE day>=? AND day<? GROUP BY rule, action, mode ORDER "
           "BY n_matched DESC, rule, action")) {
    const RuleKey key{text_in(row[0]), text_in(row[1]), text_in(row[2])};
    table.rows.push_back({row[0], or_nothing(key[1]), or_nothing(key[2]), number_in(row[3]),
                          number_in(row[4]), number_in(row[5]),
                          number_in(row[4]) ? Cell(users[key[0]]) : Cell(), number_in(row[6])});
    add_labels(table.rows.back(), labels[key]);
    labels.erase(key);
  }
  // Of decisions whose records are gone, and of those that no rule of the policy decided.
  for (const auto& [key, counted] : labels) {
    table.rows.push_back(
        {key[0], or_nothing(key[1]), or_nothing(key[2]), Cell(), Cell(), Cell(), Cell(), Cell()});
    add_labels(table.rows.back(), counted);
  }
  table.notes.push_back(
      {"利用者数は、その規則が決め手になった人を、期間にかかる月の全体で数えます。",
       "Users: those for whom the rule decided, over the whole months that the period touches."});
  table.notes.push_back(about_precision(labelled));
}

// Types of findings that somebody has marked.
void add_marked_types(Asker& asker, const std::vector<Mark>& marks) {
  std::map<std::string, Labels> labels;
  for (const Mark& mark : marks)
    if (!mark.of_rule) labels[mark.name].add(mark);
  if (labels.empty()) return;
  std::vector<Column> columns{text_column("type", "種別", "type"), records_column()};
  add_label_columns(columns);
  Table& table = asker.add_table("marked_types",
                                 {"印の付いた検出の種別", "Types of findings that were marked"},
                                 std::move(columns));
  std::map<std::string, std::int64_t> records;
  for (const auto& row : asker.ask_days(
           "SELECT type, sum(n) FROM rollup_finding WHERE day>=? AND day<? GROUP BY type"))
    records[text_in(row[0])] = number_in(row[1]);
  for (const auto& [type, counted] : labels) {
    table.rows.push_back({type, records[type]});
    add_labels(table.rows.back(), counted);
  }
}

}  // namespace

Asked ask_rules(const QuestionScope& asking) {
  Asker asker(asking, "rules",
              {"どの規則がよく当たり、どれだけ正しかったか",
               "Which rules match most, and how often they were right"});
  const std::vector<Mark> marks = marks_in_force(asker);
  add_rules(asker, marks);
  add_marked_types(asker, marks);
  return asker.finish();
}

}  // namespace sekisho::audit
