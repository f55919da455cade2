#pragma once

// The words that person_name_ja knows, packed for look-ups by characters.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sekisho::filters {

// Up to four characters of the basic plane in one number; 0 = does not fit.
std::uint64_t name_key(const char32_t* characters, std::size_t count);

// A set of name_key, asked for each character that may begin a name.
class NameKeys {
 public:
  void add(std::uint64_t key) { keys_.push_back(key); }
  void close();  // when all are added
  bool has(std::uint64_t key) const {
    if (key == kNone) return false;
    for (std::size_t at = place_of(key); slots_[at] != kNone; at = (at + 1) % slots_.size())
      if (slots_[at] == key) return true;
    return false;
  }

 private:
  static constexpr std::uint64_t kNone = 0;
  std::size_t place_of(std::uint64_t key) const { return key * 0x9E3779B97F4A7C15u >> shift_; }

  std::vector<std::uint64_t> keys_, slots_;
  unsigned shift_ = 0;
};

class NameList {
 public:
  static const NameList& shipped();

  bool begins_surname(char32_t c) const { return c < kPlane && surname_first_[c]; }
  bool is_surname(const char32_t* name, std::size_t count) const {
    return surnames_.has(name_key(name, count));
  }
  // On the list, or composed as given names are.
  bool is_given(const char32_t* name, std::size_t count) const;
  bool is_listed_given(const char32_t* name, std::size_t count) const {
    return given_.has(name_key(name, count));
  }
  // Whether every character occurs in some name, and the last one ends given names.
  bool is_plausible(const char32_t* name, std::size_t count) const;

 private:
  static constexpr std::size_t kPlane = 0x10000;
  NameList();

  NameKeys surnames_, given_;
  std::bitset<kPlane> surname_first_, in_names_, given_first_, given_last_;
};

}  // namespace sekisho::filters
