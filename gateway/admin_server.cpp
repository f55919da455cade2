#include "gateway/admin_server.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cerrno>
#include <cstring>

#include "audit/questions/access.h"
#include "filters/bodies/json_scanner.h"
#include "gateway/deadlines.h"
#include "gateway/gateway.h"
#include "gateway/http/http_stream.h"
#include "gateway/listener.h"
#include "gateway/passed_sockets.h"
#include "gateway/socket_stream.h"

namespace sekisho::gateway {
namespace {

constexpr Millis kTimeout{10'000};
constexpr Millis kPause{100};
constexpr std::uint64_t kMaxBody = 64 * 1024;

struct Answer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
};

std::string readiness_json(const Readiness& r) {
  std::string out;
  filters::JsonWriter w(out);
  w.begin_object().key("v").value(1).key("ready").value(r.ready).key("reasons").begin_array();
  for (const auto& s : r.reasons) w.value(s);
  w.end_array().key("warnings").begin_array();
  for (const auto& s : r.warnings) w.value(s);
  w.end_array().key("policy").value(r.policy).end_object();
  return out;
}

std::string problems_json(const config::Problems& problems) {
  std::string out;
  filters::JsonWriter w(out);
  w.begin_object().key("v").value(1).key("problems").begin_array();
  for (const auto& p : problems)
    w.begin_object()
        .key("file")
        .value(p.file)
        .key("line")
        .value(p.at.line)
        .key("column")
        .value(p.at.column)
        .key("message")
        .value(p.message)
        .key("hint")
        .value(p.hint)
        .end_object();
  w.end_array().end_object();
  return out;
}

std::string policy_json(const Gateway& gateway) {
  const auto snapshot = gateway.snapshot();
  std::string out;
  filters::JsonWriter w(out);
  w.begin_object()
      .key("v")
      .value(1)
      .key("digest")
      .value(snapshot->digest())
      .key("name")
      .value(snapshot->name())
      .key("loaded_at")
      .value(static_cast<long long>(gateway.loaded_at()))
      .end_object();
  return out;
}

Answer reload_answer(Gateway& gateway) {
  const ReloadResult r = gateway.reload("admin");
  if (!r.ok) return Answer{422, "application/json", problems_json(r.problems)};
  std::string out, keys;
  filters::JsonWriter w(out);
  w.begin_object().key("v").value(1).key("digest").value(r.digest);
  w.key("previous").value(r.previous).key("restart").begin_array();
  for (const std::string& key : r.restart) {
    keys += (keys.empty() ? "" : ", ") + key;
    w.value(key);
  }
  w.end_array();
  if (!keys.empty())
    w.key("message")
        .begin_object()
        .key("ja")
        .value("次の変更は再起動で有効になります: " + keys)
        .key("en")
        .value("these changes take a restart: " + keys)
        .end_object();
  w.end_object();
  return Answer{200, "application/json", out};
}

bool is_json(const RequestHead& head) {
  const Header* type = find_header(head.headers, "content-type");
  return type && iequals(std::string_view(type->value).substr(0, 16), "application/json");
}

Answer text(int status, std::string body) {
  return Answer{status, "text/plain; charset=utf-8", std::move(body)};
}

Answer access_answer(Gateway& gateway, const std::string& body) {
  const auto access = audit::parse_access(body);
  if (!access) return text(400, "{\"by\",\"command\",\"result\"}\n");
  gateway.log_was_read(access->by, access->command, access->result);
  return Answer{200, "application/json", R"({"v":1})"};
}

Answer answer_for(Gateway& gateway, const RequestHead& head, const std::string& body) {
  const std::string path = head.target.substr(0, head.target.find('?'));
  const bool get = head.method == "GET" || head.method == "HEAD";
  if (path == "/reload") {
    if (head.method != "POST") return text(405, "POST /reload\n");
    if (!is_json(head)) return text(415, "POST /reload needs content-type: application/json\n");
    return reload_answer(gateway);
  }
  if (path == "/audit/access") {
    if (head.method != "POST") return text(405, "POST /audit/access\n");
    if (!is_json(head))
      return text(415, "POST /audit/access needs content-type: application/json\n");
    return access_answer(gateway, body);
  }
  if (!get) return text(405, "GET only\n");
  if (path == "/livez") return text(200, "ok\n");
  if (path == "/readyz") {
    const Readiness r = gateway.readiness();
    return Answer{r.ready ? 200 : 503, "application/json", readiness_json(r)};
  }
  if (path == "/metrics")
    return Answer{200, "text/plain; version=0.0.4; charset=utf-8", gateway.metrics()};
  if (path == "/policy") return Answer{200, "application/json", policy_json(gateway)};
  return text(404, "/livez /readyz /metrics /policy, POST /reload, POST /audit/access\n");
}

int unix_socket(const std::string& path, std::string& error) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    error = "unix:" + path + ": path too long";
    return -1;
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct stat st {};
  if (stat(path.c_str(), &st) == 0 && S_ISSOCK(st.st_mode)) unlink(path.c_str());
  const mode_t before = umask(0177);
  const bool ok = fd >= 0 &&
                  ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                  listen(fd, 64) == 0;
  if (!ok) error = "unix:" + path + ": " + std::strerror(errno);
  umask(before);
  if (!ok && fd >= 0) close(fd);
  return ok ? fd : -1;
}

}  // namespace

struct AdminServer::Impl : std::enable_shared_from_this<AdminServer::Impl> {
  Impl(net::io_context& io_context, Gateway& owner)
      : io(io_context), gateway(owner), deadlines(io_context.get_executor()), waiting(io_context) {}
  bool adopt(const PassedSocket& passed, std::string& error);
  Awaitable<void> accept_tcp();
  Awaitable<void> accept_unix();
  Awaitable<void> pause();
  Awaitable<void> serve(Socket socket);
  bool own_host(const RequestHead& head) const;

  net::io_context& io;
  Gateway& gateway;
  Deadlines deadlines;
  std::unique_ptr<net::basic_socket_acceptor<net::ip::tcp, Executor>> acceptor;
  net::posix::basic_stream_descriptor<Executor> waiting;  // the listening Unix socket
  std::string bound, unix_path;  // unix_path: made by us, removed at the end
  bool over_unix = false;
  config::IpAddress ip;
  std::uint16_t port = 0;
  bool stopped = false;
};

AdminServer::AdminServer() = default;
AdminServer::~AdminServer() {
  stop();
}

std::unique_ptr<AdminServer> AdminServer::bind(net::io_context& io, Gateway& gateway,
                                               const config::AdminAddress& address,
                                               const PassedSocket* passed, std::string& error) {
  std::unique_ptr<AdminServer> made(new AdminServer);
  made->impl_ = std::make_shared<Impl>(io, gateway);
  Impl& impl = *made->impl_;
  if (passed) {
    if (!impl.adopt(*passed, error)) return nullptr;
    return made;
  }
  if (address.tcp) {
    const auto endpoint = to_endpoint(address.tcp->ip, address.tcp->port);
    impl.acceptor =
        std::make_unique<net::basic_socket_acceptor<net::ip::tcp, Executor>>(io.get_executor());
    boost::system::error_code ec;
    impl.acceptor->open(endpoint.protocol(), ec);
    if (!ec) impl.acceptor->set_option(net::socket_base::reuse_address(true), ec);
    if (!ec) impl.acceptor->bind(endpoint, ec);
    if (!ec) impl.acceptor->listen(64, ec);
    if (ec) {
      error = "admin " + endpoint_text(address.tcp->ip, address.tcp->port) + ": " + ec.message();
      return nullptr;
    }
    impl.port = impl.acceptor->local_endpoint(ec).port();
    impl.ip = address.tcp->ip;
    impl.bound = endpoint_text(impl.ip, impl.port);
  } else if (!address.unix_path.empty()) {
    const int fd = unix_socket(address.unix_path, error);
    if (fd < 0) return nullptr;
    impl.waiting.assign(fd);
    impl.waiting.native_non_blocking(true);
    impl.unix_path = address.unix_path;
    impl.over_unix = true;
    impl.bound = "unix:" + address.unix_path;
  }
  return made;
}

// The rules for the address are the same as for one that is configured: loopback or Unix.
bool AdminServer::Impl::adopt(const PassedSocket& passed, std::string& error) {
  const int fd = fcntl(passed.fd, F_DUPFD_CLOEXEC, 3);
  if (fd < 0) {
    error = std::string("admin: passed socket: ") + std::strerror(errno);
    return false;
  }
  if (!passed.unix_path.empty()) {
    waiting.assign(fd);
    waiting.native_non_blocking(true);
    bound = "unix:" + passed.unix_path;
    over_unix = true;
    return true;
  }
  boost::system::error_code ec;
  const auto endpoint = to_endpoint(passed.ip, passed.port);
  acceptor =
      std::make_unique<net::basic_socket_acceptor<net::ip::tcp, Executor>>(io.get_executor());
  acceptor->assign(endpoint.protocol(), fd, ec);
  ip = passed.ip;
  port = passed.port;
  bound = endpoint_text(ip, port);
  if (ec)
    error = "admin: passed socket: " + ec.message();
  else if (!endpoint.address().is_loopback())
    error = "admin: passed socket " + bound +
            ": the admin listener has no passwords; only loopback or a Unix socket";
  return error.empty();
}

void AdminServer::start() {
  if (impl_->bound.empty()) return;
  Awaitable<void> loop = impl_->acceptor ? impl_->accept_tcp() : impl_->accept_unix();
  net::co_spawn(impl_->io, std::move(loop), net::detached);
}

void AdminServer::stop() {
  if (!impl_ || impl_->stopped) return;
  impl_->stopped = true;
  boost::system::error_code ignored;
  if (impl_->acceptor) impl_->acceptor->close(ignored);
  if (impl_->waiting.is_open()) impl_->waiting.close(ignored);
  if (!impl_->unix_path.empty()) unlink(impl_->unix_path.c_str());
  impl_->deadlines.stop();
}

const std::string& AdminServer::bound() const {
  return impl_->bound;
}
std::uint16_t AdminServer::port() const {
  return impl_->port;
}
config::IpAddress AdminServer::ip() const {
  return impl_->ip;
}

Awaitable<void> AdminServer::Impl::accept_tcp() {
  auto self = shared_from_this();
  while (!stopped) {
    auto [ec, socket] = co_await acceptor->async_accept(kAsTuple);
    if (stopped) co_return;
    if (ec) {
      co_await pause();
      continue;
    }
    Awaitable<void> session = serve(Socket(std::move(socket)));
    net::co_spawn(io, std::move(session), net::detached);
  }
}

// Out of descriptors the listening socket stays readable: asking again at once would spin.
Awaitable<void> AdminServer::Impl::pause() {
  net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor> timer(io.get_executor());
  timer.expires_after(kPause);
  auto [ec] = co_await timer.async_wait(kAsTuple);
  (void)ec;
}

Awaitable<void> AdminServer::Impl::accept_unix() {
  auto self = shared_from_this();
  while (!stopped) {
    auto [ec] = co_await waiting.async_wait(net::posix::descriptor_base::wait_read, kAsTuple);
    if (ec || stopped) co_return;
    const int fd = accept4(waiting.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      co_await pause();
      continue;
    }
    // The reactor only sees a descriptor: a Unix stream socket serves as well as a TCP one.
    Socket socket(io.get_executor());
    boost::system::error_code assigned;
    socket.assign(net::ip::tcp::v4(), fd, assigned);
    Awaitable<void> session = serve(std::move(socket));
    net::co_spawn(io, std::move(session), net::detached);
  }
}

bool AdminServer::Impl::own_host(const RequestHead& head) const {
  if (over_unix) return true;
  const Header* host = find_header(head.headers, "host");
  if (!host) return head.minor_version == 0;
  const std::string p = ":" + std::to_string(port);
  return host->value == bound || iequals(host->value, "localhost" + p) ||
         host->value == "127.0.0.1" + p || host->value == "[::1]" + p;
}

// False: it is longer than any that this listener takes, or it did not come.
static Awaitable<bool> read_whole(ClientHttpStream& http, std::string& body) {
  for (;;) {
    auto piece = co_await http.read_body(kTimeout);
    if (!piece) co_return false;
    body.append(piece->data);
    if (body.size() > kMaxBody) co_return false;
    if (piece->end) co_return true;
  }
}

Awaitable<void> AdminServer::Impl::serve(Socket socket) {
  auto self = shared_from_this();
  auto stream = std::make_unique<SocketStream>(std::move(socket), deadlines);
  std::unique_ptr<ClientHttpStream> http = make_h1_client_stream(std::move(stream), HeadLimits{});
  for (bool again = true; again && !stopped;) {
    auto head = co_await http->read_head(RequestPlace::kProxy, Clock::now() + kTimeout, kTimeout);
    if (!head) break;
    std::string body;
    if (head->body.kind != BodyFraming::Kind::kNone) {
      const bool whole = co_await read_whole(*http, body);
      if (!whole) break;
    }
    const Answer answer =
        own_host(*head) ? answer_for(gateway, *head, body) : text(421, "foreign Host\n");
    ResponseHead out;
    out.status = answer.status;
    out.reason = answer.status == 200 ? "OK" : "Refused";
    out.headers.push_back(Header{"content-type", answer.content_type});
    out.headers.push_back(Header{"content-length", std::to_string(answer.body.size())});
    out.headers.push_back(Header{"cache-control", "no-store"});
    out.body.kind = BodyFraming::Kind::kLength;
    out.body.length = answer.body.size();
    out.body.length_stated = true;
    out.keep_alive = head->keep_alive;
    const std::string_view answered =
        head->method == "HEAD" ? std::string_view() : std::string_view(answer.body);
    auto sent = co_await http->write_head(out, answered, true, kTimeout);
    again = sent.has_value() && head->keep_alive;
  }
  http->stream().close();
}

}  // namespace sekisho::gateway
