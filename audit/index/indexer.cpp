#include "audit/index/indexer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "audit/index/index_writer.h"
#include "audit/index/schema.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kBatch = 20'000;
constexpr int kApplication = 0x53656b69;  // "Seki"

constexpr std::int64_t kSmall = 64ll << 20;  // bytes that are looked through in a blink

std::int64_t size_of(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::int64_t>(status.st_size) : 0;
}

// What an administrator makes belongs to the log's owner: the gateway must be able to go on.
void give_to_owner(const std::string& path, const std::string& log) {
  struct stat status {};
  if (::geteuid() == 0 && ::stat(log.c_str(), &status) == 0 &&
      ::lchown(path.c_str(), status.st_uid, status.st_gid) < 0)
    return;  // then the gateway says that it cannot write
}

std::string folder_of(const std::string& log) {
  return log + "/index";
}

// Only one process writes: a second one answers from what is there.
class Lock {
 public:
  explicit Lock(const IndexSettings& settings) {
    const std::string& log = settings.log;
    const std::string folder = folder_of(log);
    if (::mkdir(folder.c_str(), 0700) < 0 && errno != EEXIST) {
      error_ = folder + ": " + std::strerror(errno);
      return;
    }
    const std::string path = folder + "/lock";
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    give_to_owner(folder, log);
    give_to_owner(path, log);
    if (fd_ < 0) {
      error_ = path + ": " + std::strerror(errno);
      return;
    }
    bool held = false;
    do {
      held = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
      busy_ = !held && errno == EWOULDBLOCK;
    } while (busy_ && settings.wait && settings.wait());
    if (!held)
      error_ = busy_ ? "another process is writing the index" : path + ": " + std::strerror(errno);
  }
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
  Lock(const Lock&) = delete;
  // False: `report` says why.
  bool taken(IndexReport& report) const {
    report.error = error_;
    report.busy = busy_;
    return error_.empty();
  }

 private:
  int fd_ = -1;
  bool busy_ = false;
  std::string error_;
};

std::string number_of(Database& from, const std::string& pragma) {
  const SqlRows rows = from.ask({"PRAGMA " + pragma, {}});
  const auto* value = rows.rows.empty() ? nullptr : std::get_if<std::int64_t>(&rows.rows[0][0]);
  return value ? std::to_string(*value) : std::string();
}

std::string word_of(Database& from, const std::string& pragma) {
  const SqlRows rows = from.ask({"PRAGMA " + pragma, {}});
  const auto* value = rows.rows.empty() ? nullptr : std::get_if<std::string>(&rows.rows[0][0]);
  return value ? *value : rows.error;
}

void remove_files(const std::string& path) {
  for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((path + end).c_str());
}

bool sync_path(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool good = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  return good;
}

}  // namespace

std::string index_path(const std::string& log) {
  return folder_of(log) + "/index.sqlite";
}

struct Indexer::Impl {
  IndexSettings settings;
  std::unique_ptr<Database> database;
  std::unique_ptr<IndexWriter> writer;
  std::unique_ptr<LogFollower> follower;
  IndexedRecordReader reader;
  bool categories_known = false;

  explicit Impl(IndexSettings s) : settings(std::move(s)), reader(settings.categories) {}

  void forget() {
    writer.reset();
    follower.reset();
    database.reset();
  }
  std::string unfit();
  bool open(IndexReport& report);
  bool make_tables(Database& in, std::string& error) const;
  void rebuild_into(const std::string& path, IndexReport& report,
                    std::optional<std::uint64_t> end = std::nullopt);
  void rebuild(const std::string& why, IndexReport& report);
  bool read(std::optional<std::uint64_t> end, bool bulk, IndexReport& report, bool& replaced);
  bool flush(bool bulk, IndexReport& report);
  void learn_categories(std::string_view line) {
    if (categories_known || !settings.find_categories) return;
    if (line.find(R"("findings":[{)") == line.npos) return;
    settings.categories = settings.find_categories();
    categories_known = true;
  }
  bool stopped() const { return settings.stop && settings.stop->load(); }
};

Indexer::Indexer(IndexSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
Indexer::~Indexer() = default;

// Why the open file is no index of this log, "" = it is one.
std::string Indexer::Impl::unfit() {
  if (number_of(*database, "application_id") != std::to_string(kApplication) ||
      number_of(*database, "user_version") != std::to_string(kIndexVersion))
    return "it is of another version";
  if (settings.thorough || size_of(index_path(settings.log)) < kSmall)
    if (const std::string sound = word_of(*database, "quick_check(1)"); sound != "ok")
      return "it is damaged: " + sound;
  if (database->meta("zone") != settings.zone) return "its days are of another time zone";
  follower = std::make_unique<LogFollower>(settings.log, read_place(*database));
  if (!follower->error().empty()) return {};  // the log cannot be read: no reason to rebuild
  if (!follower->fits()) return "the log is not the one that was indexed";
  return {};
}

bool Indexer::Impl::make_tables(Database& in, std::string& error) const {
  bool good = in.run("PRAGMA application_id=" + std::to_string(kApplication)) &&
              in.run("PRAGMA user_version=" + std::to_string(kIndexVersion));
  for (const auto& table : index_tables()) good = good && in.run(table);
  good = good && in.set_meta("zone", settings.zone) && in.set_meta("next_seq", "0");
  if (!good) error = in.error();
  return good;
}

bool Indexer::Impl::open(IndexReport& report) {
  if (database) return true;
  const std::string path = index_path(settings.log);
  if (::access(path.c_str(), F_OK) != 0) {
    rebuild("", report);
    return report.error.empty();
  }
  std::string error;
  database = Database::open(path, OpenAs::kWriter, error);
  const std::string why = database ? unfit() : "it cannot be opened: " + error;
  if (!why.empty()) {
    // What may not be written may not be replaced either; the reader says what is wrong.
    if (::access(path.c_str(), W_OK) != 0) {
      forget();
      report.error = path + ": " + why;
      return false;
    }
    rebuild(why, report);
    return report.error.empty();
  }
  if (!follower->error().empty()) {
    report.error = follower->error();
    forget();
    return false;
  }
  const auto zone = policy::TimeZone::find(settings.zone);
  writer = std::make_unique<IndexWriter>(*database, zone.value_or(policy::TimeZone()));
  writer->recall_incidents();
  return true;
}

bool Indexer::Impl::flush(bool bulk, IndexReport& report) {
  if (!database->run("BEGIN IMMEDIATE")) {
    report.error = database->error();
    return false;
  }
  const bool good = writer->write(follower->place()) && database->run("COMMIT");
  if (!good) {
    report.error = database->error();
    database->run("ROLLBACK");
  }
  report.size = follower->place().next_seq;
  if (bulk && settings.progress) settings.progress(report.size);
  return good;
}

bool Indexer::Impl::read(std::optional<std::uint64_t> end, bool bulk, IndexReport& report,
                         bool& replaced) {
  std::string_view line;
  IndexedRecord record;
  for (;;) {
    // What was read and not written yet is read again: a batch may take a busy machine half a
    // minute.
    if (stopped()) {
      report.error = "stopped";
      return false;
    }
    if (end && follower->place().next_seq >= *end) break;
    const LogFollower::Step step = follower->next(line);
    if (step == LogFollower::Step::kFailed) {
      report.error = follower->error();
      break;
    }
    replaced = step == LogFollower::Step::kReplaced;
    if (step != LogFollower::Step::kRecord) break;
    const std::uint64_t seq = follower->place().next_seq;
    if (const std::string what = follower->misfit(); !what.empty())
      writer->add_fault(seq ? seq - 1 : 0, what);
    learn_categories(line);
    if (reader.read(line, record)) {
      if (record.control.what == "reload") categories_known = false;
      writer->add(std::move(record));
    }
    ++report.added;
    if (writer->waiting() < kBatch) continue;
    if (!flush(bulk, report)) return false;
  }
  return writer->waiting() == 0 || flush(bulk, report);
}

void Indexer::Impl::rebuild_into(const std::string& path, IndexReport& report,
                                 std::optional<std::uint64_t> end) {
  remove_files(path);
  const mode_t before = ::umask(0077);
  database = Database::open(path, OpenAs::kBulk, report.error);
  if (database && !make_tables(*database, report.error)) database.reset();
  ::umask(before);
  if (!database) return;
  const auto zone = policy::TimeZone::find(settings.zone);
  if (!zone) {
    report.error = "the time zone '" + settings.zone + "' is not known here";
    return;
  }
  writer = std::make_unique<IndexWriter>(*database, *zone);
  follower = std::make_unique<LogFollower>(settings.log, LogPlace{});
  bool replaced = false;
  if (!read(end, true, report, replaced)) return;
  for (const auto& index : index_indexes())
    if (report.error.empty() && !database->run(index)) report.error = database->error();
  if (report.error.empty() &&
      !(database->run("ANALYZE") && database->run("PRAGMA journal_mode=WAL")))
    report.error = database->error();
}

void Indexer::Impl::rebuild(const std::string& why, IndexReport& report) {
  forget();
  report = {};
  report.rebuilt = true;
  report.why_rebuilt = why;
  const std::string path = index_path(settings.log), fresh = path + ".new";
  rebuild_into(fresh, report);
  const std::uint64_t size = report.size;
  forget();
  if (report.error.empty() && !sync_path(fresh)) report.error = fresh + ": " + std::strerror(errno);
  if (!report.error.empty()) return remove_files(fresh);
  give_to_owner(fresh, settings.log);
  remove_files(path);
  if (::rename(fresh.c_str(), path.c_str()) < 0) report.error = path + ": " + std::strerror(errno);
  sync_path(folder_of(settings.log));
  report.size = size;
}

IndexReport Indexer::rebuild() {
  IndexReport report;
  const Lock lock(impl_->settings);
  if (!lock.taken(report)) return report;
  impl_->rebuild("", report);
  return report;
}

IndexReport Indexer::build_at(const std::string& path, std::uint64_t end) {
  IndexReport report;
  impl_->rebuild_into(path, report, end);
  impl_->forget();
  return report;
}

IndexReport Indexer::catch_up(std::optional<std::uint64_t> end) {
  IndexReport report;
  const Lock lock(impl_->settings);
  if (!lock.taken(report)) return report;
  // Another process may have been here.
  if (impl_->database && read_place(*impl_->database).next_seq != impl_->follower->place().next_seq)
    impl_->forget();
  for (bool replaced = true, once = true; replaced && impl_->open(report);) {
    if (!impl_->database) {  // it was just built
      if (!std::exchange(once, false)) break;
      continue;
    }
    replaced = false;
    if (!impl_->read(end, false, report, replaced)) {
      const bool damaged = impl_->database->damaged();
      impl_->forget();
      if (damaged) impl_->rebuild("it is damaged", report);
      break;
    }
    report.size = impl_->follower->place().next_seq;
    if (replaced) impl_->rebuild("numbers of the log were used again after a failed write", report);
    if (!report.error.empty()) break;
  }
  return report;
}

}  // namespace sekisho::audit
