#include "gateway/commands/doctor_network.h"

#include <poll.h>

#include <cstdlib>
#include <ctime>

#include "gateway/tls/openssl_ptr.h"

namespace sekisho::gateway {
namespace {

using Millis = std::chrono::milliseconds;
using Fault = DoctorSocket::Fault;
constexpr Millis kLimit{8000};
constexpr std::size_t kMostPage = 1u << 20;
constexpr long kSkewWarn = 120, kSkewFail = 3000;  // leaf certificates are backdated by an hour

using SslContextPtr = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpensslFree<SSL_free>>;

bool examine_connection(const DoctorTarget& t, DoctorReport& report) {
  DoctorSocket socket;
  std::string error;
  switch (socket.connect(t.proxy_host, t.proxy_port, kLimit, error)) {
    case Fault::kNone:
      report.ok("tcp", t.proxy() + " に接続できます", t.proxy() + " accepts connections");
      return true;
    case Fault::kName:
      report.fail("tcp", "プロキシの名前 " + t.proxy_host + " を引けません: " + error,
                  "the proxy's name " + t.proxy_host + " is not known: " + error,
                  "getent hosts " + t.proxy_host);
      return false;
    case Fault::kRefused:
      report.fail("tcp", t.proxy() + " では何も待ち受けていません",
                  "nothing listens at " + t.proxy(),
                  "ask for the right HOST:PORT; on the gateway: systemctl status sekisho");
      return false;
    default:
      report.fail(
          "tcp", t.proxy() + " に届きません: " + error, t.proxy() + " cannot be reached: " + error,
          "curl -v --max-time 5 http://" + t.proxy() + "/   # a firewall or a VPN on the way?");
      return false;
  }
}

std::string get(const DoctorTarget& t, const std::string& path) {
  DoctorSocket socket;
  std::string error;
  if (socket.connect(t.proxy_host, t.proxy_port, kLimit, error) != Fault::kNone) return "";
  socket.send("GET " + path + " HTTP/1.1\r\nHost: " + t.proxy() +
              "\r\nUser-Agent: sekisho-doctor\r\nConnection: close\r\n\r\n");
  return socket.read_answer(kLimit, kMostPage);
}

void examine_clock(const std::string& head, DoctorReport& report) {
  const std::string date = field_of(head, "date");
  tm parts{};
  if (date.empty() || !strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts)) return;
  const long skew = static_cast<long>(std::time(nullptr) - timegm(&parts));
  const std::string by = std::to_string(std::labs(skew)) + " s";
  const std::string fix = "sudo timedatectl set-ntp true";
  if (std::labs(skew) < kSkewWarn)
    report.ok("clock", "時計はゲートウェイと合っています (差 " + by + ")",
              "the clock agrees with the gateway's (" + by + " apart)");
  else if (std::labs(skew) < kSkewFail)
    report.warn("clock", "時計がゲートウェイと " + by + " ずれています",
                "the clock is " + by + " away from the gateway's", fix);
  else
    report.fail("clock", "時計がゲートウェイと " + by + " ずれていて、証明書が期限外に見えます",
                "the clock is " + by + " away: certificates look expired or not yet valid", fix);
}

bool examine_identity(const DoctorTarget& t, DoctorReport& report) {
  const std::string page = get(t, "/");
  const std::string head = page.substr(0, page.find("\r\n\r\n") + 4);
  if (status_of(head) != 200 || page.find("Sekisho") == std::string::npos) {
    report.fail("gateway", t.proxy() + " で答えているのは Sekisho ではありません",
                "what answers at " + t.proxy() + " is not Sekisho",
                "curl -i http://" + t.proxy() +
                    "/   # another proxy or server: ask for the right HOST:PORT");
    return false;
  }
  report.ok("gateway", "Sekisho が答えています", "Sekisho answers there");
  examine_clock(head, report);
  return true;
}

// The CA that the gateway hands out, and whether the named file is the same.
bool examine_ca(const DoctorTarget& t, std::vector<X509Ptr>& ca, DoctorReport& report) {
  const std::string answer = get(t, "/ca.crt");
  const std::size_t end = answer.find("\r\n\r\n");
  std::vector<X509Ptr> offered =
      certificates_in(end == std::string::npos ? "" : answer.substr(end + 4));
  const std::string fetch = "curl -o sekisho-ca.crt http://" + t.proxy() + "/ca.crt";
  if (offered.empty()) {
    report.fail("ca", "ゲートウェイから CA 証明書を取れません",
                "the gateway hands out no CA certificate", fetch);
    return false;
  }
  if (t.ca_file.empty()) {
    ca = std::move(offered);
    report.ok(
        "ca", "CA: SHA-256 " + fingerprint_of(ca[0].get()) + " (管理者の示す値と比べてください)",
        "CA: SHA-256 " + fingerprint_of(ca[0].get()) + " (compare it with what your admin says)");
    return true;
  }
  ca = certificates_of_file(t.ca_file);
  if (ca.empty()) {
    report.fail("ca", t.ca_file + " は証明書として読めません",
                t.ca_file + " holds no certificate that can be read", fetch);
    return false;
  }
  if (!holds(ca, offered[0].get())) {
    report.fail("ca", t.ca_file + " はこのゲートウェイの CA ではありません (入れ替わった可能性)",
                t.ca_file + " is not the CA of this gateway (it may have been replaced)", fetch);
    ca = std::move(offered);
    return true;
  }
  report.ok("ca", t.ca_file + " はゲートウェイの CA です", t.ca_file + " is the gateway's CA");
  return true;
}

bool refused_tunnel(const DoctorTarget& t, int status, DoctorReport& report) {
  const std::string login = "export HTTPS_PROXY=http://USER:PASSWORD@" + t.proxy() +
                            "   # @ : / in the password as %40 %3A %2F";
  if (status == 407 && t.user.empty())
    report.fail("login", "このプロキシには利用者名が必要です", "this proxy asks for a user name",
                login);
  else if (status == 407)
    report.fail("login", "利用者 " + t.user + " の名前かパスワードが違います",
                "the name or the password of " + t.user + " is wrong", login);
  else
    report.fail("connect", t.to() + " への CONNECT に " + std::to_string(status) + " が返りました",
                "CONNECT " + t.to() + " was answered with " + std::to_string(status),
                "curl -v -x http://" + t.proxy() + " https://" + t.to() + "/");
  return false;
}

// True when the handshake was done; the socket does not block, so each step waits.
bool handshake(SSL* ssl, int fd) {
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  for (;;) {
    const int n = SSL_connect(ssl);
    if (n == 1) return true;
    const int want = SSL_get_error(ssl, n);
    if (want != SSL_ERROR_WANT_READ && want != SSL_ERROR_WANT_WRITE) return false;
    const auto left =
        std::chrono::duration_cast<Millis>(deadline - std::chrono::steady_clock::now());
    pollfd one{fd, static_cast<short>(want == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT), 0};
    if (left.count() <= 0 || ::poll(&one, 1, static_cast<int>(left.count())) <= 0) return false;
  }
}

SslContextPtr trusting(const std::vector<X509Ptr>& ca) {
  SslContextPtr context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);  // judged afterwards, in words
  for (const auto& each : ca)
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), each.get());
  if (ca.empty()) SSL_CTX_set_default_verify_paths(context.get());
  return context;
}

// What is wrong with the certificate inside the tunnel when these are trusted; "" = nothing.
std::string fault_inside(const DoctorTarget& t, const std::vector<X509Ptr>& ca, int& refused) {
  DoctorSocket socket;
  std::string error;
  if (socket.connect(t.proxy_host, t.proxy_port, kLimit, error) != Fault::kNone) return error;
  socket.send(t.connect_request(t.to()));
  const int status = status_of(socket.read_head(kLimit));
  if (status != 200) {
    refused = status;
    return "no tunnel";
  }
  const SslContextPtr context = trusting(ca);
  const SslPtr ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), socket.fd());
  SSL_set_tlsext_host_name(ssl.get(), t.to_host.c_str());
  SSL_set1_host(ssl.get(), t.to_host.c_str());
  if (!handshake(ssl.get(), socket.fd())) {
    const std::string said = openssl_error();
    return said.empty() ? "the TLS handshake was not finished" : said;
  }
  const long code = SSL_get_verify_result(ssl.get());
  return code == X509_V_OK ? "" : X509_verify_cert_error_string(code);
}

bool examine_tunnel(const DoctorTarget& t, const std::vector<X509Ptr>& ca, DoctorReport& report) {
  int refused = 0;
  const std::string fault = fault_inside(t, ca, refused);
  if (refused) return refused_tunnel(t, refused, report);
  if (!t.user.empty())
    report.ok("login", "利用者 " + t.user + " として通れます", "the gateway knows " + t.user);
  if (fault.empty()) {
    report.ok("tunnel", t.to() + " の証明書はこの CA で検証できます",
              "the certificate for " + t.to() + " verifies with this CA");
    return true;
  }
  int again = 0;
  if (fault_inside(t, {}, again).empty()) {
    report.ok("tunnel", t.to() + " は開かれずに通されます (splice)。証明書は相手のものです",
              t.to() + " is passed unopened (splice): the certificate is the service's own");
    return false;  // nothing of ours to be trusted
  }
  report.fail("tunnel", t.to() + " への TLS が成り立ちません: " + fault,
              "TLS to " + t.to() + " does not work: " + fault,
              "openssl s_client -proxy " + t.proxy() + " -connect " + t.to() + " -servername " +
                  t.to_host + " -CAfile sekisho-ca.crt </dev/null");
  return false;
}

}  // namespace

bool examine_network(const DoctorTarget& target, std::vector<X509Ptr>& ca, DoctorReport& report) {
  return examine_connection(target, report) && examine_identity(target, report) &&
         examine_ca(target, ca, report) && examine_tunnel(target, ca, report);
}

}  // namespace sekisho::gateway
