#include "audit/journal_checkpoints.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "audit/proof/checkpoint_shelf.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kMostWaiting = 64;  // the later ones imply the earlier
// Where an earlier version left millions, they go little by little.
constexpr std::size_t kMostRemoved = 256;

std::string path_of(std::string_view name) {
  return std::string(kCheckpointFolder) + '/' + std::string(name);
}

std::int64_t now_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace

struct CheckpointWriter::Impl {
  Impl(Store& s, const CheckpointSettings& c) : store(s), settings(c), keys(c.keys) {}

  void run();
  void write(const TreeState& state, const std::vector<SigningKey>& with);
  std::string write_files(const TreeState& state, const std::string& note);
  void look_at_shelf();
  void thin_out(std::uint64_t written);

  Store& store;
  const CheckpointSettings& settings;
  // Of the thread:
  ChainHash hash;
  std::optional<CheckpointShelf> shelf;

  mutable std::mutex mutex;
  std::condition_variable wake;
  // Under the mutex:
  LogKeys keys;
  std::deque<TreeState> waiting;
  bool stopping = false;
  Journal::Checkpointed newest;

  std::thread thread;
};

void CheckpointWriter::Impl::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    wake.wait(lock, [this] { return stopping || !waiting.empty(); });
    if (waiting.empty()) return;
    const TreeState state = std::move(waiting.front());
    waiting.pop_front();
    const std::vector<SigningKey> with = keys.signing;
    lock.unlock();
    write(state, with);
    lock.lock();
  }
}

// latest.ckpt first: it is then never older than a numbered one, so that `audit verify` can tell
// one that was put back. An older state of the tree costs time at the next start, nothing else.
std::string CheckpointWriter::Impl::write_files(const TreeState& state, const std::string& note) {
  const std::pair<std::string, std::string> files[] = {
      {path_of(kLatestCheckpoint), note},
      {path_of(checkpoint_name(state.tree.end())), note},
      {path_of(kLatestTree), tree_state_text(state) + note}};
  for (const auto& [name, bytes] : files)
    if (const int code = store.write_file(name, bytes))
      return name + " cannot be written: " + std::strerror(code);
  return {};
}

void CheckpointWriter::Impl::look_at_shelf() {
  shelf.emplace();
  std::vector<std::string> names;
  store.list_folder(std::string(kCheckpointFolder), names);
  std::vector<std::uint64_t> sizes;
  for (const std::string& name : names)
    if (const auto size = checkpoint_size(name); size && *size) sizes.push_back(*size);
  std::sort(sizes.begin(), sizes.end());
  for (const std::uint64_t size : sizes) shelf->add(size);
}

void CheckpointWriter::Impl::thin_out(std::uint64_t written) {
  if (!shelf) look_at_shelf();
  shelf->add(written);
  for (const std::uint64_t size : shelf->take_superfluous(kMostRemoved))
    store.remove(path_of(checkpoint_name(size)));
}

void CheckpointWriter::Impl::write(const TreeState& state, const std::vector<SigningKey>& with) {
  const Checkpoint checkpoint{with.front().public_half().name(), state.tree.end(),
                              state.tree.root(hash)};
  const std::string note = sign_note(checkpoint_text(checkpoint), with);
  std::string error = write_files(state, note);
  const bool written = error.empty();
  {
    const std::lock_guard lock(mutex);
    newest.error = std::move(error);
    if (written) {
      newest.size = checkpoint.size;
      newest.time_us = now_us();
    }
  }
  if (!written) return;
  if (settings.written) settings.written(checkpoint.size, note);
  thin_out(checkpoint.size);
}

CheckpointWriter::CheckpointWriter(Store& store, const CheckpointSettings& settings)
    : impl_(std::make_unique<Impl>(store, settings)) {
  if (!settings.keys.signing.empty())
    impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

CheckpointWriter::~CheckpointWriter() {
  if (!impl_->thread.joinable()) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
}

void CheckpointWriter::submit(TreeState state) {
  if (!impl_->thread.joinable()) return;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->waiting.push_back(std::move(state));
    if (impl_->waiting.size() > kMostWaiting) impl_->waiting.pop_front();
  }
  impl_->wake.notify_one();
}

void CheckpointWriter::set_keys(LogKeys keys) {
  const std::lock_guard lock(impl_->mutex);
  if (!keys.signing.empty()) impl_->keys = std::move(keys);
}

Journal::Checkpointed CheckpointWriter::newest() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->newest;
}

}  // namespace sekisho::audit
