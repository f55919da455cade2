#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::filters {

// What a service says about the tokens of an answer: the numbers beside the keys that the dialects
// use ("prompt_tokens", "input_tokens", "promptTokenCount", …), in JSON and in event streams alike.
// Read while the bytes pass, wherever they are cut; of several statements the last counts, as
// streams repeat them cumulatively. Text that a model wrote cannot be taken for a statement: its
// quotes are escaped.
class TokenUsage {
 public:
  void read(std::string_view piece);
  const std::optional<std::uint64_t>& in() const { return in_; }
  const std::optional<std::uint64_t>& out() const { return out_; }
  // Of the request, read from the service's cache ("cached_tokens", "cache_read_input_tokens", …).
  const std::optional<std::uint64_t>& cached() const { return cached_; }

 private:
  void look_at(std::string_view text, std::size_t quote);

  std::string tail_;  // the end of the last piece: a key or a number may be cut
  std::optional<std::uint64_t> in_, out_, cached_;
};

}  // namespace sekisho::filters
