#include "gateway/maintenance.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <memory>

#include "audit/json_text.h"
#include "audit/keeping/durable_file.h"
#include "audit/keeping/holds.h"
#include "audit/keeping/outside_events.h"
#include "audit/sealed/sealed_files.h"
#include "gateway/log.h"
#include "gateway/services.h"

namespace sekisho::gateway {
namespace {

// A start is busy enough; then now and again.
constexpr std::chrono::seconds kFirst{60};
constexpr std::chrono::minutes kEvery{15};
constexpr std::chrono::seconds kEvents{1};
constexpr std::chrono::seconds kRecordAcknowledge{5};

// This thread alone: the last to get a core, and the disk when nobody else wants it.
void stand_back() {
  constexpr int kOfProcess = 1, kIdleClass = 3 << 13;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
  ::syscall(SYS_ioprio_set, kOfProcess, 0, kIdleClass);
}

std::int64_t microseconds(std::chrono::milliseconds span) {
  return std::chrono::microseconds(span).count();
}

}  // namespace

audit::MaintainSettings maintain_settings(const config::AuditKeeping& keeping) {
  audit::MaintainSettings settings;
  if (keeping.compress_after) settings.compress_after_us = microseconds(*keeping.compress_after);
  settings.disk_budget = keeping.disk_budget;
  settings.disk_warn = keeping.disk_warn;
  if (const auto retention = audit::retention_of(keeping))
    settings.retention.emplace().retention = *retention;
  return settings;
}

std::uint64_t remove_old_copies(const config::AuditSealed& sealed, const std::string& log,
                                bool trust_clock,
                                const std::function<bool(const audit::OutsideEvent&)>& record,
                                audit::MaintainReport& report) {
  std::string error;
  const auto holds = audit::Holds::read(log, error);
  if (!holds) {
    report.warnings.push_back("no sealed copy is removed: " + error);
    return 0;
  }
  audit::SealedRemovalWork work;
  work.now_us = now_microseconds();
  work.before_us = work.now_us - microseconds(sealed.retention);
  work.trust_clock = trust_clock;
  const std::string before = audit::utc_text(work.before_us);
  work.record = [&](std::string_view period, std::uint64_t copies) {
    return record({"sealed_removed", std::string(period),
                   std::to_string(copies) + " copies, written before " + before,
                   "audit.sealed.retention"});
  };
  const audit::SealedRemoval done = audit::remove_sealed(sealed.directory, *holds, work);
  if (!done.warning.empty()) report.warnings.push_back(done.warning);
  if (!done.error.empty()) report.warnings.push_back("sealed copies: " + done.error);
  if (done.held)
    report.warnings.push_back(std::to_string(done.held) +
                              " sealed copies are past their time and kept by a legal hold");
  return done.removed;
}

Maintenance::Maintenance(Services& services, audit::CategoryOf category_of, Keys keys,
                         std::function<void()> values_forgotten)
    : services_(services),
      directory_(services.settings.audit_directory.value),
      category_of_(std::move(category_of)),
      keys_(std::move(keys)),
      values_forgotten_(std::move(values_forgotten)),
      keeping_(services.settings.audit_keeping),
      sealed_(services.settings.audit_sealed) {}

Maintenance::~Maintenance() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Maintenance::start() {
  thread_ = std::thread([this] { loop(); });
}

void Maintenance::use(const config::AuditKeeping& keeping, const config::AuditSealed& sealed) {
  const std::lock_guard lock(mutex_);
  keeping_ = keeping;
  sealed_ = sealed;
}

std::vector<std::string> Maintenance::warnings() const {
  const std::lock_guard lock(mutex_);
  return warnings_;
}

void Maintenance::loop() {
  stand_back();
  auto next = std::chrono::steady_clock::now() + std::chrono::seconds(kFirst);
  for (;;) {
    take_events();
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, kEvents, [this] { return stop_.load(); })) break;
    }
    if (std::chrono::steady_clock::now() < next && !due_now_) continue;
    look_after_segments();
    next = std::chrono::steady_clock::now() + kEvery;
  }
  take_events();
}

bool Maintenance::record(const audit::OutsideEvent& event) {
  audit::Admin admin;
  admin.time_us = now_microseconds();
  admin.gateway = services_.name;
  admin.what = event.what;
  admin.old_value = event.old_value;
  admin.new_value = event.new_value;
  admin.by = event.by;
  auto done = std::make_shared<std::promise<bool>>();
  services_.journal->record(admin, [done](std::uint64_t seq) { done->set_value(seq != 0); });
  std::future<bool> recorded = done->get_future();
  return recorded.wait_for(kRecordAcknowledge) == std::future_status::ready && recorded.get();
}

// The file goes when its record is on disk; one that was handed over while the disk failed stays
// until the journal, which keeps it, writes again.
void Maintenance::take_events() {
  for (const audit::LeftEvent& left : audit::left_events(directory_)) {
    const bool waits = handed_over_.count(left.path) > 0;
    if (!(waits ? services_.journal->healthy() : record(left.event))) {
      handed_over_.insert(left.path);
      continue;
    }
    taken(left);
  }
}

void Maintenance::taken(const audit::LeftEvent& left) {
  std::string error;
  if (left.event.what == "forget_values") values_forgotten_();
  if (audit::remove_durably(left.path, error))
    handed_over_.erase(left.path);
  else
    handed_over_.insert(left.path);
  if (left.event.what != "maintain") return;
  due_now_ = true;
  trust_clock_ = left.event.new_value == "trust-clock";
}

audit::MaintainSettings Maintenance::work_for(const config::AuditKeeping& keeping,
                                              bool trust_clock) {
  audit::MaintainSettings settings = maintain_settings(keeping);
  if (!settings.retention) return settings;
  settings.retention->category_of = category_of_;
  settings.retention->keys = keys_();
  settings.retention->trust_clock = trust_clock;
  settings.retention->record = [this](std::string_view segment, std::uint64_t first,
                                      std::uint64_t last) {
    return record(audit::pruned_event(segment, first, last, "audit.retention"));
  };
  return settings;
}

void Maintenance::look_after_segments() {
  std::unique_lock in_force(mutex_);
  const config::AuditKeeping keeping = keeping_;
  const config::AuditSealed sealed = sealed_;
  in_force.unlock();
  const bool trust_clock = trust_clock_;
  due_now_ = trust_clock_ = false;
  audit::MaintainReport report =
      audit::maintain(directory_, work_for(keeping, trust_clock), now_microseconds(), stop_);
  const std::uint64_t copies = remove_old_copies(
      sealed, directory_, trust_clock,
      [this](const audit::OutsideEvent& event) { return record(event); }, report);
  if (copies) Log::info("sealed_removed", {{"copies", std::to_string(copies)}});
  if (report.compressed || report.removed)
    Log::info("audit_maintained", {{"compressed", std::to_string(report.compressed)},
                                   {"bytes_before", std::to_string(report.bytes_before)},
                                   {"bytes_after", std::to_string(report.bytes_after)},
                                   {"removed", std::to_string(report.removed)}});
  if (!report.error.empty())
    report.warnings.push_back("closed segments of the audit log: " + report.error);
  for (const std::string& w : report.warnings) Log::warn("audit_keeping", {{"warning", w}});
  const std::lock_guard lock(mutex_);
  warnings_ = std::move(report.warnings);
}

}  // namespace sekisho::gateway
