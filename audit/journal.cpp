#include "audit/journal.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "audit/gathering.h"
#include "audit/journal_checkpoints.h"
#include "audit/segment_writer.h"

namespace sekisho::audit {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kOutcomeDelay{50};
constexpr std::chrono::seconds kRetry{1};

struct Item {
  std::string tail;
  Journal::Done done;      // empty: nobody waits for it
  bool last_word = false;  // written on a full disk too
  bool retried = false;    // kept for the next try when this one fails, also if somebody waited
  Journal::Courier* courier = nullptr;
};
using Items = std::vector<Item>;

std::size_t cost(const Item& item) {
  return item.tail.size() + 128;  // the head of the line, and the item itself
}

// Gives answers, then has each courier carry its own.
class Answers {
 public:
  void give(Item& item, std::uint64_t seq) {
    if (!item.done) return;
    std::exchange(item.done, {})(seq);
    if (item.courier &&
        std::find(couriers_.begin(), couriers_.end(), item.courier) == couriers_.end())
      couriers_.push_back(item.courier);
  }
  ~Answers() {
    for (Journal::Courier* courier : couriers_) courier->carry();
  }

 private:
  std::vector<Journal::Courier*> couriers_;
};

std::int64_t system_clock_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

bool is_digest(std::string_view digest) {
  constexpr std::string_view kPrefix = "sha256:", kHex = "0123456789abcdef";
  return digest.starts_with(kPrefix) && digest.size() == kPrefix.size() + 64 &&
         digest.find_first_not_of(kHex, kPrefix.size()) == std::string_view::npos;
}

}  // namespace

struct Journal::Impl {
  Impl(std::unique_ptr<Store> s, JournalSettings given)
      : store(std::move(s)),
        settings(std::move(given)),
        writer(*store, settings),
        checkpoints(*store, settings.checkpoints) {
    if (!settings.clock) settings.clock = system_clock_us;
  }

  std::string tail_of(const Decision& decision) const;
  bool queue_if_room(Item& item, Done&& done);
  void queue_item(Item item);
  bool push(Item item);
  void run();
  bool wait_for_work(Items& batch);
  bool gathers();
  void sleep(std::unique_lock<std::mutex>& lock, std::optional<Steady::time_point> alarm);
  std::optional<Steady::time_point> next_alarm() const;
  void note_commit(const Items& batch, bool done, Steady::time_point begin);
  void write(Items batch);
  void refuse(Items batch);
  void say_last_words(Items& batch);
  void settle(std::size_t bytes);
  bool resume();
  void publish();
  void prepare_checkpoint();
  void hand_over_checkpoint();

  const std::unique_ptr<Store> store;
  JournalSettings settings;
  SegmentWriter writer;  // of the thread that writes
  CheckpointWriter checkpoints;

  mutable std::mutex mutex;
  std::condition_variable wake;
  // Under the mutex:
  Items queue;
  std::size_t bytes = 0;     // of the queue and of what is being written
  bool urgent = false;       // somebody waits
  std::size_t waiting = 0;   // how many, in the queue
  bool fast_asleep = false;  // does not look by itself for what nobody waits for
  Gathering gathering;
  std::optional<Steady::time_point> first_lazy;  // when the oldest outcome came
  bool stopping = false;
  std::vector<std::function<void()>> room_calls;
  Head head;
  LeafRange tree;  // of the head
  std::string error;
  std::vector<Told> told;
  std::optional<LogKeys> new_keys;

  std::atomic<bool> healthy{true};
  std::atomic<std::uint64_t> commits{0}, records{0}, refused{0}, lost{0};
  // Of the thread that writes:
  Steady::time_point retry_at{};
  bool told_of_full_disk = false;
  Steady::time_point checkpoint_at = Steady::now() + settings.checkpoints.every;
  std::thread thread;
};

std::string Journal::Impl::tail_of(const Decision& decision) const {
  if (!settings.finding_key_at) return record_tail(decision, settings.finding_key);
  const FindingKey key = settings.finding_key_at(decision.time_us);
  return record_tail(decision, key.key, key.epoch);
}

bool Journal::Impl::queue_if_room(Item& item, Done&& done) {
  bool notify = false;
  {
    const std::lock_guard lock(mutex);
    if (bytes > 0 && bytes + cost(item) > settings.queue_bytes) return false;
    item.done = std::move(done);
    notify = push(std::move(item));
  }
  if (notify) wake.notify_one();
  return true;
}

void Journal::Impl::queue_item(Item item) {
  bool notify = false;
  {
    const std::lock_guard lock(mutex);
    notify = push(std::move(item));
  }
  if (notify) wake.notify_one();
}

// Under the mutex. Whether the writer must be woken: it hears of the first that somebody waits for,
// and of the last that it gathers.
bool Journal::Impl::push(Item item) {
  bytes += cost(item);
  bool notify = false;
  if (item.done) {
    ++waiting;
    notify = !std::exchange(urgent, true) || waiting == gathering.enough();
  } else {
    if (!first_lazy) first_lazy = Steady::now();
    notify = std::exchange(fast_asleep, false);
  }
  queue.push_back(std::move(item));
  return notify;
}

std::optional<Steady::time_point> Journal::Impl::next_alarm() const {
  std::optional<Steady::time_point> alarm;
  if (first_lazy) alarm = *first_lazy + kOutcomeDelay;
  if (!settings.checkpoints.keys.signing.empty() && writer.grown())
    alarm = std::min(alarm.value_or(checkpoint_at), checkpoint_at);
  if (!healthy) alarm = retry_at;  // outcomes are kept until then
  return alarm;
}

// Under the mutex, as the next two.
bool Journal::Impl::gathers() {
  return urgent && !stopping && waiting > 0 && gathering.goes_on(waiting, Steady::now());
}

// Who was busy just now looks again by itself, so that the outcomes of a busy time wake nobody.
void Journal::Impl::sleep(std::unique_lock<std::mutex>& lock,
                          std::optional<Steady::time_point> alarm) {
  if (!first_lazy && !fast_asleep) {
    const auto look = Steady::now() + kOutcomeDelay;
    const bool early = alarm && *alarm < look;
    fast_asleep = wake.wait_until(lock, early ? *alarm : look) == std::cv_status::timeout && !early;
  } else if (alarm) {
    wake.wait_until(lock, *alarm);
  } else {
    wake.wait(lock);
  }
}

// False: the end, nothing is left.
bool Journal::Impl::wait_for_work(Items& batch) {
  std::unique_lock lock(mutex);
  for (;;) {
    const auto alarm = next_alarm();
    if (gathers())
      wake.wait_until(lock, gathering.until());
    else if (urgent || stopping || (alarm && Steady::now() >= *alarm))
      break;
    else
      sleep(lock, alarm);
  }
  batch.swap(queue);
  urgent = fast_asleep = false;
  waiting = 0;
  first_lazy.reset();
  return !stopping || !batch.empty();
}

void Journal::Impl::run() {
  for (Items batch; wait_for_work(batch); batch.clear()) write(std::move(batch));
  if (!writer.healthy()) resume();
  prepare_checkpoint();
  writer.end(settings.clock());
  if (writer.healthy()) checkpoints.submit(writer.state());  // of the `stop` too
  publish();
  settle(0);
}

// What others left for the next `checkpoint` record.
void Journal::Impl::prepare_checkpoint() {
  std::vector<Told> answers;
  std::optional<LogKeys> keys;
  {
    const std::lock_guard lock(mutex);
    answers.swap(told);
    keys = std::exchange(new_keys, std::nullopt);
  }
  writer.told(std::move(answers));
  if (keys) {
    checkpoints.set_keys(*keys);
    writer.set_keys(std::move(*keys));
  }
  if (writer.grown() && Steady::now() >= checkpoint_at) writer.want_checkpoint();
}

void Journal::Impl::hand_over_checkpoint() {
  auto state = writer.take_checkpoint();
  if (!state) return;
  checkpoint_at = Steady::now() + settings.checkpoints.every;
  checkpoints.submit(std::move(*state));
}

bool Journal::Impl::resume() {
  const std::uint64_t refused_now = refused, lost_now = lost;
  retry_at = Steady::now() + kRetry;
  if (!writer.resume(refused_now, lost_now, settings.clock())) return false;
  told_of_full_disk = false;
  refused -= refused_now;
  lost -= lost_now;
  ++commits;
  ++records;
  return true;
}

void Journal::Impl::publish() {
  const std::lock_guard lock(mutex);
  head.size = writer.size();
  head.link = text_of(writer.link());
  tree = writer.tree();
  if (!writer.healthy()) error = writer.error();
  healthy = writer.healthy();
}

void Journal::Impl::note_commit(const Items& batch, bool done, Steady::time_point begin) {
  const auto end = Steady::now();
  const auto waited =
      std::count_if(batch.begin(), batch.end(), [](const Item& i) { return bool(i.done); });
  const std::lock_guard lock(mutex);
  if (done && settings.sync)
    gathering.committed(static_cast<std::size_t>(waited), waiting, end - begin, end);
  else
    gathering.forget();
}

void Journal::Impl::write(Items batch) {
  std::vector<std::string_view> tails;
  for (const Item& item : batch) tails.push_back(item.tail);
  const bool ready = writer.healthy() || resume();
  prepare_checkpoint();
  const bool asked = !tails.empty() || writer.checkpoint_wanted();
  const auto begin = Steady::now();
  const std::uint64_t first = ready && asked ? writer.commit(tails, settings.clock()) : 0;
  note_commit(batch, first != 0, begin);
  publish();
  hand_over_checkpoint();
  if (!first) {
    retry_at = std::max(retry_at, Steady::now() + kRetry);
    say_last_words(batch);
    refuse(std::move(batch));
    return;
  }
  ++commits;
  records += batch.size();
  Answers answers;
  std::size_t size = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    size += cost(batch[i]);
    answers.give(batch[i], first + i);
  }
  settle(size);
}

// On a full disk: what the operator does is written still, and that requests are refused.
void Journal::Impl::say_last_words(Items& batch) {
  if (!writer.lacks_space() || settings.reserve_bytes == 0) return;
  std::vector<std::string> own;
  if (!std::exchange(told_of_full_disk, true))
    own.push_back(record_tail(
        Admin{settings.clock(), settings.gateway, "no_space", "", writer.error(), "system"}));
  std::vector<std::string_view> tails(own.begin(), own.end());
  Items last, rest;
  for (Item& item : batch) (item.last_word ? last : rest).push_back(std::move(item));
  for (const Item& item : last) tails.push_back(item.tail);
  const std::uint64_t first = writer.size() + own.size();
  const bool written = !tails.empty() && writer.write_last_words(tails);
  publish();
  if (!written) {
    std::move(last.begin(), last.end(), std::back_inserter(rest));
    batch = std::move(rest);
    return;
  }
  records += tails.size();
  Answers answers;
  std::size_t size = 0;
  for (std::size_t i = 0; i < last.size(); ++i) {
    size += cost(last[i]);
    answers.give(last[i], first + i);
  }
  settle(size);
  batch = std::move(rest);
}

// Whoever waits is told; outcomes and admin records are kept for the next try while there is room.
void Journal::Impl::refuse(Items batch) {
  Answers answers;
  std::size_t size = 0;
  Items kept;
  for (Item& item : batch) {
    const bool keep = !item.done || item.retried;
    answers.give(item, 0);
    if (keep)
      kept.push_back(std::move(item));
    else
      size += cost(item);
  }
  {
    const std::lock_guard lock(mutex);
    while (!kept.empty() && (stopping || bytes > settings.queue_bytes)) {
      bytes -= cost(kept.back());
      kept.pop_back();
      ++lost;
    }
    if (!kept.empty()) first_lazy = Steady::now();
    std::move(queue.begin(), queue.end(), std::back_inserter(kept));
    queue = std::move(kept);
  }
  settle(size);
}

// `written` bytes wait no longer.
void Journal::Impl::settle(std::size_t written) {
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(mutex);
    bytes -= written;
    if (stopping || bytes < settings.queue_bytes) calls.swap(room_calls);
  }
  for (auto& call : calls) call();
}

Journal::Journal() = default;

std::unique_ptr<Journal> Journal::open(std::unique_ptr<Store> store, JournalSettings settings,
                                       std::int64_t now_us, std::string& error) {
  std::unique_ptr<Journal> journal(new Journal);
  auto impl = std::make_unique<Impl>(std::move(store), std::move(settings));
  if (!impl->writer.begin(now_us)) {
    error = impl->writer.error();
    return nullptr;
  }
  impl->commits = 1;
  impl->publish();
  impl->hand_over_checkpoint();
  journal->impl_ = std::move(impl);
  journal->impl_->thread = std::thread([i = journal->impl_.get()] { i->run(); });
  return journal;
}

Journal::~Journal() {
  if (!impl_) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
}

bool Journal::record(const Decision& decision, Done&& done, Courier* courier) {
  Item item{impl_->tail_of(decision), {}};
  item.courier = courier;
  return impl_->queue_if_room(item, std::move(done));
}

void Journal::record(const Outcome& outcome) {
  impl_->queue_item({record_tail(outcome), {}});
}

void Journal::record(const Admin& admin) {
  impl_->queue_item({record_tail(admin), {}, true});
}

void Journal::record(const Admin& admin, Done&& done) {
  impl_->queue_item({record_tail(admin), std::move(done), true, true});
}

void Journal::when_room(std::function<void()> call) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->room_calls.push_back(std::move(call));
    impl_->urgent = true;
  }
  impl_->wake.notify_one();
}

bool Journal::healthy() const {
  return impl_->healthy;
}

std::string Journal::last_error() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->error;
}

void Journal::count_refused() {
  ++impl_->refused;
}

bool Journal::keep_policy(const std::string& digest, const std::string& text) {
  std::string problem = "'" + digest + "' is no digest of a policy";
  if (is_digest(digest)) {
    const std::string name = "policies/" + digest.substr(digest.find(':') + 1) + ".yaml";
    std::string kept;
    if (impl_->store->read(name, kept) == 0 && kept == text) return true;
    const int code = impl_->store->write_file(name, text);
    if (!code) return true;
    problem = name + " cannot be written: " + std::strerror(code);
  }
  const std::lock_guard lock(impl_->mutex);
  impl_->error = problem;
  return false;
}

Journal::Head Journal::head() const {
  ChainHash hash;
  const std::lock_guard lock(impl_->mutex);
  Head head = impl_->head;
  head.root = text_of(link_of(impl_->tree.root(hash)));
  return head;
}

Journal::Checkpointed Journal::checkpoint() const {
  return impl_->checkpoints.newest();
}

void Journal::told(Told answer) {
  const std::lock_guard lock(impl_->mutex);
  impl_->told.push_back(std::move(answer));
}

void Journal::set_keys(LogKeys keys) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->new_keys = std::move(keys);
    impl_->urgent = true;
  }
  impl_->wake.notify_one();
}

std::uint64_t Journal::commits() const {
  return impl_->commits;
}

std::uint64_t Journal::records() const {
  return impl_->records;
}

}  // namespace sekisho::audit
