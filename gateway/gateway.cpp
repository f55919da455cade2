#include "gateway/gateway.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <thread>

#include "audit/segment_reader.h"
#include "filters/bodies/json_scanner.h"
#include "gateway/admin_server.h"
#include "gateway/entrance.h"
#include "gateway/finding_category.h"
#include "gateway/finding_keys.h"
#include "gateway/free_memory.h"
#include "gateway/index_follower.h"
#include "gateway/listener.h"
#include "gateway/log.h"
#include "gateway/maintenance.h"
#include "gateway/metrics.h"
#include "gateway/notify.h"
#include "gateway/own_address.h"
#include "gateway/passed_sockets.h"
#include "gateway/running_place.h"
#include "gateway/sealing.h"
#include "gateway/sinks/sinks.h"
#include "gateway/sinks/witnesses.h"
#include "gateway/watch.h"
#include "policy/expiry.h"

namespace sekisho::gateway {
namespace {

// The gateway before us ends within limits.drain; this much more for the machine to be busy.
constexpr std::chrono::seconds kPredecessorMargin{15};
constexpr Millis kLookAgain{20};
constexpr Millis kLastWords{5'000};  // for the sinks to send the end of the log

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

config::Problem missing_authority(const config::GatewayFile& settings) {
  std::string error;
  Authority::load(settings.ca_certificate.value, settings.ca_key.value, error);
  return problem(settings.ca_certificate, settings.path, error);
}

bool is_meant(const config::ListenAddress& l, const PassedSocket& socket) {
  return l.ip == socket.ip && (l.port == socket.port || l.port == 0);
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

Gateway::Gateway(std::string configuration_path) : path_(std::move(configuration_path)) {}

Gateway::~Gateway() {
  maintenance_.reset();
  for (auto& w : workers_) w->stop();
  for (auto& w : workers_) w->join();
  admin_.reset();
  index_.reset();
  sinks_.reset();
  close_journal();  // what it still has to say may name workers
  if (services_) {  // what they have in hand goes back to workers
    services_->sealing.reset();
    services_->password_checks.reset();
  }
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
  make_entrances(*c);
  PassedSockets passed;
  if (!passed.take(error) || !bind(passed, error)) return false;
  if (!open_journal(passed.any(), error) || !bind_admin(passed, error)) return false;
  if (!make_sinks(error)) return false;
  make_guard();
  set_connection_room();
  say_loud_settings();
  return true;
}

bool Gateway::make_services(Configuration& c, config::Problems& problems, std::string& error) {
  services_ = std::make_unique<Services>();
  Services& s = *services_;
  s.settings = c.gateway;
  keeping_ = config::keeping_words(c.gateway);
  if (s.settings.workers == 0)
    s.settings.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  s.name = host_name();
  auto keys = load_or_make_keys(s.settings.keys_directory.value, error);
  if (!keys) return false;
  s.keys = std::move(*keys);
  finding_keys_ = FindingKeys::load_or_make(s.settings.keys_directory.value, error);
  if (!finding_keys_) return false;
  if (!c.authority) {
    problems.push_back(missing_authority(s.settings));
    return true;
  }
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
  s.client_tls = std::make_unique<ClientTls>();
  s.budget = std::make_unique<Budget>(s.settings.limits.memory);
  s.resolver = std::make_unique<Resolver>(s.settings.resolver_hosts);
  s.parent_proxy = c.parent_proxy;
  s.origin_health = std::make_unique<OriginHealth>(s.settings.origin_health);
  s.password_checks = std::make_unique<Offload>(2);
  s.sealing = std::make_unique<Offload>(2);
  sealing_ = c.sealing;
  for (int i = 0; i < s.settings.workers; ++i)
    workers_.push_back(std::make_unique<Worker>(i, s, snapshot_, c.users, c.sealing));
  return true;
}

void Gateway::make_entrances(const Configuration& c) {
  for (std::size_t i = 0; i < c.gateway.listen.size(); ++i)
    entrances_.push_back(
        std::make_shared<Entrance>(c.gateway.listen[i].proxy_protocol_from, c.listener_tls[i]));
}

// Passed sockets stand for the entries of `listen` that they match; what is left is bound here.
bool Gateway::bind(const PassedSockets& passed, std::string& error) {
  const auto& listen = services_->settings.listen;
  std::vector<bool> bound(listen.size(), false);
  for (const PassedSocket& socket : passed.proxy()) {
    std::size_t named = 0;
    while (named < listen.size() && (bound[named] || !is_meant(listen[named], socket))) ++named;
    if (named == listen.size())
      Log::warn("passed_socket_not_in_listen", {{"socket", endpoint_text(socket.ip, socket.port)}});
    else
      bound[named] = true;
    for (auto& w : workers_) {
      auto listener = Listener::adopt(w->executor(), socket.fd, socket.ip, error);
      if (!listener) return false;
      if (named < listen.size()) listener->use(entrances_[named]);
      w->add_listener(std::move(listener));
    }
    listens_at(socket.ip, socket.port);
  }
  for (std::size_t i = 0; i < listen.size(); ++i)
    if (!bound[i] && !bind_listener(i, error)) return false;
  return true;
}

bool Gateway::bind_listener(std::size_t index, std::string& error) {
  const config::ListenAddress& l = services_->settings.listen[index];
  std::uint16_t port = l.port;
  if (!Listener::is_free(control_.get_executor(), l.ip, port, error)) return false;
  for (auto& w : workers_) {
    auto listener = Listener::bind(w->executor(), l.ip, port, error);
    if (!listener) return false;
    listener->use(entrances_[index]);
    w->add_listener(std::move(listener));
  }
  listens_at(l.ip, port);
  return true;
}

void Gateway::listens_at(const config::IpAddress& ip, std::uint16_t port) {
  bound_.push_back(endpoint_text(ip, port));
  own_.emplace_back(ip, port);
}

bool Gateway::bind_admin(const PassedSockets& passed, std::string& error) {
  const PassedSocket* socket = passed.admin() ? &*passed.admin() : nullptr;
  admin_ = AdminServer::bind(control_, *this, services_->settings.admin, socket, error);
  if (!admin_) return false;
  if (admin_->port()) own_.emplace_back(admin_->ip(), admin_->port());
  return true;
}

// One log has one writer. With passed sockets the gateway before us may still be finishing what it
// has under way: new connections wait in the sockets' queues, and nobody is refused.
std::unique_ptr<audit::Store> Gateway::open_store(bool wait, std::string& error) {
  const auto most = services_->settings.limits.drain + kPredecessorMargin;
  const TimePoint until = Clock::now() + most;
  for (bool told = false;;) {
    bool held = false;
    auto store = audit::open_directory(services_->settings.audit_directory.value, error, &held);
    if (store || !held || !wait || Clock::now() >= until) return store;
    if (!std::exchange(told, true)) {
      Log::info("waiting_for_the_gateway_before",
                {{"directory", services_->settings.audit_directory.value}});
      notify::starting(std::chrono::duration_cast<Millis>(most));
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

bool Gateway::open_journal(bool wait, std::string& error) {
  auto store = open_store(wait, error);
  if (!store) return false;
  watch_ = std::make_unique<Watch>(control_, *this);  // a signal from here on ends with a record
  audit::JournalSettings settings;
  settings.sync = services_->settings.audit_sync;
  settings.finding_key_at = [keys = finding_keys_](std::int64_t t) { return keys->at(t); };
  settings.reserve_bytes = services_->settings.audit_keeping.reserve;
  settings.gateway = services_->name;
  const bool begins = audit::list_log(services_->settings.audit_directory.value).segments.empty();
  if (!prepare_checkpoints(begins, settings.checkpoints, error)) return false;
  services_->journal =
      audit::Journal::open(std::move(store), std::move(settings), now_microseconds(), error);
  if (!services_->journal) return false;
  link_journal(services_->journal.get());
  if (!services_->journal->keep_policy(snapshot_->digest(), snapshot_->text())) {
    error = "the policy's text cannot be kept beside the audit log: " +
            services_->journal->last_error();
    return false;
  }
  services_->journal->record(admin_event("start", "", snapshot_->digest(), "operator"));
  tell_recipients(nullptr, sealing_.get(), "operator");
  maintenance_ = std::make_unique<Maintenance>(
      *services_, [this](std::string_view type) { return category_of(*snapshot(), type); },
      [this] {
        std::string unread;
        const auto keys = this->log_keys(false, unread);
        return keys ? keys->signing : std::vector<audit::SigningKey>();
      },
      [keys = finding_keys_] {
        std::string why;
        if (!keys->read_again(why)) Log::warn("finding_key", {{"error", why}});
      });
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

void Gateway::say_warnings() const {
  for (const auto& w : snapshot()->warnings(now_seconds()))
    Log::warn("configuration", {{"warning", w}});
  if (const auto copies = sealing())
    for (const auto& w : copies->warnings(now_microseconds()))
      Log::warn("configuration", {{"warning", w}});
}

void Gateway::say_loud_settings() const {
  for (const auto& w : warnings_) Log::warn("configuration", {{"warning", w}});
  const auto& s = services_->settings;
  if (s.laboratory)
    Log::warn("laboratory_mode",
              {{"meaning", "settings for measuring are in force; not for production"}});
  for (const auto& [host, o] : s.resolver_hosts)
    Log::warn("resolver_override", {{"host", host}, {"ip", o.ip.to_string()}});
  if (s.origin_proxy)
    Log::info("origin_proxy_used",
              {{"host", s.origin_proxy->host},
               {"port", std::to_string(s.origin_proxy->port)},
               {"names_resolved", s.origin_proxy->resolve_here ? "here" : "by the proxy"}});
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
  watch_->start();
  maintenance_->start();
  for (auto& w : workers_) w->start();
  admin_->start();
  std::string unsaid;
  if (!tell_place(services_->settings.audit_directory.value, admin_->bound(), unsaid))
    Log::warn("admin_place", {{"error", unsaid}, {"meaning", "commands may not find the gateway"}});
  index_ = std::make_unique<IndexFollower>(
      services_->settings.audit_directory.value,
      [journal = services_->journal.get()] { return journal->head().size; });
  sinks_->start();
  release_free_memory();
  const std::string line = ready_line();
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fflush(stdout);
  notify::ready();
  Log::info("listening",
            {{"policy", snapshot_->digest()}, {"workers", std::to_string(workers_.size())}});
  control_.run();
  for (auto& w : workers_) w->stop();
  for (auto& w : workers_) w->join();
  forget_place(services_->settings.audit_directory.value);
  admin_->stop();  // its address is free for the gateway after us, which may wait for the log
  index_.reset();
  maintenance_.reset();
  services_->journal->record(admin_event("stop", snapshot_->digest(), "", "signal"));
  close_journal();
  sinks_->stop(Clock::now() + std::min<Millis>(services_->settings.limits.drain, kLastWords));
  return 0;
}

std::shared_ptr<const policy::Snapshot> Gateway::snapshot() const {
  std::lock_guard lock(snapshot_mutex_);
  return snapshot_;
}

std::shared_ptr<const Sealing> Gateway::sealing() const {
  std::lock_guard lock(snapshot_mutex_);
  return sealing_;
}

audit::Admin Gateway::admin_event(std::string what, std::string old_value, std::string new_value,
                                  std::string by) const {
  audit::Admin a;
  a.time_us = now_microseconds();
  a.gateway = services_->name;
  a.what = std::move(what);
  a.old_value = std::move(old_value);
  a.new_value = std::move(new_value);
  a.by = std::move(by);
  return a;
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
  if (const auto copies = sealing())
    for (auto& w : copies->warnings(now_microseconds())) r.warnings.push_back(std::move(w));
  for (const auto& key : keys_for_restart())
    r.warnings.push_back("`" + key + "` of gateway.yaml has changed: it takes a restart");
  warn_of_proof(r.warnings);
  for (auto& w : services_->origin_health->warnings(Clock::now()))
    r.warnings.push_back(std::move(w));
  if (index_)
    if (const auto state = index_->state(); !state.error.empty())
      r.warnings.push_back("the index of the audit log cannot be kept: " + state.error);
  for (auto& w : maintenance_->warnings()) r.warnings.push_back(std::move(w));
  for (auto& w : sinks_->warnings()) r.warnings.push_back(std::move(w));
  const auto& s = services_->settings;
  if (s.laboratory) r.warnings.push_back("laboratory mode");
  if (!s.resolver_hosts.empty()) r.warnings.push_back("resolver.hosts overrides names");
  if (!s.allow_addresses.empty())
    r.warnings.push_back(
        "origin_tls.allow_addresses exempts networks from the private-address guard");
  if (s.origin_proxy && !s.origin_proxy->resolve_here)
    r.warnings.push_back(
        "origin_proxy.resolve: parent leaves addresses and their countries unknown");
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
  measure_proof(g);
  if (index_) {
    const auto state = index_->state();
    const std::uint64_t head = services_->journal->head().size;
    g.index_behind = head > state.size ? head - state.size : 0;
    g.index_healthy = state.error.empty();
  }
  g.leaves_minted = services_->leaves->minted();
  g.ca_days_left = static_cast<double>(services_->leaves->authority()->not_after() - now) / 86400;
  g.policy_loaded_at = static_cast<double>(loaded_at_);
  for (const policy::ExpiryCount& c : policy::count_expiries(*snapshot(), now))
    g.endings.push_back({policy::to_word(c.kind), static_cast<double>(c.next), c.soon, c.over});
  g.geo_warning = !snapshot()->geo().warnings(now).empty();
  g.origins = services_->origin_health->counts(Clock::now());
  g.sinks = sinks_->states();
  return render_metrics(counters, g);
}

}  // namespace sekisho::gateway
