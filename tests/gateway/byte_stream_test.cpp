#include "gateway/byte_stream.h"

#include <gtest/gtest.h>

#include <boost/asio/basic_socket_acceptor.hpp>

#include "config/ip.h"
#include "gateway/connect_race.h"
#include "gateway/socket_stream.h"
#include "tests/gateway/stream_pairs.h"

namespace sekisho::gateway {
namespace {

class EveryTransport : public testing::TestWithParam<Transport> {
 protected:
  net::io_context io{1};
  Deadlines deadlines{io.get_executor()};
  Ends ends = connected(io, deadlines, GetParam());
  ByteStream& near = *ends.first;
  ByteStream& far = *ends.second;
};

INSTANTIATE_TEST_SUITE_P(Streams, EveryTransport,
                         testing::Values(Transport{1, 100}, Transport{7, 10}, Transport{4096},
                                         Transport{0}));

Awaitable<void> send_all(ByteStream& stream, const std::string& text, long& result) {
  result = co_await write_all(stream, text.data(), text.size(), Millis(20000));
  stream.shutdown_write();
}

Awaitable<void> collect(ByteStream& stream, std::string& into) {
  into = co_await read_to_end(stream);
}

Awaitable<void> wait_for(ByteStream& stream, Want want, TimePoint deadline, Wake& wake) {
  wake = co_await stream.ready(want, deadline);
}

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 31 + i / 251);
  return out;
}

TEST_P(EveryTransport, CarriesBytesBothWaysInOrder) {
  const std::string there = pattern(30000), back = pattern(20000);
  std::string got_there, got_back;
  long sent = 0, sent_back = 0;
  start(io, send_all(near, there, sent));
  start(io, send_all(far, back, sent_back));
  start(io, collect(far, got_there));
  start(io, collect(near, got_back));
  io.run();
  EXPECT_EQ(sent, 30000);
  EXPECT_EQ(sent_back, 20000);
  EXPECT_EQ(got_there, there);
  EXPECT_EQ(got_back, back);
}

TEST_P(EveryTransport, HasNothingToReadAtFirst) {
  char c;
  EXPECT_EQ(near.try_read(&c, 1), ByteStream::kBlock);
  EXPECT_EQ(near.want(), Want::kRead);
}

TEST_P(EveryTransport, WaitsNoLongerThanTheDeadline) {
  Wake wake = Wake::kReady;
  const TimePoint deadline = Clock::now() + Millis(30);
  start(io, wait_for(near, Want::kRead, deadline, wake));
  io.run();
  EXPECT_EQ(wake, Wake::kTimeout);
  EXPECT_GE(Clock::now(), deadline);
}

Awaitable<void> close_now(ByteStream& stream) {
  stream.close();
  co_return;
}

TEST_P(EveryTransport, WakesItsWaiterWhenClosed) {
  Wake wake = Wake::kReady;
  start(io, wait_for(near, Want::kRead, soon(), wake));
  start(io, close_now(near));
  io.run();
  EXPECT_EQ(wake, Wake::kClosed);
  char c = 0;
  EXPECT_EQ(near.try_read(&c, 1), ByteStream::kError);
  EXPECT_EQ(near.try_write(&c, 1), ByteStream::kError);
  near.close();
}

TEST_P(EveryTransport, IsReadyWhenThereIsSomethingToRead) {
  Wake wake = Wake::kTimeout;
  start(io, wait_for(near, Want::kRead, soon(), wake));
  EXPECT_EQ(far.try_write("x", 1), 1);
  io.run();
  EXPECT_EQ(wake, Wake::kReady);
}

TEST_P(EveryTransport, MayBeDestroyedWithItsWaiterByTheContext) {
  auto own = std::make_unique<net::io_context>(1);
  auto theirs = std::make_unique<Deadlines>(own->get_executor());
  auto waits = [](StreamPtr stream) -> Awaitable<void> {
    co_await stream->ready(Want::kRead, soon());
    ADD_FAILURE() << "nobody wrote";
  };
  Ends both = connected(*own, *theirs, GetParam());
  abandon(*own, waits(std::move(both.first)));
  own->poll();
  both.second.reset();
  // The order in which a worker goes: time-outs, context, and with it the streams that wait.
  theirs.reset();
  own.reset();
}

TEST(WriteAll, GivesUpWhenThePeerReadsNothing) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  const Ends ends = connected(io, deadlines, Transport{4096, 100});
  long result = 0;
  auto write = [](ByteStream& stream, long& out) -> Awaitable<void> {
    const std::string text(1000, 'x');
    out = co_await write_all(stream, text.data(), text.size(), Millis(20));
  };
  start(io, write(*ends.first, result));
  io.run();
  EXPECT_EQ(result, kTimedOut);
}

TEST(PrefixStream, GivesBackItsPrefixFirstAndInPieces) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  Ends ends = connected(io, deadlines, Transport{});
  PrefixStream stream("hello", std::move(ends.first));
  ends.second->try_write(" world", 6);
  char buffer[16];
  ASSERT_EQ(stream.try_read(buffer, 2), 2);
  ASSERT_EQ(stream.try_read(buffer + 2, 10), 3);
  ASSERT_EQ(stream.try_read(buffer + 5, 10), 6);
  EXPECT_EQ(std::string(buffer, 11), "hello world");
}

TEST(PrefixStream, IsReadyAtOnceWhilePrefixIsLeft) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  Ends ends = connected(io, deadlines, Transport{});
  PrefixStream stream("x", std::move(ends.first));
  Wake wake = Wake::kTimeout;
  start(io, wait_for(stream, Want::kRead, Clock::now(), wake));
  io.run();
  EXPECT_EQ(wake, Wake::kReady);
}

Awaitable<void> connect_to(net::io_context& io, Deadlines& deadlines, std::uint16_t port,
                           std::unique_ptr<SocketStream>& out, std::string& error) {
  std::vector<config::IpAddress> only;
  only.push_back(*config::IpAddress::parse("127.0.0.1"));
  Connected made =
      co_await connect_first(io.get_executor(), deadlines, std::move(only), port, soon());
  out = std::move(made.stream);
  error = made.error;
}

TEST(ConnectFirst, ReachesExactlyTheAddress) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  net::basic_socket_acceptor<net::ip::tcp, Executor> acceptor(io.get_executor(),
                                                              {net::ip::address_v4::loopback(), 0});
  std::unique_ptr<SocketStream> stream;
  std::string error;
  start(io, connect_to(io, deadlines, acceptor.local_endpoint().port(), stream, error));
  io.run();
  ASSERT_TRUE(stream) << error;
  EXPECT_EQ(stream->socket().remote_endpoint(), acceptor.local_endpoint());
  net::ip::tcp::no_delay no_delay;
  stream->socket().get_option(no_delay);
  EXPECT_TRUE(no_delay.value());
}

TEST(ConnectFirst, SaysWhyItCouldNot) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  std::uint16_t port = 0;
  {
    net::basic_socket_acceptor<net::ip::tcp, Executor> acceptor(
        io.get_executor(), {net::ip::address_v4::loopback(), 0});
    port = acceptor.local_endpoint().port();
  }
  std::unique_ptr<SocketStream> stream;
  std::string error;
  start(io, connect_to(io, deadlines, port, stream, error));
  io.run();
  EXPECT_FALSE(stream);
  EXPECT_EQ(error, "Connection refused");
}

class Alarm : public Deadlines::Entry {
 public:
  explicit Alarm(Deadlines& owner) : Entry(owner) {}
  using Entry::arm;
  using Entry::disarm;
  int fired = 0;

 private:
  void expired() override { ++fired; }
};

TEST(Deadlines, FireOnceAndNeverEarly) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  Alarm alarm(deadlines);
  const TimePoint at = Clock::now() + std::chrono::hours(1);
  alarm.arm(at);
  deadlines.advance(at - Millis(1));
  EXPECT_EQ(alarm.fired, 0);
  deadlines.advance(at + Millis(50));
  deadlines.advance(at + std::chrono::hours(1));
  EXPECT_EQ(alarm.fired, 1);
}

TEST(Deadlines, LookAtALaterDeadlineWhenTheOldOneComesUp) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  Alarm alarm(deadlines);
  const TimePoint start = Clock::now() + std::chrono::hours(1);
  for (int i = 0; i < 1000; ++i) alarm.arm(start + Millis(i * 100));
  EXPECT_EQ(deadlines.size(), 1u);
  deadlines.advance(start + Millis(500));
  EXPECT_EQ(alarm.fired, 0);
  deadlines.advance(start + Millis(100000));
  EXPECT_EQ(alarm.fired, 1);
}

TEST(Deadlines, ObeyAnEarlierDeadline) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  Alarm alarm(deadlines);
  const TimePoint now = Clock::now() + std::chrono::hours(1);
  alarm.arm(now + std::chrono::hours(1));
  alarm.arm(now);
  deadlines.advance(now + Millis(50));
  EXPECT_EQ(alarm.fired, 1);
}

TEST(Deadlines, ForgetWhatWasDisarmedOrDestroyed) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  Alarm disarmed(deadlines);
  const TimePoint now = Clock::now() + std::chrono::hours(1);
  disarmed.arm(now);
  disarmed.disarm();
  {
    Alarm gone(deadlines);
    gone.arm(now);
  }
  deadlines.advance(now + Millis(50));
  EXPECT_EQ(disarmed.fired, 0);
  EXPECT_EQ(deadlines.size(), 0u);
}

TEST(Deadlines, HoldNoContextOpenWithoutEntries) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  {
    Alarm alarm(deadlines);
    alarm.arm(Clock::now() + std::chrono::hours(1));
  }
  io.run();
}

}  // namespace
}  // namespace sekisho::gateway
