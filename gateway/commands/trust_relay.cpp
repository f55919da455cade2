#include "gateway/commands/trust_relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

namespace sekisho::gateway {
namespace {

using Millis = std::chrono::milliseconds;
constexpr Millis kLimit{8000};
constexpr unsigned char kHandshake = 22, kApplicationData = 23;
constexpr unsigned char kClientHello = 1, kClientKeyExchange = 16;
// Encrypted: Finished of TLS 1.3 has 4 + 32 bytes, the inner type and a tag of 16; an alert 2.
constexpr std::size_t kShortestFinished = 53, kLongestAlert = 31;

int listen_on_loopback(std::uint16_t& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool ok = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                  ::listen(fd, 16) == 0 &&
                  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (ok) {
    port = ntohs(address.sin_port);
    return fd;
  }
  if (fd >= 0) ::close(fd);
  return -1;
}

// "host:port" of a CONNECT, "" when it is none.
std::string connect_target(const std::string& head) {
  if (head.rfind("CONNECT ", 0) != 0) return "";
  const std::size_t end = head.find(' ', 8);
  return end == std::string::npos ? "" : head.substr(8, end - 8);
}

// Bytes to the other side; false: this direction has ended.
bool pass(int from, int to, TrustReader* reader) {
  char buffer[16 * 1024];
  const ssize_t n = ::recv(from, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (n <= 0) return false;
  if (reader) reader->add(buffer, static_cast<std::size_t>(n));
  if (reader && reader->trusted()) return false;  // the request stays here
  for (ssize_t done = 0; done < n;) {
    const ssize_t w = ::send(to, buffer + done, static_cast<std::size_t>(n - done), MSG_NOSIGNAL);
    if (w < 0 && errno != EAGAIN && errno != EINTR) return false;
    pollfd room{to, POLLOUT, 0};
    if (w < 0 && ::poll(&room, 1, static_cast<int>(kLimit.count())) <= 0) return false;
    if (w > 0) done += w;
  }
  return true;
}

}  // namespace

void TrustReader::take(unsigned char type, unsigned char first, std::size_t length) {
  if (type == kHandshake && first == kClientHello) began_ = true;
  if (type == kHandshake && first == kClientKeyExchange) finished_ = true;  // TLS 1.2
  if (type != kApplicationData || !began_) return;
  if (!finished_)
    finished_ = length >= kShortestFinished;
  else
    trusted_ = trusted_ || length > kLongestAlert;
}

void TrustReader::add(const char* data, std::size_t size) {
  bytes_.append(data, size);
  const auto at = [this](std::size_t i) { return static_cast<unsigned char>(bytes_[i]); };
  while (bytes_.size() >= 5 && !trusted_) {
    const std::size_t length = static_cast<std::size_t>(at(3)) << 8 | at(4);
    if (bytes_.size() < 5 + length) return;
    take(at(0), length > 0 ? at(5) : 0, length);
    bytes_.erase(0, 5 + length);
  }
}

TrustRelay::TrustRelay(const DoctorTarget& target) : target_(target) {
  listening_ = listen_on_loopback(port_);
  if (listening_ < 0 || ::pipe(stop_) != 0) return;
  thread_ = std::thread([this] { run(); });
}

TrustRelay::~TrustRelay() {
  if (thread_.joinable()) {
    const ssize_t ignored = ::write(stop_[1], "x", 1);
    (void)ignored;
    thread_.join();
  }
  for (const int fd : {listening_, stop_[0], stop_[1]})
    if (fd >= 0) ::close(fd);
}

void TrustRelay::reset() {
  contacted_ = began_ = finished_ = trusted_ = false;
  refused_ = 0;
}

// One after the other: the programs are started one after the other.
void TrustRelay::run() {
  for (;;) {
    pollfd waiting[2] = {{listening_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0) continue;
    if (waiting[1].revents) return;
    const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) serve(client);
  }
}

void TrustRelay::serve(int client_fd) {
  DoctorSocket client(client_fd), gateway;
  const std::string authority = connect_target(client.read_head(kLimit));
  if (authority.empty()) return;
  contacted_ = true;
  std::string error;
  if (gateway.connect(target_.proxy_host, target_.proxy_port, kLimit, error) !=
          DoctorSocket::Fault::kNone ||
      !gateway.send(target_.connect_request(authority)))
    return;
  const int status = status_of(gateway.read_head(kLimit));
  if (status != 200) {
    refused_ = status;
    return;
  }
  if (!client.send("HTTP/1.1 200 OK\r\n\r\n")) return;
  TrustReader reader;
  for (bool open = true; open && !reader.trusted();) {
    pollfd sides[3] = {{client.fd(), POLLIN, 0}, {gateway.fd(), POLLIN, 0}, {stop_[0], POLLIN, 0}};
    if (::poll(sides, 3, static_cast<int>(kLimit.count())) <= 0 || sides[2].revents) break;
    if (sides[0].revents) open = pass(client.fd(), gateway.fd(), &reader);
    if (open && sides[1].revents) open = pass(gateway.fd(), client.fd(), nullptr);
    began_ = began_ || reader.began();
    finished_ = finished_ || reader.finished();
  }
  trusted_ = trusted_ || reader.trusted();
}

}  // namespace sekisho::gateway
