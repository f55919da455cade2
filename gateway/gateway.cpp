#include "gateway/gateway.h"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <future>

#include "filters/json_scanner.h"
#include "gateway/admin_server.h"
#include "gateway/listener.h"
#include "gateway/log.h"
#include "gateway/metrics.h"
#include "gateway/own_address.h"

namespace sekisho::gateway {
namespace {

constexpr std::chrono::seconds kDrainDeadline{30};
constexpr std::chrono::seconds kAbortGrace{2};
constexpr std::chrono::seconds kReloadAcknowledge{10};
using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;

std::string host_name() {
  char name[256] = "gateway";
  gethostname(name, sizeof name - 1);
  return name;
}

config::Problem problem(const config::Marked<std::string>& at, const std::string& file,
                        std::string message) {
  config::Problem p;
  p.file = file;
  p.at = at.at;
  p.message = std::move(message);
  return p;
}

}  // namespace

std::int64_t now_seconds() {
  return std::time(nullptr);
}

std::int64_t now_microseconds() {
  timespec t{};
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1'000'000ll + t.tv_nsec / 1000;
}

struct Gateway::Signals {
  explicit Signals(net::io_context& io)
      : set(io.get_executor(), SIGTERM, SIGINT, SIGHUP), deadline(io.get_executor()) {}
  net::basic_signal_set<Executor> set;
  Timer deadline;
};

Gateway::Gateway(std::string configuration_path) : path_(std::move(configuration_path)) {}

Gateway::~Gateway() {
  for (auto& w : workers_) w->stop();
  for (auto& w : workers_) w->join();
  admin_.reset();
  if (services_) services_->journal.reset();  // what it still has to say may name workers
  workers_.clear();
}

bool Gateway::start(config::Problems& problems, std::string& error) {
  std::optional<Configuration> c = load_configuration(path_, now_seconds(), problems);
  if (!c) return false;
  Log::configure(c->gateway.log_level, c->gateway.log_json);
  snapshot_ = c->snapshot;
  warnings_ = c->warnings;
  loaded_at_ = now_seconds();
  if (!make_services(*c, problems, error) || !problems.empty()) return false;
  if (!bind(error) || !open_journal(error)) return false;
  make_guard();
  set_connection_room();
  say_loud_settings();
  return true;
}

bool Gateway::make_services(Configuration& c, config::Problems& problems, std::string& error) {
  services_ = std::make_unique<Services>();
  Services& s = *services_;
  s.settings = c.gateway;
  if (s.settings.workers == 0)
    s.settings.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  s.name = host_name();
  auto keys = load_or_make_keys(s.settings.keys_directory.value, error);
  if (!keys) return false;
  s.keys = std::move(*keys);
  s.leaves = std::make_unique<LeafStore>(c.authority, s.settings.crl_url);
  std::vector<std::string> extra;
  for (const auto& f : s.settings.extra_ca) extra.push_back(f.value);
  s.origin_tls = OriginTls::create(extra, error);
  if (!s.origin_tls) {
    problems.push_back(problem(
        s.settings.extra_ca.empty() ? config::Marked<std::string>{} : s.settings.extra_ca.front(),
        path_, error));
    return true;
  }
  if (s.settings.authentication == config::Authentication::kBasic) {
    auto users = Users::load(s.settings.users_file.value, error);
    if (!users) {
      problems.push_back(problem(s.settings.users_file, path_, error));
      return true;
    }
    s.replace_users(std::move(users));
  }
  s.client_tls = std::make_unique<ClientTls>();
  s.budget = std::make_unique<Budget>(s.settings.limits.memory);
  s.resolver = std::make_unique<Resolver>(s.settings.resolver_hosts);
  s.password_checks = std::make_unique<Offload>(2);
  for (int i = 0; i < s.settings.workers; ++i)
    workers_.push_back(std::make_unique<Worker>(i, s, snapshot_));
  return true;
}

bool Gateway::bind(std::string& error) {
  for (const auto& l : services_->settings.listen) {
    std::uint16_t port = l.port;
    if (!Listener::is_free(control_.get_executor(), l.ip, port, error)) return false;
    for (auto& w : workers_) {
      auto listener = Listener::bind(w->executor(), l.ip, port, error);
      if (!listener) return false;
      w->add_listener(std::move(listener));
    }
    bound_.push_back(endpoint_text(l.ip, port));
    own_.emplace_back(l.ip, port);
  }
  admin_ = AdminServer::bind(control_, *this, services_->settings.admin, error);
  if (!admin_) return false;
  if (admin_->port()) own_.emplace_back(services_->settings.admin.tcp->ip, admin_->port());
  return true;
}

bool Gateway::open_journal(std::string& error) {
  auto store = audit::open_directory(services_->settings.audit_directory.value, error);
  if (!store) return false;
  audit::JournalSettings settings;
  settings.sync = services_->settings.audit_sync;
  settings.finding_key = services_->keys.finding;
  settings.gateway = services_->name;
  services_->journal =
      audit::Journal::open(std::move(store), std::move(settings), now_microseconds(), error);
  if (!services_->journal) return false;
  if (!services_->journal->keep_policy(snapshot_->digest(), snapshot_->text())) {
    error = "the policy's text cannot be kept beside the audit log: " +
            services_->journal->last_error();
    return false;
  }
  record_admin("start", "", snapshot_->digest(), "operator");
  return true;
}

void Gateway::set_connection_room() {
  const std::size_t wanted = services_->settings.limits.connections;
  if (services_->room.set_up(wanted, open_descriptors())) return;
  Log::warn("descriptors", {{"limits.connections", std::to_string(wanted)},
                            {"suffice_for", std::to_string(services_->room.allowed())},
                            {"meaning", "raise LimitNOFILE (ulimit -n) or lower the limit"}});
}

void Gateway::make_guard() {
  services_->guard = std::make_unique<policy::AddressGuard>(services_->settings.allow_addresses,
                                                            own_, answers_here);
}

void Gateway::say_loud_settings() const {
  for (const auto& w : warnings_) Log::warn("configuration", {{"warning", w}});
  const auto& s = services_->settings;
  if (s.laboratory)
    Log::warn("laboratory_mode",
              {{"meaning", "settings for measuring are in force; not for production"}});
  for (const auto& [host, o] : s.resolver_hosts)
    Log::warn("resolver_override", {{"host", host}, {"ip", o.ip.to_string()}});
  for (const auto& n : s.allow_addresses)
    Log::warn("private_addresses_allowed", {{"network", n.to_string()}});
}

std::string Gateway::ready_line() const {
  std::string out;
  filters::JsonWriter w(out);
  w.begin_object().key("event").value("listening").key("proxy").begin_array();
  for (const auto& b : bound_) w.value(b);
  w.end_array()
      .key("admin")
      .value(admin_->bound())
      .key("policy")
      .value(snapshot_->digest())
      .end_object();
  return out + "\n";
}

int Gateway::run() {
  signals_ = std::make_unique<Signals>(control_);
  wait_for_signals();
  for (auto& w : workers_) w->start();
  admin_->start();
  const std::string line = ready_line();
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
  sd_notify(0, "READY=1");
  Log::info("listening",
            {{"policy", snapshot_->digest()}, {"workers", std::to_string(workers_.size())}});
  control_.run();
  for (auto& w : workers_) w->stop();
  for (auto& w : workers_) w->join();
  record_admin("stop", snapshot_->digest(), "", "signal");
  services_->journal.reset();
  return 0;
}

void Gateway::wait_for_signals() {
  signals_->set.async_wait([this](const boost::system::error_code& ec, int number) {
    if (ec) return;
    on_signal(number);
    if (!stopping_ || number == SIGHUP) wait_for_signals();
  });
}

void Gateway::on_signal(int number) {
  if (number == SIGHUP) {
    sd_notify(0, "RELOADING=1");
    reload("signal");
    sd_notify(0, "READY=1");
    return;
  }
  begin_drain();
}

// Idle connections end now, exchanges in progress are finished, what is left at the deadline is
// cut.
void Gateway::begin_drain() {
  if (stopping_) return;
  stopping_ = true;
  services_->draining = true;
  sd_notify(0, "STOPPING=1");
  Log::info("draining");
  record_admin("drain", snapshot()->digest(), "", "signal");
  auto one_done = [this] {
    net::post(control_.get_executor(), [this] {
      if (++drained_ == workers_.size()) control_.stop();
    });
  };
  for (auto& w : workers_) {
    Worker* worker = w.get();
    worker->post([worker, one_done] { worker->drain(one_done); });
  }
  signals_->deadline.expires_after(kDrainDeadline);
  signals_->deadline.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    Log::warn("drain_deadline");
    for (auto& w : workers_) {
      Worker* worker = w.get();
      worker->post([worker] { worker->abort_all(); });
    }
    signals_->deadline.expires_after(kAbortGrace);
    signals_->deadline.async_wait([this](const boost::system::error_code& again) {
      if (!again) control_.stop();
    });
  });
}

ReloadResult Gateway::reload(const std::string& by) {
  std::lock_guard lock(reload_mutex_);
  ReloadResult r = reload_locked(by);
  if (!r.ok) {
    std::string first = r.problems.empty() ? "" : config::to_string(r.problems.front());
    Log::error("reload_failed",
               {{"problems", std::to_string(r.problems.size())}, {"first", first}});
    record_admin("reload_failed", r.previous, first, by);
  }
  return r;
}

ReloadResult Gateway::reload_locked(const std::string& by) {
  ReloadResult r;
  r.previous = snapshot()->digest();
  std::optional<Configuration> c = load_configuration(path_, now_seconds(), r.problems);
  if (!c) return r;
  std::string error;
  std::shared_ptr<const Users> users;
  if (services_->settings.authentication == config::Authentication::kBasic) {
    users = Users::load(c->gateway.users_file.value, error);
    if (!users) r.problems.push_back(problem(c->gateway.users_file, path_, error));
  }
  if (r.problems.empty() &&
      !services_->journal->keep_policy(c->snapshot->digest(), c->snapshot->text()))
    r.problems.push_back(problem({}, path_,
                                 "the policy's text cannot be kept beside the audit log: " +
                                     services_->journal->last_error()));
  if (!r.problems.empty()) return r;
  use_authority(c->authority, by);
  if (users) services_->replace_users(std::move(users));
  warnings_ = c->warnings;
  for (const auto& w : warnings_) Log::warn("configuration", {{"warning", w}});
  r.digest = c->snapshot->digest();
  publish(c->snapshot);
  record_admin("reload", r.previous, r.digest, by);
  Log::info("reloaded", {{"old", r.previous}, {"new", r.digest}, {"by", by}});
  r.ok = true;
  return r;
}

void Gateway::use_authority(std::shared_ptr<const Authority> authority, const std::string& by) {
  const auto before = services_->leaves->authority();
  if (authority->same_as(*before)) return;
  services_->leaves->replace(authority, services_->settings.crl_url);
  record_admin("ca", before->fingerprint_sha256(), authority->fingerprint_sha256(), by);
  Log::info("ca_replaced", {{"subject", authority->subject()},
                            {"old", before->fingerprint_sha256()},
                            {"new", authority->fingerprint_sha256()}});
}

// Complete when every worker uses the new snapshot.
void Gateway::publish(std::shared_ptr<const policy::Snapshot> snapshot) {
  {
    std::lock_guard lock(snapshot_mutex_);
    snapshot_ = snapshot;
    loaded_at_ = now_seconds();
  }
  std::vector<std::future<void>> acknowledged;
  for (auto& w : workers_) {
    auto done = std::make_shared<std::promise<void>>();
    acknowledged.push_back(done->get_future());
    Worker* worker = w.get();
    worker->post([worker, snapshot, done] {
      worker->use(snapshot);
      done->set_value();
    });
  }
  for (auto& a : acknowledged)
    if (a.wait_for(kReloadAcknowledge) != std::future_status::ready)
      Log::warn("reload_slow_worker");
}

std::shared_ptr<const policy::Snapshot> Gateway::snapshot() const {
  std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

void Gateway::record_admin(std::string what, std::string old_value, std::string new_value,
                           std::string by) {
  audit::Admin a;
  a.time_us = now_microseconds();
  a.gateway = services_->name;
  a.what = std::move(what);
  a.old_value = std::move(old_value);
  a.new_value = std::move(new_value);
  a.by = std::move(by);
  services_->journal->record(a);
}

Readiness Gateway::readiness() const {
  Readiness r;
  r.policy = snapshot()->digest();
  if (services_->draining) r.reasons.push_back("draining");
  if (!services_->journal->healthy())
    r.reasons.push_back("the audit log cannot be written: " + services_->journal->last_error());
  const std::int64_t now = now_seconds();
  if (services_->leaves->authority()->not_after() <= now)
    r.reasons.push_back("the CA certificate has ended");
  r.warnings = snapshot()->geo().warnings(now);
  for (auto& w : snapshot()->warnings(now)) r.warnings.push_back(std::move(w));
  for (const auto& f : services_->leaves->authority()->examine(now, opened_hosts(*snapshot())))
    r.warnings.push_back(f.message_en);
  for (auto& w : services_->room.warnings()) r.warnings.push_back(std::move(w));
  const auto& s = services_->settings;
  if (s.laboratory) r.warnings.push_back("laboratory mode");
  if (!s.resolver_hosts.empty()) r.warnings.push_back("resolver.hosts overrides names");
  if (!s.allow_addresses.empty())
    r.warnings.push_back(
        "origin_tls.allow_addresses exempts networks from the private-address guard");
  r.ready = r.reasons.empty();
  return r;
}

std::string Gateway::metrics() const {
  std::vector<const Counters*> counters;
  for (const auto& w : workers_) counters.push_back(&w->counters());
  Gauges g;
  const std::int64_t now = now_seconds();
  g.ready = readiness().ready;
  g.memory_used = services_->budget->used();
  g.memory_waiting = services_->budget->waiting();
  g.memory_limit = services_->budget->limit();
  g.journal_records = services_->journal->records();
  g.journal_commits = services_->journal->commits();
  g.journal_healthy = services_->journal->healthy();
  g.leaves_minted = services_->leaves->minted();
  g.ca_days_left = static_cast<double>(services_->leaves->authority()->not_after() - now) / 86400;
  g.policy_loaded_at = static_cast<double>(loaded_at_);
  g.geo_warning = !snapshot()->geo().warnings(now).empty();
  return render_metrics(counters, g);
}

}  // namespace sekisho::gateway
