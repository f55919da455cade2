#pragma once

#include <cstddef>
#include <memory>

#include "gateway/async.h"

namespace sekisho::gateway {

// The time-outs of one worker's streams, with one timer for all. A stream that waits stores its
// deadline; only the first of the waits of a stream costs a queue entry, later deadlines are looked
// at when the old one comes up. Precision: about 50 ms, never early. One thread. Must be
// destroyed before its io_context, and may be before the streams that use it; they then have no
// time-outs any more.
class Deadlines {
  struct Impl;

 public:
  class Entry {  // embedded in a stream; unregisters itself
   public:
    explicit Entry(Deadlines& owner) : owner_(owner.impl_) {}
    virtual ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   protected:
    void arm(TimePoint deadline);
    void disarm() { deadline_ = TimePoint::max(); }
    virtual void expired() = 0;  // called at most once an arm()

   private:
    friend class Deadlines;
    // Shared, because a dying io_context destroys waiting streams after everything else.
    std::shared_ptr<Impl> owner_;
    TimePoint deadline_ = TimePoint::max();
    TimePoint queued_ = TimePoint::max();
  };

  explicit Deadlines(Executor executor);
  ~Deadlines();
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;
  // Fires what is due at `now`; the timer calls it, tests call it with times of their own.
  void advance(TimePoint now);
  // No time-out fires any more.
  void stop();
  // Entries in the queue, for metrics and tests.
  std::size_t size() const;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace sekisho::gateway
