#include "gateway/logins.h"

#include <map>
#include <mutex>

#include "gateway/exchange.h"
#include "gateway/keys.h"
#include "gateway/services.h"
#include "gateway/users.h"
#include "gateway/worker.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kAddresses = 10000;

std::mutex failures_mutex;
std::map<config::IpAddress, int> failures;

// How long a success is remembered does not change when somebody sets the clock.
std::int64_t steady_seconds() {
  const auto now = Clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

}  // namespace

Awaitable<bool> check_login(Worker& worker, std::string user, std::string password) {
  std::shared_ptr<const Users> users = worker.users();
  if (!users) co_return false;
  if (users->cached(user, password, steady_seconds())) co_return true;
  std::function<bool()> slow = [users, user, password] {
    return users->verify(user, password, steady_seconds());
  };
  const bool right = co_await worker.services().password_checks->run<bool>(std::move(slow), false,
                                                                           worker.executor());
  co_return right;
}

int login_failed(const config::IpAddress& ip) {
  std::lock_guard lock(failures_mutex);
  if (failures.size() >= kAddresses) failures.clear();
  return ++failures[ip];
}

void logins_succeeded(const config::IpAddress& ip) {
  std::lock_guard lock(failures_mutex);
  failures.erase(ip);
}

Awaitable<void> record_refused_login(Worker& worker, const policy::Client& client,
                                     const RequestHead& head, std::string detail) {
  policy::Verdict verdict;
  verdict.action = policy::Action::kBlock;
  verdict.reason = policy::Reason::kIdentity;
  policy::Destination to;
  to.port = 0;
  if (auto authority = parse_host_port(head.target)) {
    to.host = authority->host;
    to.port = authority->port;
  }
  audit::Decision d;
  d.id = new_request_id();
  d.time_us = now_microseconds();
  d.gateway = worker.services().name;
  d.client = &client;
  d.destination = &to;
  d.tls = "terminate";
  d.method = head.method;
  d.verdict = &verdict;
  d.detail = std::move(detail);
  d.policy_digest = worker.snapshot()->digest();
  const std::uint64_t seq = co_await record_durably(worker, d);
  if (!seq) worker.services().journal->count_refused();
}

ResponseHead credentials_wanted(const std::string& realm) {
  ResponseHead head;
  head.status = 407;
  head.reason = "Proxy Authentication Required";
  head.headers.push_back(
      Header{"proxy-authenticate", "Basic realm=\"" + realm + "\", charset=\"UTF-8\""});
  head.headers.push_back(Header{"content-type", "text/plain; charset=utf-8"});
  head.headers.push_back(Header{"cache-control", "no-store"});
  head.headers.push_back(Header{"x-should-retry", "false"});
  return head;
}

std::string credentials_wanted_text(const policy::Snapshot& snapshot, bool secure) {
  const std::string& contact = snapshot.file().messages.contact;
  const std::string scheme = secure ? "https://" : "http://";
  std::string text =
      "Sekisho を通るにはユーザー名とパスワード(またはトークン)が必要です。HTTPS_PROXY=" + scheme +
      "ユーザー名:パスワード@ホスト:ポート の形で設定してください。\n"
      "This proxy needs a user name and a password or token: set HTTPS_PROXY=" +
      scheme + "USER:PASSWORD@HOST:PORT.\n";
  if (!contact.empty()) text += "問い合わせ先 / contact: " + contact + "\n";
  return text;
}

}  // namespace sekisho::gateway
