#include "audit/record_view.h"

#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "audit/chain.h"

namespace sekisho::audit {
namespace {

using simdjson::dom::element;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_word(char c) {
  return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// "AT,BE", "edge:cloudflare(US)": words of two capital letters.
void add_countries(std::string_view value, std::vector<std::string>& out) {
  for (std::size_t i = 0; i < value.size();) {
    std::size_t end = i;
    while (end < value.size() && is_word(value[end])) ++end;
    if (end - i == 2 && is_upper(value[i]) && is_upper(value[i + 1]))
      out.emplace_back(value.substr(i, 2));
    i = end + 1;
  }
}

std::string text_in(const element& from, std::string_view pointer) {
  std::string_view text;
  return from.at_pointer(pointer).get(text) ? std::string() : std::string(text);
}

std::uint64_t number_in(const element& from, std::string_view pointer) {
  std::uint64_t number = 0;
  return from.at_pointer(pointer).get(number) ? 0 : number;
}

double decimal_in(const element& from, std::string_view pointer, double otherwise) {
  double number = 0;
  return from.at_pointer(pointer).get(number) ? otherwise : number;
}

bool truth_in(const element& from, std::string_view pointer) {
  bool value = false;
  return !from.at_pointer(pointer).get(value) && value;
}

template <class Take>
void each_in(const element& from, std::string_view pointer, Take take) {
  simdjson::dom::array items;
  if (from.at_pointer(pointer).get(items)) return;
  for (const element item : items) take(item);
}

std::vector<std::string> countries_of(const element& record) {
  std::vector<std::string> countries;
  each_in(record, "/evidence",
          [&](const element& e) { add_countries(text_in(e, "/1"), countries); });
  std::sort(countries.begin(), countries.end());
  countries.erase(std::unique(countries.begin(), countries.end()), countries.end());
  return countries;
}

}  // namespace

struct RecordReader::Impl {
  simdjson::dom::parser parser;
  element record;
  std::string_view line;
  LineHead head;
  std::string_view kind;

  std::string json() const {
    return std::string(line.substr(head.size, line.size() - head.size - 1));
  }
};

RecordReader::RecordReader() : impl_(std::make_unique<Impl>()) {}
RecordReader::~RecordReader() = default;

bool RecordReader::read(std::string_view line) {
  const auto head = parse_line_head(line);
  if (!head || line.back() != '}') return false;
  impl_->line = line;
  impl_->head = *head;
  if (impl_->parser.parse(line.data(), line.size()).get(impl_->record)) return false;
  return !impl_->record.at_pointer("/kind").get(impl_->kind);
}

std::string_view RecordReader::kind() const {
  return impl_->kind;
}

std::uint64_t RecordReader::seq() const {
  return impl_->head.seq;
}

DecisionRow RecordReader::decision() const {
  const element& r = impl_->record;
  DecisionRow d;
  d.seq = impl_->head.seq;
  d.time_us = parse_utc(text_in(r, "/t")).value_or(0);
  const std::pair<std::string_view, std::string DecisionRow::*> texts[] = {
      {"/id", &DecisionRow::id},
      {"/gw", &DecisionRow::gateway},
      {"/who/user", &DecisionRow::user},
      {"/who/by", &DecisionRow::by},
      {"/who/ip", &DecisionRow::ip},
      {"/client/ua", &DecisionRow::user_agent},
      {"/dst/host", &DecisionRow::host},
      {"/dst/ip", &DecisionRow::origin_ip},
      {"/dst/provider", &DecisionRow::provider},
      {"/dst/entry", &DecisionRow::entry},
      {"/dst/tls", &DecisionRow::tls},
      {"/req/method", &DecisionRow::method},
      {"/req/path", &DecisionRow::path},
      {"/req/model", &DecisionRow::model},
      {"/verdict", &DecisionRow::verdict},
      {"/would", &DecisionRow::would},
      {"/reason", &DecisionRow::reason},
      {"/rule", &DecisionRow::rule},
      {"/exception", &DecisionRow::exception},
      {"/detail", &DecisionRow::detail},
      {"/coverage", &DecisionRow::coverage},
      {"/policy", &DecisionRow::policy}};
  for (const auto& [pointer, member] : texts) d.*member = text_in(r, pointer);
  each_in(r, "/who/groups", [&](const element& g) { d.groups.push_back(text_in(g, "")); });
  each_in(r, "/rules", [&](const element& rule) {
    if (truth_in(rule, "/matched")) d.rules.push_back(text_in(rule, "/id"));
  });
  each_in(r, "/findings", [&](const element& f) {
    d.findings.emplace_back(text_in(f, "/type"), number_in(f, "/n"));
  });
  d.countries = countries_of(r);
  d.port = number_in(r, "/dst/port");
  d.bytes_in = number_in(r, "/bytes/in");
  d.stream = truth_in(r, "/req/stream");
  d.json = impl_->json();
  return d;
}

OutcomeRow RecordReader::outcome() const {
  const element& r = impl_->record;
  OutcomeRow o;
  o.seq = impl_->head.seq;
  o.ref = number_in(r, "/ref");
  o.status = number_in(r, "/status");
  o.sent = number_in(r, "/sent");
  o.received = number_in(r, "/received");
  o.ttfb_ms = decimal_in(r, "/ms/ttfb", -1);
  o.total_ms = decimal_in(r, "/ms/total", 0);
  o.abort = text_in(r, "/abort");
  o.json = impl_->json();
  return o;
}

ControlRow RecordReader::control() const {
  return {impl_->head.seq, std::string(impl_->kind), text_in(impl_->record, "/segment"),
          number_in(impl_->record, "/unsure")};
}

std::string RecordReader::text(std::string_view pointer) const {
  return text_in(impl_->record, pointer);
}

std::uint64_t RecordReader::number(std::string_view pointer) const {
  return number_in(impl_->record, pointer);
}

std::optional<std::int64_t> parse_utc(std::string_view text) {
  if (text.size() != 27 || text.back() != 'Z') return std::nullopt;
  std::tm t{};
  int us = 0, read = 0;
  const std::string copy(text);
  const int fields =
      std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%6dZ%n", &t.tm_year, &t.tm_mon, &t.tm_mday,
                  &t.tm_hour, &t.tm_min, &t.tm_sec, &us, &read);
  if (fields != 7 || read != 27) return std::nullopt;
  t.tm_year -= 1900;
  t.tm_mon -= 1;
  return static_cast<std::int64_t>(timegm(&t)) * 1'000'000 + us;
}

}  // namespace sekisho::audit
