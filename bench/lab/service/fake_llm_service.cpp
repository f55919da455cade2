// A fast fake of an LLM service, for one machine:
//   POST /v1/...[?n=EVENTS&us=INTERVAL]  JSON, or an event stream when the body says "stream":true
//   POST /echo                           the body back, unchanged: what did the proxy take out?
//   GET  /bytes/N                        N bytes, 64 KiB at most
// Prints `READY` when it listens.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/lab/net/loopback.h"
#include "bench/lab/net/tls.h"
#include "bench/lab/service/minted_leaves.h"
#include "bench/lab/service/service_loop.h"

namespace sekisho::lab {
namespace {

void add_options(CLI::App& app, ServiceOptions& options) {
  app.add_option("--port", options.port, "port on 127.0.0.1");
  app.add_option("--threads", options.threads, "event loops")->check(CLI::Range(1, 64));
  app.add_option("--certificate", options.certificate, "PEM of the leaf")->required();
  app.add_option("--key", options.key, "its key")->required();
  app.add_option("--mint-ca", options.mint_ca, "CA that issues a leaf for each name");
  app.add_option("--mint-key", options.mint_key, "its key");
  app.add_option("--answer-bytes", options.answer_bytes, "size of a JSON answer");
}

SslContextPtr make_context(const ServiceOptions& options) {
  SslContextPtr context = make_server_context();
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(context.get(), options.key.c_str(), SSL_FILETYPE_PEM) == 1)
    return context;
  return nullptr;
}

int complain(const std::string& what) {
  std::fprintf(stderr, "fake_llm_service: %s\n", what.c_str());
  return 2;
}

[[noreturn]] void serve(const ServiceOptions& options, SSL_CTX* tls,
                        const std::vector<int>& listeners) {
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < listeners.size(); ++i)
    threads.emplace_back(
        [&options, tls, listener = listeners[i]] { ServiceLoop(listener, tls, options).run(); });
  ServiceLoop(listeners[0], tls, options).run();
}

int start(const ServiceOptions& options) {
  const SslContextPtr context = make_context(options);
  if (!context) return complain("cannot read the certificate or its key");
  std::optional<MintedLeaves> leaves;
  if (!options.mint_ca.empty()) {
    auto minter = LeafMinter::load(options.mint_ca, options.mint_key);
    if (!minter) return complain("cannot read the CA that mints");
    leaves.emplace(std::move(*minter));
    leaves->serve(context.get());
  }
  std::vector<int> listeners;
  for (int i = 0; i < options.threads; ++i) listeners.push_back(listen_on_loopback(options.port));
  if (listeners.back() < 0)
    return complain("cannot listen on port " + std::to_string(options.port));
  std::printf("READY\n");
  std::fflush(stdout);
  serve(options, context.get(), listeners);
}

}  // namespace
}  // namespace sekisho::lab

int main(int argc, char** argv) {
  using namespace sekisho::lab;
  CLI::App app("fake LLM service of the benchmark lab");
  ServiceOptions options;
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  return start(options);
}
