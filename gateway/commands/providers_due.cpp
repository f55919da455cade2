#include "gateway/commands/providers_due.h"

#include <algorithm>
#include <tuple>

#include "filters/bodies/json_scanner.h"
#include "policy/civil_time.h"
#include "policy/terms.h"

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kDay = 86'400, kSoon = 14;

std::string who_reviewed(const config::DestinationDef& entry, const config::Provider* p,
                         config::Date day) {
  const auto own = entry.facts.find("reviewed_at");
  if (own != entry.facts.end() && !own->second.items.empty() &&
      own->second.items.front() == day.to_string())
    return "policy";
  const bool overlaid =
      p && std::find(p->overlaid.begin(), p->overlaid.end(), "reviewed_at") != p->overlaid.end();
  return overlaid ? "overlay" : "catalogue";
}

int rank(const std::string& state) {
  return state == "missing" ? 0 : state == "overdue" ? 1 : state == "soon" ? 2 : 3;
}

DueReview review_of(const config::DestinationDef& entry, const std::string& name,
                    const config::Provider* p, const std::string& within,
                    const policy::TimeZone& zone, std::int64_t now) {
  DueReview out;
  out.provider = name;
  out.entry = entry.id;
  const auto required = entry.require.find("reviewed_within");
  out.required = required != entry.require.end() && !required->second.items.empty();
  out.within = out.required ? required->second.items.front() : within;
  out.reviewed_at = policy::reviewed_at(entry, p);
  if (!out.reviewed_at) {
    out.state = "missing";
    return out;
  }
  out.by = who_reviewed(entry, p, *out.reviewed_at);
  const auto end = policy::review_ends(*out.reviewed_at, out.within, zone);
  const std::int64_t left = end ? *end - now : 0;
  out.days_left = left >= 0 ? (left + kDay - 1) / kDay : -((-left + kDay - 1) / kDay);
  out.state = left <= 0 ? "overdue" : left <= kSoon * kDay ? "soon" : "ok";
  return out;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text + "  ";
}

}  // namespace

std::vector<DueReview> due_reviews(const policy::Snapshot& snapshot, const std::string& within,
                                   std::int64_t now) {
  const policy::TimeZone zone =
      policy::TimeZone::find(snapshot.file().timezone).value_or(policy::TimeZone());
  std::vector<DueReview> out;
  for (const auto& entry : snapshot.file().destinations) {
    for (const auto& id : entry.providers)
      out.push_back(
          review_of(entry, id.value, snapshot.catalogue().find(id.value), within, zone, now));
    if (!entry.hosts.empty())
      out.push_back(review_of(entry, entry.hosts.front().value, nullptr, within, zone, now));
  }
  std::stable_sort(out.begin(), out.end(), [](const DueReview& a, const DueReview& b) {
    return std::tuple(rank(a.state), a.days_left.value_or(0), a.provider) <
           std::tuple(rank(b.state), b.days_left.value_or(0), b.provider);
  });
  return out;
}

std::string due_text(const std::vector<DueReview>& reviews, bool japanese) {
  std::string out = padded("STATE", 8) + padded("SERVICE", 24) + padded("ENTRY", 16) +
                    padded("REVIEWED", 10) + padded("BY", 9) + padded("WITHIN", 6) +
                    padded("DAYS LEFT", 9) + "IF IT LAPSES\n";
  for (const DueReview& r : reviews)
    out += padded(r.state, 8) + padded(r.provider, 24) + padded(r.entry, 16) +
           padded(r.reviewed_at ? r.reviewed_at->to_string() : "-", 10) +
           padded(r.by.empty() ? "-" : r.by, 9) + padded(r.within, 6) +
           padded(r.days_left ? std::to_string(*r.days_left) : "-", 9) +
           (r.required ? (japanese ? "拒否されます" : "it is refused")
                       : (japanese ? "何も変わりません" : "nothing changes")) +
           "\n";
  if (reviews.empty())
    return japanese ? "ポリシーが許可しているサービスはありません\n"
                    : "the policy admits no service\n";
  return out + (japanese
                    ? "確認したら `catalogue.overlay` の reviewed_at に日付を書き、reload します\n"
                    : "write the date of a new review into `reviewed_at` of "
                      "`catalogue.overlay`, then reload\n");
}

std::string due_json(const std::vector<DueReview>& reviews) {
  std::string out;
  filters::JsonWriter w(out);
  w.begin_object().key("v").value(1).key("reviews").begin_array();
  for (const DueReview& r : reviews) {
    w.begin_object().key("provider").value(r.provider).key("entry").value(r.entry);
    w.key("state").value(r.state).key("within").value(r.within).key("reviewed_at");
    r.reviewed_at ? w.value(r.reviewed_at->to_string()) : w.null();
    w.key("by");
    r.by.empty() ? w.null() : w.value(r.by);
    w.key("days_left");
    r.days_left ? w.value(static_cast<long long>(*r.days_left)) : w.null();
    w.key("required").value(r.required).end_object();
  }
  w.end_array().end_object();
  return out + "\n";
}

}  // namespace sekisho::gateway
