#pragma once

// What stands between two messages of one person in transcripts and in exports of chats.

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

// Bytes of an answer between two messages of one who asks.
inline constexpr std::size_t kLongestAnswer = 160;

// From the line end at `at` over the head of the next message of the same person ("user: ",
// "[10:22] kenta: ", "2通目:"), and over a short one of somebody else between; 0 = none follows.
std::size_t chat_border_end(std::string_view text, std::size_t at);
// Behind the head of anybody's message with its time ("[10:22] kenta: ", "中村 [10:57]\n") where a
// line begins at `at`; 0 = it has none.
std::size_t timed_head_end(std::string_view text, std::size_t at);

// The same from the "<" of "<|im_end|>" at `at` over marks of templates and their roles.
std::size_t template_border_end(std::string_view text, std::size_t at);

}  // namespace sekisho::filters
