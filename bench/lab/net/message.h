#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sekisho::lab {

// Reading of HTTP/1.1 between programs of the lab and the proxies they measure. Not for foreign
// peers: it knows what these send, and calls everything else broken.

bool same_word(std::string_view a, std::string_view b);

// The value of a header in a raw head (with its start line), trimmed; empty when it is not there.
std::string_view header_value(std::string_view head, std::string_view name);

// `key=NUMBER` of the target's query.
std::optional<std::uint64_t> query_number(std::string_view target, std::string_view key);

// Where the head ends (after its empty line), or npos. `seen` bytes were searched before without
// finding it.
std::size_t head_end(std::string_view bytes, std::size_t seen = 0);

// The status of a response head, 0 when it has none.
int status_of(std::string_view head);

// How the message behind a head is delimited.
struct Framing {
  bool chunked = false;
  std::optional<std::uint64_t> length;
  bool close = false;  // "connection: close"
};
Framing framing_of(std::string_view head);

}  // namespace sekisho::lab
