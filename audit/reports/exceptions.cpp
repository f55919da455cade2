#include <map>

#include "audit/reports/columns.h"
#include "audit/reports/policies.h"
#include "audit/reports/recipient.h"
#include "audit/reports/reports.h"

namespace sekisho::audit {
namespace {

struct Uses {
  std::int64_t requests = 0, users = 0, first_us = 0, last_us = 0;
};
using UsesById = std::map<std::string, Uses>;

UsesById uses_of(Inquiry& ask, const std::string& column) {
  UsesById out;
  for (const auto& row :
       ask.of_period("SELECT " + column +
                     ", count(*), count(DISTINCT user), min(time_us), "
                     "max(time_us) FROM exchange WHERE day >= ? AND day < ? AND " +
                     column + " <> '' AND verdict <> 'block' GROUP BY " + column))
    out[text_of(row[0])] = {integer_of(row[1]), integer_of(row[2]), integer_of(row[3]),
                            integer_of(row[4])};
  return out;
}

std::string joined(const std::vector<config::MarkedText>& items) {
  std::string out;
  for (const auto& item : items) (out += out.empty() ? "" : ", ") += item.value;
  return out;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) (out += out.empty() ? "" : ", ") += item;
  return out;
}

// One grant as the policies of the period state it, the latest last.
struct Grant {
  std::string id, what, scope;
  config::Approval approval;
  std::string policy;
};

class Grants {
 public:
  explicit Grants(const ReportFrame& frame) : frame_(frame) {}
  void add(Grant grant) { by_id_[grant.id] = std::move(grant); }
  Table table(std::string id, LocalText title, LocalText what, const UsesById& uses) const;

 private:
  std::string state(const Grant& g, const Uses* used) const;
  std::vector<Cell> row(const Grant& g, const Uses* used) const;
  const ReportFrame& frame_;
  std::map<std::string, Grant> by_id_;
};

std::string Grants::state(const Grant& g, const Uses* used) const {
  const auto told = [&](const char* ja, const char* en) {
    return std::string(frame_.language == Language::kJapanese ? ja : en);
  };
  const bool ended =
      g.approval.until && frame_.zone.end_of(*g.approval.until) <= frame_.period.to_us / 1'000'000;
  if (ended && !used) return told("期限切れ・使用なし", "expired, unused");
  if (ended) return told("期限切れ", "expired");
  return used ? told("有効", "in force") : told("有効・使用なし", "in force, unused");
}

std::vector<Cell> Grants::row(const Grant& g, const Uses* used) const {
  const config::Localized& why = g.approval.reason;
  return {g.id,
          shown(g.what),
          shown(g.scope),
          g.approval.until ? Cell(g.approval.until->to_string()) : Cell(),
          shown(g.approval.ticket),
          shown(joined(g.approval.approved_by)),
          shown(frame_.language == Language::kJapanese ? why.ja : why.en),
          used ? used->requests : std::int64_t{0},
          used ? used->users : std::int64_t{0},
          used ? Cell(used->last_us) : Cell(),
          state(g, used)};
}

Table Grants::table(std::string id, LocalText title, LocalText what, const UsesById& uses) const {
  Table t;
  t.id = std::move(id);
  t.title = std::move(title);
  t.columns = {text("id", "id", "Id"),
               {"what", std::move(what), ColumnKind::kList},
               list("scope", "対象", "For"),
               day("until", "期限", "Until"),
               text("ticket", "承認番号", "Ticket"),
               list("approved_by", "承認者", "Approved by"),
               text("why", "理由", "Reason given"),
               count("requests", "使用", "Uses"),
               count("users", "使用者数", "Users"),
               time("last", "最後の使用", "Last use"),
               text("state", "状態", "State")};
  t.columns[0].label.ja = "名前";
  for (const auto& [key, g] : by_id_) {
    const auto used = uses.find(key);
    t.rows.push_back(row(g, used == uses.end() ? nullptr : &used->second));
  }
  return t;
}

std::string scope_of(const std::vector<config::MarkedText>& groups,
                     const std::vector<config::MarkedText>& providers) {
  std::string out = joined(groups);
  const std::string services = joined(providers);
  if (!out.empty() && !services.empty()) out += ", ";
  return out + services;
}

void collect(const StatedPolicy& policy, Grants& exceptions, Grants& destinations) {
  for (const auto& e : policy.file.exceptions)
    exceptions.add(
        {e.id, joined(e.lifts), scope_of(e.groups, e.providers), e.approval, policy.digest});
  for (const auto& d : policy.file.destinations)
    if (d.approval.until) {
      std::string hosts = joined(d.providers);
      if (const std::string own = joined(d.hosts); !own.empty())
        hosts += (hosts.empty() ? "" : ", ") + own;
      destinations.add({d.id, hosts, joined(d.groups), d.approval, policy.digest});
    }
}

Section used(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("uses", "使われた例外", "Exceptions used");
  Table t;
  t.id = "uses";
  t.title = {"例外・利用者・宛先", "Exceptions, users and destinations"};
  t.columns = {text("exception", "例外", "Exception"),
               text("user", "利用者", "User"),
               text("host", "ホスト", "Host"),
               of_country(),
               requests_column(),
               bytes("sent", "送信", "Sent"),
               time("first", "最初", "First"),
               time("last", "最後", "Last")};
  t.rows = ask.of_period(
      "SELECT exception, user, host, country, count(*), sum(sent), min(time_us), max(time_us) FROM "
      "exchange WHERE day >= ? AND day < ? AND exception <> '' GROUP BY exception, user, host, "
      "country ORDER BY count(*) DESC, exception, user, host");
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "exceptions");
  return s;
}

}  // namespace

Report exceptions_report(const ReportFrame& frame) {
  Report r =
      begin_report(frame, "exceptions", {"例外の付与と使用の報告", "Exceptions granted and used"});
  r.lead = {
      {"期間中に有効だったポリシーの全文から、誰が・誰に・いつまで・なぜ認めたかを取り出し、"
       "記録から使われた回数を数えました。",
       "Who granted what to whom, until when and why is taken from the texts of the policies "
       "in force; the uses are counted from the records."}};
  Inquiry ask(frame, r);
  Grants exceptions(frame), destinations(frame);
  std::size_t missing = 0;
  for (const PolicySpan& span : policies_of(frame, ask)) {
    const auto policy = stated_policy(frame, span.digest);
    if (policy)
      collect(*policy, exceptions, destinations);
    else
      ++missing;
  }
  if (missing)
    r.lead.push_back({"全文が見つからないポリシーが " + std::to_string(missing) +
                          " 件あり、その例外は下の表にありません。",
                      std::to_string(missing) +
                          " policies have no text at hand; their exceptions are not below."});
  Section granted = begin_section("granted", "認めた例外", "Exceptions granted");
  granted.tables = {
      exceptions.table("exceptions", {"規則の例外", "Exceptions from rules"},
                       {"解除する規則", "Lifts"}, uses_of(ask, "exception")),
      destinations.table("destinations",
                         {"期限付きで許可した宛先", "Destinations allowed for a time"},
                         {"宛先", "Destinations"}, uses_of(ask, "entry"))};
  r.sections = {std::move(granted), used(frame, ask)};
  return r;
}

}  // namespace sekisho::audit
