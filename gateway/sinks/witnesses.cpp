#include "gateway/sinks/witnesses.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <thread>

#include "audit/json_text.h"
#include "audit/proof/checkpoint.h"
#include "gateway/sinks/transport.h"

namespace sekisho::gateway {
namespace {

using Kind = config::AuditWitness::Kind;
using Steady = std::chrono::steady_clock;
constexpr std::size_t kMostWaiting = 100;

std::int64_t unix_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

// What may stand in a name of a file or in a path of a URL; '/' stays where `slash`.
std::string plain(const std::string& text, bool slash) {
  std::string out;
  for (const char c : text) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.' || (slash && c == '/');
    out += fits ? c : '_';
  }
  return out == "." || out == ".." ? "_" : out;
}

std::string read_whole(int fd) {
  std::string out;
  char block[4096];
  for (ssize_t n; (n = ::read(fd, block, sizeof block)) > 0;)
    out.append(block, static_cast<std::size_t>(n));
  return out;
}

std::string failure(const std::string& path) {
  return path + ": " + std::strerror(errno);
}

bool sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  return synced;
}

// Records of the newest checkpoint in a folder, 0 = there is none.
std::uint64_t newest_in(const std::string& folder) {
  std::uint64_t newest = 0;
  std::error_code failed;
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed))
    newest = std::max(newest, audit::checkpoint_size(at->path().filename().string()).value_or(0));
  return newest;
}

// Never writes over anything: a file of this name that says something else is what a witness is
// for. Nor does it write below what is there: a log that is shorter than its witness knows was put
// back to an earlier state, by somebody or from a backup. `newest`: what is there, nothing = it was
// not looked for yet, which may take a while where there are millions.
std::string keep_file(const std::string& base, const std::string& origin, std::uint64_t size,
                      const std::string& note, std::optional<std::uint64_t>& newest) {
  const std::string folder = base + '/' + plain(origin, false);
  if (::mkdir(folder.c_str(), 0750) < 0 && errno != EEXIST) return failure(folder);
  const std::string path = folder + '/' + audit::checkpoint_name(size);
  if (::access(path.c_str(), F_OK) != 0) {
    if (!newest) newest = newest_in(folder);
    if (size < *newest)
      return folder + ": it knows this log with " + std::to_string(*newest) +
             " records: the log was put back to an earlier state (from a backup?)";
  }
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0440);
  if (fd < 0 && errno == EEXIST) {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const std::string there = fd < 0 ? "" : read_whole(fd);
    if (fd >= 0) ::close(fd);
    return there == note ? "" : path + ": another checkpoint of this size is there already";
  }
  if (fd < 0) return failure(path);
  const bool written = ::write(fd, note.data(), note.size()) == static_cast<ssize_t>(note.size()) &&
                       ::fsync(fd) == 0 && sync_folder(folder);
  const std::string error = written ? "" : failure(path);
  ::close(fd);
  if (!written) ::unlink(path.c_str());  // half a file of ours, not of anybody else
  return error;
}

bool read_credentials(const config::AuditWitness& place, PeerCredentials& out, std::string& error) {
  const std::string& path = place.credentials.value;
  if (path.empty()) return true;
  struct stat st {};
  std::ifstream in(path, std::ios::binary);
  std::string line{std::istreambuf_iterator<char>(in), {}};
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  const std::size_t colon = line.find(':');
  const bool open_to_others = ::stat(path.c_str(), &st) == 0 && (st.st_mode & 077);
  if (open_to_others) error = path + ": readable by others (mode must be 0600)";
  if (!open_to_others && (!in || colon == line.npos || line.find('\n') != line.npos))
    error = path + ": one line user:password is needed";
  if (!error.empty()) return false;
  out.user = line.substr(0, colon);
  out.password = line.substr(colon + 1);
  if (!place.aws_region.empty()) out.aws_sigv4 = "aws:amz:" + place.aws_region + ":s3";
  return true;
}

PeerSettings peer_of(const config::AuditWitness& place) {
  PeerSettings peer;
  peer.ca_file = place.ca.value;
  peer.client_certificate = place.certificate.value;
  peer.client_key = place.key.value;
  peer.connect_timeout = std::chrono::seconds(5);
  peer.total_timeout = std::chrono::seconds(15);
  return peer;
}

}  // namespace

std::string checkpoint_syslog(const std::string& origin, std::uint64_t size,
                              const std::string& note, std::int64_t time_us) {
  constexpr std::size_t kHostLimit = 255;
  std::string line = "<110>1 " + audit::utc_text(time_us) + ' ' +
                     plain(origin, true).substr(0, kHostLimit) +
                     " sekisho - checkpoint - size=" + std::to_string(size) +
                     " note=" + audit::encode_base64(note);
  return std::to_string(line.size()) + ' ' + line;
}

// Shared with its thread, which may outlive everything else: a write to a file system that hangs
// cannot be broken off.
class Witnesses::Courier : public std::enable_shared_from_this<Courier> {
 public:
  Courier(const config::AuditWitness& place, PeerCredentials credentials, std::string origin,
          std::function<void(const WitnessAnswer&)> told, WitnessTimes times)
      : place_(place), origin_(std::move(origin)), told_(std::move(told)), times_(times) {
    state_.name = place.name;
    if (place.kind == Kind::kSyslog)
      tls_ = std::make_unique<TlsSender>(place.to.value, peer_of(place));
    else if (place.kind != Kind::kDirectory)
      http_ = std::make_unique<HttpSender>(peer_of(place), std::move(credentials));
  }

  void start() {
    thread_ = std::thread([self = shared_from_this()] { self->run(); });
  }

  void submit(std::uint64_t size, const std::string& note) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.emplace_back(size, note);
      last_ = size;
      if (waiting_.size() > kMostWaiting) waiting_.pop_front();  // the later ones imply it
    }
    wake_.notify_all();
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }

  // What still waits has until `until`.
  void finish(Steady::time_point until) {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, until, [this] { return ended_; });
    lock.unlock();
    if (tls_) tls_->cancel();
    if (http_) http_->cancel();
  }

  // After finish(). Nobody is told anything from here on.
  std::optional<WitnessLack> leave(Steady::time_point until) {
    std::unique_lock lock(mutex_);
    const bool ended = wake_.wait_until(lock, until, [this] { return ended_; });
    std::optional<WitnessLack> lack;
    if (state_.acknowledged < last_)
      lack = WitnessLack{state_.name, state_.acknowledged, last_, state_.error};
    if (lack && !ended) lack->why = "it does not answer";
    lock.unlock();
    {
      const std::lock_guard telling(telling_);
      left_ = true;
    }
    if (ended)
      thread_.join();
    else
      thread_.detach();
    return lack;
  }

  WitnessState state() const {
    const std::lock_guard lock(mutex_);
    WitnessState out = state_;
    if (sending_since_ && Steady::now() - *sending_since_ > times_.silent)
      out.error = "it does not answer";
    return out;
  }

 private:
  void run() {
    auto pause = times_.first_retry;
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) break;
      take_time(lock);
      const auto next = waiting_.front();
      sending_since_ = Steady::now();
      lock.unlock();
      const std::string error = send(next.first, next.second);
      lock.lock();
      sending_since_.reset();
      if (error.empty() && !waiting_.empty() && waiting_.front().first == next.first)
        waiting_.pop_front();
      note_result(lock, next.first, error);
      if (error.empty()) {
        next_ = Steady::now() + place_.every;
        pause = times_.first_retry;
        continue;
      }
      if (stopping_) break;  // one try each at the end
      wake_.wait_for(lock, pause, [this] { return stopping_; });
      pause = std::min(pause * 2, times_.longest_retry);
    }
    ended_ = true;
    wake_.notify_all();
  }

  // The newest implies the others, so that those of a place that wants few are left out.
  void take_time(std::unique_lock<std::mutex>& lock) {
    if (place_.every.count() == 0) return;
    wake_.wait_until(lock, next_, [this] { return stopping_; });
    waiting_.erase(waiting_.begin(), waiting_.end() - 1);
  }

  void note_result(std::unique_lock<std::mutex>& lock, std::uint64_t size,
                   const std::string& error) {
    const bool changed = state_.error.empty() != error.empty();
    state_.error = error;
    if (error.empty()) {
      state_.acknowledged = std::max(state_.acknowledged, size);
      state_.acknowledged_at = static_cast<double>(unix_us()) / 1e6;
    } else {
      ++state_.failures;
    }
    if (!error.empty() && !changed) return;
    lock.unlock();
    {
      const std::lock_guard telling(telling_);
      if (!left_) told_({place_.name, size, error.empty() ? "ok" : error, changed});
    }
    lock.lock();
  }

  std::string send(std::uint64_t size, const std::string& note) {
    switch (place_.kind) {
      case Kind::kDirectory:
        return keep_file(place_.to.value, origin_, size, note, newest_there_);
      case Kind::kSyslog:
        if (std::string error = tls_->open(); !error.empty()) return error;
        return tls_->send(checkpoint_syslog(origin_, size, note, unix_us()));
      case Kind::kPost:
        return send_http("POST", place_.to.value, note);
      case Kind::kPut:
        return send_http("PUT",
                         place_.to.value + (place_.to.value.ends_with('/') ? "" : "/") +
                             plain(origin_, true) + '/' + audit::checkpoint_name(size),
                         note);
    }
    return "no such kind of witness";
  }

  std::string send_http(const char* method, const std::string& url, const std::string& note) {
    HttpRequest request;
    request.method = method;
    request.url = url;
    request.headers = {"content-type: text/plain; charset=utf-8"};
    request.body = note;
    const HttpAnswer answer = http_->send(request);
    if (answer.done()) return {};
    if (!answer.error.empty() || answer.cancelled)
      return answer.cancelled ? "the gateway stopped" : answer.error;
    return "it answered " + std::to_string(answer.status);
  }

  const config::AuditWitness place_;
  const std::string origin_;
  const std::function<void(const WitnessAnswer&)> told_;
  const WitnessTimes times_;
  std::unique_ptr<TlsSender> tls_;
  std::unique_ptr<HttpSender> http_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::pair<std::uint64_t, std::string>> waiting_;
  WitnessState state_;
  std::optional<std::uint64_t> newest_there_;        // of a folder, before the first is written
  std::uint64_t last_ = 0;                           // size of the newest that was to be sent
  std::optional<Steady::time_point> sending_since_;  // nothing is being sent
  Steady::time_point next_{};                        // not before then
  bool stopping_ = false, ended_ = false;
  std::thread thread_;
  std::mutex telling_;
  bool left_ = false;  // under telling_
};

Witnesses::Witnesses() = default;

std::unique_ptr<Witnesses> Witnesses::start(const std::vector<config::AuditWitness>& places,
                                            const std::string& origin,
                                            std::function<void(const WitnessAnswer&)> told,
                                            std::string& error, WitnessTimes times) {
  std::unique_ptr<Witnesses> out(new Witnesses);
  for (const config::AuditWitness& place : places) {
    PeerCredentials credentials;
    if (!read_credentials(place, credentials, error)) return nullptr;
    out->couriers_.push_back(
        std::make_shared<Courier>(place, std::move(credentials), origin, told, times));
    out->couriers_.back()->start();
    out->times_ = times;
  }
  return out;
}

Witnesses::~Witnesses() {
  stop();
}

std::vector<WitnessLack> Witnesses::stop() {
  const auto until = Steady::now() + times_.at_stop;
  std::vector<WitnessLack> out;
  for (auto& courier : couriers_) courier->stop();
  for (auto& courier : couriers_) courier->finish(until);
  const auto last = Steady::now() + times_.to_break_off;
  for (auto& courier : couriers_)
    if (auto lack = courier->leave(last)) out.push_back(std::move(*lack));
  couriers_.clear();
  return out;
}

void Witnesses::submit(std::uint64_t size, const std::string& note) {
  for (auto& courier : couriers_) courier->submit(size, note);
}

std::vector<WitnessState> Witnesses::states() const {
  std::vector<WitnessState> out;
  for (const auto& courier : couriers_) out.push_back(courier->state());
  return out;
}

}  // namespace sekisho::gateway
