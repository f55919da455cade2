#pragma once

// Numbers written in kanji, where the context asks: digit by digit ("〇九〇一二三四…") and with
// powers of ten before a counter ("三十二番"). Running text (一般, 三菱, 千葉) is left alone.

#include <cstddef>
#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// 0..9, 10, 100, 1000, 10000; -1 = no digit.
int kanji_value(char32_t c);
// What may stand between digits, as ASCII has it; 0: nothing of the kind.
char kanji_separator(char32_t c);

// Adds a patch for each number that begins in `where`.
void find_kanji_numbers(std::string_view text, const Survey& survey, Range where, Patches& out);
// The same of numbers whose groups are written with powers of ten ("四千百十六－八千二百…"). A
// label or a check digit must prove them.
void find_kanji_groups(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
