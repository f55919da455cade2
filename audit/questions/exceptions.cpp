#include <algorithm>
#include <map>

#include "audit/questions/policy_texts.h"
#include "audit/questions/questions.h"

namespace sekisho::audit {
namespace {

struct Grant {
  std::string id, scope, lifts, ticket, approved_by;
  LocalText reason;
  std::optional<config::Date> until;
  bool open = false;  // in the newest policy
};

std::string listed(const std::vector<config::MarkedText>& items) {
  std::string out;
  for (const auto& item : items) (out += out.empty() ? "" : ", ") += item.value;
  return out;
}

Grant grant_of(const config::ExceptionDef& e) {
  Grant g;
  g.id = e.id;
  g.lifts = listed(e.lifts);
  g.scope = listed(e.groups);
  if (!e.providers.empty()) (g.scope += g.scope.empty() ? "" : " → ") += listed(e.providers);
  g.ticket = e.approval.ticket;
  for (const auto& name : e.approval.approved_by)
    (g.approved_by += g.approved_by.empty() ? "" : ", ") += name;
  g.reason = {e.approval.reason.ja, e.approval.reason.en};
  g.until = e.approval.until;
  return g;
}

// Every exception of the policies in force in the period, as the newest of them has it.
std::map<std::string, Grant> grants_of(Asker& asker) {
  std::map<std::string, Grant> out;
  std::string newest;
  for (const auto& row : asker.ask(
           "SELECT policy, min(first_us) AS begun, max(last_us) AS seen FROM rollup_policy WHERE "
           "day<? GROUP BY policy ORDER BY seen, begun",
           {asker.asking().to_day})) {
    newest = text_in(row[0]);
    if (number_in(row[2]) < asker.asking().period.from_us) continue;
    const auto policy = read_policy(asker.asking(), newest);
    if (!policy) continue;
    for (auto& [id, grant] : out) grant.open = false;
    for (const auto& e : policy->exceptions) {
      out[e.id] = grant_of(e);
      out[e.id].open = true;
    }
  }
  if (!out.empty() || newest.empty()) return out;
  if (const auto policy = read_policy(asker.asking(), newest))
    for (const auto& e : policy->exceptions) {
      out[e.id] = grant_of(e);
      out[e.id].open = true;
    }
  return out;
}

struct Uses {
  std::int64_t n = 0, users = 0, first = 0, last = 0;
};

// A decision that an exception lifted is itself the record of that use, with exception and ticket.
std::map<std::string, Uses> uses_of(Asker& asker, Table& by_user) {
  std::map<std::string, Uses> out;
  for (const auto& row : asker.ask_days(
           "SELECT exception, user, count(*) AS n_uses, min(time_us), max(time_us) FROM exchange "
           "INDEXED BY exchange_exception WHERE day>=? AND day<? AND exception<>'' GROUP BY "
           "exception, user ORDER BY exception, "
           "n_uses DESC, user")) {
    Uses& u = out[text_in(row[0])];
    const std::int64_t first = number_in(row[3]), last = number_in(row[4]);
    u.first = u.n ? std::min(u.first, first) : first;
    u.last = std::max(u.last, last);
    u.n += number_in(row[2]);
    ++u.users;
    by_user.rows.push_back({row[0], row[1], number_in(row[2]), first, last});
  }
  return out;
}

}  // namespace

Asked ask_exceptions(const QuestionScope& asking, const ExceptionOptions& options) {
  Asker asker(asking, "exceptions",
              {"例外: 誰が認め、いつまで、何回使われたか",
               "Exceptions: granted by whom, until when, used how often"});
  const auto grants = grants_of(asker);
  Table by_user{"uses",
                {"誰が使ったか", "Who used them"},
                {text_column("id", "例外", "exception"), user_column(),
                 column(ColumnKind::kCount, "uses", "使用", "uses"), first_column(), last_column()},
                {},
                {}};
  auto uses = uses_of(asker, by_user);
  Table& table = asker.add_table(
      "exceptions", {"例外", "Exceptions"},
      {text_column("id", "例外", "exception"), text_column("lifts", "外す規則", "lifts"),
       text_column("scope", "対象", "scope"), text_column("approved_by", "承認", "approved by"),
       text_column("ticket", "申請", "ticket"), column(ColumnKind::kDay, "until", "期限", "until"),
       text_column("state", "状態", "state"), column(ColumnKind::kCount, "uses", "使用", "uses"),
       column(ColumnKind::kCount, "users", "利用者数", "users"), first_column(), last_column(),
       text_column("reason", "理由", "reason")});
  std::vector<std::string> ids;
  for (const auto& [id, grant] : grants) ids.push_back(id);
  for (const auto& [id, used] : uses)
    if (!grants.count(id)) ids.push_back(id);
  const std::int64_t until = std::min(asking.now_us, asking.period.to_us);
  for (const auto& id : ids) {
    const auto found = grants.find(id);
    const bool known = found != grants.end();
    const Grant grant = known ? found->second : Grant{};
    const Uses used = uses[id];
    const bool over = grant.until && asking.zone.end_of(*grant.until) * 1'000'000 <= asking.now_us;
    if (options.expired_but_open && !(over && grant.open)) continue;
    if (options.unused_days > 0 &&
        (!grant.open || used.last > until - options.unused_days * 86400ll * 1'000'000))
      continue;
    const LocalText state = !known ? LocalText{"本文なし", "its text is not there"}
                            : over ? LocalText{grant.open ? "期限切れ、項目は残る" : "期限切れ",
                                               grant.open ? "ended, still listed" : "ended"}
                            : grant.open ? LocalText{"有効", "open"}
                                         : LocalText{"取り下げ", "withdrawn"};
    table.rows.push_back({id, or_nothing(grant.lifts), or_nothing(grant.scope),
                          or_nothing(grant.approved_by), or_nothing(grant.ticket),
                          or_nothing(grant.until ? grant.until->to_string() : ""), asker.say(state),
                          used.n, used.users, used.n ? Cell(used.first) : Cell(),
                          used.n ? Cell(used.last) : Cell(), or_nothing(asker.say(grant.reason))});
  }
  table.notes.push_back(
      {"期限の切れた例外は、項目が残っていても働きません。使用は期間内の要求の数です。",
       "An exception that has ended has no effect, even while it is listed. Uses are requests of "
       "the period."});
  by_user.notes.push_back(
      {"例外で通した要求の一つ一つは、その判定の記録に例外と申請の番号があります (sekisho audit "
       "query、sekisho audit show)。",
       "Each request that an exception let pass has it, with its ticket, in the record of its "
       "decision (sekisho audit query, sekisho audit show)."});
  if (!options.unused_days && !options.expired_but_open) asker.add(std::move(by_user));
  return asker.finish();
}

}  // namespace sekisho::audit
