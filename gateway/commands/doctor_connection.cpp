#include "gateway/commands/doctor_connection.h"

#include <netdb.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <vector>

namespace sekisho::gateway {
namespace {

using Millis = std::chrono::milliseconds;
constexpr std::size_t kMostHead = 64 * 1024;

bool wait(int fd, short events, Millis limit) {
  pollfd one{fd, events, 0};
  return ::poll(&one, 1, static_cast<int>(limit.count())) > 0;
}

std::string base64(const std::string& plain) {
  std::vector<unsigned char> out(4 * (plain.size() / 3 + 1) + 1);
  const int n = EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(plain.data()),
                                static_cast<int>(plain.size()));
  return std::string(reinterpret_cast<char*>(out.data()), static_cast<std::size_t>(n));
}

// 0, or an errno.
int connect_one(const addrinfo& address, Millis limit, int& fd) {
  fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return errno;
  if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!wait(fd, POLLOUT, limit)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

std::string DoctorTarget::credentials() const {
  if (user.empty()) return "";
  return "Proxy-Authorization: Basic " + base64(user + ":" + password) + "\r\n";
}

std::string DoctorTarget::connect_request(const std::string& authority) const {
  return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority +
         "\r\nUser-Agent: sekisho-doctor\r\nX-Sekisho-Doctor: 1\r\n" + credentials() + "\r\n";
}

DoctorSocket::~DoctorSocket() {
  if (fd_ >= 0) ::close(fd_);
}

DoctorSocket::Fault DoctorSocket::connect(const std::string& host, std::uint16_t port, Millis limit,
                                          std::string& error) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0) {
    error = ::gai_strerror(code);
    return Fault::kName;
  }
  int last = 0;
  for (const addrinfo* a = found; a; a = a->ai_next) {
    int fd = -1;
    last = connect_one(*a, limit, fd);
    if (last == 0) {
      fd_ = fd;
      break;
    }
    if (fd >= 0) ::close(fd);
  }
  ::freeaddrinfo(found);
  if (fd_ >= 0) return Fault::kNone;
  error = std::strerror(last);
  return last == ETIMEDOUT      ? Fault::kTimeout
         : last == ECONNREFUSED ? Fault::kRefused
                                : Fault::kOther;
}

bool DoctorSocket::send(const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (n < 0 && !wait(fd_, POLLOUT, Millis(5000))) return false;
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  return true;
}

std::string DoctorSocket::read_head(Millis limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const std::size_t end = rest_.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::string head = rest_.substr(0, end + 4);
      rest_.erase(0, end + 4);
      return head;
    }
    const auto left =
        std::chrono::duration_cast<Millis>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || rest_.size() > kMostHead || !wait(fd_, POLLIN, left)) return "";
    char buffer[4096];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return "";
    if (n > 0) rest_.append(buffer, static_cast<std::size_t>(n));
  }
}

std::string DoctorSocket::read_answer(Millis limit, std::size_t most) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::string out = std::move(rest_);
  rest_.clear();
  while (out.size() < most) {
    const auto left =
        std::chrono::duration_cast<Millis>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || !wait(fd_, POLLIN, left)) break;
    char buffer[4096];
    const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (n > 0) out.append(buffer, static_cast<std::size_t>(n));
  }
  return out;
}

int status_of(const std::string& head) {
  if (head.rfind("HTTP/1.", 0) != 0 || head.size() < 12) return 0;
  int status = 0;
  for (std::size_t i = 9; i < 12; ++i) {
    if (!std::isdigit(static_cast<unsigned char>(head[i]))) return 0;
    status = status * 10 + (head[i] - '0');
  }
  return status;
}

std::string field_of(const std::string& head, const std::string& lower_case_name) {
  for (std::size_t at = head.find("\r\n"); at != std::string::npos;
       at = head.find("\r\n", at + 2)) {
    const std::size_t colon = head.find(':', at + 2), end = head.find("\r\n", at + 2);
    if (colon == std::string::npos || end == std::string::npos || colon > end) continue;
    std::string name = head.substr(at + 2, colon - at - 2);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name != lower_case_name) continue;
    const std::size_t from = head.find_first_not_of(' ', colon + 1);
    return from < end ? head.substr(from, end - from) : "";
  }
  return "";
}

}  // namespace sekisho::gateway
