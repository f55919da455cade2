#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "audit/questions/questions.h"
#include "audit/reports/recipient.h"

namespace sekisho::audit {
namespace {

// The countries of the EEA and the United Kingdom, designated under APPI article 28 (rule 15).
constexpr std::array<std::string_view, 31> kDesignated = {
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE",
    "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"};

bool is_designated(const std::string& country) {
  return std::find(kDesignated.begin(), kDesignated.end(), country) != kDesignated.end();
}

// Provider and country.
using Recipient = std::pair<std::string, std::string>;
using Entries = std::map<Recipient, std::set<std::string>>;

Entries entries_of(Asker& asker) {
  Entries out;
  for (const auto& row : asker.ask_days(
           "SELECT provider, country, entry FROM rollup WHERE day>=? AND day<? AND entry<>'' GROUP "
           "BY provider, country, entry"))
    out[{text_in(row[0]), text_in(row[1])}].insert(text_in(row[2]));
  return out;
}

// The policy that was in force at the end of the period, as the report has it.
std::optional<StatedPolicy> last_policy(Asker& asker) {
  std::string digest;
  for (const auto& row : asker.ask_days(
           "SELECT policy, max(last_us) AS seen FROM rollup_policy WHERE day>=? AND day<? AND "
           "policy<>'' GROUP BY policy ORDER BY seen, policy"))
    digest = text_in(row[0]);
  const auto& read = asker.asking().policy_text;
  const auto text = read && !digest.empty() ? read(digest) : std::nullopt;
  if (!text) return std::nullopt;
  return stated_policy(digest, *text);
}

const config::TransferDef* transfer_to(const StatedPolicy* policy, const Recipient& to,
                                       const std::set<std::string>& entries) {
  for (const auto& entry : entries)
    if (const auto* found = transfer_of(policy, to.first, entry, to.second)) return found;
  return transfer_of(policy, to.first, "", to.second);
}

// On what ground the law lets it be provided: what the policy states, then what follows from the
// country.
LocalText ground(const config::TransferDef* stated, const std::string& country) {
  if (stated) return route_words(stated->route);
  if (country.empty()) return {"国が不明: 要確認", "country unknown: to be checked"};
  if (is_designated(country)) return {"指定国 (規則 15 条)", "designated country (rule 15)"};
  return {"本人の同意または相当措置が必要: 要記入",
          "consent or equivalent measures needed: to be filled in"};
}

// What the policy says, with its day, or why it says nothing.
std::string stated(const Asker& asker, const config::Localized& text, const config::Localized& why,
                   const std::optional<config::Date>& day, const std::string& url) {
  std::string out = asker.say({text.ja, text.en});
  if (!out.empty() && day) out += " (" + day->to_string() + ")";
  if (!out.empty() && !url.empty()) out += " " + url;
  if (!why.empty())
    out += (out.empty() ? "" : " ") +
           asker.say({"説明できない理由: " + why.ja, "why it cannot be told: " + why.en});
  return out.empty() ? asker.say({"要記入", "to be filled in"}) : out;
}

}  // namespace

Asked ask_crossborder(const QuestionScope& asking) {
  Asker asker(asking, "crossborder",
              {"外国にある第三者への提供 (個人情報保護法 28 条)",
               "Provision to third parties abroad (APPI article 28)"});
  const auto policy = last_policy(asker);
  const StatedPolicy* said = policy ? &*policy : nullptr;
  Entries entries = entries_of(asker);
  Table counts{
      "crossborder",
      {"事業者と国", "Provider and country"},
      {provider_column(), country_column(), text_column("basis", "根拠", "basis"), records_column(),
       column(ColumnKind::kCount, "personal", "個人データを含む", "with personal data"),
       column(ColumnKind::kCount, "personal_sent", "うち送信", "of these sent"),
       column(ColumnKind::kCount, "personal_blocked", "うち拒否", "of these blocked"),
       column(ColumnKind::kBytes, "sent", "送信バイト", "bytes sent"),
       column(ColumnKind::kList, "entries", "許可の項目", "policy entries")},
      {},
      {}};
  Table grounds{"grounds",
                {"根拠の記載 (policy.yaml の transfers)", "What the policy states (transfers)"},
                {provider_column(), country_column(), text_column("item", "項目", "item"),
                 text_column("text", "記載", "text")},
                {},
                {}};
  for (const auto& row : asker.ask_days(
           "SELECT provider, country, sum(n) AS n_records, sum(personal) AS n_personal, sum(CASE "
           "WHEN verdict<>'block' THEN personal ELSE 0 END), sum(CASE WHEN verdict='block' THEN "
           "personal ELSE 0 END), sum(sent) FROM rollup WHERE day>=? AND day<? AND country<>'JP' "
           "GROUP BY provider, country ORDER BY n_personal DESC, n_records DESC, provider, "
           "country")) {
    const Recipient to{text_in(row[0]), text_in(row[1])};
    const auto& own = entries[to];
    const config::TransferDef* t = transfer_to(said, to, own);
    std::string list;
    for (const auto& e : own) (list += list.empty() ? "" : ", ") += e;
    counts.rows.push_back({or_nothing(to.first), or_nothing(to.second),
                           asker.say(ground(t, to.second)), number_in(row[2]), number_in(row[3]),
                           number_in(row[4]), number_in(row[5]), number_in(row[6]),
                           or_nothing(list)});
    if (!t) continue;
    const auto add = [&](const LocalText& item, const std::string& text) {
      grounds.rows.push_back({or_nothing(to.first), or_nothing(to.second), asker.say(item), text});
    };
    if (!t->recipient.empty()) add({"提供先 (法人)", "recipient"}, t->recipient);
    add({"根拠の文書", "document"}, stated(asker, t->basis, {}, {}, ""));
    add({"その国の制度", "regime of the country"},
        stated(asker, t->regime, t->regime_why, t->regime_as_of, t->regime_url));
    add({"提供先の措置", "measures of the recipient"},
        stated(asker, t->measures, t->measures_why, t->measures_checked, t->measures_url));
    if (!t->stop.empty()) add({"提供の停止", "stop"}, asker.say({t->stop.ja, t->stop.en}));
  }
  counts.notes.push_back(
      {"件数は記録に基づく下限です: 検査できなかった要求に個人データが含まれることがあります。契約"
       "の中身はログからは分かりません。",
       "Counts are lower bounds: requests that could not be read may hold personal data. What "
       "contracts say cannot be known from the log."});
  grounds.notes.push_back(
      said ? LocalText{"期間の最後に有効だったポリシー " + said->digest + " によります。",
                       "Of the policy in force at the end of the period, " + said->digest + "."}
           : LocalText{"期間のポリシーの本文が残っていません。",
                       "The text of the period's policy is not there any more."});
  asker.add(std::move(counts));
  asker.add(std::move(grounds));
  return asker.finish();
}

}  // namespace sekisho::audit
