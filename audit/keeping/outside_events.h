#pragma once

// What commands beside the gateway did, on its way into the log: one writer alone may append, so
// they leave a file in keeping/events and the gateway takes it within a second, or when it starts.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::audit {

struct OutsideEvent {
  std::string what, old_value, new_value, by;
};

// A segment whose time was over is removed: `pruned`, old: its name, new: "first-last".
OutsideEvent pruned_event(std::string_view segment, std::uint64_t first, std::uint64_t last,
                          std::string_view by);

// Durable when it returns. `path`: of the file, which is gone as soon as the record is on disk.
bool leave_event(const std::string& directory, const OutsideEvent& event, std::int64_t now_us,
                 std::string& path, std::string& error);

struct LeftEvent {
  std::string path;
  OutsideEvent event;
};
// Oldest first. What is no event is put aside as ….bad.
std::vector<LeftEvent> left_events(const std::string& directory);

// Whether a gateway has the log open.
bool has_writer(const std::string& directory);

}  // namespace sekisho::audit
