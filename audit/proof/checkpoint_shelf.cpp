#include "audit/proof/checkpoint_shelf.h"

#include <algorithm>

namespace sekisho::audit {

void CheckpointShelf::add(std::uint64_t size) {
  const std::uint64_t last = newest_.empty() ? before_ : newest_.back();
  if (size <= last) return;
  newest_.push_back(size);
  if (newest_.size() <= kNewest) return;
  const std::uint64_t oldest = newest_.front();
  newest_.pop_front();
  if (before_ && (before_ - 1) / kRecords == (oldest - 1) / kRecords)
    superfluous_.push_back(before_);
  before_ = oldest;
}

std::vector<std::uint64_t> CheckpointShelf::take_superfluous(std::size_t most) {
  const auto end = superfluous_.begin() + static_cast<long>(std::min(most, superfluous_.size()));
  std::vector<std::uint64_t> out(superfluous_.begin(), end);
  superfluous_.erase(superfluous_.begin(), end);
  return out;
}

}  // namespace sekisho::audit
