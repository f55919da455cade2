#pragma once

// The running gateway: services, workers, the control thread's loop (signals, reload, admin).

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "audit/record.h"
#include "config/mark.h"
#include "gateway/async.h"
#include "gateway/configuration.h"
#include "gateway/services.h"
#include "gateway/worker.h"

namespace sekisho::gateway {

class Witnesses;
struct Gauges;
struct WitnessAnswer;

class AdminServer;
class Entrance;
class FindingKeys;
class IndexFollower;
class Maintenance;
class PassedSockets;
class Sealing;
class Sinks;
class Watch;

struct ReloadResult {
  bool ok = false;
  std::string digest, previous;
  config::Problems problems;
  std::vector<std::string> restart;  // keys that have changed and take a restart
};

struct Readiness {
  bool ready = true;
  std::vector<std::string> reasons, warnings;
  std::string policy;
};

class Gateway {
 public:
  explicit Gateway(std::string configuration_path);
  ~Gateway();

  // Everything up to bound sockets and an open journal. False: `problems` (exit code 1) or `error`
  // (exit code 2) say why.
  bool start(config::Problems& problems, std::string& error);
  // The ready line; then serves until SIGTERM or SIGINT and drains. Returns the exit code.
  int run();

  // Any thread. Reads all files again; on failure everything stays as it was.
  ReloadResult reload(const std::string& by);
  Readiness readiness() const;
  std::string metrics() const;  // Prometheus text
  std::shared_ptr<const policy::Snapshot> snapshot() const;
  std::int64_t loaded_at() const { return loaded_at_; }

  // Control thread only, called by its watch.
  // Idle connections end, exchanges in progress are finished, what is left after limits.drain is
  // cut. A second call cuts at once.
  void end(const std::string& by);
  // Somebody read the log with a command of this program.
  void log_was_read(const std::string& by, const std::string& command, const std::string& result);
  void clock_was_set(std::int64_t expected_us, std::int64_t now_us);
  // What the policy warns of by now, into the log.
  void say_warnings() const;
  const std::vector<std::unique_ptr<Worker>>& workers() const { return workers_; }

 private:
  bool make_services(Configuration& c, config::Problems& problems, std::string& error);
  void make_entrances(const Configuration& c);
  bool bind(const PassedSockets& passed, std::string& error);
  bool bind_listener(std::size_t index, std::string& error);
  bool bind_admin(const PassedSockets& passed, std::string& error);
  void listens_at(const config::IpAddress& ip, std::uint16_t port);
  std::unique_ptr<audit::Store> open_store(bool wait, std::string& error);
  bool open_journal(bool wait, std::string& error);
  std::optional<audit::LogKeys> log_keys(bool log_begins, std::string& error) const;
  bool prepare_checkpoints(bool log_begins, audit::CheckpointSettings& out, std::string& error);
  void tell_journal(audit::Journal& journal, const WitnessAnswer& answer) const;
  void link_journal(audit::Journal* journal);
  void close_journal();
  void warn_of_proof(std::vector<std::string>& warnings) const;
  void measure_proof(Gauges& out) const;
  void make_guard();
  bool make_sinks(std::string& error);
  void set_connection_room();
  void say_loud_settings() const;
  std::string ready_line() const;
  void cut();
  audit::Admin admin_event(std::string what, std::string old_value, std::string new_value,
                           std::string by) const;
  void record_and_wait(const audit::Admin& event);
  ReloadResult reload_locked(const std::string& by);
  void use_authority(std::shared_ptr<const Authority> authority, const std::string& by);
  void publish(const Configuration& c);
  void tell_recipients(const Sealing* before, const Sealing* next, const std::string& by);
  std::shared_ptr<const Sealing> sealing() const;
  void use_entrances(const Configuration& c);
  void use_keeping(const config::GatewayFile& read, const std::string& by);
  void tell_restart(const std::vector<std::string>& keys, const std::string& by);
  std::vector<std::string> keys_for_restart() const;

  std::string path_;
  net::io_context control_{1};
  // Threads of the witnesses speak to the journal while there is one.
  struct JournalLink {
    std::mutex mutex;
    audit::Journal* journal = nullptr;
  };
  const std::shared_ptr<JournalLink> journal_link_ = std::make_shared<JournalLink>();
  std::unique_ptr<Witnesses> witnesses_;  // outlives the journal, which gives it checkpoints
  std::unique_ptr<Services> services_;    // destroyed after the workers
  std::vector<std::shared_ptr<Entrance>> entrances_;  // one for each of settings.listen
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<AdminServer> admin_;
  std::unique_ptr<Sinks> sinks_;
  std::vector<std::string> bound_;
  std::vector<std::pair<config::IpAddress, std::uint16_t>> own_;
  std::vector<std::string> warnings_;
  mutable std::mutex snapshot_mutex_;
  std::mutex reload_mutex_;
  std::shared_ptr<const policy::Snapshot> snapshot_;
  std::vector<std::string> restart_;           // under snapshot_mutex_; of the last reload
  std::string keeping_;                        // how the log is kept, in words
  std::shared_ptr<const Sealing> sealing_;     // null: none
  std::shared_ptr<FindingKeys> finding_keys_;  // the journal asks it, too
  std::int64_t loaded_at_ = 0;
  std::size_t drained_ = 0;
  bool stopping_ = false, cutting_ = false;
  std::unique_ptr<Maintenance> maintenance_;
  std::unique_ptr<Watch> watch_;
  std::unique_ptr<IndexFollower> index_;  // null: not kept, or not yet
};

}  // namespace sekisho::gateway
