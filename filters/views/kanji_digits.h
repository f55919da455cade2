#pragma once

// Numbers written in kanji, where the context asks: digit by digit ("〇九〇一二三四…") and with
// powers of ten before a counter ("三十二番"). Running text (一般, 三菱, 千葉) is left alone.

#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Adds a patch for each number that begins in `where`.
void find_kanji_numbers(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
