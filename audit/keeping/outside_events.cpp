#include "audit/keeping/outside_events.h"

#include <fcntl.h>
#include <simdjson.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "audit/json_text.h"
#include "audit/keeping/compressed_source.h"
#include "audit/keeping/durable_file.h"

namespace sekisho::audit {
namespace {

namespace fs = std::filesystem;
constexpr const char* kFolder = "/keeping/events";
constexpr std::size_t kLongestEvent = 1u << 16;

bool read_event(const std::string& path, OutsideEvent& event) {
  std::string error, text;
  const ByteSource file = open_file(path, error);
  if (!file.read_at || file.size > kLongestEvent) return false;
  text.resize(static_cast<std::size_t>(file.size));
  if (file.read_at(0, text.data(), text.size()) != static_cast<long>(text.size())) return false;
  simdjson::dom::parser parser;
  simdjson::dom::element e;
  if (parser.parse(text).get(e)) return false;
  const std::pair<const char*, std::string*> members[] = {{"what", &event.what},
                                                          {"old", &event.old_value},
                                                          {"new", &event.new_value},
                                                          {"by", &event.by}};
  for (const auto& [key, member] : members) {
    std::string_view value;
    if (e[key].get(value)) return false;
    *member = value;
  }
  return !event.what.empty();
}

std::string event_text(const OutsideEvent& event) {
  std::string out = R"({"what":)";
  append_json_string(out, event.what);
  append_json_string(out += R"(,"old":)", event.old_value);
  append_json_string(out += R"(,"new":)", event.new_value);
  append_json_string(out += R"(,"by":)", event.by);
  return out += "}\n";
}

}  // namespace

OutsideEvent pruned_event(std::string_view segment, std::uint64_t first, std::uint64_t last,
                          std::string_view by) {
  return {"pruned", std::string(segment), std::to_string(first) + "-" + std::to_string(last),
          std::string(by)};
}

bool leave_event(const std::string& directory, const OutsideEvent& event, std::int64_t now_us,
                 std::string& path, std::string& error) {
  const std::string folder = directory + kFolder;
  if (!make_folder(directory + "/keeping", error) || !make_folder(folder, error)) return false;
  const std::string stem = folder + "/" + std::to_string(now_us) + "-" + std::to_string(::getpid());
  for (int i = 0;; ++i) {
    path = stem + "-" + std::to_string(i) + ".json";
    std::error_code ignored;
    if (!fs::exists(path, ignored)) break;
  }
  return write_durably(path, event_text(event), error);
}

std::vector<LeftEvent> left_events(const std::string& directory) {
  std::vector<LeftEvent> out;
  std::error_code code;
  for (fs::directory_iterator i(directory + kFolder, code), end; !code && i != end;
       i.increment(code)) {
    const std::string path = i->path().string();
    if (!path.ends_with(".json")) continue;
    LeftEvent left{path, {}};
    std::error_code ignored;
    if (read_event(path, left.event))
      out.push_back(std::move(left));
    else
      fs::rename(path, path + ".bad", ignored);
  }
  std::sort(out.begin(), out.end(),
            [](const LeftEvent& a, const LeftEvent& b) { return a.path < b.path; });
  return out;
}

bool has_writer(const std::string& directory) {
  const int fd = ::open((directory + "/lock").c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool held = ::flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
  ::close(fd);
  return held;
}

}  // namespace sekisho::audit
