#include "gateway/commands/doctor_runtimes.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "gateway/commands/run_program.h"
#include "gateway/commands/trust_relay.h"

namespace sekisho::gateway {
namespace {

using Millis = std::chrono::milliseconds;
constexpr Millis kLimit{20'000}, kSlowLimit{60'000};  // a Java machine compiles first

// A TLS handshake and nothing else, in each language's standard way.
constexpr const char* kPython = R"(import socket, ssl, sys
port, host, what = int(sys.argv[1]), sys.argv[2], sys.argv[3]
if what == "requests":
    import os, requests.certs
    context = ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or requests.certs.where())
elif what == "httpx":
    import httpx
    context = httpx.create_ssl_context()
else:
    context = ssl.create_default_context()
s = socket.create_connection(("127.0.0.1", port), 8)
s.sendall(f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
head = b""
while not head.endswith(b"\r\n\r\n"):
    more = s.recv(1)
    if not more: sys.exit("no tunnel")
    head += more
context.wrap_socket(s, server_hostname=host.rsplit(":", 1)[0])
)";
constexpr const char* kNode = R"(const net = require("net"), tls = require("tls");
const [port, host] = process.argv.slice(-2);
const socket = net.connect(Number(port), "127.0.0.1", () => socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
const fail = (e) => { console.error(e.code ?? "", e.message); process.exit(1); };
socket.on("error", fail);
socket.once("data", () => {
  const opened = tls.connect({ socket, servername: host.split(":")[0] }, () => opened.end("", () => process.exit(0)));
  opened.on("error", fail);
});
setTimeout(() => process.exit(3), 9000);
)";
constexpr const char* kDeno = R"(const [port, host] = Deno.args;
const plain = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
await plain.write(new TextEncoder().encode(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`));
await plain.read(new Uint8Array(4096));
const opened = await Deno.startTls(plain, { hostname: host.split(":")[0] });
await opened.handshake();
)";
constexpr const char* kJava = R"(import java.net.*;
public class SekishoDoctor {
  public static void main(String[] a) throws Exception {
    Proxy p = new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", Integer.parseInt(a[0])));
    HttpURLConnection c = (HttpURLConnection) new URL("https://" + a[1] + "/").openConnection(p);
    c.setConnectTimeout(8000);
    c.setReadTimeout(8000);
    c.connect();
  }
}
)";

struct Place {
  const DoctorTarget& target;
  const std::vector<X509Ptr>& ca;
  const std::string& ca_file;
  DoctorReport& report;
  TrustRelay& relay;

  std::string port() const { return std::to_string(relay.port()); }
  std::vector<std::string> environment() const {
    return {"HTTPS_PROXY=" + relay.url(),
            "https_proxy=" + relay.url(),
            "HTTP_PROXY",
            "http_proxy",
            "ALL_PROXY",
            "all_proxy",
            "NO_PROXY",
            "no_proxy"};
  }
};

std::string bundle_command(const Place& p, const std::string& variable) {
  const auto store = system_store();
  return "cat " + (store ? store->bundle : "/etc/ssl/certs/ca-certificates.crt") + " " + p.ca_file +
         " > $HOME/sekisho-ca-bundle.crt && export " + variable + "=$HOME/sekisho-ca-bundle.crt";
}

// The line that says most: the last one about a certificate, else the last.
std::string telling_line(const std::string& text) {
  std::string last, about;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    if (line.find_first_not_of(" \r\t") == std::string::npos) continue;
    last = line;
    if (line.find("ertificat") != std::string::npos || line.find("CERT") != std::string::npos)
      about = line;
  }
  return about.empty() ? last : about;
}

// One program, judged by what the relay saw. Those that only shake hands say by their exit code
// that they were content.
void judge(const Place& p, const std::string& name, const ProgramResult& ran,
           const std::string& fix) {
  const std::string check = "runtime." + name, said = telling_line(ran.output);
  if (p.relay.trusted() || (p.relay.finished() && ran.status == 0))
    return p.report.ok(check, name + " はこの CA を信頼しています", name + " trusts this CA");
  if (p.relay.began() && !ran.timed_out)
    return p.report.fail(check, name + " はこの CA を信頼していません: " + said,
                         name + " does not trust this CA: " + said, fix);
  if (ran.timed_out)
    return p.report.warn(check, name + " は時間内に終わりませんでした",
                         name + " did not end in time", "");
  p.report.warn(check, name + " では確かめられませんでした: " + said,
                "could not be tried with " + name + ": " + said, "");
}

void try_program(const Place& p, const std::string& name, const std::vector<std::string>& argv,
                 const std::string& fix, std::vector<std::string> more = {}) {
  p.relay.reset();
  std::vector<std::string> environment = p.environment();
  environment.insert(environment.end(), more.begin(), more.end());
  const ProgramResult ran = run_program(argv, environment, kLimit);
  judge(p, name, ran, fix);
}

void try_curl(const Place& p) {
  if (!find_program("curl")) return;
  try_program(p, "curl",
              {"curl", "-sS", "-o", "/dev/null", "--max-time", "10", "--proxy", p.relay.url(),
               "https://" + p.target.to() + "/"},
              bundle_command(p, "CURL_CA_BUNDLE"));
}

void try_git(const Place& p) {
  if (!find_program("git")) return;
  try_program(p, "git",
              {"git", "-c", "http.proxy=" + p.relay.url(), "ls-remote",
               "https://" + p.target.to() + "/sekisho-doctor.git"},
              bundle_command(p, "GIT_SSL_CAINFO") +
                  " && git config --global http.sslCAInfo $HOME/sekisho-ca-bundle.crt",
              {"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=true"});
}

void try_python(const Place& p) {
  if (!find_program("python3")) return;
  const auto arguments = [&](const char* what) {
    return std::vector<std::string>{"python3", "-c", kPython, p.port(), p.target.to(), what};
  };
  try_program(p, "python", arguments("ssl"), bundle_command(p, "SSL_CERT_FILE"));
  for (const auto& [module, variable] :
       {std::pair{"requests", "REQUESTS_CA_BUNDLE"}, {"httpx", "SSL_CERT_FILE"}}) {
    const ProgramResult there =
        run_program({"python3", "-c", std::string("import ") + module}, {}, kLimit);
    if (there.status == 0)
      try_program(p, std::string("python-") + module, arguments(module),
                  bundle_command(p, variable));
  }
}

void try_node(const Place& p) {
  const std::string fix = "export NODE_EXTRA_CA_CERTS=" + p.ca_file;
  if (find_program("node"))
    try_program(p, "node", {"node", "-e", kNode, "--", p.port(), p.target.to()}, fix);
  if (find_program("bun"))
    try_program(p, "bun", {"bun", "-e", kNode, "--", p.port(), p.target.to()}, fix);
}

void try_deno(const Place& p) {
  if (!find_program("deno")) return;
  try_program(p, "deno", {"deno", "eval", kDeno, "--", p.port(), p.target.to()},
              "export DENO_CERT=" + p.ca_file);
}

// A machine may have a runtime without a compiler: then its key store is read.
void try_java(const Place& p) {
  if (!find_program("java")) return;
  const std::string fix = "sudo keytool -importcert -noprompt -trustcacerts -alias sekisho -file " +
                          p.ca_file + " -cacerts -storepass changeit";
  char folder[] = "/tmp/sekisho-doctor-XXXXXX";
  if (!::mkdtemp(folder)) return;
  const std::string source = std::string(folder) + "/SekishoDoctor.java";
  std::ofstream(source) << kJava;
  p.relay.reset();
  ProgramResult ran =
      run_program({"java", source, p.port(), p.target.to()}, p.environment(), kSlowLimit);
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (p.relay.contacted() || !find_program("keytool")) return judge(p, "java", ran, fix);
  ran =
      run_program({"keytool", "-list", "-v", "-cacerts", "-storepass", "changeit"}, {}, kSlowLimit);
  if (ran.output.find(fingerprint_of(p.ca[0].get())) != std::string::npos)
    p.report.ok("runtime.java", "Java の cacerts にこの CA があります",
                "the cacerts of Java hold this CA");
  else
    p.report.fail("runtime.java", "Java の cacerts にこの CA がありません",
                  "the cacerts of Java do not hold this CA", fix);
}

// These read one file of the system, or that of SSL_CERT_FILE, and nothing else (crypto/x509 of Go;
// OpenSSL under .NET).
void look_for(const Place& p, const char* program, const std::string& name) {
  if (!find_program(program)) return;
  const char* named = std::getenv("SSL_CERT_FILE");
  const auto store = system_store();
  const std::string file = named && *named ? named : store ? store->bundle : "";
  if (holds(certificates_of_file(file), p.ca[0].get()))
    p.report.ok("runtime." + name, name + " が読む " + file + " にこの CA があります",
                file + ", which " + name + " reads, holds this CA");
  else
    p.report.fail("runtime." + name, name + " が読む " + file + " にこの CA がありません",
                  file + ", which " + name + " reads, lacks this CA",
                  bundle_command(p, "SSL_CERT_FILE"));
}

void look_at_system(const Place& p) {
  const auto store = system_store();
  if (!store) return;
  if (holds(certificates_of_file(store->bundle), p.ca[0].get()))
    return p.report.ok("system", "OS の証明書ストアにこの CA があります",
                       "the system's store holds this CA (" + store->bundle + ")");
  std::string fix = store->install;
  fix.replace(fix.find("{CA}"), 4, p.ca_file);
  p.report.warn("system", "OS の証明書ストアにこの CA がありません",
                "the system's store lacks this CA (" + store->bundle + ")", fix);
}

}  // namespace

void examine_runtimes(const DoctorTarget& target, const std::vector<X509Ptr>& ca,
                      const std::string& ca_file, DoctorReport& report) {
  TrustRelay relay(target);
  const Place p{target, ca, ca_file, report, relay};
  look_at_system(p);
  if (!relay.ok()) return;
  try_curl(p);
  try_git(p);
  try_python(p);
  try_node(p);
  try_deno(p);
  try_java(p);
  look_for(p, "go", "go");
  look_for(p, "dotnet", "dotnet");
}

}  // namespace sekisho::gateway
