#include "gateway/sinks/sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <ctime>
#include <random>
#include <utility>

#include "audit/json_text.h"
#include "config/text_file.h"
#include "gateway/log.h"
#include "gateway/replace_file.h"

namespace sekisho::gateway {
namespace {

// So many refused one after the other are no poison in the records: the receiver takes none.
constexpr int kMostRefused = 10;
constexpr std::chrono::seconds kQuiet{10};  // then decisions do not wait for outcomes any more

std::string folder_of(const SinkSettings& settings) {
  return settings.log + "/cursors";
}

std::string cursor_path(const SinkSettings& settings) {
  return folder_of(settings) + "/" + settings.name + ".json";
}

std::string cursor_text(const audit::LogPlace& place) {
  const auto number = [](std::uint64_t n) { return std::to_string(n); };
  return "{\"v\":1,\"next_seq\":" + number(place.next_seq) + ",\"link\":\"" + place.link +
         "\",\"segment\":" + (place.segment ? number(*place.segment) : "null") +
         ",\"offset\":" + number(place.offset) + ",\"line_at\":" + number(place.line_at) + "}\n";
}

std::optional<audit::LogPlace> parse_cursor(const std::string& text) {
  audit::LogPlace place;
  char link[45] = {};
  std::uint64_t segment = 0;
  const int fields = std::sscanf(text.c_str(),
                                 "{\"v\":1,\"next_seq\":%" SCNu64
                                 ",\"link\":\"%44[A-Za-z0-9+/=]\",\"segment\":%" SCNu64
                                 ",\"offset\":%" SCNu64 ",\"line_at\":%" SCNu64 "}",
                                 &place.next_seq, link, &segment, &place.offset, &place.line_at);
  if (fields != 5) return std::nullopt;
  place.link = link;
  place.segment = segment;
  return place;
}

// The record with this number, "" = it is not there any more.
std::string find_line(const std::string& log, std::uint64_t seq) {
  const audit::LogDirectory found = audit::list_log(log);
  const audit::SegmentFile* in = nullptr;
  for (const auto& segment : found.segments)
    if (segment.first_seq <= seq) in = &segment;
  std::string error;
  if (!in) return {};
  audit::LinesForward lines(audit::open_source(in->path, error));
  for (std::string_view line; lines.next(line) == audit::LineKind::kLine;) {
    const auto head = audit::parse_line_head(line);
    if (head && head->seq == seq) return std::string(line);
    if (head && head->seq > seq) return {};
  }
  return {};
}

double jitter() {
  thread_local std::minstd_rand random(std::random_device{}());
  return std::uniform_real_distribution<double>(0.5, 1.0)(random);
}

}  // namespace

Sink::Sink(SinkSettings settings, std::unique_ptr<Receiver> receiver)
    : settings_(std::move(settings)), receiver_(std::move(receiver)) {
  state_.name = settings_.name;
}

Sink::~Sink() {
  stop(Clock::now());
}

void Sink::start() {
  thread_ = std::thread([this] { run(); });
}

void Sink::stop(Clock::time_point deadline) {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    deadline_ = deadline;
  }
  wake_.notify_all();
  {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, deadline, [this] { return deadline_ == Clock::time_point::max(); });
  }
  receiver_->cancel();
  thread_.join();
}

SinkState Sink::state() const {
  const std::lock_guard lock(mutex_);
  SinkState out = state_;
  const std::uint64_t records = settings_.records();
  const bool known = records != SinkSettings::kAll && records > out.next_seq;
  out.lag = known ? records - out.next_seq : 0;
  return out;
}

// False: the end has come.
bool Sink::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

audit::LogPlace Sink::load_cursor() {
  std::string why;
  const auto text = config::read_text_file(cursor_path(settings_), why, 4096);
  if (!text) return {};  // the first time
  const auto place = parse_cursor(*text);
  if (!place) begin_again("its cursor cannot be read");
  return place.value_or(audit::LogPlace{});
}

void Sink::save_cursor() {
  ::mkdir(folder_of(settings_).c_str(), 0700);
  const std::string error =
      replace_file(cursor_path(settings_), cursor_text(cursor_), FileMode::kPrivate);
  if (!error.empty()) Log::warn("sink_cursor", {{"sink", settings_.name}, {"error", error}});
  const std::lock_guard lock(mutex_);
  state_.next_seq = cursor_.next_seq;
}

void Sink::begin_at(audit::LogPlace place) {
  cursor_ = place;
  marks_.clear();
  follower_.emplace(settings_.log, std::move(place));
  pairing_.emplace(settings_.categories);
  last_line_ = Clock::now();
  const std::lock_guard lock(mutex_);
  state_.next_seq = cursor_.next_seq;
}

// Rather everything twice than something never.
void Sink::begin_again(const std::string& why) {
  Log::warn("sink_begins_again", {{"sink", settings_.name}, {"why", why}});
  settings_.tell("sink_begins_again", settings_.name + ": " + why);
}

void Sink::run() {
  begin_at(load_cursor());
  if (!follower_->fits()) {
    begin_again("the log is not the one it was reading");
    begin_at({});
  }
  for (EventBatch batch; gather(batch) && deliver(batch); batch.clear()) {
    pass_marks();
    save_cursor();
  }
  const std::lock_guard lock(mutex_);
  deadline_ = Clock::time_point::max();  // stop() waits no longer
  wake_.notify_all();
}

// A decision whose outcome comes after a restart, or hours later, is read once more.
void Sink::complete(audit::ExportedEvent& event) {
  if (event.record.kind != "outcome") return;
  const std::string line = find_line(settings_.log, static_cast<std::uint64_t>(event.record.ref));
  audit::IndexedRecordReader reader(settings_.categories);
  audit::IndexedRecord decision;
  if (line.empty() || !reader.read(line, decision) || decision.kind != "decision") return;
  decision.decision.outcome = event.record.outcome;
  event.outcome_us = event.record.time_us;
  event.outcome_line = std::exchange(event.line, line);
  event.record = std::move(decision);
  event.again = event.found_later = true;
}

Sink::Read Sink::read_line(EventBatch& batch) {
  Mark mark;
  mark.before = follower_->place();
  if (mark.before.next_seq >= settings_.records()) return Read::kNothing;  // not durable yet
  std::string_view line;
  switch (follower_->next(line)) {
    case audit::LogFollower::Step::kRecord: {
      mark.seq = follower_->place().next_seq - 1;
      marks_.push_back(std::move(mark));
      const std::size_t before = batch.size();
      pairing_->add(line, batch);
      for (std::size_t i = before; i < batch.size(); ++i) complete(batch[i]);
      last_line_ = Clock::now();
      return Read::kLine;
    }
    case audit::LogFollower::Step::kReplaced: {
      // After a failed write numbers are used again: the new segment's records are others.
      const auto log = audit::list_log(settings_.log);
      const auto from =
          std::find_if(log.segments.begin(), log.segments.end(), [&](const audit::SegmentFile& f) {
            return !mark.before.segment || f.first_seq > *mark.before.segment;
          });
      audit::LogPlace place;
      if (from != log.segments.end()) place.next_seq = from->first_seq;
      begin_at(place);
      return Read::kAgain;
    }
    case audit::LogFollower::Step::kFailed: {
      const std::string error = follower_->error();
      failed("the log cannot be read: " + error);
      begin_at(cursor_);
      batch.clear();
      return Read::kNothing;
    }
    default:
      return Read::kNothing;
  }
}

// False: the end, and nothing is left to send.
bool Sink::gather(EventBatch& batch) {
  const auto begun = Clock::now();
  std::size_t bytes = 0;
  while (batch.size() < receiver_->most_events && bytes < receiver_->most_bytes / 2) {
    const std::size_t before = batch.size();
    const Read read = read_line(batch);
    for (std::size_t i = before; i < batch.size(); ++i)
      bytes += batch[i].line.size() + batch[i].outcome_line.size();
    if (read != Read::kNothing) continue;
    if (pairing_->waiting() && Clock::now() - last_line_ > kQuiet) pairing_->flush(batch);
    if (batch.empty() && !marks_.empty() && !pairing_->waiting()) {
      pass_marks();  // lines that tell nothing
      save_cursor();
    }
    if (!batch.empty() && Clock::now() - begun >= receiver_->linger) break;
    if (!wait(batch.empty() ? settings_.look : std::min(settings_.look, receiver_->linger)))
      if (read_line(batch) == Read::kNothing) return !batch.empty();
  }
  return true;
}

// The lines before the oldest decision that still waits are done with.
void Sink::pass_marks() {
  const auto oldest = pairing_->oldest();
  while (!marks_.empty() && (!oldest || marks_.front().seq < *oldest)) marks_.pop_front();
  cursor_ = marks_.empty() ? follower_->place() : marks_.front().before;
}

bool Sink::deliver(const EventBatch& batch) {
  for (std::size_t at = 0; at < batch.size();) {
    const std::size_t end = std::min(at + receiver_->most_events, batch.size());
    const auto first = batch.begin() + static_cast<std::ptrdiff_t>(at);
    if (!deliver_chunk(EventBatch(first, batch.begin() + static_cast<std::ptrdiff_t>(end))))
      return false;
    at = end;
  }
  return true;
}

// Until it was taken; false: the end has come first.
bool Sink::deliver_chunk(const EventBatch& chunk) {
  for (;;) {
    const Delivery result = receiver_->deliver(chunk);
    switch (result.kind) {
      case Delivery::Kind::kDone:
        succeeded(chunk.size());
        if (!result.remark.empty())
          settings_.tell("sink_rejected", settings_.name + ": " + result.remark);
        return true;
      case Delivery::Kind::kCancelled:
        return false;
      case Delivery::Kind::kRefused:
        if (chunk.size() > 1 || refused_in_a_row_ < kMostRefused)
          return refuse(chunk, result.error);
        [[fallthrough]];
      case Delivery::Kind::kLater:
        failed(result.error);
        if (!pause(result.retry_after)) return false;
    }
  }
}

bool Sink::refuse(const EventBatch& chunk, const std::string& error) {
  if (chunk.size() == 1) {
    ++refused_in_a_row_;
    set_aside(chunk.front(), error);
    return true;
  }
  const auto middle = chunk.begin() + static_cast<std::ptrdiff_t>(chunk.size() / 2);
  return deliver_chunk(EventBatch(chunk.begin(), middle)) &&
         deliver_chunk(EventBatch(middle, chunk.end()));
}

// Kept beside the cursor, told in the log, and gone past: one record may not hold up all others.
void Sink::set_aside(const audit::ExportedEvent& event, const std::string& error) {
  std::string line = "{\"sink\":\"" + settings_.name + "\",\"error\":";
  audit::append_json_string(line, error);
  line += ",\"record\":" + event.line;
  if (!event.outcome_line.empty()) line += ",\"outcome\":" + event.outcome_line;
  line += "}\n";
  ::mkdir(folder_of(settings_).c_str(), 0700);
  const std::string path = folder_of(settings_) + "/" + settings_.name + ".refused.jsonl";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool kept =
      fd >= 0 && ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (fd >= 0) ::close(fd);
  const std::string about =
      settings_.name + ": record " + std::to_string(event.record.seq) + ": " + error;
  Log::warn("sink_set_aside", {{"about", about}, {"kept", kept ? path : "no"}});
  settings_.tell("sink_set_aside", about);
  const std::lock_guard lock(mutex_);
  ++state_.set_aside;
}

void Sink::succeeded(std::size_t events) {
  bool again = false;
  {
    const std::lock_guard lock(mutex_);
    again = !state_.error.empty();
    state_.error.clear();
    state_.events += events;
    state_.last_success = std::time(nullptr);
  }
  if (again) Log::info("sink_works_again", {{"sink", settings_.name}});
  pause_ = std::chrono::milliseconds(0);
  refused_in_a_row_ = 0;
}

void Sink::failed(const std::string& error) {
  bool fresh = false;
  {
    const std::lock_guard lock(mutex_);
    fresh = state_.error != error;
    state_.error = error;
    ++state_.failures;
  }
  if (fresh) Log::warn("sink_fails", {{"sink", settings_.name}, {"error", error}});
}

// False: the end has come; what was not taken waits in the log for the next run.
bool Sink::pause(std::chrono::seconds wanted) {
  pause_ = std::clamp(pause_ * 2, settings_.first_pause, settings_.longest_pause);
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(pause_ * jitter());
  return wait(std::max<std::chrono::milliseconds>(time, wanted));
}

}  // namespace sekisho::gateway
