#include <algorithm>
#include <map>
#include <set>

#include "audit/reports/cell_text.h"
#include "audit/reports/columns.h"
#include "audit/reports/country_name.h"
#include "audit/reports/policies.h"
#include "audit/reports/recipient.h"
#include "audit/reports/reports.h"
#include "audit/reports/words.h"
#include "policy/type_words.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kYear = 365;

struct Recipient {
  std::string country, provider, host;  // host: of a service that the catalogue does not know
  std::set<std::string> entries, rules;
  std::set<std::pair<std::string, std::string>> types;  // with their categories
  std::int64_t raw = 0, changed = 0, refused = 0, sent = 0;
  std::int64_t passed() const { return raw + changed; }
};
using Recipients = std::map<std::string, Recipient>;

std::string key_of(const std::string& country, const std::string& provider,
                   const std::string& host) {
  return country + "\n" + (provider.empty() ? host : provider);
}

Recipient& at(Recipients& all, const std::vector<Cell>& row) {
  const std::string country = text_of(row[0]), provider = text_of(row[1]), host = text_of(row[2]);
  Recipient& r = all[key_of(country, provider, host)];
  r.country = country;
  r.provider = provider;
  if (provider.empty()) r.host = host;
  return r;
}

Recipients recipients_of(Inquiry& ask) {
  Recipients all;
  for (const auto& row : ask.of_period(
           "SELECT country, provider, host, entry, rule, verdict, count(*), sum(sent) FROM "
           "exchange WHERE day >= ? AND day < ? AND personal > 0 GROUP BY country, provider, host, "
           "entry, rule, verdict")) {
    Recipient& r = at(all, row);
    const std::string verdict = text_of(row[5]);
    const std::int64_t n = integer_of(row[6]);
    if (!text_of(row[3]).empty() && verdict != "block") r.entries.insert(text_of(row[3]));
    if (!text_of(row[4]).empty() && verdict == "block") r.rules.insert(text_of(row[4]));
    (verdict == "block" ? r.refused : verdict == "allow" ? r.raw : r.changed) += n;
    r.sent += integer_of(row[7]);
  }
  for (const auto& row : ask.of_period(
           "SELECT country, provider, host, type, max(category) FROM finding WHERE day >= "
           "? AND day < ? AND personal = 1 GROUP BY country, provider, host, type"))
    at(all, row).types.emplace(text_of(row[3]), text_of(row[4]));
  return all;
}

std::string joined(const std::set<std::string>& items) {
  std::string out;
  for (const std::string& item : items) (out += out.empty() ? "" : ", ") += item;
  return out;
}

// One recipient for the reader: facts of the company first, then of the catalogue.
class Card {
 public:
  Card(const ReportFrame& frame, const StatedPolicy* policy, const Recipient& r)
      : frame_(frame), policy_(policy), r_(r) {
    for (const std::string& entry : r.entries)
      if (!transfer_) transfer_ = transfer_of(policy, r.provider, entry, r.country);
    if (!transfer_) transfer_ = transfer_of(policy, r.provider, "", r.country);
  }

  bool domestic() const { return r_.country == "JP"; }
  std::string name() const {
    return r_.provider.empty() ? r_.host : service_name(frame_, r_.provider);
  }
  std::string entity() const {
    if (transfer_ && !transfer_->recipient.empty()) return transfer_->recipient;
    return or_to_fill(operator_of(frame_, r_.provider));
  }
  std::string country() const {
    return r_.country.empty() ? told({"不明", "unknown"})
                              : country_name(r_.country, frame_.language);
  }
  std::string route() const {
    if (domestic())
      return told(
          {"国内 (28 条の対象外。27 条による)", "domestic (art. 28 does not apply; see 27)"});
    return transfer_ ? told(route_words(transfer_->route)) : to_fill();
  }
  Table table() const;

 private:
  using Line = std::pair<LocalText, std::string>;
  const std::string& told(const LocalText& text) const { return text.in(frame_.language); }
  std::string to_fill() const { return words(Word::kToFill).in(frame_.language); }
  std::string or_to_fill(const std::string& text) const { return text.empty() ? to_fill() : text; }
  std::string localized(const config::Localized& text) const {
    return frame_.language == Language::kJapanese ? text.ja : text.en;
  }
  std::string account(const config::Localized& text, const config::Localized& why,
                      const std::string& url, const std::optional<config::Date>& of,
                      bool renewed) const;
  std::string age_warning(const config::Date& of) const;
  std::string training() const;
  std::set<std::string> names_of_types() const;
  void lines_of_law(std::vector<Line>& out) const;
  void lines_of_log(std::vector<Line>& out) const;

  const ReportFrame& frame_;
  const StatedPolicy* policy_;
  const Recipient& r_;
  const config::TransferDef* transfer_ = nullptr;
};

std::string Card::age_warning(const config::Date& of) const {
  const std::int64_t age = policy::days_from_civil(frame_.zone.day_of(frame_.now_us / 1'000'000)) -
                           policy::days_from_civil(of);
  if (age <= kYear) return {};
  return to_fill() + told({"前回の確認から " + grouped(age) + " 日。年一回程度の確認が必要です",
                           grouped(age) + " days since: it is to be checked about once a year"});
}

// What is known with its day, or why it cannot be told, or that it is to be filled in.
std::string Card::account(const config::Localized& text, const config::Localized& why,
                          const std::string& url, const std::optional<config::Date>& of,
                          bool renewed) const {
  std::string out;
  if (!text.empty()) {
    out = localized(text);
    if (of) out += " (" + of->to_string() + ")";
    if (!url.empty()) out += " " + url;
    if (of && renewed)
      if (const std::string old = age_warning(*of); !old.empty()) out += " " + old;
  }
  if (!why.empty())
    out += (out.empty() ? "" : " ") + told({"説明できない理由: ", "Why it cannot be told: "}) +
           localized(why);
  return or_to_fill(out);
}

std::string Card::training() const {
  const std::string entry = r_.entries.empty() ? "" : *r_.entries.begin();
  const StatedFact fact = fact_of(frame_, policy_, r_.provider, entry, "trains_on_inputs");
  if (fact.value.empty() || fact.value == "unknown")
    return to_fill() +
           told({"不明。学習に使わないことを確かめてください (個人情報保護委員会 2023-06-02)",
                 "unknown: confirm that it does not train (PPC, 2023-06-02)"});
  const std::string from = " (" + fact.from + ")";
  if (fact.value == "no") return words(Word::kNo).in(frame_.language) + from;
  const LocalText* known = word_of_record("trains_on_inputs", fact.value);
  return (known ? known->in(frame_.language) : fact.value) + from + " " + to_fill() +
         told({"契約や設定で止めたことの確認", "that contract or settings switch it off"});
}

std::set<std::string> Card::names_of_types() const {
  std::set<std::string> out;
  for (const auto& [type, category] : r_.types) {
    const policy::TypeWords w = policy::words_of(type, category);
    out.insert(told({w.ja, w.en}) + " (" + type + ")");
  }
  return out;
}

void Card::lines_of_law(std::vector<Line>& out) const {
  out.push_back({{"提供先 (法人)", "Recipient (legal entity)"}, entity()});
  out.push_back({{"国", "Country"}, country()});
  out.push_back({{"提供の根拠", "Route"}, route()});
  if (!domestic()) {
    static const config::TransferDef kNone;
    const config::TransferDef& t = transfer_ ? *transfer_ : kNone;
    out.push_back({{"根拠の文書", "Document of the route"}, or_to_fill(localized(t.basis))});
    out.push_back({{"その国の個人情報保護の制度", "Regime of the country"},
                   account(t.regime, t.regime_why, t.regime_url, t.regime_as_of, true)});
    out.push_back(
        {{"提供先の措置と最後に確認した日", "Measures of the recipient, day of the last check"},
         account(t.measures, t.measures_why, t.measures_url, t.measures_checked, true)});
  }
  out.push_back({{"入力を学習に使うか", "Trains on inputs"}, training()});
}

void Card::lines_of_log(std::vector<Line>& out) const {
  out.push_back({{"個人情報が見つかった要求", "Requests with personal findings"},
                 told({"そのまま送信 " + grouped(r_.raw) + " 件、伏せ字・仮名化して送信 " +
                           grouped(r_.changed) + " 件、拒否 " + grouped(r_.refused) + " 件",
                       grouped(r_.raw) + " sent as they were, " + grouped(r_.changed) +
                           " redacted or pseudonymised, " + grouped(r_.refused) + " refused"})});
  out.push_back({{"見つかった種類", "Types found"}, joined(names_of_types())});
  out.push_back({{"許可した規則", "Rule that allowed it"},
                 r_.entries.empty() ? words(Word::kNone).in(frame_.language) : joined(r_.entries)});
  std::string stop =
      r_.rules.empty() ? "" : told({"拒否した規則: ", "Refused by: "}) + joined(r_.rules);
  if (transfer_ && !transfer_->stop.empty())
    stop = localized(transfer_->stop) + (stop.empty() ? "" : " / " + stop);
  if (stop.empty() && r_.passed() == 0 && r_.refused > 0)
    stop = told({"すべて拒否しました", "all of it was refused"});
  if (!domestic() || !stop.empty())
    out.push_back({{"提供の停止", "Stop decision"}, or_to_fill(stop)});
}

Table Card::table() const {
  std::vector<Line> lines;
  lines_of_law(lines);
  lines_of_log(lines);
  Table t;
  t.id = "recipient";
  const std::string ja = country_name(r_.country, Language::kJapanese);
  const std::string en = country_name(r_.country, Language::kEnglish);
  t.title = {(ja.empty() ? "国不明" : ja) + " / " + name(),
             (en.empty() ? "country unknown" : en) + " / " + name()};
  t.columns = {text("item", "項目", "Item"), text("content", "内容", "Content")};
  for (const auto& [item, content] : lines) t.rows.push_back({told(item), shown(content)});
  return t;
}

Section summary(const ReportFrame& frame, const StatedPolicy* policy, const Recipients& all) {
  Section s = begin_section("summary", "提供先の一覧", "Recipients");
  Table t;
  t.id = "recipients";
  t.title = {"個人情報が見つかった要求の送り先", "Where requests with personal findings went"};
  t.columns = {of_country(),
               of_service(),
               text("recipient", "提供先 (法人)", "Recipient"),
               text("route", "根拠", "Route"),
               count("raw", "そのまま送信", "Sent as it was"),
               count("changed", "伏せ字・仮名化", "Changed"),
               count("refused", "拒否", "Refused")};
  for (const auto& [key, r] : all) {
    const Card card(frame, policy, r);
    t.rows.push_back(
        {card.country(), card.name(), card.entity(), card.route(), r.raw, r.changed, r.refused});
  }
  t.notes = {{"数えたのは要求で、本人の数ではありません。検出器が見つけたものだけを数えます",
              "Counted are requests, not persons, and only what the detectors found"}};
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "transfers");
  return s;
}

Section cards(const ReportFrame& frame, const StatedPolicy* policy, const Recipients& all) {
  constexpr std::size_t kMost = 100;
  Section s = begin_section("recipients", "提供先ごとの記載事項 (法 28 条、規則 17 条・18 条)",
                            "Each recipient (art. 28, rules 17 and 18)");
  for (const auto& [key, r] : all) {
    if (s.tables.size() == kMost) break;
    s.tables.push_back(Card(frame, policy, r).table());
  }
  if (all.size() > kMost) {
    const std::string left = grouped(static_cast<std::int64_t>(all.size() - kMost));
    s.text.push_back({"ほか " + left + " の提供先は上の一覧だけに示しました",
                      left + " more recipients stand in the list above alone"});
  }
  return s;
}

Section without_findings(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("others", "すべての要求の送り先", "Where all requests went");
  Table t;
  t.id = "countries";
  t.title = {"国とサービス (個人情報が見つからなかった要求を含む)",
             "Countries and services (with requests without personal findings)"};
  t.columns = {of_country(), of_service(), requests_column(),
               count("personal", "個人情報あり", "With personal findings"),
               count("refused", "拒否", "Refused")};
  t.rows = ask.of_period(
      "SELECT country, provider, sum(n), sum(personal), sum(CASE WHEN verdict = 'block' THEN n "
      "ELSE 0 END) FROM rollup WHERE day >= ? AND day < ? GROUP BY country, provider ORDER BY "
      "sum(n) DESC, country, provider");
  t.notes = {{"国は証拠から決めたものです。根拠は sekisho audit regions で示せます",
              "Countries follow from evidence: sekisho audit regions shows it"}};
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "regions");
  return s;
}

}  // namespace

Report crossborder_report(const ReportFrame& frame) {
  Report r =
      begin_report(frame, "crossborder",
                   {"外国にある第三者への個人データの提供に関する報告 (個人情報保護法 28 条)",
                    "Personal data provided to third parties abroad (article 28 of the APPI)"});
  Inquiry ask(frame, r);
  const auto spans = policies_of(frame, ask);
  const auto policy = spans.empty() ? std::nullopt : stated_policy(frame, spans.back().digest);
  const std::string digest = policy ? short_digest(policy->digest) : "";
  r.lead = {
      {"根拠・制度・措置は、期間の最後に有効だったポリシー " + digest +
           " の transfers とカタログの記載です。書かれていないものは" + words(Word::kToFill).ja +
           "と示します。",
       "Routes, regimes and measures are those of `transfers` in the policy in force at the end of "
       "the period " +
           digest + " and of the catalogue; what is not stated reads " + words(Word::kToFill).en +
           "."},
      {"提供に関する記録 (法 29 条・30 条) は原則 3 年間の保存が必要です。",
       "Records of provision (arts. 29 and 30) are to be kept for three years as a rule."}};
  if (!policy)
    r.lead.push_back({"期間中のポリシーの全文が見つかりません。記載事項はカタログだけによります。",
                      "The text of the policy is not at hand: facts are the catalogue's alone."});
  const Recipients all = recipients_of(ask);
  r.sections = {summary(frame, policy ? &*policy : nullptr, all),
                cards(frame, policy ? &*policy : nullptr, all), without_findings(frame, ask)};
  return r;
}

}  // namespace sekisho::audit
