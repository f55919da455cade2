#include "gateway/parent_proxy.h"

#include <openssl/evp.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "config/text_file.h"
#include "gateway/connect_race.h"
#include "gateway/http/framing.h"
#include "gateway/log.h"
#include "gateway/services.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMostCredentials = 1024;
constexpr std::size_t kMostHead = 16 * 1024;
constexpr std::size_t kMostLines = 100;

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(text.data()),
                                static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(n));
  return out;
}

// "user:password" of the first line; "" and `error` when the file is not as it must be.
std::string read_credentials(const std::string& path, std::string& error) {
  struct stat st {};
  if (::stat(path.c_str(), &st) == 0 && (st.st_mode & 077) != 0) {
    error = path + ": readable by others (chmod 600)";
    return {};
  }
  std::string why;
  auto text = config::read_text_file(path, why, kMostCredentials);
  if (!text) {
    error = path + ": cannot be read: " + why;
    return {};
  }
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; };
  const std::size_t colon = text->find(':');
  if (colon == std::string::npos || colon == 0 ||
      std::any_of(text->begin(), text->end(), control)) {
    error = path + ": must be one line user:password";
    return {};
  }
  return *std::move(text);
}

bool below(std::string_view host, std::string_view suffix) {
  return host.size() > suffix.size() + 1 && host.ends_with(suffix) &&
         host[host.size() - suffix.size() - 1] == '.';
}

ProxyTunnel failed(ProxyTunnel::Fault fault, std::size_t tried = 0, int status = 0) {
  ProxyTunnel out;
  out.fault = fault;
  out.tried = tried;
  out.status = status;
  return out;
}

ProxyTunnel::Fault fault_of_status(int status) {
  if (status == 407) return ProxyTunnel::Fault::kCredentials;
  return status >= 500 ? ProxyTunnel::Fault::kFailed : ProxyTunnel::Fault::kRefused;
}

// A proxy in a loop with ourselves would ask itself for ever.
Addresses without_own(Addresses addresses, std::uint16_t port, const policy::AddressGuard& guard) {
  std::erase_if(addresses.ips, [&](const config::IpAddress& ip) {
    return guard.refuse(ip, port) == "own_listener";
  });
  return addresses;
}

// What the proxy says to CONNECT: its status, and nothing behind the head, since nobody speaks in
// the tunnel before us.
struct Reply {
  int status = 0;
  bool silent = false;
};

Awaitable<Reply> read_reply(ByteStream& stream, TimePoint deadline) {
  std::string bytes;
  Reply reply;
  for (;;) {
    char piece[2048];
    const long n = co_await read_some(stream, piece, sizeof piece, deadline);
    reply.silent = n == kTimedOut;
    if (n <= 0) co_return reply;
    const std::size_t before = bytes.size();
    bytes.append(piece, static_cast<std::size_t>(n));
    const std::string_view begin = std::string_view("HTTP/1.").substr(0, bytes.size());
    if (!bytes.starts_with(begin) || bytes.size() > kMostHead) co_return reply;
    const std::size_t end = find_head_end(bytes, before);
    if (end == 0) continue;
    HeadLimits limits;
    limits.bytes = kMostHead;
    limits.headers = kMostLines;
    const auto head =
        parse_response_head(std::string_view(bytes).substr(0, end), "CONNECT", limits);
    const bool granted = head && head->status >= 200 && head->status < 300;
    if (head && head->status >= 200 && (!granted || end == bytes.size()))
      reply.status = head->status;
    co_return reply;
  }
}

}  // namespace

std::shared_ptr<const ParentProxy> ParentProxy::make(const config::OriginProxy& settings,
                                                     std::string& error) {
  std::shared_ptr<ParentProxy> made(new ParentProxy(settings));
  if (settings.credentials.value.empty()) return made;
  const std::string plain = read_credentials(settings.credentials.value, error);
  if (plain.empty()) return nullptr;
  made->credentials_ = base64(plain);
  return made;
}

bool goes_through(const config::OriginProxy& settings, std::string_view host) {
  if (const auto ip = config::IpAddress::parse(host))
    return std::none_of(settings.no_proxy_networks.begin(), settings.no_proxy_networks.end(),
                        [&](const config::IpNetwork& n) { return n.contains(*ip); });
  return std::none_of(
      settings.no_proxy.begin(), settings.no_proxy.end(), [&](const std::string& pattern) {
        return pattern.starts_with("*.") ? below(host, std::string_view(pattern).substr(2))
                                         : host == pattern;
      });
}

config::Localized words_of(const config::OriginProxy& settings) {
  const bool v6 = settings.host.find(':') != std::string::npos;
  const std::string url = (settings.tls ? "https://" : "http://") +
                          (v6 ? "[" + settings.host + "]" : settings.host) + ":" +
                          std::to_string(settings.port);
  if (settings.resolve_here)
    return {url + " (名前はここで解決し、判定したアドレスを渡します)",
            url + " (told the addresses that were looked up and judged here)"};
  return {url + " (名前はプロキシが解決するため、アドレスの国は不明です)",
          url + " (looks names up itself: the countries of addresses are unknown)"};
}

bool ParentProxy::leaves_out(const config::IpAddress& ip) const {
  return std::any_of(settings_.no_proxy_networks.begin(), settings_.no_proxy_networks.end(),
                     [&](const config::IpNetwork& n) { return n.contains(ip); });
}

std::string ParentProxy::connect_request(const std::string& authority) const {
  std::string out = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  if (!credentials_.empty()) out += "Proxy-Authorization: Basic " + credentials_ + "\r\n";
  return out + "\r\n";
}

policy::AddressFacts unresolved_address() {
  policy::AddressFacts facts;
  facts.countries.push_back({"", "origin_proxy", 0, false});
  facts.network_source = "origin_proxy";
  return facts;
}

Awaitable<ProxyTunnel> connect_through(const ParentProxy& proxy, Services& services,
                                       Executor executor, Deadlines& deadlines,
                                       std::string authority, TimePoint deadline) {
  using Fault = ProxyTunnel::Fault;
  const config::OriginProxy& at = proxy.settings();
  Addresses found = co_await services.resolver->resolve(at.host, executor, deadline);
  if (found.ips.empty()) co_return failed(Fault::kUnreachable);
  const std::uint16_t port = found.port.value_or(at.port);
  found = without_own(std::move(found), port, *services.guard);
  if (found.ips.empty()) co_return failed(Fault::kLoop);
  Connected connected =
      co_await connect_first(executor, deadlines, std::move(found.ips), port, deadline);
  if (!connected.stream) {
    const Fault fault = connected.error == kOutOfDescriptors ? Fault::kBusy
                        : Clock::now() >= deadline           ? Fault::kTimeout
                                                             : Fault::kUnreachable;
    co_return failed(fault, connected.tried);
  }
  std::unique_ptr<ByteStream> stream = std::move(connected.stream);
  if (at.tls) {
    OriginTls::Outcome tls =
        co_await services.origin_tls->connect(std::move(stream), at.host, at.port, deadline);
    if (!tls.stream) {
      const Fault fault = tls.fault == OriginTls::Fault::kCertificate ? Fault::kCertificate
                          : tls.fault == OriginTls::Fault::kTimeout   ? Fault::kTimeout
                                                                      : Fault::kTls;
      co_return failed(fault, connected.tried);
    }
    stream = std::move(tls.stream);
  }
  const std::string request = proxy.connect_request(authority);
  const Millis left =
      std::max(Millis(1), std::chrono::duration_cast<Millis>(deadline - Clock::now()));
  const long sent = co_await write_all(*stream, request.data(), request.size(), left);
  if (sent < 0) co_return failed(Fault::kFraming, connected.tried);
  const Reply reply = co_await read_reply(*stream, deadline);
  if (reply.silent) co_return failed(Fault::kSilent, connected.tried);
  if (reply.status == 0) co_return failed(Fault::kFraming, connected.tried);
  if (reply.status >= 300)
    co_return failed(fault_of_status(reply.status), connected.tried, reply.status);
  ProxyTunnel out;
  out.stream = std::move(stream);
  out.status = reply.status;
  out.tried = connected.tried;
  co_return out;
}

std::string_view proxy_fault_word(ProxyTunnel::Fault fault) {
  static constexpr std::string_view kWords[] = {"",
                                                "proxy_unreachable",
                                                "proxy_timeout",
                                                "proxy_tls",
                                                "proxy_certificate",
                                                "proxy_loop",
                                                "proxy_credentials",
                                                "proxy_refused",
                                                "proxy_failed",
                                                "proxy_silent",
                                                "proxy_framing",
                                                "descriptors"};
  return kWords[static_cast<std::size_t>(fault)];
}

config::Localized proxy_fault_words(std::string_view word) {
  static constexpr struct {
    std::string_view word, ja, en;
  } kRows[] = {
      {"proxy_unreachable", "社内の上位プロキシにつながりません",
       "the company's parent proxy cannot be reached"},
      {"proxy_timeout", "時間内に社内の上位プロキシにつながりません",
       "no connection to the company's parent proxy in time"},
      {"proxy_tls", "社内の上位プロキシと TLS を結べません",
       "no TLS connection to the company's parent proxy came about"},
      {"proxy_certificate", "社内の上位プロキシの証明書に問題があります",
       "the certificate of the company's parent proxy is not acceptable"},
      {"proxy_loop", "上位プロキシの設定がこのゲートウェイ自身を指しています",
       "origin_proxy leads to this gateway itself"},
      {"proxy_credentials", "社内の上位プロキシがゲートウェイの認証情報を受け付けません (407)",
       "the company's parent proxy does not take the gateway's credentials (407)"},
      {"proxy_refused", "社内の上位プロキシがこの接続先を拒否しました",
       "the company's parent proxy refuses this destination"},
      {"proxy_failed", "社内の上位プロキシから接続先につながりません",
       "the company's parent proxy cannot reach the service"},
      {"proxy_silent", "社内の上位プロキシが時間内に応答しません",
       "the company's parent proxy did not answer in time"},
      {"proxy_framing", "社内の上位プロキシの応答が正しくありません",
       "the answer of the company's parent proxy is not valid"},
  };
  for (const auto& row : kRows)
    if (row.word == word) return {std::string(row.ja), std::string(row.en)};
  return {};
}

}  // namespace sekisho::gateway
