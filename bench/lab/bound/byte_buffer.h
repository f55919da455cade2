#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

namespace sekisho::lab {

// Bytes that grow without being zeroed first: std::string would write a 4 MiB body twice.
class ByteBuffer {
 public:
  ByteBuffer() = default;
  ~ByteBuffer() { std::free(data_); }
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;

  std::string_view view() const { return {data_, size_}; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }

  // Where the next bytes go, after room(); grew() says how many there are.
  char* end() { return data_ + size_; }
  void grew(std::size_t size) { size_ += size; }

  void room(std::size_t more) {
    if (size_ + more <= capacity_) return;
    capacity_ = std::max(size_ + more, capacity_ * 2);
    data_ = static_cast<char*>(std::realloc(data_, capacity_));
    if (!data_) throw std::bad_alloc();
  }
  void append(std::string_view bytes) {
    room(bytes.size());
    std::memcpy(end(), bytes.data(), bytes.size());
    grew(bytes.size());
  }
  void clear() { size_ = 0; }
  void release() {
    std::free(data_);
    data_ = nullptr;
    size_ = capacity_ = 0;
  }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace sekisho::lab
