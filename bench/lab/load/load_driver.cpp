// Load on a proxy of this machine: CONNECT, TLS, an exact number of requests. Prints `READY N` when
// N connections are up, waits for a line on standard input, makes the measured part and prints one
// line of JSON.

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "bench/lab/load/plan.h"
#include "bench/lab/load/worker.h"
#include "bench/lab/net/clock.h"
#include "bench/lab/net/loopback.h"

namespace sekisho::lab {
namespace {

using Workers = std::vector<std::unique_ptr<Worker>>;

void add_options(CLI::App& app, LoadOptions& options) {
  app.add_option("--proxy", options.proxy, "the proxy's address, in 127.0.0.0/8");
  app.add_option("--direct", options.direct, "the service's own address instead");
  app.add_option("--ca", options.ca, "PEM of the CA to trust")->required();
  app.add_option("--host", options.host, "name to ask for; # becomes a running number");
  app.add_option("--port", options.port, "port to ask for");
  app.add_option("--body", options.body_file, "file to POST; without it GET");
  app.add_option("--path", options.path, "target");
  app.add_option("--mode", options.mode, "keep-alive, new, stream or idle");
  app.add_option("--connections", options.connections, "connections")->check(CLI::Range(1, 50000));
  app.add_option("--requests", options.requests, "exchanges in the measured part");
  app.add_option("--threads", options.threads, "threads")->check(CLI::Range(1, 64));
  app.add_option("--opening", options.opening, "connections being opened at once");
  app.add_option("--deadline", options.deadline, "seconds for each of the two parts");
  app.add_flag("--resume", options.resume, "offer the last session of a connection");
  app.add_flag("--tls12", options.tls12, "TLS 1.2 at most");
  app.add_flag("!--no-warm-up", options.warm_up, "nothing before the measured part");
}

template <class Count>
Count share(Count all, int index, int parts) {
  const auto n = static_cast<Count>(parts);
  return all / n + (static_cast<Count>(index) < all % n);
}

Workers make_workers(const Plan& plan) {
  Workers workers;
  const LoadOptions& o = plan.options;
  for (int i = 0; i < o.threads; ++i)
    workers.push_back(std::make_unique<Worker>(plan, share(o.connections, i, o.threads),
                                               share(o.requests, i, o.threads)));
  return workers;
}

void on_all(const Workers& workers, void (Worker::*part)()) {
  std::vector<std::thread> threads;
  for (const auto& worker : workers) {
    Worker* one = worker.get();
    threads.emplace_back([one, part] { (one->*part)(); });
  }
  for (auto& thread : threads) thread.join();
}

std::uint64_t held_by(const Workers& workers) {
  std::uint64_t held = 0;
  for (const auto& worker : workers) held += worker->held();
  return held;
}

void wait_for_line() {
  for (int c; (c = std::getchar()) != EOF && c != '\n';) {
  }
}

int drive(const Plan& plan) {
  const Workers workers = make_workers(plan);
  on_all(workers, &Worker::warm_up);
  std::printf("READY %llu\n", static_cast<unsigned long long>(held_by(workers)));
  std::fflush(stdout);
  wait_for_line();
  const std::uint64_t begin = now_ns();
  on_all(workers, &Worker::run);
  const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
  Tally total;
  for (const auto& worker : workers) total.merge(worker->tally());
  std::printf("%s\n", total.json(seconds, held_by(workers)).c_str());
  return 0;
}

}  // namespace
}  // namespace sekisho::lab

int main(int argc, char** argv) {
  using namespace sekisho::lab;
  CLI::App app("load driver of the benchmark lab");
  LoadOptions options;
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  Plan plan;
  if (const auto problem = prepare(options, plan)) {
    std::fprintf(stderr, "load_driver: %s\n", problem->c_str());
    return 2;
  }
  return drive(plan);
}
