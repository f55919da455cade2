#pragma once

#include <functional>
#include <vector>

#include "audit/journal.h"
#include "gateway/async.h"

namespace sekisho::gateway {

// What the journal says to the coroutines of one worker: all of a commit in one piece, for which
// the worker is woken once.
class JournalAnswers : public audit::Journal::Courier {
 public:
  using Call = std::function<void()>;
  explicit JournalAnswers(Executor executor) : executor_(executor) {}

  // Both are for the journal's thread. The calls are made on the worker's.
  void add(Call call) { calls_.push_back(std::move(call)); }
  void carry() override;

 private:
  Executor executor_;
  std::vector<Call> calls_;
};

}  // namespace sekisho::gateway
