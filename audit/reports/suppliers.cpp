#include "audit/reports/columns.h"
#include "audit/reports/country_name.h"
#include "audit/reports/policies.h"
#include "audit/reports/recipient.h"
#include "audit/reports/reports.h"
#include "audit/reports/words.h"

namespace sekisho::audit {
namespace {

constexpr const char* kFacts[] = {"trains_on_inputs", "retention_days", "dpa", "certifications",
                                  "governing_law"};

std::string or_unknown(const ReportFrame& frame, const std::string& value) {
  if (!value.empty() && value != "unknown") return value;
  return frame.language == Language::kJapanese ? "不明" : "unknown";
}

std::vector<Cell> row_of(const ReportFrame& frame, const StatedPolicy* policy,
                         const std::vector<Cell>& used) {
  const std::string provider = text_of(used[0]), entry = text_of(used[1]);
  std::vector<Cell> row{service_name(frame, provider),
                        shown(operator_of(frame, provider)),
                        shown(country_name(text_of(used[2]), frame.language)),
                        shown(entry),
                        used[3],
                        used[4]};
  for (const char* key : kFacts)
    row.push_back(or_unknown(frame, fact_of(frame, policy, provider, entry, key).value));
  const StatedFact reviewed = fact_of(frame, policy, provider, entry, "reviewed_at");
  row.push_back(reviewed.value.empty() || reviewed.value == "unknown"
                    ? words(Word::kToFill).in(frame.language)
                    : reviewed.value);
  return row;
}

}  // namespace

Report suppliers_report(const ReportFrame& frame) {
  Report r =
      begin_report(frame, "suppliers",
                   {"利用中の生成 AI サービス (供給者) の報告", "Generative AI suppliers in use"});
  r.lead = {
      {"期間中に要求が通ったサービスと、契約・規約についてカタログとポリシーが述べる事実です。",
       "Services that requests went to in the period, and what the catalogue and the policy "
       "state of their terms."},
      {"見直しの時期が近いものは sekisho providers due で分かります。",
       "sekisho providers due names those whose review is near."}};
  Inquiry ask(frame, r);
  const auto spans = policies_of(frame, ask);
  const auto policy = spans.empty() ? std::nullopt : stated_policy(frame, spans.back().digest);
  Section s = begin_section("suppliers", "サービスの一覧", "Services");
  Table t;
  t.id = "suppliers";
  t.title = {"許可して使ったサービス", "Services that were allowed and used"};
  t.columns = {of_service(),
               text("operator", "契約する会社", "Contracting company"),
               of_country(),
               text("entry", "許可した項目", "Allowed by"),
               requests_column(),
               bytes("sent", "送信", "Sent"),
               text("trains_on_inputs", "学習に使うか", "Trains on inputs"),
               text("retention_days", "保存日数", "Retention (days)"),
               text("dpa", "データ処理の契約", "DPA"),
               list("certifications", "認証", "Certifications"),
               text("governing_law", "準拠法", "Governing law"),
               text("reviewed_at", "規約を確認した日", "Terms reviewed")};
  for (const auto& row : ask.of_period(
           "SELECT provider, entry, country, sum(n), sum(sent) FROM rollup WHERE day >= ? AND day "
           "< ? AND verdict <> 'block' AND provider <> '' GROUP BY provider, entry, country ORDER "
           "BY sum(n) DESC, provider, entry, country"))
    t.rows.push_back(row_of(frame, policy ? &*policy : nullptr, row));
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "dests");
  r.sections.push_back(std::move(s));
  return r;
}

}  // namespace sekisho::audit
