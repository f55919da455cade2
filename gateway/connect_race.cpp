#include "gateway/connect_race.h"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <cerrno>
#include <optional>

namespace sekisho::gateway {
namespace {

using boost::system::error_code;
using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
constexpr Millis kStagger{250};

// Shared by the coroutine and the connects in flight; one thread.
class Race : public std::enable_shared_from_this<Race> {
 public:
  Race(Executor executor, std::vector<config::IpAddress> addresses, std::uint16_t port)
      : changed(executor), executor_(executor), addresses_(std::move(addresses)), port_(port) {}

  bool more() const { return sockets_.size() < addresses_.size(); }

  void begin() {
    const std::size_t at = sockets_.size();
    sockets_.emplace_back(std::make_unique<Socket>(executor_));
    const net::ip::tcp::endpoint endpoint = endpoint_of(addresses_[at], port_);
    error_code opened;
    sockets_[at]->open(endpoint.protocol(), opened);
    ++running;
    if (opened) return ended(at, opened);
    sockets_[at]->async_connect(
        endpoint, [self = shared_from_this(), at](const error_code& ec) { self->ended(at, ec); });
  }

  void close_all() {
    over_ = true;
    for (auto& socket : sockets_)
      if (socket) give_up(*socket);
  }

  Socket take_winner() { return std::move(*sockets_[*winner]); }
  std::size_t tried() const { return sockets_.size(); }

  Timer changed;
  std::optional<std::size_t> winner;
  std::size_t running = 0, failures = 0;
  std::string error;

 private:
  void ended(std::size_t at, const error_code& ec) {
    --running;
    if (over_) return;
    if (!ec && !winner) winner = at;
    if (ec) {
      ++failures;
      const bool none = ec.value() == EMFILE || ec.value() == ENFILE;
      error = none ? kOutOfDescriptors : ec.message();
    }
    changed.cancel();
  }

  static void give_up(Socket& socket) {
    error_code ignored;
    socket.close(ignored);
  }

  Executor executor_;
  std::vector<config::IpAddress> addresses_;
  std::uint16_t port_;
  std::vector<std::unique_ptr<Socket>> sockets_;
  bool over_ = false;
};

// Also when the coroutine is destroyed in the middle.
struct CloseAtEnd {
  std::shared_ptr<Race> race;
  ~CloseAtEnd() { race->close_all(); }
};

}  // namespace

std::vector<std::size_t> connect_order(const std::vector<config::IpAddress>& addresses) {
  std::vector<std::size_t> kinds[2];  // of the first address, the other
  for (std::size_t i = 0; i < addresses.size(); ++i)
    kinds[addresses[i].is_v4() == addresses[0].is_v4() ? 0 : 1].push_back(i);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; out.size() < addresses.size(); ++i)
    for (const auto& kind : kinds)
      if (i < kind.size()) out.push_back(kind[i]);
  return out;
}

Awaitable<Connected> connect_first(Executor executor, Deadlines& deadlines,
                                   std::vector<config::IpAddress> addresses, std::uint16_t port,
                                   TimePoint deadline) {
  const std::vector<std::size_t> order = connect_order(addresses);
  std::vector<config::IpAddress> turns;
  for (const std::size_t i : order) turns.push_back(addresses[i]);
  auto race = std::make_shared<Race>(executor, std::move(turns), port);
  CloseAtEnd closing{race};
  TimePoint next = Clock::now();
  std::size_t failures = 0;
  Connected out;
  while (!race->winner) {
    const TimePoint now = Clock::now();
    if (now >= deadline) break;
    if (race->more() && (now >= next || failures != race->failures)) {
      failures = race->failures;
      next = now + kStagger;
      race->begin();
      continue;
    }
    if (race->running == 0) break;
    race->changed.expires_at(race->more() ? std::min(next, deadline) : deadline);
    co_await race->changed.async_wait(kAsTuple);
  }
  out.tried = race->tried();
  out.error = race->running > 0 ? "timed out" : race->error;
  if (!race->winner) co_return out;
  out.index = order[*race->winner];
  out.stream = std::make_unique<SocketStream>(race->take_winner(), deadlines);
  co_return out;
}

}  // namespace sekisho::gateway
