#include "gateway/entrance.h"

#include <algorithm>
#include <utility>

#include "gateway/proxy_protocol.h"

namespace sekisho::gateway {
namespace {

struct Announced {
  ProxyHeader header;
  std::string bytes;  // that were read, the header's first
};

Awaitable<Announced> read_announcement(ByteStream& stream, TimePoint deadline) {
  Announced out;
  std::string block(512, '\0');
  while (out.header.state == ProxyHeader::State::kMore) {
    const long n = co_await read_some(stream, block.data(), block.size(), deadline);
    if (n <= 0) {
      out.header.state = ProxyHeader::State::kWrong;
      break;
    }
    out.bytes.append(block, 0, static_cast<std::size_t>(n));
    out.header = parse_proxy_header(out.bytes);
  }
  co_return out;
}

}  // namespace

void Entrance::use(std::shared_ptr<const ListenerTls> tls) {
  const std::lock_guard lock(mutex_);
  tls_ = std::move(tls);
}

std::shared_ptr<const ListenerTls> Entrance::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

bool Entrance::is_balancer(const config::IpAddress& peer) const {
  return std::any_of(balancers_.begin(), balancers_.end(),
                     [&peer](const config::IpNetwork& n) { return n.contains(peer); });
}

Awaitable<Entrance::Passed> Entrance::pass(std::unique_ptr<ByteStream> stream,
                                           config::IpAddress peer, TimePoint deadline) const {
  Passed out;
  out.client = peer;
  if (is_balancer(peer)) {
    Announced announced = co_await read_announcement(*stream, deadline);
    if (announced.header.state == ProxyHeader::State::kWrong) {
      // A health check that only connects says nothing, and is no fault.
      if (!announced.bytes.empty()) out.fault = "no PROXY header from a balancer";
      stream->close();
      co_return out;
    }
    if (!announced.header.local) out.client = announced.header.client;
    std::string rest = announced.bytes.substr(announced.header.size);
    stream = std::make_unique<PrefixStream>(std::move(rest), std::move(stream));
  }
  const std::shared_ptr<const ListenerTls> tls = this->tls();
  if (!tls) {
    out.stream = std::move(stream);
    co_return out;
  }
  ListenerTls::Outcome shaken = co_await tls->accept(std::move(stream), deadline);
  out.stream = std::move(shaken.stream);
  out.user = std::move(shaken.user);
  out.unidentified = shaken.unidentified;
  out.fault = std::move(shaken.fault);
  co_return out;
}

}  // namespace sekisho::gateway
