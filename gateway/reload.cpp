// The control thread's changes while everything runs: another configuration, the end, a clock that
// was set.

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>

#include "audit/json_text.h"
#include "gateway/entrance.h"
#include "gateway/finding_keys.h"
#include "gateway/free_memory.h"
#include "gateway/gateway.h"
#include "gateway/log.h"
#include "gateway/maintenance.h"
#include "gateway/notify.h"
#include "gateway/sealing.h"
#include "gateway/watch.h"

namespace sekisho::gateway {
namespace {

constexpr std::chrono::seconds kAbortGrace{2};
constexpr std::chrono::seconds kReloadAcknowledge{10};
constexpr std::chrono::seconds kRecordAcknowledge{2};

config::Problem no_authority(const config::GatewayFile& settings) {
  std::string error;
  Authority::load(settings.ca_certificate.value, settings.ca_key.value, error);
  return {settings.path, settings.ca_certificate.at, error, ""};
}

}  // namespace

ReloadResult Gateway::reload(const std::string& by) {
  std::lock_guard lock(reload_mutex_);
  if (!stopping_) notify::reloading();
  ReloadResult r = reload_locked(by);
  release_free_memory();
  if (!stopping_) notify::ready();
  if (!r.ok) {
    std::string first = r.problems.empty() ? "" : config::to_string(r.problems.front());
    Log::error("reload_failed",
               {{"problems", std::to_string(r.problems.size())}, {"first", first}});
    record_and_wait(admin_event("reload_failed", r.previous, first, by));
  }
  return r;
}

ReloadResult Gateway::reload_locked(const std::string& by) {
  ReloadResult r;
  const std::shared_ptr<const policy::Snapshot> running = snapshot();
  r.previous = running->digest();
  std::optional<Configuration> c = load_configuration(path_, now_seconds(), r.problems, running);
  if (!c) return r;
  if (!c->authority) r.problems.push_back(no_authority(c->gateway));
  const bool basic = services_->settings.authentication == config::Authentication::kBasic;
  if (basic && !c->users)
    r.problems.push_back({path_, c->gateway.users_file.at,
                          "`clients.authentication` was basic when the gateway was started",
                          "restart it to run without users"});
  if (r.problems.empty() &&
      !services_->journal->keep_policy(c->snapshot->digest(), c->snapshot->text()))
    r.problems.push_back({path_,
                          {},
                          "the policy's text cannot be kept beside the audit log: " +
                              services_->journal->last_error(),
                          ""});
  if (!r.problems.empty()) return r;
  use_authority(c->authority, by);
  warnings_ = c->warnings;
  for (const auto& w : warnings_) Log::warn("configuration", {{"warning", w}});
  r.digest = c->snapshot->digest();
  std::string key_error;
  if (auto keys = log_keys(false, key_error))
    services_->journal->set_keys(std::move(*keys));
  else
    Log::warn("log_key", {{"error", key_error}});
  use_entrances(*c);
  tell_recipients(sealing().get(), c->sealing.get(), by);
  std::string no_key;
  if (!finding_keys_->read_again(no_key)) Log::warn("finding_key", {{"error", no_key}});
  publish(*c);
  use_keeping(c->gateway, by);
  record_and_wait(admin_event("reload", r.previous, r.digest, by));
  Log::info("reloaded", {{"old", r.previous}, {"new", r.digest}, {"by", by}});
  r.restart = config::keys_for_restart(services_->settings, c->gateway);
  tell_restart(r.restart, by);
  r.ok = true;
  return r;
}

// Whoever asked for the change finds its record as soon as he is answered. A disk that fails does
// not hold the change up: the record is kept until it can be written.
void Gateway::record_and_wait(const audit::Admin& event) {
  auto done = std::make_shared<std::promise<bool>>();
  services_->journal->record(event, [done](std::uint64_t seq) { done->set_value(seq != 0); });
  std::future<bool> recorded = done->get_future();
  if (recorded.wait_for(kRecordAcknowledge) != std::future_status::ready || !recorded.get())
    Log::warn("record_waits", {{"what", event.what}});
}

void Gateway::log_was_read(const std::string& by, const std::string& command,
                           const std::string& result) {
  record_and_wait(admin_event("access", command, result, by));
}

void Gateway::use_authority(std::shared_ptr<const Authority> authority, const std::string& by) {
  const auto before = services_->leaves->authority();
  if (authority->same_as(*before)) return;
  services_->leaves->replace(authority, services_->settings.crl_url);
  record_and_wait(
      admin_event("ca", before->fingerprint_sha256(), authority->fingerprint_sha256(), by));
  Log::info("ca_replaced", {{"subject", authority->subject()},
                            {"old", before->fingerprint_sha256()},
                            {"new", authority->fingerprint_sha256()}});
}

// Whoever may open the copies is somebody else from now on.
void Gateway::tell_recipients(const Sealing* before, const Sealing* next, const std::string& by) {
  const std::int64_t now = now_microseconds();
  const std::string old_ones = before ? before->fingerprints(now) : "";
  const std::string new_ones = next ? next->fingerprints(now) : "";
  if (old_ones != new_ones)
    record_and_wait(admin_event("sealed_recipients", old_ones, new_ones, by));
}

// Listeners that come or go need a restart; what the others were given is read again.
void Gateway::use_entrances(const Configuration& c) {
  const auto& running = services_->settings.listen;
  const auto& read = c.gateway.listen;
  for (std::size_t i = 0; i < running.size(); ++i) {
    const auto is_same = [&](const config::ListenAddress& l) {
      return l.ip == running[i].ip && l.port == running[i].port && l.tls;
    };
    if (!running[i].tls) continue;
    std::size_t at = i;
    if (at >= read.size() || !is_same(read[at]))
      at = static_cast<std::size_t>(std::find_if(read.begin(), read.end(), is_same) - read.begin());
    if (at < read.size()) entrances_[i]->use(c.listener_tls[at]);
  }
}

// How long records stay is as much a rule as the policy is: who changed it is to be seen.
void Gateway::use_keeping(const config::GatewayFile& read, const std::string& by) {
  maintenance_->use(read.audit_keeping, read.audit_sealed);
  const std::string next = config::keeping_words(read);
  if (next == keeping_) return;
  record_and_wait(admin_event("keeping", keeping_, next, by));
  Log::info("keeping_changed", {{"old", keeping_}, {"new", next}});
  keeping_ = next;
}

// Whoever changed such a key must not believe that it is in force. Recorded when it is news.
void Gateway::tell_restart(const std::vector<std::string>& keys, const std::string& by) {
  const bool news = keys != keys_for_restart();
  {
    const std::lock_guard lock(snapshot_mutex_);
    restart_ = keys;
  }
  if (keys.empty()) return;
  std::string list;
  for (const std::string& key : keys) list += (list.empty() ? "" : ", ") + key;
  Log::warn("restart_needed", {{"keys", list},
                               {"ja", "gateway.yaml のこれらの変更は再起動で有効になります"},
                               {"en", "these changes of gateway.yaml take a restart"}});
  if (news) record_and_wait(admin_event("restart_needed", "", list, by));
}

std::vector<std::string> Gateway::keys_for_restart() const {
  const std::lock_guard lock(snapshot_mutex_);
  return restart_;
}

// Complete when every worker uses it: policy and users change for a worker in one step.
void Gateway::publish(const Configuration& c) {
  {
    std::lock_guard lock(snapshot_mutex_);
    snapshot_ = c.snapshot;
    sealing_ = c.sealing;
    loaded_at_ = now_seconds();
  }
  std::vector<std::future<void>> acknowledged;
  for (auto& w : workers_) {
    auto done = std::make_shared<std::promise<void>>();
    acknowledged.push_back(done->get_future());
    Worker* worker = w.get();
    worker->post([worker, snapshot = c.snapshot, users = c.users, sealing = c.sealing, done] {
      worker->use(snapshot, users, sealing);
      done->set_value();
    });
  }
  for (auto& a : acknowledged)
    if (a.wait_for(kReloadAcknowledge) != std::future_status::ready)
      Log::warn("reload_slow_worker");
}

void Gateway::end(const std::string& by) {
  if (stopping_) {
    Log::warn("second_signal", {{"meaning", "what is under way is cut"}});
    return cut();
  }
  stopping_ = true;
  services_->draining = true;
  const Millis drain = services_->settings.limits.drain;
  notify::stopping(drain + kAbortGrace * 2);
  Log::info("draining");
  services_->journal->record(admin_event("drain", snapshot()->digest(), "", by));
  auto one_done = [this] {
    net::post(control_.get_executor(), [this] {
      if (++drained_ == workers_.size()) control_.stop();
    });
  };
  for (auto& w : workers_) {
    Worker* worker = w.get();
    worker->post([worker, one_done] { worker->drain(one_done); });
  }
  watch_->after(drain, [this] {
    Log::warn("drain_deadline");
    cut();
  });
}

// Each exchange that is cut still gets its outcome; who does not end by himself then is left.
void Gateway::cut() {
  if (cutting_) return control_.stop();
  cutting_ = true;
  for (auto& w : workers_) {
    Worker* worker = w.get();
    worker->post([worker] { worker->abort_all(); });
  }
  watch_->after(kAbortGrace, [this] { control_.stop(); });
}

void Gateway::clock_was_set(std::int64_t expected_us, std::int64_t now_us) {
  const std::string before = audit::utc_text(expected_us), now = audit::utc_text(now_us);
  Log::warn("clock_step", {{"expected", before}, {"now", now}});
  services_->journal->record(admin_event("clock_step", before, now, "system"));
}

}  // namespace sekisho::gateway
