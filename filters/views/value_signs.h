#pragma once

// What stands between the characters of a value with signs of any kind in it: "MG6-5.98 6",
// "(485)(964912)".

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace sekisho::filters {

// The groups of a value and what stands between them.
struct ValueSigns {
  std::string_view first;
  bool alike = true;
  std::vector<std::size_t> sizes;

  bool in_pairs() const {
    return std::all_of(sizes.begin(), sizes.end(), [](std::size_t size) { return size == 2; });
  }
};
ValueSigns signs_of(std::string_view written);

// "MG6-5 9": where the letters and digits begin that have nothing but signs between up to the digit
// at `at`; `at`: no letter is among those right before it.
std::size_t letters_begin(std::string_view text, std::size_t at);

// Cheap: whether the digits [at, end) may be a group of a value with signs of any kind between its
// characters, the first of which stands behind its label. Most numbers have the same sign all over.
bool may_have_signs(std::string_view text, std::size_t at, std::size_t end);

}  // namespace sekisho::filters
