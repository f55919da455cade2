#include "gateway/connect_race.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <chrono>

namespace sekisho::gateway {
namespace {

using config::IpAddress;

IpAddress ip(const char* text) {
  return IpAddress::parse(text).value();
}

// A loopback address with a listener; `deaf`: its queue is full, so that nothing is answered.
class Peer {
 public:
  explicit Peer(const char* address, std::uint16_t port = 0, bool deaf = false) {
    fd_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    inet_pton(AF_INET, address, &at.sin_addr);
    bound_ = ::bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    ::listen(fd_, deaf ? 0 : 16);
    socklen_t size = sizeof at;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    for (int i = 0; deaf && i < 4; ++i) {
      const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      (void)::connect(filler, reinterpret_cast<sockaddr*>(&at), sizeof at);
      fillers_.push_back(filler);
    }
  }
  ~Peer() {
    for (const int f : fillers_) ::close(f);
    ::close(fd_);
  }
  bool bound() const { return bound_; }
  std::uint16_t port() const { return port_; }

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
  bool bound_ = false;
  std::vector<int> fillers_;
};

Awaitable<void> race(Executor executor, Deadlines& deadlines, std::vector<IpAddress> addresses,
                     std::uint16_t port, Millis patience, Connected& out) {
  out = co_await connect_first(executor, deadlines, std::move(addresses), port,
                               Clock::now() + patience);
  deadlines.stop();
}

Connected connect(std::vector<IpAddress> addresses, std::uint16_t port,
                  Millis patience = Millis(20'000)) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  Connected out;
  Awaitable<void> call =
      race(io.get_executor(), deadlines, std::move(addresses), port, patience, out);
  net::co_spawn(io, std::move(call), net::detached);
  io.run();
  Connected told;  // without the stream, which must not outlive its io_context
  told.index = out.index;
  told.tried = out.tried;
  told.error = out.stream ? "connected" : out.error;
  out.stream.reset();
  return told;
}

TEST(ConnectOrder, LetsTheKindsTakeTurns) {
  const std::vector<IpAddress> addresses = {ip("2001:db8::1"), ip("2001:db8::2"), ip("2001:db8::3"),
                                            ip("192.0.2.1"), ip("192.0.2.2")};
  EXPECT_EQ(connect_order(addresses), (std::vector<std::size_t>{0, 3, 1, 4, 2}));
  EXPECT_EQ(connect_order({ip("192.0.2.1"), ip("192.0.2.2")}), (std::vector<std::size_t>{0, 1}));
  EXPECT_TRUE(connect_order({}).empty());
}

TEST(ConnectRace, TakesTheNextAddressAtOnceWhenOneRefuses) {
  const Peer peer("127.0.0.1");
  const Connected c = connect({ip("127.0.0.2"), ip("127.0.0.3"), ip("127.0.0.1")}, peer.port());
  EXPECT_EQ(c.error, "connected");
  EXPECT_EQ(c.index, 2u);
  EXPECT_EQ(c.tried, 3u);
}

TEST(ConnectRace, DoesNotWaitForAddressesThatNeverAnswer) {
  const Peer peer("127.0.0.1");
  const Peer one("127.0.0.2", peer.port(), true), two("127.0.0.3", peer.port(), true);
  ASSERT_TRUE(one.bound() && two.bound());
  const TimePoint begun = Clock::now();
  const Connected c = connect({ip("127.0.0.2"), ip("127.0.0.3"), ip("127.0.0.1")}, peer.port());
  EXPECT_EQ(c.error, "connected");
  EXPECT_EQ(c.index, 2u);
  EXPECT_GE(Clock::now() - begun, Millis(500));
}

TEST(ConnectRace, GivesTheFirstAddressAHeadStart) {
  const Peer peer("127.0.0.1");
  const Peer other("127.0.0.2", peer.port());
  ASSERT_TRUE(other.bound());
  const Connected c = connect({ip("127.0.0.1"), ip("127.0.0.2")}, peer.port());
  EXPECT_EQ(c.index, 0u);
  EXPECT_EQ(c.tried, 1u);
}

TEST(ConnectRace, SaysWhyNoneAnswered) {
  std::uint16_t free_port = 0;
  { free_port = Peer("127.0.0.1").port(); }
  EXPECT_EQ(connect({ip("127.0.0.1")}, free_port).error, "Connection refused");
  const Peer deaf("127.0.0.1", 0, true);
  EXPECT_EQ(connect({ip("127.0.0.1")}, deaf.port(), Millis(50)).error, "timed out");
  EXPECT_EQ(connect({}, 443).tried, 0u);
}

}  // namespace
}  // namespace sekisho::gateway
