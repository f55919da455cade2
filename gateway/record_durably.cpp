#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <memory>

#include "gateway/exchange.h"
#include "gateway/services.h"
#include "gateway/worker.h"

namespace sekisho::gateway {
namespace {

using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
constexpr std::uint64_t kNoRoom = ~0ull;
constexpr Millis kLookAgain{5};

// One try: the seq, 0 = failed, kNoRoom = the queue is full.
Awaitable<std::uint64_t> try_record(Worker& worker, const audit::Decision& decision) {
  auto initiate = [&worker, &decision](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    JournalAnswers& answers = worker.journal_answers();
    audit::Journal::Done done = [shared, &answers](std::uint64_t seq) {
      answers.add([shared, seq] { std::move (*shared)(seq); });
    };
    if (!worker.services().journal->record(decision, std::move(done), &answers))
      worker.post([shared] { std::move (*shared)(kNoRoom); });
  };
  net::use_awaitable_t<Executor> token;
  Awaitable<std::uint64_t> waiting =
      net::async_initiate<net::use_awaitable_t<Executor>, void(std::uint64_t)>(initiate, token);
  const std::uint64_t seq = co_await std::move(waiting);
  co_return seq;
}

}  // namespace

Awaitable<std::uint64_t> record_durably(Worker& worker, const audit::Decision& decision) {
  const TimePoint deadline = Clock::now() + worker.services().settings.limits.admit;
  for (;;) {
    const std::uint64_t seq = co_await try_record(worker, decision);
    if (seq != kNoRoom) co_return seq;
    if (Clock::now() >= deadline) co_return 0;
    Timer timer(worker.executor());
    timer.expires_after(kLookAgain);
    auto [ec] = co_await timer.async_wait(kAsTuple);
    if (ec) co_return 0;
  }
}

}  // namespace sekisho::gateway
