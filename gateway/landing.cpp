#include "gateway/landing.h"

#include <openssl/evp.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "gateway/logins.h"
#include "gateway/proxy_pac.h"
#include "gateway/services.h"
#include "gateway/worker.h"
#include "policy/refusal.h"

namespace sekisho::gateway {
namespace {

constexpr std::uint64_t kDrainBytes = 1u << 20;

struct Page {
  int status = 200;
  std::string content_type = "text/html; charset=utf-8";
  std::string body;
  std::string file_name;  // for a download
  std::string cache_control = "no-store";
  std::string etag;  // "" = none
};

constexpr std::string_view kStyle = R"(<style>
:root{color-scheme:light dark}body{font:16px/1.7 system-ui,"Noto Sans JP","Hiragino Sans",sans-serif;max-width:46rem;margin:2.5rem auto;padding:0 1.2rem}
h1{font-size:1.5rem;margin-bottom:.2rem}h2{font-size:1.1rem;margin-top:2rem}pre{background:#8881;border:1px solid #8883;border-radius:6px;padding:.8rem;overflow-x:auto;font-size:.85rem}
.note{color:#777}a.button{display:inline-block;padding:.5rem 1rem;border:1px solid;border-radius:6px;text-decoration:none}
</style>)";

// The lines each runtime needs; {S} is the scheme and {P} the proxy's own address as the client
// wrote it.
constexpr std::string_view kExports =
    R"(# shell, curl, git, Python, Node, Claude Code, Codex, Copilot CLI
export HTTPS_PROXY={S}://{P} HTTP_PROXY={S}://{P} NO_PROXY=localhost,127.0.0.1
curl -o sekisho-ca.crt {S}://{P}/ca.crt
export NODE_EXTRA_CA_CERTS=$PWD/sekisho-ca.crt          # Node, Claude Code, VS Code extensions
export SSL_CERT_FILE=$PWD/sekisho-ca-bundle.crt         # Python (ssl, httpx), Go, Ruby: system roots + this CA
export REQUESTS_CA_BUNDLE=$SSL_CERT_FILE CURL_CA_BUNDLE=$SSL_CERT_FILE
cat /etc/ssl/certs/ca-certificates.crt sekisho-ca.crt > sekisho-ca-bundle.crt

# git
git config --global http.proxy {S}://{P}
git config --global http.sslCAInfo $PWD/sekisho-ca-bundle.crt

# Java
keytool -importcert -noprompt -alias sekisho -file sekisho-ca.crt -cacerts -storepass changeit
java -Dhttps.proxyHost={H} -Dhttps.proxyPort={N} …

# Debian, Ubuntu: for every program that uses the system's roots
sudo cp sekisho-ca.crt /usr/local/share/ca-certificates/ && sudo update-ca-certificates)";

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

std::string_view scheme_of(const Visitor& visitor) {
  return visitor.secure ? "https" : "http";
}

std::string exports_for(std::string_view own, std::string_view scheme) {
  const std::size_t colon = own.rfind(':');
  const std::string host(own.substr(0, colon));
  const std::string port(colon == std::string_view::npos ? "80" : own.substr(colon + 1));
  std::string lines = replaced(std::string(kExports), "{S}", scheme);
  return replaced(replaced(replaced(std::move(lines), "{P}", own), "{H}", host), "{N}", port);
}

Page welcome(Worker& worker, const RequestHead& head, const Visitor& visitor) {
  const auto& snapshot = *worker.snapshot();
  const Header* host = find_header(head.headers, "host");
  const std::string own = host ? host->value : "PROXY:8080";
  std::string groups;
  for (const auto& g : snapshot.groups_of(visitor.user, visitor.address))
    groups += (groups.empty() ? "" : ", ") + g;
  const std::string scheme(scheme_of(visitor));
  const std::string user = visitor.user.empty()
                               ? std::string()
                               : "ユーザーは <b>" + policy::html_escaped(visitor.user) + "</b>、";
  Page page;
  page.body =
      "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>Sekisho</title>";
  page.body += kStyle;
  page.body += "<h1>関所 Sekisho</h1><p>このゲートウェイに届いています。あなたのアドレスは <b>" +
               policy::html_escaped(visitor.address.to_string()) + "</b>、" + user +
               "グループは <b>" + policy::html_escaped(groups) +
               "</b> です。<br><span class=\"note\">You reach Sekisho. Your address and groups "
               "are shown above.</span></p>";
  if (worker.services().settings.authentication == config::Authentication::kBasic)
    page.body += "<p>利用にはユーザー名が必要です: <code>HTTPS_PROXY=" + scheme +
                 "://ユーザー名:パスワード@" + policy::html_escaped(own) +
                 "</code><br><span class=\"note\">A user name is needed in HTTPS_PROXY.</span></p>";
  page.body +=
      "<p><a class=\"button\" href=\"/ca.crt\">CA 証明書 / CA certificate (PEM)</a> <a "
      "class=\"button\" href=\"/ca.der\">DER (Windows)</a></p>";
  page.body +=
      "<p>SHA-256: <code>" +
      policy::html_escaped(worker.services().leaves->authority()->anchor_fingerprint_sha256()) +
      "</code></p>";
  page.body +=
      "<p>ブラウザーなどの自動設定 (PAC): <code>" + scheme + "://" + policy::html_escaped(own) +
      "/proxy.pac</code><br><span class=\"note\">Automatic proxy configuration.</span></p>";
  page.body +=
      "<h2>設定 / Settings</h2><pre>" + policy::html_escaped(exports_for(own, scheme)) + "</pre>";
  const std::string& contact = snapshot.file().messages.contact;
  if (!contact.empty())
    page.body += "<p>問い合わせ先 / contact: " + policy::html_escaped(contact) + "</p>";
  page.body += "</html>";
  return page;
}

// Clients keep it until its own end; between hops an hour is enough.
Page revocation_list(Services& services) {
  std::string der = services.revocation_list.der(services.leaves->authority(), now_seconds());
  if (der.empty())
    return Page{503,
                "text/plain; charset=utf-8",
                "失効リストに署名できません。\nThe CRL cannot be signed.\n",
                "",
                "no-store",
                ""};
  return Page{200, "application/pkix-crl", std::move(der), "sekisho-ca.crl", "max-age=3600", ""};
}

// Path of a target in origin or in absolute form.
std::string path_of(const std::string& target) {
  const auto absolute = parse_absolute_target(target);
  const std::string path = absolute ? absolute->origin_form : target;
  return path.substr(0, path.find('?'));
}

// The gateway as this client reached it.
std::string own_authority(const RequestHead& head, std::uint16_t default_port) {
  const auto absolute = parse_absolute_target(head.target);
  std::optional<HostPort> at;
  if (absolute) at = absolute->authority;
  const Header* host = find_header(head.headers, "host");
  if (!absolute && host) at = parse_host_port(host->value);
  if (!at) return {};
  return (at->ipv6 ? "[" + at->host + "]" : at->host) + ":" +
         std::to_string(at->port ? at->port : default_port);
}

std::string etag_of(const std::string& body) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(body.data(), body.size(), digest, &size, EVP_sha256(), nullptr) != 1) return {};
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (unsigned int i = 0; i < 16; ++i) out += {kHex[digest[i] >> 4], kHex[digest[i] & 15]};
  return out + "\"";
}

// Anybody may ask for it, and as often as he likes: it is made once for a policy and a name.
Page pac(Worker& worker, const RequestHead& head, bool secure) {
  const auto& settings = worker.services().settings.pac;
  const std::string proxy =
      settings.proxy.empty() ? own_authority(head, secure ? 443 : 80) : settings.proxy;
  if (proxy.empty())
    return Page{400,
                "text/plain; charset=utf-8",
                "Host がありません。\nThe request names no host.\n",
                "",
                "no-store",
                ""};
  static thread_local std::string made_for;
  static thread_local Page page;
  std::string now_for = worker.snapshot()->digest() + (secure ? " https " : " http ") + proxy;
  if (made_for == now_for) return page;
  page = Page{200,
              "application/x-ns-proxy-autoconfig",
              proxy_pac(*worker.snapshot(), settings, proxy, secure),
              "",
              "max-age=300",
              ""};
  page.etag = etag_of(page.body);
  made_for = std::move(now_for);
  return page;
}

bool is_known(const Page& page, const RequestHead& head) {
  return page.status == 200 && !page.etag.empty() &&
         joined_values(head.headers, "if-none-match").find(page.etag) != std::string::npos;
}

bool is_file(const std::string& path) {
  if (path == "/proxy.pac") return true;
  return path == "/ca.crt" || path == "/ca.der" || path == "/ca.crl";
}

bool same_address(const std::string& a, const std::string& b) {
  const auto one = parse_absolute_target(a), other = parse_absolute_target(b);
  return one && other && one->scheme == other->scheme &&
         one->authority.host == other->authority.host &&
         (one->authority.port ? one->authority.port : 80) ==
             (other->authority.port ? other->authority.port : 80) &&
         one->origin_form == other->origin_form;
}

bool names_this_host(const Services& services, const HostPort& at) {
  const std::uint16_t port = at.port ? at.port : 80;
  const auto here = [&](const config::IpAddress& ip) {
    return services.guard->refuse(ip, port) == "own_listener";
  };
  if (const auto ip = config::IpAddress::parse(at.host == "localhost" ? "127.0.0.1" : at.host))
    return here(*ip);
  const auto& listen = services.settings.listen;
  return iequals(at.host, services.name) &&
         std::any_of(listen.begin(), listen.end(), [&](const auto& l) { return l.port == port; });
}

// RFC 9110, 5.6.7: a client compares it with its own clock.
std::string http_date(std::int64_t now) {
  const std::time_t t = now;
  std::tm parts{};
  gmtime_r(&t, &parts);
  char text[40];
  const std::size_t n = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return std::string(text, n);
}

Page page_for(Worker& worker, const RequestHead& head, const Visitor& visitor) {
  const std::string path = path_of(head.target);
  if (head.method != "GET" && head.method != "HEAD")
    return Page{405, "text/plain; charset=utf-8", "GET\n", "", "no-store", ""};
  if (path == "/") return welcome(worker, head, visitor);
  const auto authority = worker.services().leaves->authority();
  if (path == "/ca.crt")
    return Page{200, "application/x-x509-ca-cert", authority->pem(), "sekisho-ca.crt", "no-store",
                ""};
  if (path == "/ca.der")
    return Page{200, "application/x-x509-ca-cert", authority->der(), "sekisho-ca.der", "no-store",
                ""};
  if (path == "/proxy.pac") return pac(worker, head, visitor.secure);
  if (path == "/ca.crl") return revocation_list(worker.services());
  return Page{
      404,
      "text/plain; charset=utf-8",
      "ここは Sekisho (プロキシ) です。/ と /ca.crt、/ca.crl、/proxy.pac があります。\nThis is "
      "Sekisho, a proxy: see /, /ca.crt, /ca.crl and /proxy.pac.\n",
      "",
      "no-store",
      ""};
}

}  // namespace

bool asks_for_own_file(Worker& worker, const RequestHead& head) {
  const auto target = parse_absolute_target(head.target);
  if (!target || target->scheme != "http" || !is_file(path_of(head.target))) return false;
  const Services& services = worker.services();
  return names_this_host(services, target->authority) ||
         same_address(head.target, services.settings.crl_url);
}

Awaitable<bool> serve_landing(Worker& worker, ClientHttpStream& http, const RequestHead& head,
                              Visitor visitor) {
  Page page = page_for(worker, head, visitor);
  if (is_known(page, head)) {
    page.status = 304;
    page.body.clear();
  }
  ResponseHead answer;
  answer.status = page.status;
  answer.reason = page.status == 200   ? "OK"
                  : page.status == 304 ? "Not Modified"
                  : page.status == 400 ? "Bad Request"
                  : page.status == 404 ? "Not Found"
                  : page.status == 405 ? "Method Not Allowed"
                                       : "Service Unavailable";
  answer.headers.push_back(Header{"content-type", page.content_type});
  if (page.status != 304)
    answer.headers.push_back(Header{"content-length", std::to_string(page.body.size())});
  answer.headers.push_back(Header{"cache-control", page.cache_control});
  answer.headers.push_back(Header{"date", http_date(now_seconds())});
  answer.headers.push_back(Header{"x-content-type-options", "nosniff"});
  answer.headers.push_back(
      Header{"content-security-policy", "default-src 'none'; style-src 'unsafe-inline'"});
  if (!page.etag.empty()) answer.headers.push_back(Header{"etag", page.etag});
  if (!page.file_name.empty())
    answer.headers.push_back(
        Header{"content-disposition", "attachment; filename=\"" + page.file_name + "\""});
  answer.body.kind = BodyFraming::Kind::kLength;
  answer.body.length = page.body.size();
  answer.body.length_stated = true;
  const bool unread = head.body.kind != BodyFraming::Kind::kNone;
  answer.keep_alive = head.keep_alive && !unread;
  const std::string_view body =
      head.method == "HEAD" ? std::string_view() : std::string_view(page.body);
  auto sent =
      co_await http.write_head(answer, body, true, worker.services().settings.limits.body_timeout);
  if (sent && unread) co_await http.drain(kDrainBytes, Clock::now() + std::chrono::seconds(5));
  co_return sent.has_value() && answer.keep_alive;
}

}  // namespace sekisho::gateway
