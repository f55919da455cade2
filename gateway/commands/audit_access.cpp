#include "gateway/commands/audit_access.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "audit/journal.h"
#include "audit/json_text.h"
#include "gateway/running_place.h"
#include "gateway/services.h"

namespace sekisho::gateway {
namespace {

constexpr int kSeconds = 5;
const std::string kOwnName(audit::kCommandGateway);

// Closes with the scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

// Loopback or a Unix socket, as the admin listener is. False: nobody listens.
bool connect_to(const config::AdminAddress& address, int fd) {
  if (!address.unix_path.empty()) {
    sockaddr_un un{};
    un.sun_family = AF_UNIX;
    if (address.unix_path.size() >= sizeof un.sun_path) return false;
    std::memcpy(un.sun_path, address.unix_path.c_str(), address.unix_path.size());
    return ::connect(fd, reinterpret_cast<sockaddr*>(&un), sizeof un) == 0;
  }
  const std::string ip = address.tcp->ip.to_string();
  sockaddr_in in4{};
  in4.sin_family = AF_INET;
  in4.sin_port = htons(address.tcp->port);
  if (::inet_pton(AF_INET, ip.c_str(), &in4.sin_addr) == 1)
    return ::connect(fd, reinterpret_cast<sockaddr*>(&in4), sizeof in4) == 0;
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  in6.sin6_port = htons(address.tcp->port);
  return ::inet_pton(AF_INET6, ip.c_str(), &in6.sin6_addr) == 1 &&
         ::connect(fd, reinterpret_cast<sockaddr*>(&in6), sizeof in6) == 0;
}

int family_of(const config::AdminAddress& address) {
  if (!address.unix_path.empty()) return AF_UNIX;
  return address.tcp->ip.to_string().find(':') == std::string::npos ? AF_INET : AF_INET6;
}

enum class Told { kYes, kNobodyThere, kRefused };

Told tell_gateway(const config::AdminAddress& address, const audit::Access& access) {
  if (!address.tcp && address.unix_path.empty()) return Told::kNobodyThere;
  if (address.tcp && address.tcp->port == 0) return Told::kNobodyThere;
  const Descriptor socket(::socket(family_of(address), SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval limit{kSeconds, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (socket.get() < 0 || !connect_to(address, socket.get())) return Told::kNobodyThere;
  const std::string body = audit::access_json(access);
  const std::string port = address.tcp ? std::to_string(address.tcp->port) : "1";
  const std::string request =
      "POST /audit/access HTTP/1.1\r\nHost: localhost:" + port +
      "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  for (std::size_t at = 0; at < request.size();) {
    const ssize_t n = ::send(socket.get(), request.data() + at, request.size() - at, MSG_NOSIGNAL);
    if (n <= 0) return Told::kRefused;
    at += static_cast<std::size_t>(n);
  }
  char answer[64] = {};
  std::size_t got = 0;
  while (got < 12) {
    const ssize_t n = ::recv(socket.get(), answer + got, sizeof answer - 1 - got, 0);
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
  }
  return std::string_view(answer, got).substr(0, 12) == "HTTP/1.1 200" ? Told::kYes
                                                                       : Told::kRefused;
}

// What root writes would be root's: the gateway could not go on.
class AsOwner {
 public:
  explicit AsOwner(const std::string& directory) {
    struct stat status {};
    if (::geteuid() != 0 || ::stat(directory.c_str(), &status) < 0 || status.st_uid == 0) return;
    changed_ = ::setegid(status.st_gid) == 0 && ::seteuid(status.st_uid) == 0;
    good_ = changed_;
  }
  ~AsOwner() {
    if (changed_ && (::seteuid(0) != 0 || ::setegid(0) != 0)) std::abort();
  }
  bool good() const { return good_; }

 private:
  bool changed_ = false, good_ = true;
};

bool owns(const std::string& directory) {
  struct stat status {};
  return ::stat(directory.c_str(), &status) == 0 && status.st_uid == ::geteuid();
}

// A record of one's own, while no gateway has the log.
std::string record_alone(const std::string& directory, const audit::Access& access) {
  const AsOwner owner(directory);
  if (!owner.good() || !owns(directory)) return "the log belongs to another user";
  std::string error;
  auto store = audit::open_directory(directory, error);
  if (!store) return error;
  audit::JournalSettings settings;
  settings.gateway = kOwnName;
  auto journal =
      audit::Journal::open(std::move(store), std::move(settings), now_microseconds(), error);
  if (!journal) return error;
  std::mutex mutex;
  std::condition_variable wake;
  std::uint64_t seq = 0;
  bool done = false;
  journal->record(audit::access_event(access, kOwnName, now_microseconds()),
                  [&](std::uint64_t given) {
                    const std::lock_guard lock(mutex);
                    seq = given;
                    done = true;
                    wake.notify_one();
                  });
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return done; });
  return seq ? "" : "it could not be written";
}

// The gateway may listen elsewhere than its file says: on any free port, or on a socket that it was
// given.
Told tell_gateway(const config::GatewayFile& gateway, const audit::Access& access) {
  const Told told = tell_gateway(gateway.admin, access);
  if (told != Told::kNobodyThere) return told;
  const auto place = running_place(gateway.audit_directory.value);
  return place ? tell_gateway(*place, access) : told;
}

}  // namespace

void tell_reading(const std::string& configuration, const std::string& command,
                  std::uint64_t rows) {
  if (configuration.empty()) return;
  config::Problems ignored;
  const auto gateway = config::read_gateway_form(configuration, ignored);
  if (ignored.empty()) tell_gateway(gateway, {os_user(), command, std::to_string(rows) + " rows"});
}

std::string os_user() {
  const passwd* entry = ::getpwuid(::getuid());
  std::string out = entry ? entry->pw_name : "";
  out += (out.empty() ? "uid " : " (uid ") + std::to_string(::getuid()) + (out.empty() ? "" : ")");
  if (const char* before = std::getenv("SUDO_USER"); before && *before)
    out += std::string(", sudo from ") + before;
  return out;
}

audit::LocalText record_access(const config::GatewayFile* gateway, const audit::Access& access) {
  if (!gateway)
    return {"記録されません (--directory: ログの写しとして扱い、書き込みません)",
            "not recorded (--directory: taken for a copy of a log, which is left as it is)"};
  switch (tell_gateway(*gateway, access)) {
    case Told::kYes:
      return {"記録しました", "recorded"};
    case Told::kRefused:
      return {"記録できませんでした (ゲートウェイが受け付けませんでした)",
              "not recorded (the gateway did not take it)"};
    case Told::kNobodyThere:
      break;
  }
  const std::string why = record_alone(gateway->audit_directory.value, access);
  if (why.empty()) return {"記録しました", "recorded"};
  return {"記録できませんでした (" + why + ")", "not recorded (" + why + ")"};
}

}  // namespace sekisho::gateway
