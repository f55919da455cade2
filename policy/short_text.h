#pragma once

// A text that is usually short and stands in many small structs: up to N bytes of it lie in the
// object itself, longer ones in memory of their own.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace sekisho::policy {

template <std::size_t N>
class ShortText {
  static_assert(N >= sizeof(char*));

 public:
  ShortText() = default;
  ShortText(std::string_view text) { fill(text); }
  ShortText(const char* text) { fill(text); }
  ShortText(const std::string& text) { fill(text); }
  ShortText(const ShortText& other) {
    if (other.is_long())
      fill(other);
    else
      take_bytes(other);
  }
  ShortText(ShortText&& other) noexcept {
    take_bytes(other);
    other.size_ = 0;
  }
  ShortText& operator=(const ShortText& other) {
    if (this != &other) *this = ShortText(other);
    return *this;
  }
  ShortText& operator=(ShortText&& other) noexcept {
    if (this == &other) return *this;
    release();
    take_bytes(other);
    other.size_ = 0;
    return *this;
  }
  ~ShortText() { release(); }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  operator std::string_view() const { return {is_long() ? long_ : short_, size_}; }
  std::string_view view() const { return *this; }
  std::size_t find(std::string_view what) const { return view().find(what); }
  std::string str() const { return std::string(view()); }

  bool operator==(const ShortText& other) const { return view() == other.view(); }
  friend bool operator==(const ShortText& a, std::string_view b) { return a.view() == b; }
  friend bool operator==(const ShortText& a, const char* b) { return a.view() == b; }
  friend bool operator==(const ShortText& a, const std::string& b) { return a.view() == b; }
  friend std::string operator+(std::string a, const ShortText& b) {
    a += b.view();
    return a;
  }
  friend std::string operator+(const ShortText& a, std::string_view b) { return a.str().append(b); }
  friend std::ostream& operator<<(std::ostream& to, const ShortText& text) {
    return to << text.view();
  }

 private:
  bool is_long() const { return size_ > N; }

  void fill(std::string_view text) {
    char* to = text.size() > N ? new char[text.size()] : short_;
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    if (text.size() > N) long_ = to;
    size_ = static_cast<std::uint32_t>(text.size());
  }

  // The whole room at once: cheaper than as many bytes as are in use.
  void take_bytes(const ShortText& other) {
    std::memcpy(short_, other.short_, N);
    size_ = other.size_;
  }

  void release() {
    if (is_long()) delete[] long_;
  }

  std::uint32_t size_ = 0;
  union {
    char short_[N];
    char* long_;
  };
};

}  // namespace sekisho::policy
