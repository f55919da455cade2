#include "bench/lab/load/plan.h"

#include <fstream>
#include <iterator>
#include <map>

#include "bench/lab/net/loopback.h"

namespace sekisho::lab {
namespace {

constexpr char kWarmUpPath[] = "/bytes/16";

std::optional<Mode> mode_of(const std::string& name) {
  static const std::map<std::string, Mode> kModes = {{"keep-alive", Mode::kKeepAlive},
                                                     {"new", Mode::kNewConnection},
                                                     {"stream", Mode::kStream},
                                                     {"idle", Mode::kIdle}};
  const auto found = kModes.find(name);
  return found == kModes.end() ? std::nullopt : std::optional(found->second);
}

bool read_file(const std::string& path, std::string& into) {
  std::ifstream file(path, std::ios::binary);
  into.assign(std::istreambuf_iterator<char>(file), {});
  return file.good() || file.eof();
}

SslContextPtr make_context(const LoadOptions& options) {
  SslContextPtr context = make_client_context(options.ca);
  if (!context) return nullptr;
  if (options.tls12) SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  if (options.resume)
    SSL_CTX_set_session_cache_mode(context.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  return context;
}

}  // namespace

std::string Plan::next_host() const {
  std::string host = options.host;
  const std::size_t mark = host.find('#');
  if (mark == host.npos) return host;
  const unsigned number = 100'000 + hosts_used++;
  return host.replace(mark, 1, std::to_string(number).substr(1));
}

std::string Plan::connect_request(const std::string& host) const {
  const std::string authority = host + ":" + std::to_string(options.port);
  return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
}

std::string Plan::request_head(const std::string& host, bool warming) const {
  const bool bodiless = warming || get();
  std::string head = (bodiless ? "GET " : "POST ") + (warming ? kWarmUpPath : options.path) +
                     " HTTP/1.1\r\nHost: " + host;
  if (options.port != 443) head += ":" + std::to_string(options.port);
  head += "\r\nUser-Agent: lab/1\r\nAccept: */*\r\nAuthorization: Bearer lab\r\n";
  if (mode == Mode::kNewConnection) head += "Connection: close\r\n";
  if (!bodiless)
    head +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return head + "\r\n";
}

std::optional<std::string> prepare(const LoadOptions& options, Plan& plan) {
  plan.options = options;
  const auto mode = mode_of(options.mode);
  if (!mode) return "--mode is one of keep-alive, new, stream, idle";
  plan.mode = *mode;
  if (options.proxy.empty() == options.direct.empty()) return "give one of --proxy and --direct";
  const auto address = loopback_address(options.proxy + options.direct);
  if (!address) return "only 127.0.0.0/8 is allowed: " + options.proxy + options.direct;
  plan.address = *address;
  if (!options.body_file.empty() && !read_file(options.body_file, plan.body))
    return "cannot read " + options.body_file;
  plan.tls = make_context(options);
  if (!plan.tls) return "cannot read the certificates of " + options.ca;
  return std::nullopt;
}

}  // namespace sekisho::lab
