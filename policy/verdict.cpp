#include "policy/verdict.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "policy/redaction.h"
#include "policy/snapshot.h"
#include "policy/snapshot_impl.h"

namespace sekisho::policy {
namespace {

constexpr double kLowest = 0.30;  // below `low` nothing counts
constexpr std::size_t kPlaces = 16;

bool in_sorted(const std::vector<std::string>& words, const std::string& word) {
  return std::binary_search(words.begin(), words.end(), word);
}

bool any_in(const std::vector<std::string>& sorted, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& w) { return in_sorted(sorted, w); });
}

std::string_view mode_word(bool observe) {
  return observe ? "observe" : "enforce";
}

// Something that wants an action.
struct Candidate {
  Action action = Action::kAllow;
  Reason reason = Reason::kNone;
  std::string rule;
  bool observe = false;
  const config::Localized* message = nullptr;
  const config::Localized* detail = nullptr;
  std::vector<std::string> causes;
};

// The stricter one; of two blocks the one whose reason comes first in the list.
bool wins(const Candidate& a, const Candidate& b) {
  if (a.action != b.action) return a.action > b.action;
  return a.action == Action::kBlock && a.reason < b.reason;
}

class FindingSummaries {
 public:
  explicit FindingSummaries(const std::vector<PlacedFinding>& findings) {
    for (const auto& f : findings)
      if (f.finding.confidence >= kLowest) add(f);
  }
  std::vector<FindingSummary> take() { return std::move(out_); }

 private:
  void add(const PlacedFinding& f) {
    const auto [at, fresh] = index_.try_emplace(f.finding.type, out_.size());
    if (fresh) {
      out_.emplace_back();
      out_.back().type = f.finding.type;
      out_.back().category = f.finding.category;
      seen_.emplace_back();
    }
    FindingSummary& summary = out_[at->second];
    ++summary.count;
    summary.confidence = std::max(summary.confidence, f.finding.confidence);
    if (summary.where.size() < kPlaces &&
        std::find(summary.where.begin(), summary.where.end(), f.where) == summary.where.end())
      summary.where.push_back(f.where);
    if (seen_[at->second].insert(f.finding.normalised).second)
      summary.values.push_back(f.finding.normalised);
  }

  std::unordered_map<std::string_view, std::size_t> index_;
  std::vector<std::unordered_set<std::string_view>> seen_;
  std::vector<FindingSummary> out_;
};

// Why a body could not be read, for whoever sent it.
config::Localized told_unread(std::string_view why) {
  struct Row {
    std::string_view why, ja, en;
  };
  constexpr Row kRows[] = {
      {"coding", "圧縮の形式を読めません", "its compression cannot be undone"},
      {"json", "JSON の形式が正しくありません", "it is no well-formed JSON"},
      {"utf8", "文字が UTF-8 ではありません", "its text is not UTF-8"},
      {"charset", "文字コードを読めません", "its character set cannot be read"},
      {"depth", "入れ子が深すぎます", "it is nested too deeply"},
      {"size", "一つの文字列が長すぎます", "one of its texts is too long"},
      {"multipart", "multipart の形式が正しくありません", "it is no well-formed multipart"},
      {"content_type", "対応していない形式です", "its format is not supported"},
      {"binary", "画像や文書などのファイルです", "it is a file such as a picture or a document"},
      {"part", "画像や文書など、読めない部分があります",
       "a part of it, such as a picture or a document, cannot be read"},
      {"undecided", "検査が決められた範囲で終わりませんでした",
       "the inspection did not come to an end"}};
  for (const Row& row : kRows)
    if (row.why == why) return {std::string(row.ja), std::string(row.en)};
  return {};
}

// What one rule found.
struct RuleMatch {
  std::vector<std::size_t> findings;
  std::size_t distinct = 0, distinct_new = 0;
};

// One decision in the making.
class Decision {
 public:
  Decision(const Snapshot::Impl& policy, const Client& client, const Admission& admission,
           const InspectionResult& inspected, std::int64_t now, std::string_view pseudonym_key,
           const Enforcement* enforcement)
      : policy_(policy),
        client_(client),
        admission_(admission),
        inspected_(inspected),
        now_(now),
        pseudonym_key_(pseudonym_key),
        enforcement_(enforcement),
        redacted_(inspected.findings.size()) {}

  Verdict make();

 private:
  void judge_admission();
  void judge_enforcement();
  void judge_failure(const Enforcement::Failure& failure, bool observe);
  void judge_limits();
  void judge_unread();
  void judge_rule(const DataRule& rule);
  bool for_client(const DataRule& rule) const;
  bool for_destination(const DataRule& rule) const;
  bool for_regions(const DataRule& rule) const;
  RuleMatch match(const DataRule& rule) const;
  std::string too_unsure(const DataRule& rule) const;
  const DataException* lifting(const DataRule& rule) const;
  void apply(const DataRule& rule, const RuleMatch& found);
  std::string_view first_impossible(const RuleMatch& found) const;
  std::vector<std::string> types_of(const RuleMatch& found) const;
  void want(Candidate candidate);
  RuleTrace& trace(std::string id, bool matched, std::string_view action, bool observe,
                   std::string why);
  void settle();
  void enforce();
  void replace();
  void redact_equal_values();
  void issue_tokens(std::vector<Replacement>& replacements);

  const Snapshot::Impl& policy_;
  const Client& client_;
  const Admission& admission_;
  const InspectionResult& inspected_;
  std::int64_t now_;
  std::string_view pseudonym_key_;
  const Enforcement* enforcement_;
  config::Localized unread_;
  Verdict out_;
  Candidate enforced_, strictest_;
  std::vector<bool> redacted_;
  std::vector<std::pair<std::size_t, const DataRule*>> pseudonymised_;  // finding, by which rule
  std::deque<std::string> issued_;                                      // tokens
};

Verdict Decision::make() {
  out_.rules = admission_.rules;
  out_.exception = admission_.exception;
  out_.coverage =
      admission_.splice && !admission_.refused ? Coverage::kSpliced : inspected_.coverage;
  out_.skipped = inspected_.skipped;
  out_.own_credential = inspected_.own_credential;
  out_.findings = FindingSummaries(inspected_.findings).take();
  judge_admission();
  judge_enforcement();
  judge_limits();
  judge_unread();
  for (const auto& rule : policy_.data.rules) judge_rule(rule);
  settle();
  return std::move(out_);
}

void Decision::want(Candidate candidate) {
  if (!candidate.observe && (enforced_.rule.empty() || wins(candidate, enforced_)))
    enforced_ = candidate;
  if (strictest_.rule.empty() || wins(candidate, strictest_)) strictest_ = std::move(candidate);
}

RuleTrace& Decision::trace(std::string id, bool matched, std::string_view action, bool observe,
                           std::string why) {
  RuleTrace t;
  t.id = std::move(id);
  t.matched = matched;
  t.action = action;
  t.mode = mode_word(observe);
  t.why = why;
  out_.rules.push_back(std::move(t));
  return out_.rules.back();
}

void Decision::judge_admission() {
  if (!admission_.refused && !admission_.would_refuse) return;
  Candidate c;
  c.action = Action::kBlock;
  c.reason = admission_.reason;
  c.rule = admission_.rule;
  c.observe = !admission_.refused;
  if (!admission_.detail.empty()) c.detail = &admission_.detail;
  want(std::move(c));
}

void Decision::judge_failure(const Enforcement::Failure& failure, bool observe) {
  Candidate c;
  c.action = Action::kBlock;
  c.reason = Reason::kTerms;
  c.rule = failure.rule;
  c.observe = observe;
  c.detail = &failure.why;
  trace(c.rule, true, "block", observe, failure.why.en).reason = Reason::kTerms;
  want(std::move(c));
}

// A setting that cannot be made is none: the request does not leave without it.
void Decision::judge_enforcement() {
  static const Enforcement::Failure kUnplanned{
      "enforce", {"必須の設定が準備されていません", "the required settings were not prepared"}};
  if (admission_.enforce.empty() || admission_.refused) return;
  const auto enforced = [](const EnforceRule* rule) { return !rule->observe; };
  if (!enforcement_) {
    const auto& rules = admission_.enforce;
    if (std::any_of(rules.begin(), rules.end(), enforced)) judge_failure(kUnplanned, false);
    return;
  }
  for (const EnforcedChange& change : enforcement_->changes)
    trace(change.rule, true, "enforce", change.observe, describe(change));
  if (enforcement_->failure) judge_failure(*enforcement_->failure, false);
  if (enforcement_->would_fail) judge_failure(*enforcement_->would_fail, true);
}

// Limits protect the gateway itself: observe does not switch them off.
void Decision::judge_limits() {
  if (!inspected_.over_limit) return;
  Candidate c;
  c.action = Action::kBlock;
  c.reason = Reason::kLimit;
  c.rule = "limits";
  trace(c.rule, true, "block", false, "the decoded body is larger than the limits allow").reason =
      Reason::kLimit;
  want(std::move(c));
}

void Decision::judge_unread() {
  const bool unread = !inspected_.unreadable.empty();
  const bool partly = inspected_.unread_parts;
  if (inspected_.over_limit || (!unread && !partly && !inspected_.could_not_decide)) return;
  const bool allowed =
      admission_.uninspected_allowed.value_or(policy_.file.uninspected == Action::kAllow);
  Candidate c;
  c.action = allowed ? Action::kAllow : Action::kBlock;
  c.reason = allowed ? Reason::kNone : Reason::kUninspected;
  c.rule = "uninspected";
  c.observe = admission_.observe ||
              (admission_.entry.empty() && policy_.file.mode == config::Mode::kObserve);
  const std::string why =
      unread   ? "the body could not be read: " + inspected_.unreadable
      : partly ? "a part of the body could not be read: " + inspected_.skipped.front()
               : std::string("a detector could not decide");
  trace(c.rule, true, to_word(c.action), c.observe, why).reason = c.reason;
  unread_ = told_unread(unread ? inspected_.unreadable : partly ? "part" : "undecided");
  c.detail = &unread_;
  if (!allowed) want(std::move(c));
}

bool Decision::for_client(const DataRule& rule) const {
  return (rule.groups.empty() || any_in(rule.groups, client_.groups)) &&
         !any_in(rule.groups_not, client_.groups);
}

bool Decision::for_destination(const DataRule& rule) const {
  return (rule.providers.empty() || in_sorted(rule.providers, admission_.provider)) &&
         (rule.destinations.empty() || in_sorted(rule.destinations, admission_.entry));
}

bool Decision::for_regions(const DataRule& rule) const {
  if (rule.regions.empty() && rule.regions_not.empty()) return true;
  const std::vector<std::string> known = admission_.known_regions.codes();
  if (!rule.regions.empty() && std::none_of(known.begin(), known.end(), [&](const std::string& c) {
        return rule.regions.contains(c);
      }))
    return false;
  // With no known region the rule applies: what is unknown may be anywhere.
  return rule.regions_not.empty() || known.empty() ||
         !std::all_of(known.begin(), known.end(),
                      [&](const std::string& c) { return rule.regions_not.contains(c); });
}

RuleMatch Decision::match(const DataRule& rule) const {
  RuleMatch out;
  std::set<std::pair<std::string_view, std::string_view>> all, fresh;
  for (std::size_t i = 0; i < inspected_.findings.size(); ++i) {
    const auto& placed = inspected_.findings[i];
    const auto& f = placed.finding;
    if (!rule.matches(f.type, f.category, f.confidence)) continue;
    out.findings.push_back(i);
    all.emplace(f.type, f.counted());
    if (!placed.older_turn) fresh.emplace(f.type, f.counted());
  }
  out.distinct = all.size();
  out.distinct_new = fresh.size();
  return out;
}

// What the rule is about was found, but not surely enough.
std::string Decision::too_unsure(const DataRule& rule) const {
  double best = 0;
  for (const FindingSummary& f : out_.findings)
    if (f.confidence < rule.confidence && rule.matches(f.type, f.category, 1))
      best = std::max(best, f.confidence);
  if (best == 0) return "";
  const auto percent = [](double c) { return std::to_string(static_cast<int>(c * 100 + 0.5)); };
  return "found with confidence 0." + percent(best) + ", the rule asks for 0." +
         percent(rule.confidence);
}

const DataException* Decision::lifting(const DataRule& rule) const {
  const auto& all = policy_.data.exceptions;
  const auto found = std::find_if(all.begin(), all.end(), [&](const DataException& e) {
    return now_ < e.until && in_sorted(e.lifts, rule.id) &&
           (e.groups.empty() || any_in(e.groups, client_.groups)) &&
           (e.providers.empty() || in_sorted(e.providers, admission_.provider));
  });
  return found == all.end() ? nullptr : &*found;
}

void Decision::judge_rule(const DataRule& rule) {
  const RuleMatch found = match(rule);
  const auto nearly = [&](std::string why) {
    trace(rule.id, false, to_word(rule.action), rule.observe, std::move(why));
  };
  if (found.findings.empty()) {
    if (const std::string why = too_unsure(rule); !why.empty()) nearly(why);
    return;
  }
  if (!for_client(rule)) return nearly("not for this client's groups");
  if (!for_destination(rule)) return nearly("not for this destination");
  if (!for_regions(rule)) return nearly("not for the regions of this destination");
  if (found.distinct < static_cast<std::size_t>(rule.at_least))
    return nearly(std::to_string(found.distinct) + " distinct values, at_least " +
                  std::to_string(rule.at_least));
  if (const DataException* exception = lifting(rule)) {
    nearly("lifted by " + exception->id);
    trace(exception->id, true, "lifts", false, "lifts " + rule.id);
    if (out_.exception.empty()) out_.exception = exception->id;
    return;
  }
  apply(rule, found);
}

std::string_view Decision::first_impossible(const RuleMatch& found) const {
  for (const std::size_t i : found.findings) {
    const std::string_view why = redact_impossible(inspected_, inspected_.findings[i]);
    if (!why.empty()) return why;
  }
  return {};
}

std::vector<std::string> Decision::types_of(const RuleMatch& found) const {
  std::set<std::string_view> types;
  for (const std::size_t i : found.findings) types.insert(inspected_.findings[i].finding.type);
  return {types.begin(), types.end()};
}

void Decision::apply(const DataRule& rule, const RuleMatch& found) {
  Candidate c;
  c.action = rule.action;
  std::string why = std::to_string(found.distinct) + " distinct value" +
                    (found.distinct == 1 ? "" : "s") + ", the first at " +
                    inspected_.findings[found.findings.front()].where;
  if (c.action == Action::kBlock && found.distinct_new < static_cast<std::size_t>(rule.at_least)) {
    c.action = Action::kRedact;  // the conversation goes on without them: docs/history.md
    why += "; all of it stands in turns that were answered already";
  }
  if (c.action == Action::kRedact || c.action == Action::kPseudonymise) {
    const std::string_view impossible = first_impossible(found);
    if (!impossible.empty()) {
      c.action = Action::kBlock;
      why += "; redact_impossible: " + std::string(impossible);
    } else if (!rule.observe && c.action == Action::kRedact) {
      for (const std::size_t i : found.findings) redacted_[i] = true;
    } else if (!rule.observe) {
      for (const std::size_t i : found.findings) pseudonymised_.emplace_back(i, &rule);
    }
  }
  c.reason = c.action == Action::kAllow ? Reason::kNone : Reason::kData;
  c.rule = rule.id;
  c.observe = rule.observe;
  c.message = &rule.message;
  c.causes = types_of(found);
  trace(rule.id, true, to_word(c.action), rule.observe, std::move(why)).reason = c.reason;
  out_.data_rules.push_back(rule.id);
  want(std::move(c));
}

void Decision::settle() {
  const bool shadow = strictest_.action > enforced_.action;
  const Candidate& told = shadow ? strictest_ : enforced_;
  out_.action = enforced_.action;
  if (shadow) out_.would = strictest_.action;
  out_.reason = told.reason;
  out_.rule = told.rule;
  out_.causes = told.causes;
  if (told.message != nullptr) out_.message = *told.message;
  if (told.detail != nullptr) out_.detail = *told.detail;
  if (out_.action == Action::kRedact || out_.action == Action::kPseudonymise) replace();
  if (enforcement_ && out_.action != Action::kBlock) enforce();
}

// A mask inside of a value that is replaced as a whole has no place any more.
void Decision::enforce() {
  out_.enforced = enforcement_->changes;
  const auto replaced = [&](const filters::Edit& mask) {
    return std::any_of(enforcement_->edits.begin(), enforcement_->edits.end(),
                       [&](const filters::Edit& e) {
                         return e.range.begin <= mask.range.begin &&
                                mask.range.end <= e.range.end && e.range.size() > 0;
                       });
  };
  std::erase_if(out_.edits, replaced);
  out_.edits.insert(out_.edits.end(), enforcement_->edits.begin(), enforcement_->edits.end());
}

void Decision::replace() {
  std::vector<Replacement> replacements(inspected_.findings.size());
  redact_equal_values();
  if (!pseudonymised_.empty()) issue_tokens(replacements);
  for (std::size_t i = 0; i < replacements.size(); ++i) replacements[i].mask = redacted_[i];
  out_.edits = edits_for(inspected_, replacements);
}

// A value that one rule masks has no token elsewhere.
void Decision::redact_equal_values() {
  if (pseudonymised_.empty()) return;
  std::set<std::pair<std::string_view, std::string_view>> masked;
  const auto value = [&](std::size_t i) {
    const auto& f = inspected_.findings[i].finding;
    return std::pair<std::string_view, std::string_view>(f.type, f.normalised);
  };
  for (std::size_t i = 0; i < redacted_.size(); ++i)
    if (redacted_[i]) masked.insert(value(i));
  for (const auto& [i, rule] : pseudonymised_)
    if (masked.contains(value(i))) redacted_[i] = true;
}

void Decision::issue_tokens(std::vector<Replacement>& replacements) {
  auto tokens = std::make_shared<TokenMap>();
  std::map<std::pair<std::string_view, std::string_view>, std::string_view> known;
  for (const auto& [i, rule] : pseudonymised_) {
    if (redacted_[i]) continue;
    const auto& finding = inspected_.findings[i].finding;
    std::string_view& token = known[{finding.type, finding.normalised}];
    if (token.empty())
      token = issued_.emplace_back(make_token(pseudonym_key_, finding.type, finding.normalised));
    tokens->add(std::string(token), inspected_.findings[i].text, rule->restore);
    replacements[i].token = token;
  }
  if (!tokens->empty()) out_.tokens = std::move(tokens);
}

}  // namespace

Verdict Snapshot::decide(const Client& client, const Admission& admission,
                         const InspectionResult& inspected, std::int64_t now,
                         std::string_view pseudonym_key, const Enforcement* enforcement) const {
  return Decision(impl(), client, admission, inspected, now, pseudonym_key, enforcement).make();
}

}  // namespace sekisho::policy
