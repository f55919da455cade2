#include "gateway/client_watch.h"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

namespace sekisho::gateway {
namespace {
constexpr Millis kSoon{50};
using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
}  // namespace

struct ClientWatch::State {
  bool running = false, stopped = false, gone = false;
  std::function<void()> on_gone;
  Timer* joined = nullptr;
};

// A dying io_context destroys the two coroutines in any order.
class ClientWatch::Joining {
 public:
  Joining(std::shared_ptr<State> state, Timer& timer) : state_(std::move(state)) {
    state_->joined = &timer;
  }
  ~Joining() { state_->joined = nullptr; }
  Joining(const Joining&) = delete;

 private:
  std::shared_ptr<State> state_;
};

ClientWatch::ClientWatch(ClientHttpStream& client, Executor executor, Deadlines& deadlines)
    : Entry(deadlines), client_(client), executor_(executor), state_(std::make_shared<State>()) {}

void ClientWatch::start_soon() {
  arm(Clock::now() + kSoon);
}

Awaitable<void> ClientWatch::run(ClientHttpStream& client, std::shared_ptr<State> state) {
  struct Ended {  // also when an exception ends it
    ~Ended() {
      state.running = false;
      if (state.joined) state.joined->cancel();
    }
    State& state;
  } ended{*state};
  if (state->stopped) co_return;
  const bool gone = co_await client.watch();
  if (!gone || state->stopped) co_return;
  state->gone = true;
  if (state->on_gone) state->on_gone();
}

void ClientWatch::start() {
  if (state_->running) return;
  state_->stopped = false;
  state_->running = true;
  Awaitable<void> watching = run(client_, state_);
  net::co_spawn(executor_, std::move(watching), net::detached);
}

void ClientWatch::on_gone(std::function<void()> call) {
  state_->on_gone = std::move(call);
}

bool ClientWatch::gone() const {
  return state_->gone;
}

Awaitable<void> ClientWatch::stop() {
  disarm();
  state_->stopped = true;
  if (!state_->running) co_return;
  client_.stop_watch();
  Timer joined(executor_);
  const Joining joining(state_, joined);
  while (state_->running) {
    joined.expires_at(TimePoint::max());
    const auto [ec] = co_await joined.async_wait(kAsTuple);
    (void)ec;
  }
}

}  // namespace sekisho::gateway
