#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <memory>

#include "gateway/exchange.h"
#include "gateway/services.h"

namespace sekisho::gateway {
namespace {

using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
constexpr std::uint64_t kNoRoom = ~0ull;
constexpr Millis kLookAgain{5};

// One try: the seq, 0 = failed, kNoRoom = the queue is full.
Awaitable<std::uint64_t> try_record(audit::Journal& journal, const audit::Decision& decision,
                                    Executor executor) {
  auto initiate = [&journal, &decision, executor](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto resume = [shared, executor](std::uint64_t seq) {
      net::post(executor, [shared, seq] { std::move (*shared)(seq); });
    };
    audit::Journal::Done done = resume;
    if (!journal.record(decision, std::move(done))) resume(kNoRoom);
  };
  net::use_awaitable_t<Executor> token;
  Awaitable<std::uint64_t> waiting =
      net::async_initiate<net::use_awaitable_t<Executor>, void(std::uint64_t)>(initiate, token);
  const std::uint64_t seq = co_await std::move(waiting);
  co_return seq;
}

}  // namespace

Awaitable<std::uint64_t> record_durably(Services& services, const audit::Decision& decision,
                                        Executor executor) {
  const TimePoint deadline = Clock::now() + services.settings.limits.admit;
  for (;;) {
    const std::uint64_t seq = co_await try_record(*services.journal, decision, executor);
    if (seq != kNoRoom) co_return seq;
    if (Clock::now() >= deadline) co_return 0;
    Timer timer(executor);
    timer.expires_after(kLookAgain);
    auto [ec] = co_await timer.async_wait(kAsTuple);
    if (ec) co_return 0;
  }
}

}  // namespace sekisho::gateway
