#include "gateway/connection_room.h"

#include <dirent.h>
#include <sys/resource.h>

#include <algorithm>

#include "gateway/log.h"

namespace sekisho::gateway {
namespace {

constexpr std::chrono::minutes kEpisode{1};
constexpr std::chrono::seconds kRecent{10};
// Kept for segments of the journal, look-ups, the admin listener, a reload's files.
constexpr std::size_t kReserve = 64;

std::size_t descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace

std::size_t open_descriptors() {
  DIR* folder = opendir("/proc/self/fd");
  if (!folder) return 64;
  std::size_t n = 0;
  while (readdir(folder)) ++n;
  closedir(folder);
  return n > 3 ? n - 3 : 0;  // ".", ".." and the folder itself
}

bool ConnectionRoom::set_up(std::size_t connections, std::size_t in_use) {
  connections_ = connections;
  const std::size_t limit = descriptor_limit();
  const std::size_t taken = in_use + std::min(kReserve, limit / 8);
  allowed_ = std::max<std::size_t>(limit > taken ? (limit - taken) / 2 : 0, 1);
  return allowed_ >= connections_;
}

ConnectionRoom::Verdict ConnectionRoom::look() const {
  const std::size_t open = open_, ending = ending_;
  const std::size_t now = open > ending ? open - ending : 0;
  if (now >= connections_) return Verdict::kNoConnections;
  return now >= allowed_ ? Verdict::kNoDescriptors : Verdict::kRoom;
}

void ConnectionRoom::left(bool was_ending) {
  if (was_ending) --ending_;
  --open_;
}

bool ConnectionRoom::Episode::begins() {
  const Clock::rep now = Clock::now().time_since_epoch().count();
  const Clock::rep before = last.exchange(now);
  return before == 0 || Clock::duration(now - before) > kEpisode;
}

bool ConnectionRoom::Episode::recent() const {
  const Clock::rep at = last;
  return at != 0 && Clock::now().time_since_epoch() - Clock::duration(at) < kRecent;
}

void ConnectionRoom::note_paused(std::string_view why) {
  if (paused_.begins())
    Log::warn("accepting_paused",
              {{"why", std::string(why)},
               {"open", std::to_string(open_)},
               {"meaning", "new connections wait; raise LimitNOFILE (ulimit -n)"}});
}

void ConnectionRoom::note_refused() {
  if (refused_.begins())
    Log::warn("connections_refused", {{"limit", std::to_string(connections_)},
                                      {"meaning", "limits.connections is reached; answered 503"}});
}

std::vector<std::string> ConnectionRoom::warnings() const {
  std::vector<std::string> out;
  if (paused_.recent())
    out.push_back("accepting connections pauses: the process is out of descriptors");
  if (refused_.recent())
    out.push_back("connections are refused with 503: limits.connections is reached");
  return out;
}

}  // namespace sekisho::gateway
