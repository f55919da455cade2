#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::lab {

// The bytes the service answers with.

// A chat completion of about `size` bytes.
std::string completion_json(std::size_t size);

std::string answer_with(std::string_view content_type, std::string_view body);
std::string not_found();

// Head of an event stream; its events follow as chunks.
std::string stream_head();
// Event `index` with the time of this call in it.
std::string stream_event(std::uint64_t index);
std::string stream_end();

}  // namespace sekisho::lab
