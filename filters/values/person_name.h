#pragma once

// Names of persons in Japanese script: a surname of the list, a given name, what stands around
// them.

#include <cstddef>
#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// Names that begin in `where`, with the confidences of the row: `shape` of a surname followed by a
// given name, `grouped` of a surname with an honorific, a rank or in the place where one introduces
// oneself or begins to speak, `context` of a whole name with an honorific.
void find_person_names(const DetectorRow& row, std::string_view text, Range where, Findings& out);

// What stands in the place of a name ("氏名：…"): also names that are on no list. The match is
// narrowed to the name.
double check_person_name(TokenMatch& match, double confidence);
// A surname alone below or behind a word for who is in charge ("担当：…"), and the further ones of
// a list of people ("出席者：…、…").
double check_surname_here(TokenMatch& match, double confidence);
double check_given_name_here(TokenMatch& match, double confidence);
void find_attendants(const DetectorRow& row, std::string_view text, Range gate, Findings& out);
// What stands in the place of a reading in kana ("フリガナ：…").
double check_name_reading(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
