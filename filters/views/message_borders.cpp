#include "filters/views/message_borders.h"

#include <algorithm>
#include <iterator>

#include "filters/char_set.h"
#include "filters/views/pieces.h"
#include "filters/views/survey.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestBorder = 240;

char at_or_nul(std::string_view text, std::size_t at) {
  return at < text.size() ? text[at] : '\0';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool digit(char c) {
  return is_digit(static_cast<unsigned char>(c));
}

bool is_text_key(std::string_view key) {
  static constexpr std::string_view kKeys[] = {"content", "text", "parts", "message",
                                               "value",   "body", "input", "prompt"};
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

constexpr CharSet kBlanks{" \t\r\n"};
constexpr CharSet kBetweenFields = kBlanks | CharSet(",");
constexpr CharSet kBetweenParts = kBlanks | CharSet("[{");
constexpr CharSet kBetweenMessages = kBetweenParts | CharSet("}],");
constexpr CharSet kLineStart = kBlanks | CharSet(">*#-");

std::size_t skip(std::string_view text, std::size_t at, const CharSet& characters) {
  while (at < text.size() && characters.has(text[at])) ++at;
  return at;
}

// The string at `at`: without its quotes; `end` after them. Short ones only.
bool read_string(std::string_view text, std::size_t at, std::string_view& value, std::size_t& end) {
  if (at_or_nul(text, at) != '"') return false;
  const std::string_view rest = text.substr(at + 1, 48);
  const std::size_t close = rest.find('"');
  if (close == std::string_view::npos) return false;
  value = rest.substr(0, close);
  end = at + close + 2;
  return true;
}

// From the quote that ends one text to the one that begins the next; 0 = something else follows.
// `answer` is set when it is a text of the assistant.
std::size_t json_border_end(std::string_view text, std::size_t at, bool& answer) {
  std::size_t pos = skip(text, at + 1, kBetweenMessages);
  if (at_or_nul(text, pos) != '"' || text.substr(at, pos - at).find('}') == std::string_view::npos)
    return 0;
  while (pos - at < kLongestBorder) {
    std::string_view key, ignored;
    std::size_t end = 0;
    if (!read_string(text, pos, key, end)) return 0;
    pos = skip(text, end, kBlanks);
    if (at_or_nul(text, pos) != ':') return 0;
    pos = skip(text, pos + 1, kBlanks);
    if (is_text_key(key)) {
      pos = skip(text, pos, kBetweenParts);
      // Parts of a message have keys of their own.
      if (at_or_nul(text, pos) != '"') return 0;
      std::string_view inner;
      std::size_t inner_end = 0;
      const bool nested = read_string(text, pos, inner, inner_end) &&
                          (is_text_key(inner) || inner == "type") &&
                          at_or_nul(text, skip(text, inner_end, kBlanks)) == ':';
      if (!nested) return pos + 1;
      continue;
    }
    if (!read_string(text, pos, ignored, end)) return 0;
    if (key == "role") answer = ignored == "assistant" || ignored == "model";
    pos = skip(text, end, kBetweenFields);
  }
  return 0;
}

// The same over a short answer between two texts of the user.
std::size_t json_border_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestAnswer = 160;
  bool answer = false;
  const std::size_t begin = json_border_end(text, at, answer);
  if (begin == 0 || !answer) return begin;
  const std::size_t close = text.substr(begin, kLongestAnswer).find_first_of("\"\\");
  if (close == std::string_view::npos || text[begin + close] != '"') return begin;
  answer = false;
  const std::size_t end = json_border_end(text, begin + close, answer);
  return end == 0 || answer ? begin : end;
}

constexpr CharSet kAfterName{" \t*"};

bool is_speaker(std::string_view name) {
  static constexpr std::string_view kSpeakers[] = {
      "user",   "assistant", "human",    "ai",           "bot",      "system",  "me",
      "you",    "agent",     "customer", "client",       "operator", "support", "q",
      "a",      "ユーザー",  "ユーザ",   "アシスタント", "お客様",   "顧客",    "担当",
      "担当者", "質問",      "回答",     "利用者",       "自分",     "相手"};
  // Cheap: none has anything but letters.
  static constexpr CharSet kNoLetters{" !\"#$%&'()*+,-./0123456789;<=>?@[\\]^_`{|}~"};
  if (std::any_of(name.begin(), name.end(), [](char c) { return kNoLetters.has(c); })) return false;
  const std::string lower = folded_lower(name);
  return std::find(std::begin(kSpeakers), std::end(kSpeakers), lower) != std::end(kSpeakers);
}

// From a line end over "user: "; 0 = no speaker's name follows.
std::size_t transcript_border_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 24;
  std::size_t pos = skip(text, at, kLineStart);
  const std::size_t name = pos;
  // What those of ASCII begin with.
  static constexpr CharSet kFirst{"uahbsmycoqUAHBSMYCOQ"};
  const char first = at_or_nul(text, name);
  if (static_cast<unsigned char>(first) < 0x80 && !kFirst.has(first)) return 0;
  static constexpr CharSet kStops{":\n\xEF"};  // and the first byte of "："
  while (pos < text.size() && pos - name < kLongestName &&
         (!kStops.has(text[pos]) || (text[pos] == '\xEF' && text.substr(pos, 3) != "：")))
    ++pos;
  const std::size_t colon = at_or_nul(text, pos) == ':' ? 1 : text.substr(pos, 3) == "：" ? 3 : 0;
  if (colon == 0) return 0;
  std::string_view speaker = text.substr(name, pos - name);
  while (!speaker.empty() && (speaker.back() == '*' || speaker.back() == ' '))
    speaker.remove_suffix(1);
  return is_speaker(speaker) ? skip(text, pos + colon, kAfterName) : 0;
}

// Between two halves of a number its own separator was lost: the one that stands nearest.
std::string_view lost_separator(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin == 0 || !digit(text[begin - 1]) || !digit(at_or_nul(text, end))) return {};
  const auto separator = [](char c) -> std::string_view {
    return c == '-' ? "-" : c == ' ' ? " " : "";
  };
  std::size_t after = end;
  while (after < text.size() && digit(text[after])) ++after;
  std::size_t first = begin;
  while (first > 0 && digit(text[first - 1])) --first;
  // The border stands within a group.
  constexpr std::size_t kLongestGroup = 4;
  const std::size_t together = begin - first + (after - end);
  if (together <= kLongestGroup) return {};
  // "3421-934" "024-85007", as American Express groups them.
  const auto digits_at = [text](std::size_t at) {
    std::size_t size = 0;
    while (at + size < text.size() && digit(text[at + size])) ++size;
    return size;
  };
  if (together == 6 && first > 0 && at_or_nul(text, after) == text[first - 1] &&
      digits_at(after + 1) == 5)
    return {};
  if (after < text.size() && digit(at_or_nul(text, after + 1)) && !separator(text[after]).empty())
    return separator(text[after]);
  std::size_t before = begin;
  while (before > 0 && digit(text[before - 1])) --before;
  if (before > 1 && digit(text[before - 2])) return separator(text[before - 1]);
  return {};
}

}  // namespace

void find_message_borders(std::string_view text, const Survey& survey, Range where,
                          PulledApart out) {
  // Quotes (borders that are special) before what closes an object or parts two, and line ends; not
  // those that a word follows with no colon near.
  constexpr auto kEnds = [](const BlockMarks&, const BlockMarks& m, const BlockMarks& after) {
    const TwoBlocks closes{m.close | m.space, after.close | after.space};
    const TwoBlocks words{m.alnum() | m.high, after.alnum() | after.high};
    const TwoBlocks colons{m.colon | m.high, after.colon | after.high};
    const std::uint64_t word = words.spread(1).spread(2).spread(4).ahead(1);
    const std::uint64_t colon =
        colons.spread(1).spread(2).spread(4).spread(8).spread(16).spread(3).ahead(1);
    return (m.special & m.border & closes.ahead(1)) | (m.control & (colon | ~word));
  };
  survey.each(std::max<std::size_t>(where.begin, 1), where.end, kEnds, [&](std::size_t at) {
    const char c = text[at];
    if ((c != '"' && c != '\n') || is_blank(text[at - 1])) return at + 1;
    // What follows a text within its message, or begins one.
    const char next = at_or_nul(text, at + 1);
    if (c == '"' && next != '}' && next != ']' && !is_blank(next)) return at + 1;
    std::size_t end = c == '"' ? json_border_end(text, at) : transcript_border_end(text, at);
    // "続き: " is none of the value.
    if (end != 0) end = part_label_end(text, end);
    // The blank between two groups may begin the second text.
    const bool group =
        digit(text[at - 1]) && at_or_nul(text, end) == ' ' && digit(at_or_nul(text, end + 1));
    if (end == 0 || (is_blank(at_or_nul(text, end)) && !group)) return at + 1;
    std::size_t begin = at;
    if (text[begin - 1] == '\r') --begin;
    out.doubtful.add({begin, end}, lost_separator(text, begin, end));
    return end;
  });
}

}  // namespace sekisho::filters
