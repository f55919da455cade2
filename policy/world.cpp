#include "policy/world.h"

#include <algorithm>

#include "policy/civil_time.h"
#include "policy/places.h"
#include "policy/service_index.h"
#include "policy/snapshot_impl.h"
#include "policy/terms.h"

namespace sekisho::policy {
namespace {

using config::DestinationDef;
using config::MarkedText;

constexpr std::size_t kGroups = 16;  // tried, each way
constexpr std::int64_t kMonth = 30 * 86'400;

std::string join(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& i : items) out += (out.empty() ? "" : ", ") + i;
  return out;
}

bool holds(const std::vector<std::string>& items, const std::string& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

MarkedText marked(std::string text) {
  return {std::move(text), {}};
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

std::string quoted(const std::string& id) {
  return "'" + id + "'";
}

class Steps {
 public:
  Steps(const Snapshot& snapshot, const World& from, const Judgement& judged)
      : snapshot_(snapshot),
        from_(from),
        judged_(judged),
        zone_(TimeZone::find(from.file.timezone).value_or(TimeZone())) {}

  std::vector<Step> to_pass() {
    const Reason reason =
        judged_.verdict.action == Action::kAllow ? Reason::kNone : judged_.verdict.reason;
    ask_at_another_time();
    other_groups();
    if (reason == Reason::kRegion) regions();
    if (reason == Reason::kDestination) destinations();
    if (reason == Reason::kTerms) terms();
    if (reason == Reason::kExpired) renew();
    if (reason == Reason::kUninspected) uninspected();
    if (reason == Reason::kData) data();
    return std::move(out_);
  }

  std::vector<Step> to_stop() {
    enforce();
    ends();
    for (const std::string& g : judged_.client.groups)
      if (g != "everyone") leave(g);
    denied_address();
    return std::move(out_);
  }

 private:
  World& add(std::string key, std::string value, std::string ja, std::string en) {
    Step step;
    step.changes.push_back({std::move(key), std::move(value), {std::move(ja), std::move(en)}});
    step.world = from_;
    out_.push_back(std::move(step));
    return out_.back().world;
  }
  World& policy(std::string key, std::string value, std::string ja, std::string en) {
    World& w = add(std::move(key), std::move(value), std::move(ja), std::move(en));
    w.other_policy = true;
    return w;
  }
  // A further change of the step added last.
  void also(std::string key, std::string value, std::string ja, std::string en) {
    out_.back().changes.push_back(
        {std::move(key), std::move(value), {std::move(ja), std::move(en)}});
  }

  static DestinationDef* entry(World& w, const std::string& id) {
    for (DestinationDef& d : w.file.destinations)
      if (d.id == id) return &d;
    return nullptr;
  }
  const DestinationDef* entry(const std::string& id) const {
    for (const DestinationDef& d : from_.file.destinations)
      if (d.id == id) return &d;
    return nullptr;
  }

  std::string day(std::int64_t at) const { return zone_.day_of(at).to_string(); }

  // --- the client and the time
  void other_groups() {
    std::size_t n = 0;
    for (const auto& g : from_.file.groups)
      if (!holds(judged_.client.groups, g.name) && ++n <= kGroups) join_group(g.name);
    n = 0;
    for (const std::string& g : judged_.client.groups)
      if (g != "everyone" && ++n <= kGroups) leave(g);
  }

  void join_group(const std::string& group) {
    World& w = add("client.groups", "+" + group, "利用者がグループ " + group + " に属する",
                   "the client were in the group " + group);
    std::vector<std::string> groups = judged_.client.groups;
    groups.push_back(group);
    w.question.groups = std::move(groups);
  }

  void leave(const std::string& group) {
    World& w = add("client.groups", "-" + group, "利用者がグループ " + group + " に属さない",
                   "the client were not in the group " + group);
    std::vector<std::string> groups = judged_.client.groups;
    std::erase(groups, group);
    w.question.groups = std::move(groups);
  }

  // Of entries and exceptions that have ended: before their end.
  void ask_at_another_time() {
    const auto before = [&](const std::string& what, const config::Approval& approval) {
      if (!approval.until) return;
      const std::int64_t end = zone_.end_of(*approval.until);
      if (from_.question.now < end) return;
      const std::string until = approval.until->to_string();
      add("request.at", until, until + " (" + quoted(what) + " の期限) までに送る",
          "it were sent by " + until + ", when " + quoted(what) + " ended")
          .question.now = end - 1;
    };
    for (const DestinationDef& d : from_.file.destinations)
      if (concerns(d)) before(d.id, d.approval);
    for (const auto& e : from_.file.exceptions) before(e.id, e.approval);
  }

  // Whether the entry spoke, or might have, for this destination.
  bool concerns(const DestinationDef& d) const {
    return std::any_of(judged_.verdict.rules.begin(), judged_.verdict.rules.end(),
                       [&](const RuleTrace& r) { return r.id == d.id; });
  }

  // --- regions
  void regions() {
    renew();  // of an entry that lifted the rule until it ended
    stated_facts();
    other_address();
    one_region();
    words_of_regions();
    if (from_.file.regions && from_.file.regions->final)
      policy("regions.final", "false", "`regions.final` が false", "`regions.final` were false")
          .file.regions->final = false;
  }

  // Host, path, query and signature that name different regions: if all named one of them.
  void one_region() {
    const Service* service = snapshot_.impl().services->find(judged_.admission.provider);
    if (!service) return;
    AdmissionQuery query;
    query.method = from_.question.method;
    query.target = from_.question.target;
    for (const auto& [name, value] : from_.question.headers)
      query.headers.emplace_back(name, value);
    std::vector<std::string> codes;
    for (const EndpointPiece& p : endpoint_pieces(*service, query, from_.question.to.host))
      if (!p.code.empty() && !holds(codes, p.code)) codes.push_back(p.code);
    if (codes.size() < 2 || codes.size() > 4) return;
    for (const std::string& wanted : codes) {
      World& w = add("request.region", wanted,
                     "ホスト、パス、署名のどれもが同じ地域 " + wanted + " を指す",
                     "host, path and signature all named the region " + wanted);
      for (const std::string& other : codes) {
        if (other == wanted) continue;
        replace_all(w.question.to.host, other, wanted);
        replace_all(w.question.target, other, wanted);
        for (auto& header : w.question.headers) replace_all(header.second, other, wanted);
      }
    }
  }

  void words_of_regions() {
    if (!from_.file.regions) return;
    std::vector<std::string> denied, outside, unknown;
    for (const Evidence& e : judged_.admission.evidence) {
      if (!refuses(e)) continue;
      const std::string kind(to_word(e.kind));
      if (e.result == EvidenceResult::kUnknown || e.result == EvidenceResult::kStale) {
        if (!holds(unknown, kind)) unknown.push_back(kind);
        continue;
      }
      std::vector<std::string> countries = e.countries().codes();
      const std::string_view value = e.value;
      if (countries.empty() && value.starts_with("edge:") && value.size() > 4)
        countries.emplace_back(value.substr(value.size() - 3, 2));
      for (const std::string& c : countries) {
        if (named_in(from_.file.regions->deny, c) && !holds(denied, c)) denied.push_back(c);
        if (!named_in(from_.file.regions->allow, c) && !holds(outside, c)) outside.push_back(c);
      }
    }
    if (!denied.empty()) {
      World& w = policy("regions.deny", "-" + join(denied),
                        "`regions.deny` に " + join(denied) + " がない",
                        "`regions.deny` did not name " + join(denied));
      take_out(w.file.regions->deny, denied);
      if (!outside.empty()) allow_also(w, outside);
    } else if (!outside.empty()) {
      World& w = policy("regions.allow", "+" + join(outside),
                        "`regions.allow` に " + join(outside) + " がある",
                        "`regions.allow` named " + join(outside));
      for (const std::string& c : outside) w.file.regions->allow.push_back(marked(c));
    }
    for (const std::string& kind : unknown)
      for (int k = 0; k < config::kEvidenceKinds; ++k)
        if (to_word(static_cast<EvidenceKind>(k)) == kind)
          policy("regions.evidence." + kind, "if_known",
                 "`regions.evidence." + kind + "` が if_known (分かるときだけ見る)",
                 "`regions.evidence." + kind + "` were if_known")
              .file.regions->evidence[k] = EvidenceSetting::kIfKnown;
  }

  void allow_also(World& w, const std::vector<std::string>& countries) {
    also("regions.allow", "+" + join(countries),
         "`regions.allow` に " + join(countries) + " がある",
         "`regions.allow` named " + join(countries));
    for (const std::string& c : countries) w.file.regions->allow.push_back(marked(c));
  }

  bool named_in(const std::vector<MarkedText>& list, const std::string& country) const {
    CountrySet set;
    for (const MarkedText& t : list)
      set |= resolve_places({t.value}, snapshot_.regions()).countries;
    return set.contains(country);
  }

  // A group that holds one of them is written out without it.
  void take_out(std::vector<MarkedText>& list, const std::vector<std::string>& countries) const {
    std::vector<MarkedText> rest;
    for (const MarkedText& t : list)
      for (const std::string& c : resolve_places({t.value}, snapshot_.regions()).countries.codes())
        if (!holds(countries, c)) rest.push_back(marked(c));
    list = std::move(rest);
  }

  std::string an_allowed_country() const {
    if (!from_.file.regions) return "";
    for (const MarkedText& t : from_.file.regions->allow)
      for (const std::string& c : resolve_places({t.value}, snapshot_.regions()).countries.codes())
        if (!named_in(from_.file.regions->deny, c)) return c;
    return "";
  }

  // Facts that policy requires and nobody knows, as a review of one's own would state them.
  void stated_facts() {
    static constexpr const char* kKeys[] = {"operator_country", "parent_country",
                                            "storage_countries", "processing_countries"};
    const std::string country = an_allowed_country();
    if (country.empty() || !entry(judged_.admission.entry)) return;
    for (const Evidence& e : judged_.admission.evidence) {
      const auto kind = static_cast<std::size_t>(e.kind);
      if (!refuses(e) || e.result != EvidenceResult::kUnknown || kind > 3) continue;
      const std::string key = kKeys[kind];
      World& w = policy("catalogue.overlay." + key, "allowed",
                        key + " が確認され、許可された国である (catalogue.overlay)",
                        "a review stated " + key + ", within `regions.allow` (catalogue.overlay)");
      entry(w, judged_.admission.entry)->facts[key].items = {country};
    }
  }

  void other_address() {
    const std::string country = an_allowed_country();
    const auto of_address = [](const Evidence& e) {
      return refuses(e) && (e.kind == EvidenceKind::kAddress || e.kind == EvidenceKind::kNetwork);
    };
    const auto& evidence = judged_.admission.evidence;
    if (country.empty() || std::none_of(evidence.begin(), evidence.end(), of_address)) return;
    AddressFacts a;
    a.assumed_allowed = true;
    a.countries.push_back({country, "stated", 0, false});
    add("request.address", "allowed",
        "接続先のアドレスが許可された国 (" + country + " など) にある",
        "the address connected to lay in an allowed country such as " + country)
        .question.address = std::move(a);
  }

  void denied_address() {
    if (!from_.file.regions) return;
    for (const MarkedText& t : from_.file.regions->deny)
      for (const std::string& c :
           resolve_places({t.value}, snapshot_.regions()).countries.codes()) {
        AddressFacts a;
        a.assumed_allowed = true;
        a.countries.push_back({c, "stated", 0, false});
        add("request.address", c, "接続先のアドレスが " + c + " にある",
            "the address connected to lay in " + c)
            .question.address = std::move(a);
        return;
      }
  }

  // --- destinations
  void destinations() {
    const Admission& a = judged_.admission;
    const Destination& to = from_.question.to;
    if (a.unlisted && !from_.file.unlisted_splice)
      policy("unlisted", "splice", "`unlisted` が splice (開かずに通す)", "`unlisted` were splice")
          .file.unlisted_splice = true;
    if (to.scheme != "https" || to.port != 443) {
      World& w =
          add("request.port", "443", "https のポート 443 へ送る", "it went to port 443 by https");
      w.question.to.scheme = "https";
      w.question.to.port = 443;
    }
    admit_role();
    name_it();
    named_in_the_body();
  }

  // Models and addresses that the body names.
  void named_in_the_body() {
    using Judged = config::SecondDestinations::Judged;
    const std::string& rule = judged_.verdict.rule;
    if (rule == "models")
      policy("models.developers_deny", "-", "`models.developers_deny` がこの開発元を挙げない",
             "`models.developers_deny` did not name its developer")
          .file.models.developers_deny.clear();
    if (rule != "second_destinations") return;
    World& w = policy("second_destinations", "denied",
                      "`second_destinations` が denied (拒否国だけを断る)",
                      "`second_destinations` were denied (only denied countries refuse)");
    w.file.second_destinations.send = w.file.second_destinations.fetch = Judged::kDenied;
  }

  void admit_role() {
    const std::string& role = judged_.admission.side_host_role;
    if (role.empty()) return;
    for (const DestinationDef& d : from_.file.destinations) {
      if (!concerns(d)) continue;
      World& w = policy("destinations." + d.id + ".side_hosts", "+" + role,
                        quoted(d.id) + " の `side_hosts` に " + role + " がある",
                        "`side_hosts` of " + quoted(d.id) + " held " + role);
      auto& roles = entry(w, d.id)->side_hosts;
      if (!roles) roles = {marked("signin"), marked("download"), marked("upload")};
      roles->push_back(marked(role));
    }
  }

  // An entry of its own.
  void name_it() {
    const Destination& to = from_.question.to;
    const std::string& provider = judged_.admission.provider;
    const bool by_service = !provider.empty() && to.scheme == "https" && to.port == 443;
    std::string name =
        to.literal && to.host.find(':') != std::string::npos ? "[" + to.host + "]" : to.host;
    if (to.port != (to.scheme == "http" ? 80 : 443)) name += ":" + std::to_string(to.port);
    if (by_service) name = provider;
    World& w = policy("destinations", "+" + name, "`destinations` に " + name + " の項目がある",
                      "an entry of `destinations` named " + name);
    DestinationDef d;
    d.id = "(" + name + ")";
    (by_service ? d.providers : d.hosts).push_back(marked(name));
    if (!judged_.admission.side_host_role.empty())
      d.side_hosts = {marked(judged_.admission.side_host_role)};
    w.file.destinations.push_back(std::move(d));
  }

  // --- terms and time
  void terms() {
    for (const RuleTrace& r : judged_.verdict.rules) {
      const DestinationDef* d = r.matched && r.reason == Reason::kTerms ? entry(r.id) : nullptr;
      if (!d) continue;
      for (const auto& [key, wanted] : d->require) {
        if (key == "reviewed_within")
          renew_review(*d);
        else
          know_better(*d, key, wanted);
        policy("destinations." + d->id + ".require", "-" + key,
               quoted(d->id) + " が " + key + " を求めない",
               quoted(d->id) + " did not require " + key);
        entry(out_.back().world, d->id)->require.erase(key);
      }
    }
  }

  void renew_review(const DestinationDef& d) {
    World& w = policy("catalogue.overlay.reviewed_at", "renewed",
                      "規約の確認をやり直す (catalogue.overlay の reviewed_at)",
                      "the review of its terms were renewed (reviewed_at in catalogue.overlay)");
    entry(w, d.id)->facts["reviewed_at"].items = {day(from_.question.now)};
  }

  // The fact were one that the entry accepts.
  void know_better(const DestinationDef& d, const std::string& key,
                   const config::FactValue& wanted) {
    World& w =
        policy("catalogue.overlay." + key, join(wanted.items),
               key + " が " + join(wanted.items) + " であると確認される (catalogue.overlay)",
               "a review stated " + key + ": " + join(wanted.items) + " (catalogue.overlay)");
    config::FactValue& fact = entry(w, d.id)->facts[key];
    fact.items.clear();
    fact.fields.clear();
    if (key == "certifications")
      for (const std::string& c : wanted.items) fact.fields.emplace_back(c, "yes");
    else if (!wanted.items.empty())
      fact.items = {wanted.items.front()};
  }

  void renew() {
    for (const RuleTrace& r : judged_.verdict.rules) {
      const DestinationDef* d = r.matched && r.reason == Reason::kExpired ? entry(r.id) : nullptr;
      if (!d) continue;
      World& w = policy("destinations." + d->id + ".until", "renewed",
                        quoted(d->id) + " の期限 (until) を延ばす",
                        "`until` of " + quoted(d->id) + " were renewed");
      entry(w, d->id)->approval.until = zone_.day_of(from_.question.now + kMonth);
    }
  }

  // --- what the request holds
  void uninspected() {
    const std::string& id = judged_.admission.entry;
    if (!id.empty() && entry(id)) {
      World& w =
          policy("destinations." + id + ".uninspected", "allow",
                 quoted(id) + " が `uninspected: allow`", quoted(id) + " had `uninspected: allow`");
      entry(w, id)->uninspected = Action::kAllow;
      return;
    }
    policy("uninspected", "allow", "`uninspected` が allow", "`uninspected` were allow")
        .file.uninspected = Action::kAllow;
  }

  void data() {
    const Verdict& v = judged_.verdict;
    std::vector<std::string> places;
    for (const FindingSummary& f : v.findings)
      if (holds(v.causes, f.type) && !f.where.empty()) places.push_back(f.where.front());
    const std::string at = places.empty() ? "" : " (" + join(places) + ")";
    World& w = add("request.body", "-" + join(v.causes), join(v.causes) + at + " を含まない",
                   "it did not hold " + join(v.causes) + at);
    w.without.insert(v.causes.begin(), v.causes.end());
    lift(v.rule);
    for (const auto& rule : from_.file.data)
      if (rule.id == v.rule) {
        auto& rules = policy("data." + v.rule + ".mode", "observe",
                             "規則 " + quoted(v.rule) + " が `mode: observe` (記録のみ)",
                             "the rule " + quoted(v.rule) + " were in `mode: observe`")
                          .file.data;
        for (auto& r : rules)
          if (r.id == v.rule) r.mode = config::Mode::kObserve;
        break;
      }
  }

  void lift(const std::string& rule) {
    World& w = policy(
        "exceptions", "+" + rule,
        "期限付きの例外が規則 " + quoted(rule) + " を解除する (チケットと承認者が要ります)",
        "an exception lifted the rule " + quoted(rule) + " (with an end, a ticket and approvers)");
    config::ExceptionDef e;
    e.id = "(exception)";
    e.lifts.push_back(marked(rule));
    e.approval.until = zone_.day_of(from_.question.now);
    w.file.exceptions.push_back(std::move(e));
  }

  // --- what would stop it
  void enforce() {
    const Verdict& v = judged_.verdict;
    if (!v.would) return;
    World& w = policy("mode", v.rule,
                      "規則 " + quoted(v.rule) + " が記録だけでなく実施される (`mode: enforce`)",
                      "the rule " + quoted(v.rule) + " were enforced (`mode: enforce`)");
    for (auto& r : w.file.data)
      if (r.id == v.rule) r.mode = config::Mode::kEnforce;
    if (DestinationDef* d = entry(w, v.rule)) d->mode = config::Mode::kEnforce;
    if (w.file.mode == config::Mode::kObserve) {
      w.file.mode = config::Mode::kEnforce;
      out_.back().changes.back() = {
          "mode", "enforce", {"ポリシーが `mode: enforce`", "the policy were in `mode: enforce`"}};
    }
  }

  void ends() {
    const auto after = [&](const std::string& what, std::int64_t end) {
      if (from_.question.now >= end) return;
      const std::string last = day(end - 1);
      add("request.at", "after " + last, last + " を過ぎる (" + what + ")",
          "it were sent after " + last + " (" + what + ")")
          .question.now = end;
    };
    for (const auto& e : from_.file.exceptions)
      if (e.id == judged_.verdict.exception && e.approval.until)
        after("until of " + quoted(e.id), zone_.end_of(*e.approval.until));
    const DestinationDef* d = entry(judged_.admission.entry);
    if (!d) return;
    if (d->approval.until) after("until of " + quoted(d->id), zone_.end_of(*d->approval.until));
    const auto within = d->require.find("reviewed_within");
    if (within == d->require.end() || within->second.items.empty()) return;
    const config::Provider* p = judged_.admission.provider.empty()
                                    ? nullptr
                                    : snapshot_.catalogue().find(judged_.admission.provider);
    const auto reviewed = reviewed_at(*d, p);
    const auto end =
        reviewed ? review_ends(*reviewed, within->second.items[0], zone_) : std::nullopt;
    if (end) after("the review of its terms", *end);
  }

  const Snapshot& snapshot_;
  const World& from_;
  const Judgement& judged_;
  TimeZone zone_;
  std::vector<Step> out_;
};

}  // namespace

bool refuses(const Evidence& e) {
  if (e.result == EvidenceResult::kDenied || e.result == EvidenceResult::kNotAllowed) return true;
  return e.setting == EvidenceSetting::kRequired &&
         (e.result == EvidenceResult::kUnknown || e.result == EvidenceResult::kStale);
}

std::vector<Step> steps_to_pass(const Snapshot& snapshot, const World& world,
                                const Judgement& judged) {
  return Steps(snapshot, world, judged).to_pass();
}

std::vector<Step> steps_to_stop(const Snapshot& snapshot, const World& world,
                                const Judgement& judged) {
  return Steps(snapshot, world, judged).to_stop();
}

}  // namespace sekisho::policy
