#pragma once

// Text in base64, base64url, base32 or hexadecimal, in one run or broken over lines, packed or not;
// and tokens written backwards or in ROT13.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class ViewBudget;

// Characters of the codings without a break but that of lines.
struct BlobRun {
  Range range;                  // padding included
  std::vector<Range> segments;  // its lines
};
// A shorter run on one line says nothing.
inline constexpr std::size_t kShortestBlob = 12;
// At the first character of a run.
BlobRun read_blob_run(std::string_view text, std::size_t at);
// Where the run goes on after a line that ends at `end` and had `size` characters; `end` = it does
// not.
std::size_t next_blob_line(std::string_view text, std::size_t end, std::size_t size);

enum class BlobCoding { kNone, kHex, kBase64 };
// How the beginning of a long run may be read: `offset` characters are left out before.
struct BlobGuess {
  BlobCoding coding = BlobCoding::kNone;
  std::size_t offset = 0;
};
BlobGuess guess_blob(std::string_view characters);

// Adds a patch over the run when it says something.
void patch_blob(std::string_view text, const BlobRun& run, ViewBudget& budget, bool& over,
                Patches& out);

// The same of groups of one length with single blanks between, the last may be shorter, from the
// first of them at `at` on ("QUtJQVEz WFk0UDZa …"). Behind them; `at`: they are words, or too few.
std::size_t patch_even_groups(std::string_view text, std::size_t at, ViewBudget& budget, bool& over,
                              Patches& out);

// Cheap: whether patch_even_groups may add one there. It reads all groups to the last.
bool may_begin_even_groups(std::string_view text, std::size_t at);

// Cheap: whether the first of them may say text.
bool may_begin_base64(std::string_view chars);
// All of them say text, from the first on.
bool says_in_base64(std::string_view chars);
// Whether they may, in base32 or hexadecimal, too, or packed.
bool may_say_in_coding(const std::string& chars);

}  // namespace sekisho::filters
