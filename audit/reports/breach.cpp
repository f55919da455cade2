#include <map>
#include <set>

#include "audit/reports/breach_clock.h"
#include "audit/reports/cell_text.h"
#include "audit/reports/columns.h"
#include "audit/reports/country_name.h"
#include "audit/reports/recipient.h"
#include "audit/reports/subject.h"
#include "audit/reports/words.h"
#include "policy/type_words.h"

namespace sekisho::audit {
namespace {

// What the log knows of the leak.
struct Facts {
  SubjectTotals totals;
  struct Type {
    std::string type, category;
    std::int64_t requests = 0, hits = 0, values = 0;
  };
  std::vector<Type> types;  // personal ones, of requests that were not refused
  std::set<std::string> recipients, entries, exceptions, modes, coverages;
  std::int64_t persons_data = 0;  // requests with personal findings that were not refused
};

std::map<std::string, std::int64_t> values_of(Inquiry& ask, const Clause& clause) {
  std::map<std::string, std::int64_t> out;
  for (const auto& row : ask.rows(
           "SELECT type, count(DISTINCT hash) FROM finding_value WHERE verdict <> 'block' AND seq "
           "IN (SELECT seq FROM exchange WHERE " +
               clause.text + ") GROUP BY type",
           clause.parameters))
    out[text_of(row[0])] = integer_of(row[1]);
  return out;
}

void find_types(Inquiry& ask, const Clause& clause, Facts& facts) {
  const auto values = values_of(ask, clause);
  for (const auto& row : ask.rows(
           "SELECT type, max(category), count(*), sum(hits) FROM finding WHERE personal = 1 AND "
           "verdict <> 'block' AND seq IN (SELECT seq FROM exchange WHERE " +
               clause.text + ") GROUP BY type ORDER BY count(*) DESC, type",
           clause.parameters)) {
    const std::string type = text_of(row[0]);
    const auto n = values.find(type);
    facts.types.push_back({type, text_of(row[1]), integer_of(row[2]), integer_of(row[3]),
                           n == values.end() ? 0 : n->second});
  }
}

void find_ways(const ReportFrame& frame, Inquiry& ask, const Clause& clause, Facts& facts) {
  for (const auto& row : ask.rows(
           "SELECT provider, host, country, entry, exception, would, coverage, count(*) FROM "
           "exchange WHERE personal > 0 AND verdict <> 'block' AND " +
               clause.text + " GROUP BY provider, host, country, entry, exception, would, coverage",
           clause.parameters)) {
    const std::string provider = text_of(row[0]), host = text_of(row[1]);
    const std::string country = country_name(text_of(row[2]), frame.language);
    const std::string entity = operator_of(frame, provider);
    facts.recipients.insert((entity.empty() ? (provider.empty() ? host : provider) : entity) +
                            (country.empty() ? "" : " / " + country));
    const std::pair<std::set<std::string>*, std::size_t> kept[] = {
        {&facts.entries, 3}, {&facts.exceptions, 4}, {&facts.modes, 5}, {&facts.coverages, 6}};
    for (const auto& [set, column] : kept)
      if (!text_of(row[column]).empty()) set->insert(text_of(row[column]));
    facts.persons_data += integer_of(row[7]);
  }
}

std::string joined(const std::set<std::string>& items, const char* between = ", ") {
  std::string out;
  for (const std::string& item : items) (out += out.empty() ? "" : between) += item;
  return out;
}

// Writes the cells in the language of the frame.
class Draft {
 public:
  Draft(const ReportFrame& frame, const Breach& breach, const Facts& facts)
      : frame_(frame), breach_(breach), facts_(facts) {}
  Table items() const;
  Table clock() const;
  Table triggers() const;
  Table numbers() const;

 private:
  using Lines = std::vector<std::vector<Cell>>;
  std::string told(const std::string& ja, const std::string& en) const {
    return frame_.language == Language::kJapanese ? ja : en;
  }
  std::string fill(const std::string& ja, const std::string& en) const {
    return words(Word::kToFill).in(frame_.language) + told(ja, en);
  }
  std::string type_name(const Facts::Type& t) const {
    const policy::TypeWords w = policy::words_of(t.type, t.category);
    return told(w.ja, w.en) + " (" + t.type + ")";
  }
  std::string outline() const;
  std::string data_items() const;
  std::string persons() const;
  std::string cause() const;
  std::string secondary() const;
  std::string other() const;
  bool holds(std::initializer_list<std::string_view> types) const;

  const ReportFrame& frame_;
  const Breach& breach_;
  const Facts& facts_;
};

std::string Draft::outline() const {
  const SubjectTotals& n = facts_.totals;
  const LocalText whom = subject_title(breach_.subject);
  std::string out = told("知った日時: ", "Known at: ") + clock_text(breach_.known_us, frame_.zone) +
                    told("。対象: ", ". About: ") + told(whom.ja, whom.en) + told("。", ". ");
  if (n.requests == 0)
    return out + fill("記録に該当する要求がありません", "the log has no such request");
  out += told("期間: " + clock_text(n.first_us, frame_.zone) + " から " +
                  clock_text(n.last_us, frame_.zone) + "。要求 " + grouped(n.requests) +
                  " 件、うち個人情報を含み送信されたもの " + grouped(facts_.persons_data) +
                  " 件。送信先: ",
              "Between " + clock_text(n.first_us, frame_.zone) + " and " +
                  clock_text(n.last_us, frame_.zone) + ": " + grouped(n.requests) +
                  " requests, of which " + grouped(facts_.persons_data) +
                  " held personal data and were sent. To: ") +
         (facts_.recipients.empty() ? told("なし", "nobody") : joined(facts_.recipients, "; ")) +
         told("。", ". ");
  return out + fill("発覚の経緯、発生した事業所", "how it came to light, and where");
}

std::string Draft::data_items() const {
  std::string out;
  for (const Facts::Type& t : facts_.types) out += (out.empty() ? "" : ", ") + type_name(t);
  if (out.empty()) out = told("記録では見つかっていません。", "The log found none. ");
  return out + " " +
         fill("検出器が見つけない項目 (自由文の病歴など)",
              "items that detectors do not find (a history of illness in free text)");
}

std::string Draft::persons() const {
  std::int64_t most = 0;
  for (const Facts::Type& t : facts_.types) most = std::max(most, t.values);
  return fill(
      "本人の数は記録からは分かりません。手がかり: 一つの種類で異なる値は最も多くて " +
          grouped(most) +
          " 個 "
          "(下の表)。これは値の数の下限であり、本人の数ではありません。一人が複数の値を持つことも、"
          "値が記録されないこともあります",
      "the log does not know the number of persons. A hint: at most " + grouped(most) +
          " distinct values of one type (table below). That is a lower bound of values, not of "
          "persons: one person may have several, and some are not recorded");
}

std::string Draft::cause() const {
  std::string out;
  const auto add = [&](const std::set<std::string>& items, const char* ja, const char* en) {
    if (!items.empty()) out += told(ja, en) + joined(items) + told("。", ". ");
  };
  add(facts_.entries, "送信を許可した項目: ", "Allowed by: ");
  add(facts_.exceptions, "適用された例外: ", "Exceptions that applied: ");
  add(facts_.modes, "規則が記録だけ (observe) だった。実施なら: ",
      "Rules were only observed; enforced they would have been: ");
  std::set<std::string> coverages;
  for (const std::string& c : facts_.coverages)
    if (const LocalText* word = word_of_record("coverage", c); word && c != "inspected")
      coverages.insert(word->in(frame_.language));
  add(coverages, "検査の範囲: ", "Inspection: ");
  return out + fill("直接の原因 (誤送信、不正な持ち出しなど) と背景",
                    "the direct cause (a mistake, theft) and what lies behind it");
}

std::string Draft::secondary() const {
  std::string out;
  if (!facts_.recipients.empty())
    out = told("値は提供先に渡っています: ", "The values are with: ") +
          joined(facts_.recipients, "; ") +
          told("。学習への利用と保存期間は提供先ごとに確かめてください。",
               ". Ask each about training and retention. ");
  return out + fill("二次被害の有無、そのおそれと内容",
                    "whether there is secondary harm, or a risk of it");
}

std::string Draft::other() const {
  const Footer& f = frame_.footer;
  std::string out =
      told("記録はハッシュの鎖で保護されています。ログ: ", "The log is chained. Log: ") + f.log;
  if (f.checkpoint)
    out += told("、チェックポイント: ", ", checkpoint: ") +
           say(Word::kCheckpointText, frame_.language,
               {grouped(static_cast<std::int64_t>(f.checkpoint->size)), f.checkpoint->root});
  return out + told("。", ". ") +
         fill("外国の事業者への提供を含む場合の相手国、関係機関 (警察、委託元) への連絡",
              "countries where recipients are abroad; police and principals that were told");
}

Table Draft::items() const {
  Table t;
  t.id = "items";
  t.title = {"報告事項 (規則 8 条 1 項の九項目)", "The nine items (rule 8(1))"};
  t.columns = {text("no", "号", "No."), text("item", "事項", "Item"),
               text("content", "内容", "Content")};
  const auto row = [&](const char* no, const char* ja, const char* en, std::string content) {
    t.rows.push_back({std::string(no), told(ja, en), std::move(content)});
  };
  row("1", "概要", "Outline", outline());
  row("2", "漏えい等が発生し、または発生したおそれがある個人データの項目", "Items of personal data",
      data_items());
  row("3", "本人の数", "Number of persons", persons());
  row("4", "原因", "Cause", cause());
  row("5", "二次被害またはそのおそれの有無とその内容", "Secondary harm, or a risk of it",
      secondary());
  row("6", "本人への対応の実施状況", "What was done for the persons",
      fill("通知の日、方法、対象", "day, way and addressees of the notice"));
  row("7", "公表の実施状況", "Publication", fill("公表の有無、日、方法", "whether, when and how"));
  row("8", "再発防止のための措置", "Prevention",
      fill("規則の追加、例外の終了、教育など。変更は sekisho audit report policy で示せます",
           "rules added, exceptions ended, training; sekisho audit report policy shows changes"));
  row("9", "その他参考となる事項", "Other", other());
  return t;
}

Table Draft::clock() const {
  const BreachClock c =
      breach_clock(frame_.zone.day_of(breach_.known_us / 1'000'000), breach_.wrongful);
  Table t;
  t.id = "deadlines";
  t.title = {"報告の期限", "When to report"};
  t.columns = {text("report", "報告", "Report"), text("day", "暦の上の日", "By the calendar"),
               text("due", "期限", "Due"), text("basis", "根拠", "Basis")};
  const std::string prompt = told(c.prompt_from.to_string() + " から " + c.prompt_by.to_string(),
                                  c.prompt_from.to_string() + " to " + c.prompt_by.to_string());
  t.rows.push_back({told("速報", "prompt report"), prompt,
                    told(c.prompt_by.to_string() + " まで", "by " + c.prompt_by.to_string()),
                    told("知った時点から概ね 3〜5 日以内 (規則 8 条 1 項)",
                         "about 3 to 5 days from knowing (rule 8(1))")});
  const std::string days = std::to_string(c.full_days);
  t.rows.push_back(
      {told("確報", "full report"),
       told(c.full_day.to_string() + " (" + days + " 日目)",
            c.full_day.to_string() + " (day " + days + ")"),
       c.full_by == c.full_day
           ? c.full_by.to_string()
           : told(c.full_by.to_string() + " (" + days + " 日目が閉庁日のため、次の開庁日)",
                  c.full_by.to_string() + " (the next open day: offices are closed on day " + days +
                      ")"),
       told(breach_.wrongful ? "不正の目的のおそれがあるため 60 日以内 (規則 8 条 2 項)"
                             : "30 日以内 (規則 8 条 2 項)。不正の目的のおそれがあれば 60 日",
            breach_.wrongful ? "60 days, since a wrongful purpose is possible (rule 8(2))"
                             : "30 days (rule 8(2)); 60 where a wrongful purpose is possible")});
  t.notes = {
      {"知った日を 1 日目とし、土日・祝日も数えます。最後の日が土日、祝日または 12 月 29 日から 1 "
       "月 3 日に当たれば、次の開庁日が期限です (ガイドライン通則編 3-5-3-4)",
       "The day of knowing is day 1, and weekends and holidays count. Where the last day is a "
       "Saturday, Sunday, public holiday or 29 December to 3 January, the next open day is the "
       "limit (general guidelines, 3-5-3-4)"},
      {"祝日は祝日法の規則で計算したものです。翌々年以降の春分の日と秋分の日は、官報で確かめてくだ"
       "さい",
       "Public holidays follow the rules of the Act on National Holidays; look up the equinoxes of "
       "years beyond the next in the official gazette"}};
  return t;
}

bool Draft::holds(std::initializer_list<std::string_view> types) const {
  for (const Facts::Type& t : facts_.types)
    for (const std::string_view type : types)
      if (t.type == type) return true;
  return false;
}

Table Draft::triggers() const {
  std::int64_t most = 0;
  bool financial = false;
  for (const Facts::Type& t : facts_.types) {
    most = std::max(most, t.values);
    financial = financial || t.category == "financial";
  }
  Table t;
  t.id = "triggers";
  t.title = {"報告が必要となる場合 (規則 7 条)", "When a report is a duty (rule 7)"};
  t.columns = {text("trigger", "事態", "Case"),
               text("log", "記録から言えること", "What the log says")};
  const auto row = [&](const char* ja, const char* en, std::string content) {
    t.rows.push_back({told(ja, en), std::move(content)});
  };
  row("要配慮個人情報を含む (1 人から)", "data of special care (one person is enough)",
      holds({"jp_health_insurance"})
          ? fill("健康保険の番号が見つかっています。病歴などの有無を確かめる",
                 "health insurance numbers were found: look for histories of illness")
          : fill("記録からは分かりません", "the log cannot tell"));
  row("財産的被害のおそれ (1 人から)", "loss of property is possible (one person is enough)",
      financial ? told("該当のおそれ: カード番号や口座が見つかっています",
                       "possible: card or account numbers were found")
                : fill("金融情報は見つかっていません。ID とパスワードの組などを確かめる",
                       "no financial data was found; look for ids with passwords"));
  row("不正の目的のおそれ (1 人から)", "a wrongful purpose is possible (one person is enough)",
      breach_.wrongful ? told("該当 (--wrongful の指定による)", "yes (--wrongful was given)")
                       : fill("記録からは分かりません", "the log cannot tell"));
  row("本人の数が 1,000 人を超える", "more than 1,000 persons",
      most > 1000 ? told("該当のおそれ: 一つの種類で異なる値が 1,000 を超えています",
                         "possible: more than 1,000 distinct values of one type")
                  : fill("値の数は 1,000 以下ですが、本人の数ではありません",
                         "at most 1,000 distinct values, which are not persons"));
  t.notes = {{"高度な暗号化など、権利利益を守る措置がされたデータは対象外です",
              "Data under strong encryption or the like is exempt"}};
  return t;
}

Table Draft::numbers() const {
  Table t;
  t.id = "values";
  t.title = {"種類ごとの数 (拒否されなかった要求)", "By type (requests that were not refused)"};
  t.columns = {text("type", "種類", "Type"), requests_column(), count("hits", "検出数", "Hits"),
               count("values", "異なる値 (下限)", "Distinct values (lower bound)")};
  for (const Facts::Type& type : facts_.types)
    t.rows.push_back({type_name(type), type.requests, type.hits, type.values});
  t.notes = {
      {"異なる値の数は、鍵付きハッシュによる下限です (一要求につき 16 値まで記録)",
       "Distinct values are told by keyed hashes: a lower bound, at most 16 of a request are "
       "recorded"}};
  return t;
}

}  // namespace

Report breach_report(const ReportFrame& frame, const Breach& breach) {
  Report r = begin_report(frame, "appi",
                          {"漏えい等報告の下書き (個人情報保護法 26 条)",
                           "Draft report of a leak (article 26 of the APPI)"});
  r.lead = {{"記録から分かることだけを書き入れた下書きです。" + words(Word::kToFill).ja +
                 "は人が書いてください。提出は個人情報保護委員会の様式で行います。",
             "A draft with what the log knows. Fill in what reads " + words(Word::kToFill).en +
                 "; the report itself is made on the Commission's form."}};
  Inquiry ask(frame, r);
  const Clause clause = clause_of(frame, breach.subject);
  Facts facts;
  facts.totals = totals_of(ask, clause);
  find_types(ask, clause, facts);
  find_ways(frame, ask, clause, facts);
  const Draft draft(frame, breach, facts);
  Section due = begin_section("due", "期限と要否", "Deadlines and duty");
  due.tables = {draft.clock(), draft.triggers()};
  Section items = begin_section("items", "報告事項", "Items");
  items.tables = {draft.items(), draft.numbers()};
  r.sections = {std::move(due), std::move(items)};
  return r;
}

}  // namespace sekisho::audit
