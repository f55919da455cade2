#pragma once

// Which of the numbered checkpoints beside a log stay. One is written every few seconds: all of a
// year would be millions of files, and each is verified by everybody who verifies the log. Later
// ones imply the earlier; those that stay tell between which two a change lies that was covered up
// by computing everything anew.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace sekisho::audit {

class CheckpointShelf {
 public:
  // The newest stay, and of those before them the last of every so many records.
  static constexpr std::size_t kNewest = 4096;
  static constexpr std::uint64_t kRecords = 16'384;

  // A checkpoint that is there; sizes only grow.
  void add(std::uint64_t size);
  // Those to be removed, `most` at once, oldest first; the rest comes with the next call.
  std::vector<std::uint64_t> take_superfluous(std::size_t most);

 private:
  std::deque<std::uint64_t> newest_, superfluous_;
  std::uint64_t before_ = 0;  // the last that is older than these and stays, 0 = none
};

}  // namespace sekisho::audit
