// Not the product: the least an intercepting, scanning proxy can do, written to see what a machine
// allows. Raw epoll and OpenSSL, a leaf minted for each name, TLS on both sides, the whole body
// held, one pass of Hyperscan over it, pooled connections to the origin, answers streamed through,
// gathered sends. No policy, no audit, no limits, no JSON, no hardening: the floor that ratios are
// taken against.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "bench/lab/bound/proxy.h"
#include "bench/lab/net/loopback.h"

namespace sekisho::lab {
namespace {

struct Options {
  std::uint16_t port = 0;
  std::string ca, ca_key, origin_ca, origin, patterns;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("--port", options.port, "port on 127.0.0.1")->required();
  app.add_option("--ca", options.ca, "CA that issues the leaves")->required();
  app.add_option("--ca-key", options.ca_key, "its key")->required();
  app.add_option("--origin-ca", options.origin_ca, "CA of the origin")->required();
  app.add_option("--origin", options.origin, "address of every origin")->required();
  app.add_option("--patterns", options.patterns, "lines of NAME<TAB>PATTERN")->required();
}

int complain(const std::string& what) {
  std::fprintf(stderr, "bound_proxy: %s\n", what.c_str());
  return 2;
}

int start(const Options& options) {
  const auto origin = loopback_address(options.origin);
  if (!origin) return complain("--origin is not in 127.0.0.0/8");
  auto minter = LeafMinter::load(options.ca, options.ca_key);
  if (!minter) return complain("cannot read the CA or its key");
  SslContextPtr origin_context = make_client_context(options.origin_ca);
  if (!origin_context) return complain("cannot read " + options.origin_ca);
  std::string problem;
  auto scanner = PatternScanner::load(options.patterns, problem);
  if (!scanner) return complain(problem);
  const int listener = listen_on_loopback(options.port);
  if (listener < 0) return complain("cannot listen on port " + std::to_string(options.port));
  Proxy(listener, *origin, std::move(*minter), std::move(origin_context), std::move(scanner)).run();
}

}  // namespace
}  // namespace sekisho::lab

int main(int argc, char** argv) {
  using namespace sekisho::lab;
  CLI::App app("floor proxy of the benchmark lab");
  Options options;
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  return start(options);
}
