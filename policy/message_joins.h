#pragma once

// Values cut by the border of two messages of one conversation. The ends of the last messages are
// read together with the beginning of the next one.

#include <cstddef>
#include <deque>
#include <string>
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
    PlacedFinding placed;
  };
  std::deque<Last> last_;
};

}  // namespace sekisho::policy
