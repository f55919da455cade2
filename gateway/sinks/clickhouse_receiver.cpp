// The sink that fills a ClickHouse.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "audit/views/clickhouse_rows.h"
#include "audit/views/clickhouse_schema.h"
#include "audit/views/clickhouse_statement.h"
#include "gateway/sinks/clickhouse.h"
#include "gateway/sinks/clickhouse_rollup.h"
#include "gateway/sinks/receiver.h"

namespace sekisho::gateway {
namespace {

using Kind = Delivery::Kind;
using Steady = std::chrono::steady_clock;

// Outcomes that come late, or a server that could not.
constexpr std::chrono::hours kLookAgain{1};

struct ClickHouseReceiver {
  ClickHouseReceiver(ClickHouseAddress address, audit::ViewFrame f)
      : frame(std::move(f)), server(std::move(address)) {}

  Delivery deliver(EventBatch batch);
  Delivery prepare();
  std::string number_of_log(bool& found, long long& number);
  std::string take_number();
  std::string find_incidents(EventBatch& batch);
  void sum_up();
  static Delivery failed(const ClickHouse::Answer& answer);

  audit::ViewFrame frame;
  ClickHouse server;
  std::optional<audit::ClickHouseRows> rows;
  std::optional<ClickHouseRollup> rollup;
  std::string summed_before;  // no month before this one is known to need it
  Steady::time_point look_at{};
  long long log_number = 0;
};

Delivery ClickHouseReceiver::failed(const ClickHouse::Answer& answer) {
  const Kind kind = answer.cancelled              ? Kind::kCancelled
                    : is_parse_error(answer.code) ? Kind::kRefused
                                                  : Kind::kLater;
  return {kind, answer.error, {}, {}};
}

std::string ClickHouseReceiver::number_of_log(bool& found, long long& number) {
  const auto got =
      server.ask({"SELECT min(number), count() FROM log_row WHERE log = ?", {frame.log}});
  if (!got.error.empty()) return got.error;
  if (got.rows.empty() || got.rows[0].size() != 2) return "no answer";
  const auto* n = std::get_if<std::int64_t>(&got.rows[0][0]);
  const auto* count = std::get_if<std::int64_t>(&got.rows[0][1]);
  found = n && count && *count > 0;
  number = n ? *n : 0;
  return {};
}

// The number of this log, given once and for all. Two gateways that came at the same moment may
// have got the same one: then an operator decides, and nothing is written under it.
std::string ClickHouseReceiver::take_number() {
  bool found = false;
  std::string error = number_of_log(found, log_number);
  if (error.empty() && !found) {
    error = server
                .run("INSERT INTO log_row (log, number, written) SELECT " +
                     audit::clickhouse_literal(frame.log) +
                     ", if(count() = 0, toInt64(0), max(number) + 1), now() FROM log_row")
                .error;
    if (error.empty()) error = number_of_log(found, log_number);
  }
  if (!error.empty()) return error;
  const auto twins = server.ask({"SELECT count() FROM log_row WHERE number = ? AND log <> ?",
                                 {static_cast<std::int64_t>(log_number), frame.log}});
  if (!twins.error.empty()) return twins.error;
  if (!twins.rows.empty() && twins.rows[0][0] == audit::Cell(std::int64_t{0})) return {};
  return "two logs have the number " + std::to_string(log_number) +
         " in log_row: remove this log's line there";
}

Delivery ClickHouseReceiver::prepare() {
  std::string error = server.migrate();
  if (error.empty()) error = take_number();
  if (!error.empty()) return {Kind::kLater, error, {}, {}};
  const auto zone = policy::TimeZone::find(frame.zone);
  rows.emplace(frame.log, log_number, zone.value_or(policy::TimeZone()));
  rollup.emplace(server, frame.log, log_number);
  return {};
}

// A decision that was read again after a restart keeps the incident it was counted in.
std::string ClickHouseReceiver::find_incidents(EventBatch& batch) {
  for (auto& event : batch) {
    if (!event.found_later) continue;
    const std::int64_t base = log_number * audit::kLogStep;
    const auto got = server.ask(
        {"SELECT max(incident), max(opens), max(fingerprint) FROM exchange_row WHERE log = ? AND "
         "seq = ?",
         {frame.log, base + event.record.seq}});
    if (!got.error.empty()) return got.error;
    if (got.rows.empty() || got.rows[0].size() != 3) continue;
    const auto number = [&](std::size_t i) {
      const auto* n = std::get_if<std::int64_t>(&got.rows[0][i]);
      return n ? *n : 0;
    };
    const bool known = number(0) > 0 || number(2) > 0;
    event.record.decision.incident = known ? number(0) - base : event.record.seq;
    event.record.decision.opens = !known || number(1) > 0;
    event.record.decision.fingerprint = number(2);
  }
  return {};
}

Delivery ClickHouseReceiver::deliver(EventBatch batch) {
  if (!rows)
    if (Delivery ready = prepare(); ready.kind != Kind::kDone) return ready;
  if (const std::string error = find_incidents(batch); !error.empty())
    return {Kind::kLater, error, {}, {}};
  for (const auto& event : batch) rows->add(event);
  for (const auto& insert : rows->take()) {
    const auto answer = server.insert(insert.table, insert.lines);
    if (!answer.error.empty()) return failed(answer);
  }
  sum_up();
  return {};
}

// One month at a time: what is sent must not wait for a year. Questions read the rows of what has
// no sums, so that it is no fault of a delivery.
void ClickHouseReceiver::sum_up() {
  const std::string& month = rows->newest_month();
  if (month == summed_before && Steady::now() < look_at) return;
  std::string error;
  if (rollup->step(month, error)) return;
  summed_before = month;
  look_at = Steady::now() + kLookAgain;
}

}  // namespace

std::unique_ptr<Receiver> make_clickhouse_receiver(const config::AuditSink& sink,
                                                   audit::ViewFrame frame, std::string& error) {
  ClickHouseAddress address;
  address.url = sink.target.value;
  address.database = sink.database;
  address.user = sink.user;
  address.password = read_secret(sink.password_file, error);
  address.peer.ca_file = sink.ca.value;
  address.peer.client_certificate = sink.client_certificate.value;
  address.peer.client_key = sink.client_key.value;
  if (!error.empty()) return nullptr;
  const auto made = std::make_shared<ClickHouseReceiver>(std::move(address), std::move(frame));
  auto out = std::make_unique<Receiver>();
  out->deliver = [made](const EventBatch& batch) { return made->deliver(batch); };
  out->cancel = [made] { made->server.cancel(); };
  out->most_events = 10'000;
  out->most_bytes = 32u << 20;
  out->linger = std::chrono::milliseconds(2000);
  return out;
}

}  // namespace sekisho::gateway
