// What is kept and for how long, what a legal hold keeps, and who opened sealed copies.

#include "audit/keeping/holds.h"
#include "audit/keeping/retention.h"
#include "audit/questions/questions.h"
#include "audit/reports/cell_text.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kDayUs = 86400ll * 1'000'000;

struct Words {
  std::string_view id;
  const char *ja, *en;
};

constexpr Words kClasses[] = {
    {"personal", "個人データを送ったもの", "sent, with personal data"},
    {"financial", "金融の番号を送ったもの", "sent, with financial data"},
    {"secret", "鍵やパスワードを送ったもの", "sent, with keys or passwords"},
    {"confidential", "社外秘を送ったもの", "sent, with confidential data"},
    {"refused", "拒否したもの", "refused"},
    {"exception", "例外で通したもの", "passed by an exception"},
    {"operation", "運用 (起動、停止、閲覧など)", "operation: start, stop, readings"},
    {"default", "そのほか", "all others"}};

constexpr Words kEvidenceSteps[] = {
    {"evidence_request", "一人目が開封を申請", "the first person asks"},
    {"evidence_approve", "二人目が承認", "the second person agrees"},
    {"evidence_open", "開封", "opened"},
    {"evidence_opened", "開封", "opened"}};

template <std::size_t N>
std::string words_for(const Asker& asker, const Words (&list)[N], std::string_view id) {
  for (const Words& w : list)
    if (w.id == id) return asker.say({w.ja, w.en});
  return std::string(id);
}

Cell days_in(const std::optional<std::int64_t>& period_us) {
  if (!period_us) return std::monostate();
  return *period_us / kDayUs;
}

// When the oldest one is due, for people: the gateway removes whole segments, some time later.
void add_classes(Asker& asker, const RetentionRows& rows) {
  Table& table = asker.add_table(
      "retention", {"保存する期間と残っているもの", "Periods, and what is kept"},
      {text_column("class", "区分", "class"), text_column("meaning", "意味", "meaning"),
       column(ColumnKind::kCount, "days", "期間 (日)", "days"),
       column(ColumnKind::kCount, "kept", "残っている記録", "records kept"),
       column(ColumnKind::kTime, "oldest", "そのうち最古", "oldest of them"),
       column(ColumnKind::kCount, "removed", "削除した記録", "records removed"),
       column(ColumnKind::kCount, "overdue", "期限を一日以上過ぎて残る", "more than a day overdue"),
       text_column("state", "状態", "state")});
  for (const RetentionRow& r : rows.rows) {
    const LocalText state = !r.period_us ? LocalText{"期限なし (削除しません)", "kept for ever"}
                            : r.overdue ? LocalText{"期限を過ぎた記録がある", "overdue"}
                                        : LocalText{"守られている", "kept to"};
    table.rows.push_back({r.record_class, words_for(asker, kClasses, r.record_class),
                          days_in(r.period_us), static_cast<std::int64_t>(r.kept),
                          r.oldest_us ? Cell(*r.oldest_us) : Cell(),
                          static_cast<std::int64_t>(r.removed),
                          static_cast<std::int64_t>(r.overdue), asker.say(state)});
  }
  table.notes.push_back(
      {"いくつかの区分に入る記録は、最も長い期間まで残します。セグメントごとに消すので、期限より少"
       "し"
       "後に消えます。書き込み中のセグメントは数えますが、期限は問いません。",
       "A record of several classes is kept for the longest of their periods. Whole segments are "
       "removed, so a little later than due; the one that is being written is counted but never "
       "due."});
}

void add_removals(Asker& asker) {
  Table& table = asker.add_table(
      "removed", {"期間内に消したセグメント", "Segments removed in the period"},
      {column(ColumnKind::kTime, "time", "時刻", "time"),
       text_column("segment", "セグメント", "segment"),
       text_column("records", "記録番号", "records"), text_column("by", "根拠", "by"),
       column(ColumnKind::kCount, "seq", "記録番号", "seq")});
  for (const auto& row : asker.ask_days(
           "SELECT time_us, old, new, doer, seq FROM control INDEXED BY control_what WHERE day>=? "
           "AND day<? AND what='pruned' ORDER BY time_us, seq"))
    table.rows.push_back({number_in(row[0]), or_nothing(text_in(row[1])),
                          or_nothing(text_in(row[2])), or_nothing(text_in(row[3])),
                          number_in(row[4])});
  table.notes.push_back(
      {"消した所には署名された墓標が残り、sekisho audit verify はそこも検査します。",
       "A signed tombstone stays in the place of each: sekisho audit verify checks it too."});
}

// The day alone, where a span begins or ends with it.
std::string edge_text(std::int64_t us, const char* of_day, const policy::TimeZone& zone) {
  const std::string text = clock_text(us, zone);
  return text.size() > 19 && text.substr(11, 8) == of_day ? text.substr(0, 10) : text;
}

// What a hold asks for, in the words and the zone of the reader; the last moment belongs to it.
LocalText scope_words(const HoldScope& scope, const policy::TimeZone& zone) {
  LocalText out;
  const auto part = [&out](const std::string& ja, const std::string& en) {
    (out.ja += out.ja.empty() ? "" : "、") += ja;
    (out.en += out.en.empty() ? "" : ", ") += en;
  };
  if (!scope.user.empty()) part("利用者 " + scope.user, "user " + scope.user);
  if (!scope.id.empty()) part("記録 " + scope.id, "record " + scope.id);
  if (scope.from_us) {
    const std::string from = edge_text(*scope.from_us, "00:00:00", zone);
    part(from + " から", "from " + from);
  }
  if (scope.to_us) {
    const std::string to = edge_text(*scope.to_us - 1, "23:59:59", zone);
    part(to + " まで", "to " + to);
  }
  return out;
}

// Exchanges that a hold in force asks for, as far as they are in the index.
Cell held_exchanges(Asker& asker, const HoldScope& scope) {
  const QuestionScope& asking = asker.asking();
  const std::int64_t from = scope.from_us.value_or(0), to = scope.to_us.value_or(INT64_MAX);
  std::vector<Row> rows;
  if (!scope.id.empty())
    rows = asker.ask("SELECT count(*) FROM exchange WHERE id=? AND time_us>=? AND time_us<?",
                     {scope.id, from, to});
  else if (!scope.user.empty())
    rows = asker.ask("SELECT count(*) FROM exchange WHERE user=? AND time_us>=? AND time_us<?",
                     {scope.user, from, to});
  else
    rows = asker.ask("SELECT sum(decisions) FROM day_total WHERE day>=? AND day<=?",
                     {asking.zone.day_of(from / 1'000'000).to_string(),
                      asking.zone.day_of(std::min(to, asking.now_us) / 1'000'000).to_string()});
  if (rows.empty()) return std::monostate();
  return number_in(rows[0][0]);
}

}  // namespace

Asked ask_retention(const QuestionScope& asking, const RetentionRows& rows) {
  Asker asker(asking, "retention",
              {"保存期間は守られ、削除は期限どおりか",
               "Are retention periods kept, and is removal done on time"});
  add_classes(asker, rows);
  add_removals(asker);
  if (rows.scanned) asker.scanned();
  if (!rows.error.empty()) return {{}, rows.error};
  return asker.finish();
}

Asked ask_holds(const QuestionScope& asking, const Holds& holds) {
  Asker asker(asking, "holds",
              {"保全: 何が、なぜ、誰の指示で残されているか",
               "Legal holds: what is kept, why, and by whose order"});
  Table& table =
      asker.add_table("holds", {"保全", "Holds"},
                      {text_column("case", "案件", "case"), text_column("state", "状態", "state"),
                       text_column("scope", "対象", "what"),
                       column(ColumnKind::kCount, "exchanges", "対象の要求", "exchanges"),
                       column(ColumnKind::kTime, "since", "開始", "since"),
                       text_column("by", "指示", "by"), text_column("reason", "理由", "reason"),
                       text_column("release_by", "解除の申請", "release asked by"),
                       text_column("release_reason", "その理由", "its reason")});
  for (const Hold& h : holds.all()) {
    const LocalText state = h.over                 ? LocalText{"解除済み", "released"}
                            : h.release_by.empty() ? LocalText{"保全中", "held"}
                                                   : LocalText{"保全中 (解除は二人目待ち)",
                                                               "held (a second person must agree "
                                                               "to its release)"};
    table.rows.push_back({h.name, asker.say(state), asker.say(scope_words(h.scope, asking.zone)),
                          h.over ? Cell() : held_exchanges(asker, h.scope), h.since_us, h.by,
                          or_nothing(h.reason), or_nothing(h.release_by),
                          or_nothing(h.release_reason)});
  }
  table.notes.push_back(
      {"保全はどの保存期間にも勝ちます。解除には二人が必要です。期間の指定にかかわらず、すべての保"
       "全"
       "を示します。",
       "A hold wins over every period, and two persons are needed to let go. All holds are shown, "
       "whatever the period."});
  return asker.finish();
}

Asked ask_evidence(const QuestionScope& asking) {
  Asker asker(asking, "evidence",
              {"封印した写しを誰が開けようとし、誰が認め、開けたか",
               "Sealed copies: who asked to open them, who agreed, what was opened"});
  Table& table = asker.add_table(
      "evidence", {"開封の手続き", "Steps"},
      {column(ColumnKind::kTime, "time", "時刻", "time"), text_column("step", "手続き", "step"),
       text_column("about", "対象", "about"), text_column("by", "誰が", "by"),
       text_column("detail", "内容", "detail"), text_column("gateway", "ゲートウェイ", "gateway"),
       column(ColumnKind::kCount, "seq", "記録番号", "seq")});
  for (const auto& row : asker.ask_days(
           "SELECT time_us, what, old, doer, new, gw, seq FROM control INDEXED BY control_what "
           "WHERE day>=? AND day<? AND what>='evidence_' AND what<'evidence`' ORDER BY time_us, "
           "seq"))
    table.rows.push_back({number_in(row[0]), words_for(asker, kEvidenceSteps, text_in(row[1])),
                          or_nothing(text_in(row[2])), or_nothing(text_in(row[3])),
                          or_nothing(text_in(row[4])), row[5], number_in(row[6])});
  table.notes.push_back(
      {"写しを開けるには監査人の鍵と二人の人が要ります。ゲートウェイは開けられません。",
       "Opening takes an auditor's key and two persons; the gateway itself cannot."});
  return asker.finish();
}

}  // namespace sekisho::audit
