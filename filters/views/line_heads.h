#pragma once

// What lines begin with that are no further line of a broken value.

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

// "10:16 ", "9:41 ": what messages of chats begin with.
bool begins_time(std::string_view text, std::size_t at);
// "2026-11-26", "09:12:45", "203.0.113.7 ": what lines of logs begin with.
bool begins_log_line(std::string_view text, std::size_t at);
// "1. ", "12) ": a new item of a list.
bool begins_item(std::string_view text, std::size_t at);

}  // namespace sekisho::filters
