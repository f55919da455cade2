#pragma once

// Whether chance made a value, or a person: what tells a key from a name.

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

// Letters, digits and +/_-.~= of at least 16 characters that look drawn by lot: as much entropy as
// 99 of 100 random strings of the same alphabet and length have, digits or changes of case as
// chance gives them, letters that form no words, no counting. UUIDs are none.
bool looks_random(std::string_view value);

// Share of neighbouring letters that often stand together in words (English, romanised Japanese):
// about 0.2 of random ones, 0.6 and more of words. 0 where fewer than `fewest` letters adjoin.
double word_likeness(std::string_view value, std::size_t fewest = 6);

// "HUsCUOsfMgA", "qskStR-ROjYvx": letters whose case changes as chance changes it and that make no
// words; "-", "." and "_" may part them.
bool spells_nothing(std::string_view value);

bool is_uuid(std::string_view value);
bool is_hex(std::string_view value);

}  // namespace sekisho::filters
