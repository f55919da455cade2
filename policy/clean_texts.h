#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace sekisho::policy {

// Short strings of this request that hold nothing ("type", "text", "role"): JSON repeats them, and
// each text is judged by itself alone.
class CleanTexts {
 public:
  static bool fits(std::string_view text) { return text.size() < kSlot; }
  bool knows(std::string_view text) const {
    if (slots_.empty()) return false;
    const Slot& slot = slots_[index(text)];
    return slot[0] == static_cast<char>(text.size()) &&
           std::memcmp(slot.data() + 1, text.data(), text.size()) == 0;
  }
  void add(std::string_view text) {
    if (++seen_ < kWorthwhile) return;
    if (slots_.empty()) slots_.resize(kSlots);
    Slot& slot = slots_[index(text)];
    slot[0] = static_cast<char>(text.size());
    std::memcpy(slot.data() + 1, text.data(), text.size());
  }

 private:
  static constexpr std::size_t kSlot = 32, kSlots = 256;
  static constexpr int kWorthwhile = 64;  // below, the table costs more than it saves
  using Slot = std::array<char, kSlot>;
  static std::size_t index(std::string_view text) {
    std::uint32_t hash = 2166136261u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return (hash ^ hash >> 16) % kSlots;
  }
  std::vector<Slot> slots_;
  int seen_ = 0;
};

}  // namespace sekisho::policy
