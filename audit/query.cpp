#include "audit/query.h"

#include <algorithm>
#include <cstdio>
#include <tuple>
#include <unordered_map>

#include "audit/json_text.h"
#include "audit/proof/statements.h"
#include "audit/segment_reader.h"
#include "config/ip.h"
#include "policy/words.h"

namespace sekisho::audit {
namespace {

// A record may be written a little later than the moment it names; clocks are set back.
constexpr std::int64_t kClockSlackUs = 24ll * 3600 * 1'000'000;
constexpr std::size_t kWaitingOutcomes = 1u << 20;

bool is_or_any(const std::string& asked, const std::string& given) {
  return asked.empty() || asked == given;
}

bool ip_matches(const std::string& asked, const std::string& given) {
  if (asked.empty()) return true;
  const auto network = config::IpNetwork::parse(asked);
  const auto address = config::IpAddress::parse(given);
  return network && address && network->contains(*address);
}

bool host_matches(const std::string& asked, const std::string& given) {
  if (asked.starts_with("*.")) return given.ends_with(std::string_view(asked).substr(1));
  return is_or_any(asked, given);
}

bool holds(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool has_type(const DecisionRow& d, const std::string& type) {
  return std::any_of(d.findings.begin(), d.findings.end(),
                     [&](const auto& f) { return f.first == type; });
}

class Search {
 public:
  Search(const QueryFilter& filter, const std::function<bool(QueryRow&)>& row, QueryStats& stats)
      : filter_(filter), row_(row), stats_(stats) {}

  // False: enough was seen.
  bool read(const SegmentFile& file) {
    ByteSource source = open_source(file.path, stats_.error);
    if (!source.read_at) return false;
    LinesBackward lines(std::move(source));
    std::string_view line;
    for (;;) {
      const LineKind kind = lines.next(line);
      if (kind == LineKind::kEnd) break;
      if (kind == LineKind::kTorn) continue;
      if (kind == LineKind::kFailed) stats_.error = file.path + ": it cannot be read";
      if (kind == LineKind::kTooLong) ++stats_.unreadable;
      if (kind != LineKind::kLine) break;
      if (!take(line)) return false;
    }
    below_ = file.first_seq;
    return stats_.error.empty();
  }

 private:
  bool take(std::string_view line) {
    if (!reader_.read(line)) return ++stats_.unreadable, true;
    // The end of a poisoned segment, which the next one replaces.
    if (below_ && reader_.seq() >= *below_) return true;
    ++stats_.looked_at;
    stats_.first = reader_.seq();
    if (!stats_.last) stats_.last = reader_.seq();
    if (reader_.kind() == "outcome" && waiting_.size() < kWaitingOutcomes) {
      OutcomeRow outcome = reader_.outcome();
      waiting_[outcome.ref] = std::move(outcome);
    }
    // Around a clock that was set, earlier records may name later moments.
    if (reader_.kind() == "admin" && line.find(R"("what":"clock_step")") != line.npos)
      clock_was_set_ = true;
    return reader_.kind() != "decision" || take_decision();
  }

  bool take_decision() {
    QueryRow row{reader_.decision(), {}};
    if (const auto found = waiting_.find(row.decision.seq); found != waiting_.end()) {
      if (found->second.seq > row.decision.seq) row.outcome = std::move(found->second);
      waiting_.erase(found);
    }
    if (filter_.from_us && !clock_was_set_ &&
        row.decision.time_us < *filter_.from_us - kClockSlackUs)
      return false;
    return !matches(filter_, row) || row_(row);
  }

  const QueryFilter& filter_;
  const std::function<bool(QueryRow&)>& row_;
  QueryStats& stats_;
  RecordReader reader_;
  std::optional<std::uint64_t> below_;
  bool clock_was_set_ = false;
  std::unordered_map<std::uint64_t, OutcomeRow> waiting_;  // by the decision's seq
};

template <class Word>
std::string words_between(Word first, Word last) {
  std::string out;
  for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i)
    (out += out.empty() ? "" : ", ") += policy::to_word(static_cast<Word>(i));
  return out;
}

bool in_list(const std::string& word, const std::string& list) {
  return word.find(',') == word.npos && (", " + list + ",").find(", " + word + ",") != list.npos;
}

struct Local {
  int year, month, day, hour, minute, second;
  std::int64_t offset;
};

Local local_of(std::int64_t unix_us, const policy::TimeZone& zone) {
  const std::int64_t seconds = unix_us >= 0 ? unix_us / 1'000'000 : (unix_us - 999'999) / 1'000'000;
  const std::int64_t offset = zone.offset_at(seconds), local = seconds + offset;
  const std::int64_t days = local >= 0 ? local / 86400 : (local - 86399) / 86400;
  const auto date = policy::civil_from_days(days);
  const int rest = static_cast<int>(local - days * 86400);
  return {date.year, date.month, date.day, rest / 3600, rest / 60 % 60, rest % 60, offset};
}

std::string day_text(const DecisionRow& d, const policy::TimeZone& zone, std::size_t length) {
  return local_time(d.time_us, zone).substr(0, length);
}

std::vector<std::string> types_of(const DecisionRow& d) {
  std::vector<std::string> types;
  for (const auto& f : d.findings)
    if (!holds(types, f.first)) types.push_back(f.first);
  return types;
}

struct Field {
  std::string_view name;
  std::vector<std::string> (*values)(const QueryRow&, const policy::TimeZone&);
};

template <std::string DecisionRow::*member>
std::vector<std::string> text_field(const QueryRow& r, const policy::TimeZone&) {
  return {r.decision.*member};
}

using Zone = policy::TimeZone;
constexpr Field kFields[] = {
    {"user", text_field<&DecisionRow::user>},
    {"ip", text_field<&DecisionRow::ip>},
    {"provider", text_field<&DecisionRow::provider>},
    {"entry", text_field<&DecisionRow::entry>},
    {"host", text_field<&DecisionRow::host>},
    {"model", text_field<&DecisionRow::model>},
    {"verdict", text_field<&DecisionRow::verdict>},
    {"would", text_field<&DecisionRow::would>},
    {"reason", text_field<&DecisionRow::reason>},
    {"rule", text_field<&DecisionRow::rule>},
    {"coverage", text_field<&DecisionRow::coverage>},
    {"policy", text_field<&DecisionRow::policy>},
    {"gateway", text_field<&DecisionRow::gateway>},
    {"tls", text_field<&DecisionRow::tls>},
    {"country", [](const QueryRow& r, const Zone&) { return r.decision.countries; }},
    {"group", [](const QueryRow& r, const Zone&) { return r.decision.groups; }},
    {"type", [](const QueryRow& r, const Zone&) { return types_of(r.decision); }},
    {"day", [](const QueryRow& r,
               const Zone& z) { return std::vector<std::string>{day_text(r.decision, z, 10)}; }},
    {"month", [](const QueryRow& r,
                 const Zone& z) { return std::vector<std::string>{day_text(r.decision, z, 7)}; }},
    {"status", [](const QueryRow& r, const Zone&) {
       return std::vector<std::string>{r.outcome ? std::to_string(r.outcome->status) : "none"};
     }}};

const Field* field_named(std::string_view name) {
  const auto found = std::find_if(std::begin(kFields), std::end(kFields),
                                  [&](const Field& f) { return f.name == name; });
  return found == std::end(kFields) ? nullptr : found;
}

std::string names_of_fields() {
  std::string names;
  for (const Field& f : kFields) (names += names.empty() ? "" : ", ") += f.name;
  return names;
}

}  // namespace

std::string wrong_word(const QueryFilter& f) {
  static constexpr policy::Action kVerdicts[] = {policy::Action::kAllow, policy::Action::kRedact,
                                                 policy::Action::kPseudonymise,
                                                 policy::Action::kBlock};
  std::string verdicts;
  for (const auto v : kVerdicts) (verdicts += verdicts.empty() ? "" : ", ") += policy::to_word(v);
  const std::string reasons = words_between(policy::Reason::kFraming, policy::Reason::kOrigin);
  const std::tuple<const char*, const std::string&, const std::string&> closed[] = {
      {"--verdict", f.verdict, verdicts},
      {"--would", f.would, verdicts},
      {"--reason", f.reason, reasons}};
  for (const auto& [option, word, list] : closed)
    if (!word.empty() && !in_list(word, list))
      return std::string(option) + ": '" + word + "' is none of " + list;
  return {};
}

bool matches(const QueryFilter& f, const QueryRow& row) {
  const DecisionRow& d = row.decision;
  return !(f.from_us && d.time_us < *f.from_us) && !(f.to_us && d.time_us >= *f.to_us) &&
         is_or_any(f.user, d.user) && ip_matches(f.ip, d.ip) && is_or_any(f.provider, d.provider) &&
         host_matches(f.host, d.host) && (f.country.empty() || holds(d.countries, f.country)) &&
         is_or_any(f.verdict, d.verdict) && is_or_any(f.would, d.would) &&
         is_or_any(f.reason, d.reason) &&
         (f.rule.empty() || f.rule == d.rule || holds(d.rules, f.rule)) &&
         (f.type.empty() || has_type(d, f.type)) && is_or_any(f.id, d.id);
}

QueryStats run_query(const std::string& directory, const QueryFilter& filter,
                     const std::function<bool(QueryRow&)>& row) {
  QueryStats stats;
  const LogDirectory log = list_log(directory);
  stats.error = log.error;
  if (!stats.error.empty()) return stats;
  Search search(filter, row, stats);
  for (auto file = log.segments.rbegin(); file != log.segments.rend(); ++file)
    if (!search.read(*file)) break;
  if (const auto newest = newest_checkpoint(directory)) stats.checkpoint = newest->size;
  return stats;
}

std::optional<Grouping> Grouping::parse(const std::string& fields, const policy::TimeZone& zone,
                                        std::string& error) {
  Grouping grouping;
  grouping.zone_ = zone;
  for (std::size_t at = 0; at <= fields.size();) {
    const std::size_t comma = std::min(fields.find(',', at), fields.size());
    const std::string name = fields.substr(at, comma - at);
    if (!field_named(name)) {
      error = "'" + name + "' is no field to group by; there are " + names_of_fields();
      return std::nullopt;
    }
    grouping.fields_.push_back(name);
    at = comma + 1;
  }
  return grouping;
}

void Grouping::add(const QueryRow& row) {
  std::vector<std::vector<std::string>> keys{{}};
  for (const std::string& name : fields_) {
    std::vector<std::string> values = field_named(name)->values(row, zone_);
    if (values.empty()) values.emplace_back();
    std::vector<std::vector<std::string>> longer;
    for (const auto& key : keys)
      for (const auto& value : values) (longer.emplace_back(key)).push_back(value);
    keys = std::move(longer);
  }
  for (const auto& key : keys) {
    Totals& t = totals_[key];
    ++t.count;
    t.bytes_in += row.decision.bytes_in;
    t.sent += row.outcome ? row.outcome->sent : 0;
    t.received += row.outcome ? row.outcome->received : 0;
  }
}

std::vector<std::pair<std::vector<std::string>, Totals>> Grouping::groups() const {
  std::vector<std::pair<std::vector<std::string>, Totals>> groups(totals_.begin(), totals_.end());
  std::stable_sort(groups.begin(), groups.end(),
                   [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  return groups;
}

std::string local_time(std::int64_t unix_us, const policy::TimeZone& zone) {
  const Local t = local_of(unix_us, zone);
  const std::int64_t us = ((unix_us % 1'000'000) + 1'000'000) % 1'000'000;
  const int minutes = static_cast<int>(t.offset < 0 ? -t.offset : t.offset) / 60;
  char buffer[128];
  std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d.%06d%c%02d:%02d", t.year,
                t.month, t.day, t.hour, t.minute, t.second, static_cast<int>(us),
                t.offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
  return buffer;
}

}  // namespace sekisho::audit
