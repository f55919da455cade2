#pragma once

// Passes the answer of an origin on to the client, as it comes. docs/life_of_a_request.md, step 14.

#include <memory>
#include <string>

#include "audit/record.h"
#include "filters/bodies/token_usage.h"
#include "gateway/budget.h"
#include "gateway/http/http_stream.h"
#include "gateway/origin_health.h"
#include "policy/restored_answer.h"

namespace sekisho::gateway {

class Worker;

class AnswerRelay {
 public:
  enum class End {
    kWhole,     // the client has all of it
    kCut,       // the client has part of it; `outcome.abort` says why
    kNoAnswer,  // the client has nothing; error() says why
    kUpgrade,   // the origin switched protocols without being asked; the client has nothing
  };

  // Everything given must outlive it. `begun`: when the exchange began, for the time to first byte.
  AnswerRelay(Worker& worker, ClientHttpStream& client, OriginHttpStream& origin,
              const RequestHead& request, TimePoint begun, audit::Outcome& outcome);

  // Before run(): the longest silence of the origin, and who learns what it answered.
  void expect(Millis silence, OriginTrial& trial);

  // Before run(): tokens in the answer become values again.
  void restore(std::shared_ptr<const policy::TokenMap> tokens, const policy::Dialect& dialect);

  Awaitable<End> run();
  const HttpError& error() const { return error_; }

 private:
  Awaitable<bool> pass_interim(ResponseHead head);
  Awaitable<End> pass_final(ResponseHead head);
  Awaitable<End> pass_body();
  Awaitable<void> begin_restoring(ResponseHead& head);
  bool restored_piece(const BodyPiece& piece, std::string& out);
  void stay_within_budget(std::string& out);
  void note_restored();
  void note(std::string_view data);  // of the body, as it passes

  Worker& worker_;
  ClientHttpStream& client_;
  OriginHttpStream& origin_;
  const RequestHead& request_;
  const TimePoint begun_;
  audit::Outcome& outcome_;
  HttpError error_;
  Millis silence_{0};
  OriginTrial* trial_ = nullptr;
  // Of an answer to a request with tokens.
  std::shared_ptr<const policy::TokenMap> tokens_;
  const policy::Dialect* dialect_ = nullptr;
  std::unique_ptr<policy::RestoredAnswer> restored_;  // null = the answer passes as it is
  Reservation reservation_;
  filters::TokenUsage usage_;
};

}  // namespace sekisho::gateway
