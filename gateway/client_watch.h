#pragma once

#include <functional>
#include <memory>

#include "gateway/async.h"
#include "gateway/deadlines.h"
#include "gateway/http/http_stream.h"

namespace sekisho::gateway {

// Looks at a client whose answer is awaited: nothing is read from it then, and that it left would
// else be noticed with the next byte for it only, which may be minutes away.
class ClientWatch final : private Deadlines::Entry {
 public:
  // Both must outlive the watch: stop() is awaited before the stream is read again or destroyed.
  ClientWatch(ClientHttpStream& client, Executor executor, Deadlines& deadlines);
  void start();
  // In a moment: most answers are there before, and cost nothing then.
  void start_soon();
  // `call` runs once, when the client is found gone, on this thread.
  void on_gone(std::function<void()> call);
  bool gone() const;
  Awaitable<void> stop();

 private:
  void expired() override { start(); }
  struct State;
  class Joining;
  static Awaitable<void> run(ClientHttpStream& client, std::shared_ptr<State> state);

  ClientHttpStream& client_;
  const Executor executor_;
  const std::shared_ptr<State> state_;
};

}  // namespace sekisho::gateway
