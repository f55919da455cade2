#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "bench/lab/bound/byte_buffer.h"
#include "bench/lab/bound/leg.h"
#include "bench/lab/net/body_reader.h"

namespace sekisho::lab {

class PatternScanner;

// A client's tunnel: reads one whole request, scans it, hands it to an origin's leg, streams the
// answer through. The proxy moves bytes; here is only what they mean. Functions that return bool:
// false means that the tunnel is lost.
class Session {
 public:
  enum class State { kConnect, kHead, kBody, kAnswer };

  Session(int fd, Poller& poller, ByteBuffer& gathered, const PatternScanner* scanner);

  State state() const { return state_; }

  // Plain bytes before TLS. `authority` is set when the CONNECT head is whole.
  bool take_connect(std::string_view bytes, std::string& authority);
  void begin_requests() { state_ = State::kHead; }

  // Where bytes of a body go without a copy; empty outside kBody.
  std::pair<char*, std::size_t> body_space();
  void body_grew(std::size_t size) { in_.grew(size); }
  bool take_request(std::string_view bytes);
  bool request_is_whole() const;
  // The message to send on: valid until the answer has ended.
  std::string_view message();

  // Bytes of the answer. `ended` is set with its last one.
  bool take_answer(std::string_view bytes, bool& ended);
  void end_exchange();

  Leg client;
  Leg* origin = nullptr;

 private:
  bool take_head();

  const PatternScanner* scanner_;
  State state_ = State::kConnect;
  ByteBuffer in_;
  std::size_t head_size_ = 0, body_size_ = 0;
  bool rewrites_ = false;  // the client's "connection: close" must not reach a pooled leg
  std::string rewritten_, answer_head_;
  bool answer_in_body_ = false;
  BodyReader answer_body_;
};

}  // namespace sekisho::lab
