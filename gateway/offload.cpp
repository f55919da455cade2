#include "gateway/offload.h"

namespace sekisho::gateway {

namespace {
constexpr std::size_t kQueue = 1024;
}

Offload::Offload(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { loop(); });
}

Offload::~Offload() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    queue_.clear();
  }
  wake_.notify_all();
  for (auto& t : threads_) t.join();
}

bool Offload::post(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    if (stop_ || queue_.size() >= kQueue) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void Offload::loop() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (stop_) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace sekisho::gateway
