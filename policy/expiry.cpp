#include "policy/expiry.h"

#include <utility>

#include "policy/gatekeeper.h"
#include "policy/snapshot_impl.h"

namespace sekisho::policy {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kSoon = 14 * kDay;
constexpr Expiry::Kind kKinds[] = {Expiry::Kind::kDestination, Expiry::Kind::kException,
                                   Expiry::Kind::kReview};

bool over(const Expiry& e, std::int64_t now) {
  return !e.end || now >= *e.end;
}

bool soon(const Expiry& e, std::int64_t now) {
  return e.end && now < *e.end && *e.end - now <= kSoon;
}

struct Sentence {
  std::string en, ja;
  std::string both() && { return std::move(en) + " / " + std::move(ja); }
};

Sentence subject(const Expiry& e) {
  const std::string ticket = e.ticket.empty() ? "" : " (" + e.ticket + ")";
  switch (e.kind) {
    case Expiry::Kind::kDestination:
      return {"the destination '" + e.id + "'" + ticket, "接続先 '" + e.id + "'" + ticket};
    case Expiry::Kind::kException:
      return {"the exception '" + e.id + "'" + ticket, "例外 '" + e.id + "'" + ticket};
    case Expiry::Kind::kReview:
      break;
  }
  return {"the review of the terms of '" + e.id + "' (" + e.entry + ")",
          "'" + e.id + "' の規約の確認 (" + e.entry + ")"};
}

// What has ended, and what that means.
Sentence ended(const Expiry& e) {
  switch (e.kind) {
    case Expiry::Kind::kDestination:
      return {" has expired and admits nobody", " は期限切れで、誰も使えません"};
    case Expiry::Kind::kException:
      return {" has expired and lifts nothing", " は期限切れで、効いていません"};
    case Expiry::Kind::kReview:
      break;
  }
  if (!e.end) return {" is missing: it is refused", " がないため、拒否しています"};
  return {" is overdue: it is refused", " が期限を過ぎたため、拒否しています"};
}

}  // namespace

std::string_view to_word(Expiry::Kind kind) {
  switch (kind) {
    case Expiry::Kind::kException:
      return "exception";
    case Expiry::Kind::kReview:
      return "review";
    case Expiry::Kind::kDestination:
      break;
  }
  return "destination";
}

std::vector<Expiry> expiries(const Snapshot& snapshot) {
  std::vector<Expiry> out = snapshot.impl().gatekeeper->expiries();
  for (const DataException& e : snapshot.impl().data.exceptions) {
    std::string ticket;
    for (const auto& def : snapshot.file().exceptions)
      if (def.id == e.id) ticket = def.approval.ticket;
    out.push_back({Expiry::Kind::kException, e.id, "", std::move(ticket), e.until});
  }
  return out;
}

std::string ticket_of(const Snapshot& snapshot, std::string_view exception,
                      std::string_view entry) {
  const config::PolicyFile& file = snapshot.file();
  for (const auto& e : file.exceptions)
    if (!exception.empty() && e.id == exception && !e.approval.ticket.empty())
      return e.approval.ticket;
  for (const auto& d : file.destinations)
    if ((d.id == exception || d.id == entry) && !d.approval.ticket.empty())
      return d.approval.ticket;
  return {};
}

std::string expiry_warning(const Expiry& e, std::int64_t now) {
  if (!over(e, now) && !soon(e, now)) return {};
  Sentence s = subject(e);
  if (over(e, now)) {
    const Sentence what = ended(e);
    s.en += what.en;
    s.ja += what.ja;
    return std::move(s).both();
  }
  const std::int64_t days = (*e.end - now + kDay - 1) / kDay;
  const bool review = e.kind == Expiry::Kind::kReview;
  s.en += (review ? " is due in " : " ends in ") + std::to_string(days) +
          (days == 1 ? " day" : " days");
  s.ja += " の期限まであと " + std::to_string(days) + " 日です";
  return std::move(s).both();
}

std::vector<ExpiryCount> count_expiries(const Snapshot& snapshot, std::int64_t now) {
  std::vector<ExpiryCount> out;
  const std::vector<Expiry> all = expiries(snapshot);
  for (const Expiry::Kind kind : kKinds) {
    ExpiryCount count;
    count.kind = kind;
    for (const Expiry& e : all) {
      if (e.kind != kind) continue;
      count.soon += soon(e, now) ? 1 : 0;
      count.over += over(e, now) ? 1 : 0;
      if (!over(e, now) && (count.next == 0 || *e.end < count.next)) count.next = *e.end;
    }
    out.push_back(count);
  }
  return out;
}

}  // namespace sekisho::policy
