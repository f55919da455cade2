#include "audit/keeping/maintain.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "audit/keeping/compress_segment.h"
#include "audit/keeping/compressed_source.h"
#include "audit/keeping/durable_file.h"
#include "audit/segment_reader.h"

namespace sekisho::audit {
namespace {

namespace fs = std::filesystem;

// Held while the work is done; goes with the process.
class WorkLock {
 public:
  explicit WorkLock(const std::string& directory, std::string& error) {
    const std::string path = directory + "/keeping/lock";
    if (!make_folder(directory + "/keeping", error)) return;
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    // Made by root, it must not lock the gateway's own user out.
    struct stat folder {};
    const bool known = fd_ >= 0 && ::stat(directory.c_str(), &folder) == 0;
    const bool given =
        known && (::geteuid() != 0 || ::fchown(fd_, folder.st_uid, folder.st_gid) == 0);
    if (given && ::flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
    error = errno == EWOULDBLOCK
                ? directory + ": another process is doing this work now; try again later"
                : path + ": " + std::strerror(errno);
    close();
  }
  ~WorkLock() { close(); }
  WorkLock(const WorkLock&) = delete;
  WorkLock& operator=(const WorkLock&) = delete;
  explicit operator bool() const { return fd_ >= 0; }

 private:
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int fd_ = -1;
};

std::int64_t written_at_us(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0) return INT64_MAX;
  return status.st_mtim.tv_sec * 1'000'000ll + status.st_mtim.tv_nsec / 1000;
}

std::uint64_t bytes_under(const std::string& directory) {
  std::uint64_t bytes = 0;
  std::error_code code;
  for (fs::recursive_directory_iterator i(directory, code), end; !code && i != end;
       i.increment(code)) {
    std::error_code ignored;
    const auto size = i->is_regular_file(ignored) ? i->file_size(ignored) : 0;
    if (!ignored) bytes += size;
  }
  return bytes;
}

class Work {
 public:
  Work(const std::string& directory, const MaintainSettings& settings, std::int64_t now_us,
       const std::atomic<bool>& stop)
      : directory_(directory), settings_(settings), now_us_(now_us), stop_(stop) {}

  MaintainReport run() {
    if (settings_.retention) remove_due();
    const LogDirectory log = list_log(directory_);
    if (report_.error.empty()) report_.error = log.error;
    if (report_.error.empty()) compress_due(log);
    weigh();
    return report_;
  }

 private:
  void remove_due() {
    RetentionResult result = apply_retention(directory_, *settings_.retention, now_us_, stop_);
    report_.removed = result.removed;
    report_.held = result.held;
    report_.warnings = std::move(result.warnings);
    report_.error = std::move(result.error);
  }

  // A log that grows towards its budget is compressed at once, whatever its age.
  bool is_due(const SegmentFile& segment, bool crowded) const {
    if (!settings_.compress_after_us) return false;
    return crowded || written_at_us(segment.path) <= now_us_ - *settings_.compress_after_us;
  }

  // The newest one may be written to, and a start reads it.
  void compress_due(const LogDirectory& log) {
    const bool crowded = near_budget(bytes_under(directory_));
    for (std::size_t i = 0; i + 1 < log.segments.size() && !stop_; ++i) {
      const SegmentFile& segment = log.segments[i];
      if (segment.path.ends_with(kCompressedEnding) || !is_due(segment, crowded)) continue;
      Compressed result;
      if (!compress_segment(directory_, segment.name, result, report_.error)) return;
      ++report_.compressed;
      report_.bytes_before += result.before;
      report_.bytes_after += result.after;
    }
  }

  bool near_budget(std::uint64_t used) const {
    return settings_.disk_budget &&
           static_cast<double>(used) >=
               settings_.disk_warn * static_cast<double>(*settings_.disk_budget);
  }

  void weigh() {
    report_.disk_used = bytes_under(directory_);
    if (!near_budget(report_.disk_used)) return;
    const bool over = report_.disk_used > *settings_.disk_budget;
    report_.warnings.push_back("the audit log takes " + std::to_string(report_.disk_used) +
                               " bytes, " + (over ? "more than" : "close to") + " its budget of " +
                               std::to_string(*settings_.disk_budget) +
                               " (audit.disk): nothing is deleted before its time" +
                               (report_.held
                                    ? ", and " + std::to_string(report_.held) +
                                          " segments that are past it are kept by a legal hold"
                                    : std::string()) +
                               "; give it more room or shorten audit.retention");
  }

  const std::string& directory_;
  const MaintainSettings& settings_;
  const std::int64_t now_us_;
  const std::atomic<bool>& stop_;
  MaintainReport report_;
};

}  // namespace

MaintainReport maintain(const std::string& directory, const MaintainSettings& settings,
                        std::int64_t now_us, const std::atomic<bool>& stop) {
  MaintainReport report;
  const WorkLock lock(directory, report.error);
  if (!lock) return report;
  return Work(directory, settings, now_us, stop).run();
}

}  // namespace sekisho::audit
