#include <algorithm>
#include <iterator>

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/views/message_borders.h"
#include "filters/views/pieces.h"
#include "filters/views/pulled_apart.h"
#include "filters/views/survey.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

bool value_at(std::string_view text, std::size_t at) {
  return token_at(text, at) || at_sign(text, at) || (at < text.size() && text[at] == ':');
}

// In either case; `ending` is in lower case.
bool ends_like(std::string_view text, std::string_view ending) {
  if (text.size() < ending.size()) return false;
  text.remove_prefix(text.size() - ending.size());
  for (std::size_t i = ending.size(); i-- > 0;) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((is_upper(c) ? c + 0x20 : c) != static_cast<unsigned char>(ending[i])) return false;
  }
  return true;
}

// "… and the second half is ", "…; the rest: " before `at`: where what stands before it ends;
// `at`: nothing says that a value goes on there.
std::size_t told_part_begin(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 40;
  static constexpr std::string_view kIs[] = {" is ", ": "};
  static constexpr std::string_view kParts[] = {"second half", "second part", "other half",
                                                "last part",   "last half",   "latter half",
                                                "rest",        "remainder",   "third part"};
  static constexpr std::string_view kLeads[] = {" and the ", "、and the ", ", and the ", ", the ",
                                                "; the ",    ". the ",     " the ",      " and ",
                                                ", ",        "; "};
  std::string_view before = text.substr(at - std::min(at, kReach), std::min(at, kReach));
  const auto drop = [&before](const auto& endings) {
    for (const std::string_view ending : endings) {
      if (!ends_like(before, ending)) continue;
      before.remove_suffix(ending.size());
      return true;
    }
    return false;
  };
  static constexpr std::string_view kFollowed[] = {", followed by ", " followed by ", ", and then ",
                                                   " and then ",     ", then ",       " then "};
  const bool told = drop(kFollowed) || (drop(kIs) && drop(kParts) && drop(kLeads));
  if (!told || before.empty()) return at;
  const auto end = static_cast<std::size_t>(before.data() + before.size() - text.data());
  return end > 0 && value_at(text, end - 1) ? end : at;
}

// Cheap: whether "half is ", "part: ", "followed by ", "then " or the like may end at `at`.
bool may_tell_part(std::string_view text, std::size_t at) {
  if (text[at - 2] == 'y') return text[at - 3] == 'b' && text[at - 5] == 'd';
  if (text[at - 2] == 'n') return text[at - 3] == 'e' && text[at - 4] == 'h';
  static constexpr CharSet kBefore{"lrse"}, kLast{"ftr"};
  const std::size_t end = text[at - 2] == ':' ? at - 2 : text[at - 2] == 's' ? at - 4 : 0;
  return end > 2 && kLast.has(text[end - 1]) && kBefore.has(text[end - 2]);
}

// Cheap: whether "後半", "残り", "続き" or the like may stand behind the sign or blank at `at`.
bool may_begin_part(std::string_view text, std::size_t at) {
  if (literal_at(text, at, "（前") || literal_at(text, at, " と ")) return true;
  std::size_t first = at + (static_cast<unsigned char>(text[at]) < 0x80 ? 1 : 3);
  if (at_or_nul(text, first) == '(') ++first;
  return literal_at(text, first, "後") || literal_at(text, first, "残") ||
         literal_at(text, first, "続") || literal_at(text, first, "つ") ||
         literal_at(text, first, "下") || literal_at(text, first, "そ") ||
         literal_at(text, first, "で") || literal_at(text, first, "の");
}

}  // namespace

void find_told_parts(std::string_view text, const Survey& survey, Range where, PulledApart out) {
  // What holds a digit behind ": " or a word of two letters; and signs of Japanese sentences behind
  // a piece.
  constexpr auto kPlaces = [](const BlockMarks& before, const BlockMarks& m,
                              const BlockMarks& after) {
    // Cheap: neither half of a value is near.
    if ((before.digit | m.digit | after.digit) == 0) return std::uint64_t{0};
    const std::uint64_t part = m.alnum() | m.token | m.colon | m.dot | m.at;
    const std::uint64_t last =
        (before.alnum() | before.token | before.colon | before.dot | before.at) >> 63;
    const TwoBlocks high{m.first_high, after.first_high};
    const TwoBlocks close{m.close, after.close};
    const std::uint64_t words = high.ahead(1) | (close.ahead(1) & high.ahead(2));
    const std::uint64_t signs = (m.gap | (m.space & words)) & (part << 1 | last);
    const auto behind = [](std::uint64_t here, std::uint64_t earlier, unsigned n) {
      return here << n | earlier >> (64 - n);
    };
    const std::uint64_t begins = part & behind(m.space, before.space, 1);
    if (begins == 0) return signs;
    const std::uint64_t letter = behind(m.letter, before.letter, 3);
    // "is", "by", "then".
    const std::uint64_t is =
        behind(m.letter, before.letter, 2) & letter &
        (behind(m.space, before.space, 4) |
         (behind(m.letter, before.letter, 4) & behind(m.space, before.space, 6)));
    const std::uint64_t told = begins & (is | (behind(m.colon, before.colon, 2) & letter));
    if (told == 0) return signs;
    const TwoBlocks digits{m.digit, after.digit};
    return signs | (told & digits.spread(1).spread(2).spread(4).spread(8).spread(8).spread(8).low);
  };
  survey.each(std::max<std::size_t>(where.begin, 8), where.end, kPlaces, [&](std::size_t at) {
    if (static_cast<unsigned char>(text[at]) >= 0x80 || text[at] == ' ' || text[at] == '\n') {
      const std::size_t part = may_begin_part(text, at) ? part_label_end(text, at) : at;
      if (part != at) out.doubtful.add({at, part}, lost_separator(text, at, part));
      return at + 1;
    }
    if (!may_tell_part(text, at)) return at + 1;
    if (const std::size_t end = told_part_begin(text, at); end != at)
      out.doubtful.add({end, at}, lost_separator(text, end, at));
    return at + 1;
  });
}

}  // namespace sekisho::filters
