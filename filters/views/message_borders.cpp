#include "filters/views/message_borders.h"

#include <algorithm>
#include <iterator>

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/views/chat_borders.h"
#include "filters/views/counted_parts.h"
#include "filters/views/labelled_values.h"
#include "filters/views/password_pieces.h"
#include "filters/views/pieces.h"
#include "filters/views/survey.h"
#include "filters/views/token_prefixes.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestBorder = 240;

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

bool is_answering_role(std::string_view role) {
  return role == "assistant" || role == "model" || role == "bot";
}

// "role": "user", "ts": 12.5 behind the text that ends with the quote at `at`: the last character
// of the fields. `answer` is set when they say that the text is the assistant's.
std::size_t fields_end(std::string_view text, std::size_t at, bool& answer) {
  constexpr int kMostFields = 4;
  std::size_t last = at;
  for (int i = 0; i < kMostFields; ++i) {
    std::size_t pos = skip(text, last + 1, kBlanks);
    if (at_or_nul(text, pos) != ',') break;
    std::string_view key, value;
    std::size_t end = 0;
    if (!read_string(text, skip(text, pos + 1, kBlanks), key, end) || is_text_key(key)) break;
    pos = skip(text, end, kBlanks);
    if (at_or_nul(text, pos) != ':') break;
    pos = skip(text, pos + 1, kBlanks);
    static constexpr CharSet kScalar = kAsciiAlnum | CharSet(".+-");
    end = skip(text, pos, kScalar);
    if (end == pos && !read_string(text, pos, value, end)) break;
    if (end == pos) break;
    if (key == "role") answer = is_answering_role(value);
    last = end - 1;
  }
  return last;
}

// The quote that ends the text of an object whose last field ends with the quote at `at`; `at`:
// that is a text itself, or none stands before.
std::size_t text_end_before(std::string_view text, std::size_t at) {
  constexpr int kMostFields = 4;
  constexpr std::size_t kLongest = 400;
  std::size_t close = at;
  const auto quote_before = [text](std::size_t end) {
    const std::size_t from = end > kLongest ? end - kLongest : 0;
    std::size_t found = end;
    do {
      const std::size_t place = text.substr(from, found - from).rfind('"');
      if (place == std::string_view::npos) return std::string_view::npos;
      found = from + place;
    } while (found > from && text[found - 1] == '\\');
    return found;
  };
  const auto before = [text](std::size_t pos) {
    while (pos > 0 && is_blank(text[pos - 1])) --pos;
    return pos;
  };
  for (int i = 0; i < kMostFields; ++i) {
    const std::size_t open = quote_before(close);
    if (open == std::string_view::npos) return at;
    const std::size_t colon = before(open);
    if (colon == 0 || text[colon - 1] != ':') return at;
    const std::size_t key_end = before(colon - 1);
    if (key_end == 0 || text[key_end - 1] != '"') return at;
    const std::size_t key = quote_before(key_end - 1);
    if (key == std::string_view::npos) return at;
    if (is_text_key(text.substr(key + 1, key_end - key - 2))) return close;
    const std::size_t comma = before(key);
    if (comma == 0 || text[comma - 1] != ',') return at;
    const std::size_t end = before(comma - 1);
    if (end == 0 || text[end - 1] != '"') return at;
    close = end - 1;
  }
  return at;
}

// From the quote that ends one text to the one that begins the next; 0 = something else follows.
// `answer` is set when it is a text of the assistant.
std::size_t next_text_begin(std::string_view text, std::size_t at, bool& answer) {
  std::size_t pos = skip(text, at + 1, kBetweenMessages);
  if (at_or_nul(text, pos) != '"' || text.substr(at, pos - at).find('}') == std::string_view::npos)
    return 0;
  while (pos - at < kLongestBorder) {
    std::string_view key, value;
    std::size_t end = 0;
    if (!read_string(text, pos, key, end)) return 0;
    pos = skip(text, end, kBlanks);
    if (at_or_nul(text, pos) != ':') return 0;
    pos = skip(text, pos + 1, kBlanks);
    // What holds parts, or a message, has keys of its own.
    const std::size_t within = skip(text, pos, kBetweenParts);
    if (is_text_key(key) || within != pos) {
      if (at_or_nul(text, within) != '"') return 0;
      std::string_view inner;
      std::size_t inner_end = 0;
      const bool nested = read_string(text, within, inner, inner_end) &&
                          at_or_nul(text, skip(text, inner_end, kBlanks)) == ':';
      if (!nested) return is_text_key(key) ? within + 1 : 0;
      pos = within;
      continue;
    }
    if (!read_string(text, pos, value, end)) return 0;
    if (key == "role") answer = is_answering_role(value);
    pos = skip(text, end, kBetweenFields);
  }
  return 0;
}

// The same over a short answer between two texts of the user.
std::size_t json_border_end(std::string_view text, std::size_t at) {
  bool answer = false;
  const std::size_t begin = next_text_begin(text, at, answer);
  if (begin == 0) return 0;
  const std::size_t size = text.substr(begin, kLongestAnswer).find_first_of("\"\\");
  if (size == std::string_view::npos || text[begin + size] != '"') return begin;
  // The role may stand behind the text.
  const std::size_t fields = fields_end(text, begin + size, answer);
  if (!answer) return begin;
  answer = false;
  const std::size_t end = next_text_begin(text, fields, answer);
  return end == 0 || answer ? begin : end;
}

// Over what leads to the next piece of a value at the beginning of a message ("then ", "and the
// rest is ", "後半は"); `at`: nothing does.
std::size_t leading_words_end(std::string_view text, std::size_t at) {
  if (const std::size_t part = part_label_end(text, at); part != at) return part;
  constexpr int kMostWords = 7;
  static constexpr std::string_view kWords[] = {"and",  "the",  "is",     "are", "of",
                                                "it",   "with", "by",     "in",  "half",
                                                "part", "my",   "number", "key"};
  static constexpr std::string_view kTelling[] = {"then",      "rest",    "followed", "continued",
                                                  "continues", "next",    "second",   "remaining",
                                                  "remainder", "finally", "ending",   "ends"};
  std::size_t pos = at;
  bool tells = false;
  for (int i = 0; i < kMostWords; ++i) {
    std::size_t end = pos;
    while (end - pos < 12 && is_letter(static_cast<unsigned char>(at_or_nul(text, end)))) ++end;
    const std::string word = lower_case(std::string(text.substr(pos, end - pos)));
    const bool telling =
        std::find(std::begin(kTelling), std::end(kTelling), word) != std::end(kTelling);
    if (!telling && std::find(std::begin(kWords), std::end(kWords), word) == std::end(kWords))
      break;
    static constexpr CharSet kBehind{" :=,"};
    if (!kBehind.has(at_or_nul(text, end))) break;
    tells = tells || telling;
    pos = skip(text, end, kBehind);
  }
  static constexpr CharSet kPiece = kTokenChars | CharSet("@:!#$%&*?^");
  return tells && pos < text.size() && kPiece.has(text[pos]) ? pos : at;
}

}  // namespace

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

namespace {

// "5412 4710 " may be a piece of a number, no other text that ends with a blank.
bool may_end_piece(std::string_view text, std::size_t end) {
  return !is_blank(text[end - 1]) || (text[end - 1] == ' ' && end > 1 && digit(text[end - 2]));
}

}  // namespace

std::size_t next_message(std::string_view text, std::size_t begin) {
  const std::size_t at = at_or_nul(text, begin) == '\r' ? begin + 1 : begin;
  const char c = at_or_nul(text, at), next = at_or_nul(text, at + 1);
  if ((c != '"' && c != '\n' && c != '<') || begin == 0) return begin;
  if (!may_end_piece(text, begin)) return begin;
  // What follows a text within its message, or begins one.
  if (c == '"' && next != '}' && next != ']' && next != ',' && !is_blank(next)) return begin;
  bool answer = false;
  const std::size_t end = c == '"'   ? json_border_end(text, fields_end(text, at, answer))
                          : c == '<' ? template_border_end(text, at)
                                     : chat_border_end(text, at);
  return end == 0 ? begin : leading_words_end(text, end);
}

namespace {

// Behind the head of the next message, whoever wrote it, when the text before the line end says
// that it goes on: a token, or an address without the end of its domain. The text's end: it does
// not.
std::size_t message_of_anybody(std::string_view text, const Survey& survey, Range line_end) {
  if (!token_at(text, line_end.begin - 1)) return line_end.begin;
  const std::size_t token = token_begin(survey, line_end.begin);
  const std::string_view left = text.substr(token, line_end.begin - token);
  const bool mail = token > 0 && at_sign(text, token - 1);
  if (!mail && !has_token_prefix(left)) return line_end.begin;
  const std::size_t head = timed_head_end(text, line_end.end);
  if (head == 0 || !token_at(text, head)) return line_end.begin;
  const std::size_t stop = token_end(text, head);
  const std::string_view right = text.substr(head, stop - head);
  const bool fills = stop == text.size() || text[stop] == '\n' || text[stop] == '\r';
  // "ok", "thanks": an answer.
  const bool goes_on =
      mail ? right.find('.') != right.npos
           : std::any_of(right.begin(), right.end(), [](char ch) { return kAsciiDigits.has(ch); });
  return fills && goes_on ? head : line_end.begin;
}

}  // namespace

void find_message_borders(std::string_view text, const Survey& survey, Range where,
                          PulledApart out) {
  // Quotes (borders that are special) before what closes an object or parts two, marks of
  // templates, and line ends before a word with a colon near.
  constexpr auto kEnds = [](const BlockMarks&, const BlockMarks& m, const BlockMarks& after) {
    const TwoBlocks closes{m.close | m.space, after.close | after.space};
    const std::uint64_t quotes = m.special & m.border & closes.ahead(1);
    // "<|im_end|>".
    const TwoBlocks marks{m.special & m.border, after.special & after.border};
    const std::uint64_t others = quotes | (marks.low & marks.ahead(1));
    if (m.control == 0) return others;
    const TwoBlocks words{m.alnum() | m.high, after.alnum() | after.high};
    const TwoBlocks colons{m.colon, after.colon};
    const TwoBlocks signs{(m.colon & ~(m.colon << 1 | colons.ahead(1))) | m.high,
                          (after.colon & ~(after.colon << 1 | after.colon >> 1)) | after.high};
    const std::uint64_t word = words.spread(1).spread(2).spread(4).spread(8).ahead(1);
    const std::uint64_t sign =
        signs.spread(1).spread(2).spread(4).spread(8).spread(16).spread(8).ahead(1);
    const TwoBlocks counts{m.close, after.close}, digits{m.digit, after.digit};
    const std::uint64_t counted = counts.ahead(1) & digits.ahead(2);
    return others | (m.control & ((word & sign) | counted));
  };
  survey.each(std::max<std::size_t>(where.begin, 1), where.end, kEnds, [&](std::size_t at) {
    const char c = text[at];
    if (c != '"' && c != '\n' && (c != '<' || at_or_nul(text, at + 1) != '|')) return at + 1;
    if (may_count_parts(text, at))
      if (const std::size_t last = join_counted_parts(text, at, out); last != 0) return last;
    std::size_t begin = at;
    if (text[begin - 1] == '\r') --begin;
    std::size_t end = c == '\n' ? message_of_anybody(text, survey, {begin, at + 1}) : begin;
    if (end == begin) end = next_message(text, begin);
    if (end == begin) return at + 1;
    if (c == '"') begin = text_end_before(text, at);
    if (begin < at && !may_end_piece(text, begin)) return at + 1;
    if (c == '"' && begin == at && token_at(text, begin - 1)) {
      const std::size_t piece = token_begin(survey, begin);
      if (may_begin_value(text, piece, begin))
        if (const std::size_t last = join_labelled_value(text, {piece, begin}, out); last != 0)
          return last;
    }
    if (const std::size_t last = join_password_pieces(text, begin, next_message, out); last != 0)
      return last;
    // The blank between two groups may begin the second text.
    const bool group =
        digit(text[begin - 1]) && at_or_nul(text, end) == ' ' && digit(at_or_nul(text, end + 1));
    if (is_blank(at_or_nul(text, end)) && !group) return at + 1;
    const std::size_t token = token_begin(survey, begin);
    const bool key = has_token_prefix(text.substr(token, begin - token));
    out.doubtful.add({begin, end}, key ? std::string_view() : lost_separator(text, begin, end));
    return end;
  });
}

}  // namespace sekisho::filters
