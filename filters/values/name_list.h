#pragma once

// The words that person_name_ja knows, packed for look-ups by characters.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace sekisho::filters {

// Up to four characters of the basic plane in one number; 0 = does not fit.
std::uint64_t name_key(const char32_t* characters, std::size_t count);

class NameList {
 public:
  static const NameList& shipped();

  bool begins_surname(char32_t c) const { return c < kPlane && surname_first_[c]; }
  bool is_surname(const char32_t* name, std::size_t count) const {
    return surnames_.count(name_key(name, count)) > 0;
  }
  // On the list, or composed as given names are.
  bool is_given(const char32_t* name, std::size_t count) const;
  bool is_listed_given(const char32_t* name, std::size_t count) const {
    return given_.count(name_key(name, count)) > 0;
  }
  // Whether every character occurs in some name, and the last one ends given names.
  bool is_plausible(const char32_t* name, std::size_t count) const;

 private:
  static constexpr std::size_t kPlane = 0x10000;
  NameList();

  std::unordered_set<std::uint64_t> surnames_, given_;
  std::bitset<kPlane> surname_first_, in_names_, given_first_, given_last_;
};

}  // namespace sekisho::filters
