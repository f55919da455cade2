#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "gateway/async.h"

namespace sekisho::gateway {

// A few threads for calls that block (name look-ups, password hashes). Work that was not begun when
// it is destroyed is dropped.
class Offload {
 public:
  explicit Offload(int threads);
  ~Offload();
  Offload(const Offload&) = delete;
  // False: the queue is full (1024), the work was not taken.
  bool post(std::function<void()> work);

  // Runs `work` on one of the threads and resumes on `executor` with what it returned, or with
  // `refused` when the queue is full.
  template <class T>
  Awaitable<T> run(std::function<T()> work, T refused, Executor executor);

 private:
  void loop();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

template <class T>
Awaitable<T> Offload::run(std::function<T()> work, T refused, Executor executor) {
  auto initiate = [this, executor](auto handler, std::function<T()> call, T otherwise) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    auto resume = [shared, executor](T result) {
      net::post(executor, [shared, result = std::move(result)]() mutable {
        std::move (*shared)(std::move(result));
      });
    };
    if (!post([call = std::move(call), resume] { resume(call()); })) resume(std::move(otherwise));
  };
  net::use_awaitable_t<Executor> token;
  Awaitable<T> waiting = net::async_initiate<net::use_awaitable_t<Executor>, void(T)>(
      std::move(initiate), token, std::move(work), std::move(refused));
  T result = co_await std::move(waiting);
  co_return result;
}

}  // namespace sekisho::gateway
