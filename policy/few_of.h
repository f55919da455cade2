#pragma once

// A list that seldom holds more than N small things: they lie in the object itself, and only longer
// lists ask for memory.

#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace sekisho::policy {

template <class T, std::size_t N>
class FewOf {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  void push_back(const T& value) {
    if (size_ < N) {
      few_[size_++] = value;
      return;
    }
    if (many_.empty()) many_.assign(few_.begin(), few_.end());
    many_.push_back(value);
    ++size_;
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const T* begin() const { return many_.empty() ? few_.data() : many_.data(); }
  const T* end() const { return begin() + size_; }
  const T& operator[](std::size_t i) const { return begin()[i]; }

 private:
  std::size_t size_ = 0;
  std::array<T, N> few_;
  std::vector<T> many_;  // all of them, when there are more than N
};

}  // namespace sekisho::policy
