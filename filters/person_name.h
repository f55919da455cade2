#pragma once

// Names of persons in Japanese script: a surname of the list, a given name, what stands around
// them.

#include <cstddef>
#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// Names that begin in `where`, with the confidences of the row: `shape` of a surname followed by a
// given name, `grouped` of a surname with an honorific, `context` of both.
void find_person_names(const DetectorRow& row, std::string_view text, Range where, Findings& out);

// What stands in the place of a name ("氏名：…"): also names that are on no list. The match is
// narrowed to the name.
double check_person_name(TokenMatch& match, double confidence);
// The same of readings in kana ("フリガナ：…").
double check_name_reading(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
