#pragma once

// One request and its answer, from the head to the outcome. docs/life_of_a_request.md, steps 5
// to 15.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/record.h"
#include "gateway/async.h"
#include "gateway/budget.h"
#include "gateway/client_watch.h"
#include "gateway/http/http_stream.h"
#include "gateway/origin_health.h"
#include "gateway/origin_limits.h"
#include "gateway/origin_pool.h"
#include "policy/refusal.h"
#include "policy/snapshot.h"

namespace sekisho::gateway {

class Sealing;
class Worker;
struct Services;

// Why a request is not passed on, when it is not policy's verdict that says so.
struct Fault {
  int status = 400;
  policy::Reason reason = policy::Reason::kFraming;
  std::string word;        // closed list, for the record: "te_not_chunked", "body", "expired", …
  std::string detail;      // one English clause for the client
  std::string detail_ja;   // the same in Japanese; "" = the English one
  bool may_retry = false;  // leaves `x-should-retry` away
  bool silent = false;     // the client is gone: nobody to answer, nothing to record
  int retry_after = 0;     // seconds; 0 = no header
  Headers extra;           // further answer headers
  bool of_policy = false;  // the verdict stands as decided; else it becomes a block for `reason`

  Fault() = default;
  Fault(int status_code, policy::Reason why, std::string short_word, std::string clause)
      : status(status_code), reason(why), word(std::move(short_word)), detail(std::move(clause)) {}
};

class Exchange {
 public:
  // `client` and `to` must outlive it. `to` is the admitted destination of a tunnel, or that of an
  // absolute-form request.
  Exchange(Worker& worker, ClientHttpStream& stream, const policy::Client& client,
           const policy::Destination& to, bool in_tunnel);
  ~Exchange();
  Exchange(const Exchange&) = delete;

  // Serves the request whose head was read. True: the connection may carry another.
  Awaitable<bool> run(RequestHead head);
  // Answers a head that the gate refused; the connection ends afterwards.
  Awaitable<void> refuse_head(const HttpError& error);
  // Answers a request for a reason found before it could be served (Host mismatch, …).
  Awaitable<bool> refuse(RequestHead head, Fault fault);
  // The gateway ends before it does: the origin is told at once, the outcome says so.
  void cut();

 private:
  struct Judge;

  Awaitable<bool> serve();
  // Each stage returns false when the exchange is over (answered or broken).
  bool prepare();
  Awaitable<bool> hold_body();
  Awaitable<bool> hold_pieces();
  bool holds_others_up(TimePoint begun, Millis silent) const;
  Awaitable<bool> inspect();
  Awaitable<void> plan_enforcement();
  Awaitable<bool> decide_and_lease();
  bool origin_is_down();
  void note_lease();
  // Keeps the sealed copy that matched rules ask for.
  Awaitable<bool> seal();
  void forget_sealed();
  void apply_edits();
  Awaitable<bool> record_decision();
  Awaitable<bool> reserve_memory(std::uint64_t bytes);
  Awaitable<bool> send_and_relay();
  Awaitable<bool> send_request();
  Awaitable<bool> relay_answer();
  bool may_repeat() const;
  Awaitable<bool> lease_again();

  Awaitable<bool> fail(Fault fault);
  Awaitable<bool> fail_origin(Fault fault);
  Awaitable<bool> fail_lease();
  Awaitable<bool> answer_refusal(const Fault& fault);
  Awaitable<bool> drain_request();
  void name_alternative();
  void free_body();
  Fault fault_of_client(const HttpError& error) const;
  Fault fault_of_origin(const HttpError& error) const;
  Fault fault_of_lease() const;
  Fault fault_of_down() const;
  Fault fault_of_verdict() const;
  static Fault fault_of_journal();
  static Fault fault_of_memory();

  policy::Admission admit(const policy::AddressFacts* address) const;
  policy::Verdict decide() const;
  RequestHead outgoing() const;
  void enforce_head(RequestHead& out) const;
  std::vector<policy::HeaderView> header_views() const;
  std::string_view decoded_body() const;
  policy::Reader reader() const;
  audit::Decision decision() const;
  void record_outcome();
  void note_time(const char* name);
  void count();

  Worker& worker_;
  Services& services_;
  ClientHttpStream& client_stream_;
  const policy::Client& client_;
  const policy::Destination& to_;
  const bool in_tunnel_;
  const std::shared_ptr<const policy::Snapshot> snapshot_;
  const std::shared_ptr<const Sealing> sealing_;  // of the same configuration; null: none
  const std::string id_;
  const TimePoint begun_ = Clock::now();
  TimePoint lap_ = begun_;

  RequestHead head_;
  std::string target_;          // origin-form
  Headers fields_;              // end-to-end, as they will leave
  std::string body_;            // as received, dechunked
  std::uint64_t bytes_in_ = 0;  // of it, also when it is no longer held
  Reservation reservation_;
  bool body_read_ = false;  // nothing of the request is left on the connection
  policy::Admission admission_;
  policy::InspectionResult inspected_;
  bool body_inspected_ = false;
  policy::Enforcement enforcement_;
  std::vector<const policy::EnforceRule*> planned_;  // the rules that it is the plan of
  policy::Verdict verdict_;
  OriginTrial trial_;
  OriginLimits limits_{Millis{0}, Millis{0}};  // of the service; set with the trial
  Lease lease_;
  ClientWatch watch_;
  std::string word_;    // detail of a fault
  std::string edited_;  // the body after edits
  bool edit_ = false;
  std::optional<audit::SealedRef> sealed_;
  bool request_sent_ = false;
  bool request_broken_ = false;  // what the client sends cannot be read on
  bool repeat_ = false;  // an idle connection failed the request, which may be sent on another
  bool cut_ = false;
  bool ended_well_ = false;  // refused with a whole answer on a clean connection
  std::uint64_t ref_ = 0;    // seq of the decision
  bool recorded_ = false;
  audit::Outcome outcome_;
  std::vector<std::pair<std::string, double>> ms_;
};

// Suspends until the decision is on disk; 0 = it could not be recorded within limits.admit.
Awaitable<std::uint64_t> record_durably(Worker& worker, const audit::Decision& decision);

// Refusals of requests that never became an exchange, in frames of their own: a coroutine that
// lives as long as a connection must not hold room for them. `stream`, `client` and `to` must
// outlive it. True: the connection may carry another request.
struct Asked {
  Worker& worker;
  ClientHttpStream& stream;
  const policy::Client& client;
  const policy::Destination& to;
  bool in_tunnel = false;
};
Awaitable<bool> refuse_request(Asked asked, RequestHead head, Fault fault);
// A head that could not be read; the connection ends.
Awaitable<void> refuse_unread_head(Asked asked, HttpError error);

}  // namespace sekisho::gateway
