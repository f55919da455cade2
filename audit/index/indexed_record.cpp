#include "audit/index/indexed_record.h"

#include <simdjson.h>

#include <algorithm>
#include <set>
#include <utility>

#include "audit/chain.h"
#include "audit/record_view.h"

namespace sekisho::audit {
namespace {

using simdjson::dom::element;

// Without zero bytes: what is counted is keyed by texts with one between them.
std::string text_of(const element& value) {
  std::string_view text;
  if (value.get(text)) return {};
  std::string out(text);
  std::replace(out.begin(), out.end(), '\0', ' ');
  return out;
}

std::int64_t number_of(const element& value) {
  std::int64_t number = 0;
  return value.get(number) ? 0 : number;
}

double decimal_of(const element& value) {
  double number = 0;
  return value.get(number) ? 0 : number;
}

template <class Take>
void each_member(const element& from, Take take) {
  simdjson::dom::object members;
  if (from.get(members)) return;
  for (const auto member : members) take(member.key, member.value);
}

template <class Take>
void each_item(const element& from, Take take) {
  simdjson::dom::array items;
  if (from.get(items)) return;
  for (const element item : items) take(item);
}

std::vector<std::string> texts_of(const element& from) {
  std::vector<std::string> out;
  each_item(from, [&](const element& item) { out.push_back(text_of(item)); });
  return out;
}

using Text = std::pair<std::string_view, std::string IndexedDecision::*>;

template <std::size_t N>
bool take_text(const Text (&texts)[N], std::string_view key, const element& value,
               IndexedDecision& d) {
  for (const auto& [name, member] : texts)
    if (name == key) return d.*member = text_of(value), true;
  return false;
}

void read_who(const element& value, IndexedDecision& d) {
  static constexpr Text kTexts[] = {{"user", &IndexedDecision::user},
                                    {"by", &IndexedDecision::identity},
                                    {"ip", &IndexedDecision::ip}};
  each_member(value, [&](std::string_view key, const element& v) { take_text(kTexts, key, v, d); });
}

void read_destination(const element& value, IndexedDecision& d) {
  static constexpr Text kTexts[] = {{"host", &IndexedDecision::host},
                                    {"ip", &IndexedDecision::origin_ip},
                                    {"provider", &IndexedDecision::provider},
                                    {"entry", &IndexedDecision::entry},
                                    {"tls", &IndexedDecision::tls}};
  each_member(value, [&](std::string_view key, const element& v) {
    if (!take_text(kTexts, key, v, d) && key == "port") d.port = number_of(v);
  });
}

void read_request(const element& value, IndexedDecision& d) {
  static constexpr Text kTexts[] = {{"method", &IndexedDecision::method},
                                    {"path", &IndexedDecision::path},
                                    {"model", &IndexedDecision::model}};
  each_member(value, [&](std::string_view key, const element& v) { take_text(kTexts, key, v, d); });
}

void read_client(const element& value, IndexedDecision& d) {
  each_member(value, [&](std::string_view key, const element& v) {
    if (key == "ua") d.client = text_of(v);
    if (key == "retry") d.retry = number_of(v);
  });
}

void read_evidence(const element& value, IndexedDecision& d) {
  each_item(value, [&](const element& item) {
    auto parts = texts_of(item);
    if (parts.size() < 4) return;
    d.evidence.push_back(
        {std::move(parts[0]), std::move(parts[1]), std::move(parts[2]), std::move(parts[3])});
  });
}

void read_rules(const element& value, IndexedDecision& d) {
  each_item(value, [&](const element& item) {
    IndexedRule rule;
    bool matched = false;
    each_member(item, [&](std::string_view key, const element& v) {
      if (key == "id") rule.id = text_of(v);
      if (key == "action") rule.action = text_of(v);
      if (key == "mode") rule.mode = text_of(v);
      if (key == "matched") matched = v.is_bool() && bool(v);
    });
    if (matched) d.rules.push_back(std::move(rule));
  });
}

void read_findings(const element& value, const Categories& categories, IndexedDecision& d) {
  each_item(value, [&](const element& item) {
    IndexedFinding f;
    each_member(item, [&](std::string_view key, const element& v) {
      if (key == "type") f.type = text_of(v);
      if (key == "cat") f.category = text_of(v);
      if (key == "n") f.hits = number_of(v);
      if (key == "conf") f.confidence = decimal_of(v);
      if (key == "where") f.places = texts_of(v);
      if (key == "h") f.hashes = texts_of(v);
    });
    if (f.category.empty())
      if (const auto known = categories.find(f.type); known != categories.end())
        f.category = known->second;
    f.personal = is_personal(f.type, f.category);
    d.personal += f.personal;
    d.findings.push_back(std::move(f));
  });
}

void read_outcome_times(const element& value, IndexedOutcome& o) {
  each_member(value, [&](std::string_view key, const element& v) {
    if (key == "total") o.total_ms = decimal_of(v);
  });
}

void read_tokens(const element& value, IndexedOutcome& o) {
  each_member(value, [&](std::string_view key, const element& v) {
    if (key == "in" && v.is_int64()) o.tokens_in = number_of(v);
    if (key == "out" && v.is_int64()) o.tokens_out = number_of(v);
    if (key == "cached" && v.is_int64()) o.tokens_cached = number_of(v);
  });
}

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_word(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// "AT,BE", "edge:cloudflare(US)": words of two capital letters.
std::set<std::string> countries_in(std::string_view value) {
  std::set<std::string> out;
  for (std::size_t i = 0; i < value.size();) {
    std::size_t end = i;
    while (end < value.size() && is_word(value[end])) ++end;
    if (end - i == 2 && is_upper(value[i]) && is_upper(value[i + 1]))
      out.emplace(value.substr(i, 2));
    i = end + 1;
  }
  return out;
}

std::string joined(const std::set<std::string>& items) {
  std::string out;
  for (const auto& item : items) (out += out.empty() ? "" : ",") += item;
  return out;
}

// What says who receives the data stands before what says where a packet goes.
constexpr std::string_view kByWeight[] = {"operator", "processing", "storage", "endpoint",
                                          "address",  "network",    "parent"};

bool is_proof(const IndexedEvidence& e) {
  return e.result != "unknown" && e.result != "stale" && e.result != "edge" &&
         e.result != "ignored";
}

void judge_countries(IndexedDecision& d) {
  std::set<std::string> all, sets;
  std::size_t best = std::size(kByWeight);
  bool proven = false;
  for (const auto& e : d.evidence) {
    const auto countries = countries_in(e.value);
    if (countries.empty()) continue;
    all.insert(countries.begin(), countries.end());
    sets.insert(joined(countries));
    const auto weight = static_cast<std::size_t>(
        std::find(std::begin(kByWeight), std::end(kByWeight), e.kind) - std::begin(kByWeight));
    if (weight < best) {
      best = weight;
      d.country = joined(countries);
      proven = is_proof(e);
    }
  }
  d.countries = joined(all);
  d.conflict = sets.size() > 1;
  d.assumed = !proven;
}

}  // namespace

bool is_personal(std::string_view type, std::string_view category) {
  // Published test cards are nobody's.
  return type != "credit_card_test" && (category == "pii" || category == "financial");
}

std::string personal_types(const IndexedDecision& decision) {
  std::string out;
  for (const auto& f : decision.findings)
    if (f.personal) (out += out.empty() ? "" : ", ") += f.type + " " + std::to_string(f.hits);
  return out;
}

std::string reason_of_skipped(std::string_view skipped) {
  const auto colon = skipped.rfind(':');
  const std::string_view last = colon == skipped.npos ? skipped : skipped.substr(colon + 1);
  const bool plain =
      !last.empty() && last.size() <= 32 && std::all_of(last.begin(), last.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || c == '_' || c == '-' || c == ' ';
      });
  return plain ? std::string(last) : "other";
}

struct IndexedRecordReader::Impl {
  explicit Impl(const Categories& c) : categories(c) {}
  const Categories& categories;
  simdjson::dom::parser parser;

  void take(std::string_view key, const element& value, IndexedRecord& out);
  void take_control(std::string_view key, const element& value, IndexedControl& c);
  void finish(IndexedRecord& out, std::string_view line, std::size_t head);
};

IndexedRecordReader::IndexedRecordReader(const Categories& categories)
    : impl_(std::make_unique<Impl>(categories)) {}
IndexedRecordReader::~IndexedRecordReader() = default;

void IndexedRecordReader::Impl::take(std::string_view key, const element& value,
                                     IndexedRecord& out) {
  static constexpr Text kTexts[] = {
      {"verdict", &IndexedDecision::verdict},     {"would", &IndexedDecision::would},
      {"reason", &IndexedDecision::reason},       {"rule", &IndexedDecision::rule},
      {"exception", &IndexedDecision::exception}, {"detail", &IndexedDecision::detail},
      {"coverage", &IndexedDecision::coverage},   {"policy", &IndexedDecision::policy}};
  IndexedDecision& d = out.decision;
  IndexedOutcome& o = out.outcome;
  if (key == "t")
    out.time_us = parse_utc(text_of(value)).value_or(0);
  else if (key == "id")
    d.id = text_of(value);
  else if (key == "kind")
    out.kind = text_of(value);
  else if (key == "gw")
    out.gateway = text_of(value);
  else if (key == "who")
    read_who(value, d);
  else if (key == "client")
    read_client(value, d);
  else if (key == "dst")
    read_destination(value, d);
  else if (key == "req")
    read_request(value, d);
  else if (key == "evidence")
    read_evidence(value, d);
  else if (key == "rules")
    read_rules(value, d);
  else if (key == "findings")
    read_findings(value, categories, d);
  else if (key == "skipped")
    d.skipped = texts_of(value);
  else if (key == "bytes")
    each_member(value, [&](std::string_view name, const element& v) {
      if (name == "in") d.bytes_in = number_of(v);
    });
  else if (key == "ref")
    out.ref = number_of(value);
  else if (key == "status")
    o.status = number_of(value);
  else if (key == "sent")
    o.sent = number_of(value);
  else if (key == "received")
    o.received = number_of(value);
  else if (key == "ms")
    read_outcome_times(value, o);
  else if (key == "restored")
    o.restored = number_of(value);
  else if (key == "tokens")
    read_tokens(value, o);
  else if (key == "abort")
    o.abort = text_of(value);
  else if (!take_text(kTexts, key, value, d))
    take_control(key, value, out.control);
}

void IndexedRecordReader::Impl::take_control(std::string_view key, const element& value,
                                             IndexedControl& c) {
  if (key == "what") c.what = text_of(value);
  if (key == "old") c.old_value = text_of(value);
  if (key == "new") c.new_value = text_of(value);
  if (key == "by") c.by = text_of(value);
  if (key == "refused") c.refused = number_of(value);
}

void IndexedRecordReader::Impl::finish(IndexedRecord& out, std::string_view line,
                                       std::size_t head) {
  out.outcome.seq = out.seq;
  if (out.kind == "decision") {
    IndexedDecision& d = out.decision;
    if (d.user.empty()) d.user = "ip:" + d.ip;
    judge_countries(d);
  } else if (out.kind != "outcome") {
    out.control.json = std::string(line.substr(head, line.size() - head - 1));
  }
}

bool IndexedRecordReader::read(std::string_view line, IndexedRecord& out) {
  out = {};
  const auto head = parse_line_head(line);
  element record;
  if (!head || line.back() != '}') return false;
  if (impl_->parser.parse(line.data(), line.size()).get(record)) return false;
  simdjson::dom::object members;
  if (record.get(members)) return false;
  out.seq = static_cast<std::int64_t>(head->seq);
  for (const auto member : members) impl_->take(member.key, member.value, out);
  if (out.kind.empty()) return false;
  impl_->finish(out, line, head->size);
  return true;
}

}  // namespace sekisho::audit
