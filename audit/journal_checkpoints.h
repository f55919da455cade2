#pragma once

// Signs and writes checkpoints on a thread of its own, so that no commit waits for it.

#include <cstdint>
#include <memory>
#include <string>

#include "audit/journal.h"
#include "audit/proof/checkpoint.h"

namespace sekisho::audit {

class CheckpointWriter {
 public:
  // `store` and `settings` must outlive it. Without a key it does nothing.
  CheckpointWriter(Store& store, const CheckpointSettings& settings);
  ~CheckpointWriter();  // what was submitted is written first

  // The records up to state.tree.end() are durable. Returns at once; when the disk is slow, the
  // oldest of those that wait are left out.
  void submit(TreeState state);
  // From the next checkpoint on.
  void set_keys(LogKeys keys);
  // Newest that was written; size 0 = none yet.
  Journal::Checkpointed newest() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::audit
