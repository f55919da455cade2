#pragma once

// The thread that looks after closed segments of the audit log, at the lowest priority, and writes
// down what commands beside the gateway did.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "audit/keeping/maintain.h"
#include "config/audit_keeping.h"
#include "config/audit_sealed.h"

namespace sekisho::audit {
class Journal;
struct LeftEvent;
struct OutsideEvent;
}  // namespace sekisho::audit

namespace sekisho::gateway {

struct Services;

// Without what retention needs of the log: its key, and who writes the records.
audit::MaintainSettings maintain_settings(const config::AuditKeeping& keeping);

// Removes the sealed copies whose time is over and adds to the warnings. `record`: false = not on
// disk, then nothing goes. How many went.
std::uint64_t remove_old_copies(const config::AuditSealed& sealed, const std::string& log,
                                bool trust_clock,
                                const std::function<bool(const audit::OutsideEvent&)>& record,
                                audit::MaintainReport& report);

class Maintenance {
 public:
  using Keys = std::function<std::vector<audit::SigningKey>()>;  // of the log, in force now
  // `values_forgotten`: keys of found values were erased on the disk.
  Maintenance(Services& services, audit::CategoryOf category_of, Keys keys,
              std::function<void()> values_forgotten);
  ~Maintenance();  // waits for the segment in hand
  void start();
  // What a reload has read; any thread.
  void use(const config::AuditKeeping& keeping, const config::AuditSealed& sealed);
  std::vector<std::string> warnings() const;  // any thread

 private:
  void loop();
  void look_after_segments();
  audit::MaintainSettings work_for(const config::AuditKeeping& keeping, bool trust_clock);
  void taken(const audit::LeftEvent& left);
  void take_events();
  // False: not on disk yet.
  bool record(const audit::OutsideEvent& event);

  Services& services_;
  const std::string directory_;
  const audit::CategoryOf category_of_;
  const Keys keys_;
  const std::function<void()> values_forgotten_;
  config::AuditKeeping keeping_;  // under mutex_, both
  config::AuditSealed sealed_;
  bool due_now_ = false, trust_clock_ = false;  // somebody asked for it by hand
  std::set<std::string> handed_over_;           // files of events whose record waits for the disk
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::string> warnings_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace sekisho::gateway
