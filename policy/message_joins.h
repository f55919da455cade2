#pragma once

// Values cut by the border of two messages of one conversation. The ends of the last messages are
// read together with the beginning of the next one.

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "filters/bodies/text_chunk.h"
#include "filters/scanner.h"
#include "policy/inspection.h"

namespace sekisho::policy {

class MessageJoins {
 public:
  // Whether this text is one of a message, long enough to hold a part of a value.
  static bool is_message(const filters::TextChunk& chunk);

  // Sees the text of a message, `placed` as it would be placed. Appends what is found over a border
  // before it: where the value begins, and not to be edited there.
  filters::ScanStatus see(const filters::TextChunk& chunk, PlacedFinding placed,
                          filters::Scanner& scanner, std::vector<PlacedFinding>& out);

 private:
  struct Last {
    std::string tail;
    std::size_t first;  // bytes of it that are of the first message, where it is more than one
    PlacedFinding placed;
  };
  filters::ScanStatus see_over(const Last& last, std::string_view next, filters::Scanner& scanner,
                               std::vector<PlacedFinding>& out);

  std::deque<Last> last_;
  std::optional<Last> chain_;  // two or more messages one behind the other, all but the first short
};

}  // namespace sekisho::policy
