#pragma once

// Two connected ends on one io_context: a pipe in memory or a TCP connection over loopback.

#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "gateway/byte_stream.h"
#include "gateway/deadlines.h"
#include "gateway/http/http_stream.h"

namespace sekisho::gateway {

enum class Transport { kMemory, kSocket };

class Wires {
 public:
  explicit Wires(Transport transport);
  ~Wires();

  // A fresh pair: ours, theirs.
  std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> connect();
  // Starts what is to run beside the test; an exception out of it fails the test.
  void start(Awaitable<void> what);
  // Lets everything run that can run now.
  void settle();
  // Runs until all that was started has ended.
  void finish();
  net::io_context& io() { return io_; }

 private:
  net::io_context io_{1};
  Deadlines deadlines_{io_.get_executor()};
  const Transport transport_;
  int running_ = 0;
  struct Listening;
  std::unique_ptr<Listening> listening_;
};

inline constexpr Millis kPatience{20000};
inline TimePoint soon() {
  return Clock::now() + kPatience;
}

// Everything `stream` still gives, until its end or until nothing more has come.
std::string read_now(ByteStream& stream);
void write_now(ByteStream& stream, std::string_view bytes);

}  // namespace sekisho::gateway
