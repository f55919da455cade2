#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/lab/load/answer_reader.h"
#include "bench/lab/load/event_meter.h"
#include "bench/lab/load/plan.h"
#include "bench/lab/load/tally.h"
#include "bench/lab/net/poller.h"
#include "bench/lab/net/tls.h"

namespace sekisho::lab {

// One client connection: TCP, CONNECT, TLS, then requests one after another. Never blocks; a call
// returns what it came to, and the worker decides what follows.
class Connection {
 public:
  // kDropped: the peer closed it between two requests, which is its right.
  enum class Outcome { kWaiting, kReady, kAnswered, kDropped, kFailed };

  Connection(const Plan& plan, Poller& poller, std::vector<char>& scratch);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool open();  // false: refused at once
  Outcome send_request(bool warm_up);
  Outcome on_event(std::uint32_t events, Tally& tally);
  void close();

  bool is_open() const { return state_ != State::kClosed; }
  bool must_close() const { return answer_.close_after(); }
  int status() const { return answer_.status(); }
  const std::string& failure() const { return failure_; }
  std::uint64_t opened_at() const { return opened_at_; }
  std::uint64_t requested_at() const { return requested_at_; }

 private:
  enum class State { kClosed, kTcp, kConnect, kTls, kReady, kSending, kReceiving };

  Outcome fail(std::string why);
  Outcome on_connected();
  Outcome read_connect_answer(Tally& tally);
  Outcome start_tls(Tally& tally);
  Outcome shake(Tally& tally);
  Outcome send_more();
  Outcome receive(Tally& tally);
  Outcome on_ended();
  std::string_view unsent() const;
  void want_write(bool write);
  static int keep_session(SSL* ssl, SSL_SESSION* session);

  const Plan& plan_;
  Poller& poller_;
  std::vector<char>& scratch_;
  State state_ = State::kClosed;
  int fd_ = -1;
  bool wants_write_ = false, meters_ = false;
  SslPtr ssl_;
  SslSessionPtr session_;
  std::string host_, head_, failure_;
  std::string first_;  // the request's head with the start of its body, as a client's single flush
  std::string_view rest_;  // what follows of the body
  std::size_t sent_ = 0;   // of both
  AnswerReader answer_;
  EventMeter meter_;
  std::uint64_t opened_at_ = 0, requested_at_ = 0;
};

}  // namespace sekisho::lab
