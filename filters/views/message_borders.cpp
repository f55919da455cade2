#include "filters/views/message_borders.h"

#include <algorithm>
#include <iterator>

#include "filters/char_set.h"
#include "filters/views/password_pieces.h"
#include "filters/views/pieces.h"
#include "filters/views/survey.h"
#include "filters/views/token_prefixes.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestBorder = 240, kLongestAnswer = 160;

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

// Those who answer, between two messages of one who asks.
bool is_answering(std::string_view name) {
  static constexpr std::string_view kAnswering[] = {
      "assistant", "ai",     "bot",  "agent", "operator", "support", "a",  "アシスタント",
      "担当",      "担当者", "回答", "model", "claude",   "chatgpt", "gpt"};
  const std::string lower = folded_lower(name);
  return std::find(std::begin(kAnswering), std::end(kAnswering), lower) != std::end(kAnswering);
}

// Over "user: " behind the line end at `at`, the name of the speaker; end 0 = none follows.
struct Speaker {
  std::string_view name;
  std::size_t end = 0;
};
Speaker speaker_behind(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 24;
  std::size_t pos = skip(text, at, kLineStart);
  const std::size_t name = pos;
  // What those of ASCII begin with.
  static constexpr CharSet kFirst{"uahbsmycoqUAHBSMYCOQ"};
  const char first = at_or_nul(text, name);
  if (static_cast<unsigned char>(first) < 0x80 && !kFirst.has(first)) return {};
  static constexpr CharSet kStops{":\n\xEF"};  // and the first byte of "："
  while (pos < text.size() && pos - name < kLongestName &&
         (!kStops.has(text[pos]) || (text[pos] == '\xEF' && text.substr(pos, 3) != "：")))
    ++pos;
  const std::size_t colon = at_or_nul(text, pos) == ':' ? 1 : text.substr(pos, 3) == "：" ? 3 : 0;
  if (colon == 0) return {};
  std::string_view speaker = text.substr(name, pos - name);
  while (!speaker.empty() && (speaker.back() == '*' || speaker.back() == ' '))
    speaker.remove_suffix(1);
  return is_speaker(speaker) ? Speaker{speaker, skip(text, pos + colon, kAfterName)} : Speaker{};
}

// From a line end over "user: ", and over a short answer before it; 0 = no speaker's name follows.
std::size_t transcript_border_end(std::string_view text, std::size_t at) {
  const Speaker next = speaker_behind(text, at);
  if (next.end == 0 || !is_answering(next.name)) return next.end;
  const std::size_t line = text.substr(next.end, kLongestAnswer).find('\n');
  if (line == std::string_view::npos) return next.end;
  const Speaker after = speaker_behind(text, next.end + line);
  return after.end == 0 || is_answering(after.name) ? next.end : after.end;
}

// Behind "9:41 AM", "10:57:12" at `at`; `at`: there is none.
std::size_t time_end(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  while (digit(at_or_nul(text, pos)) && pos - at < 2) ++pos;
  if (pos == at) return at;
  int parts = 0;
  while (at_or_nul(text, pos) == ':' && digit(at_or_nul(text, pos + 1)) &&
         digit(at_or_nul(text, pos + 2)) && parts < 2) {
    pos += 3;
    ++parts;
  }
  if (parts == 0 || digit(at_or_nul(text, pos))) return at;
  const std::string_view half = text.substr(pos, 3);
  return half == " AM" || half == " PM" || half == " am" || half == " pm" ? pos + 3 : pos;
}

// What chats write before each message.
struct ChatHead {
  std::string_view name;
  std::size_t end = 0;    // where the message begins; 0: it is no head
  bool own_line = false;  // the message begins on the next line
};

// "[2026-03-04 10:11:12] kenta: " at the beginning of a line.
ChatHead stamped_head(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestStamp = 24, kLongestName = 32;
  const std::size_t close = text.substr(at, kLongestStamp).find(']');
  if (close == std::string_view::npos) return {};
  const std::string_view stamp = text.substr(at + 1, close - 1);
  const std::size_t colon = stamp.find(':');
  if (colon == std::string_view::npos || colon < 1) return {};
  const std::size_t hour = colon > 1 && digit(stamp[colon - 2]) ? colon - 2 : colon - 1;
  if (time_end(stamp, hour) == hour) return {};
  const std::size_t name = skip(text, at + close + 1, kAfterName);
  const std::string_view rest = text.substr(name, kLongestName);
  const std::size_t end = rest.find_first_of(":\n");
  if (end == std::string_view::npos || end == 0) return {};
  if (rest[end] == '\n') return {rest.substr(0, end), name + end + 1, true};
  return {rest.substr(0, end), skip(text, name + end + 1, kAfterName), false};
}

// "kenta  9:41 AM", "中村 [10:57]" on a line of its own.
ChatHead named_head(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestHead = 48;
  const std::string_view line = text.substr(at, kLongestHead);
  // Cheap: "std::", "name: value".
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon < 3 || !digit(line[colon - 1]) ||
      !digit(at_or_nul(line, colon + 1)))
    return {};
  const std::size_t end = line.find('\n');
  if (end == std::string_view::npos || colon > end) return {};
  const std::size_t hour = digit(line[colon - 2]) ? colon - 2 : colon - 1;
  const std::size_t behind = time_end(line, hour);
  const char before = line[hour - 1];
  const bool closed = before == '[' && at_or_nul(line, behind) == ']';
  if (behind == hour || (!closed && before != ' ') || behind + (closed ? 1 : 0) != end) return {};
  std::string_view name = line.substr(0, hour - 1);
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  return name.empty() ? ChatHead{} : ChatHead{name, at + end + 1, true};
}

// "10:22<tab>佐伯<tab>" at the beginning of a line, as LINE exports chats.
ChatHead tabbed_head(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 48;
  const std::size_t name = time_end(text, at) + 1;
  if (name == at + 1 || at_or_nul(text, name - 1) != '\t') return {};
  const std::string_view rest = text.substr(name, kLongestName);
  const std::size_t end = rest.find_first_of("\t\n");
  if (end == std::string_view::npos || end == 0 || rest[end] != '\t') return {};
  return {rest.substr(0, end), name + end + 1, false};
}

// "私：", "A: " at the beginning of a line; words of ASCII are keys of a form more often.
ChatHead plain_head(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 24;
  static constexpr CharSet kStops{":\n\t \"'{}[]()<>=,;|\xEF"};
  std::size_t pos = at;
  while (pos < text.size() && pos - at < kLongestName &&
         (!kStops.has(text[pos]) || (text[pos] == '\xEF' && text.substr(pos, 3) != "：")))
    ++pos;
  const std::size_t colon = at_or_nul(text, pos) == ':' ? 1 : text.substr(pos, 3) == "：" ? 3 : 0;
  const bool speaks = pos == at + 1 || colon == 3 || static_cast<unsigned char>(text[at]) >= 0x80;
  if (colon == 0 || pos == at || !speaks) return {};
  return {text.substr(at, pos - at), skip(text, pos + colon, kAfterName), false};
}

ChatHead chat_head(std::string_view text, std::size_t at) {
  const char first = at_or_nul(text, at);
  // Cheap: most lines of code begin with blanks.
  if (!kAsciiAlnum.has(first) && first != '[' && static_cast<unsigned char>(first) < 0x80)
    return {};
  if (first == '[') return stamped_head(text, at);
  if (digit(first))
    if (const ChatHead tabbed = tabbed_head(text, at); tabbed.end != 0) return tabbed;
  const ChatHead named = named_head(text, at);
  return named.end != 0 ? named : plain_head(text, at);
}

// The head of the message that ends at the line end at `at`, one line long; `own_line`: it stands
// on the line above.
ChatHead head_above(std::string_view text, std::size_t at, bool own_line) {
  constexpr std::size_t kLongestLine = 400;
  const std::size_t from = at > kLongestLine ? at - kLongestLine : 0;
  const std::string_view near = text.substr(from, at - from);
  const std::size_t cut = near.rfind('\n');
  if (cut == std::string_view::npos && from > 0) return {};
  const std::size_t line = cut == std::string_view::npos ? from : from + cut + 1;
  if (!own_line) {
    const ChatHead same = chat_head(text, line);
    return same.own_line ? ChatHead{} : same;
  }
  if (cut == std::string_view::npos || cut == 0) return {};
  const std::size_t above = near.substr(0, cut).rfind('\n');
  if (above == std::string_view::npos && from > 0) return {};
  const ChatHead head = chat_head(text, above == std::string_view::npos ? from : from + above + 1);
  return head.end == line ? head : ChatHead{};
}

// From a line end over the head of the next message of the same person, and over a short one of
// somebody else between; 0 = none follows.
std::size_t chat_border_end(std::string_view text, std::size_t at) {
  ChatHead next = chat_head(text, at + 1);
  if (next.end == 0) return 0;
  const ChatHead own = head_above(text, at, next.own_line);
  if (own.end == 0) return 0;
  if (next.name == own.name) return next.end;
  const std::size_t line = text.substr(next.end, kLongestAnswer).find('\n');
  if (line == std::string_view::npos) return 0;
  next = chat_head(text, next.end + line + 1);
  return next.end != 0 && next.name == own.name ? next.end : 0;
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

// From the end of a text at `begin` to where the next message, or the next part of one, begins;
// `begin`: none follows.
std::size_t next_message(std::string_view text, std::size_t begin) {
  const std::size_t at = at_or_nul(text, begin) == '\r' ? begin + 1 : begin;
  const char c = at_or_nul(text, at), next = at_or_nul(text, at + 1);
  if ((c != '"' && c != '\n') || begin == 0) return begin;
  // "5412 4710 " may be a piece of a number.
  if (is_blank(text[begin - 1]) && !(text[begin - 1] == ' ' && begin > 1 && digit(text[begin - 2])))
    return begin;
  // What follows a text within its message, or begins one.
  if (c == '"' && next != '}' && next != ']' && !is_blank(next)) return begin;
  std::size_t end = c == '"' ? json_border_end(text, at) : transcript_border_end(text, at);
  if (end == 0 && c == '\n') end = chat_border_end(text, at);
  return end == 0 ? begin : leading_words_end(text, end);
}

}  // namespace

void find_message_borders(std::string_view text, const Survey& survey, Range where,
                          PulledApart out) {
  // Quotes (borders that are special) before what closes an object or parts two, and line ends
  // before a word with a colon near.
  constexpr auto kEnds = [](const BlockMarks&, const BlockMarks& m, const BlockMarks& after) {
    const TwoBlocks closes{m.close | m.space, after.close | after.space};
    const std::uint64_t quotes = m.special & m.border & closes.ahead(1);
    if (m.control == 0) return quotes;
    const TwoBlocks words{m.alnum() | m.high, after.alnum() | after.high};
    const TwoBlocks colons{m.colon, after.colon};
    const TwoBlocks signs{(m.colon & ~(m.colon << 1 | colons.ahead(1))) | m.high,
                          (after.colon & ~(after.colon << 1 | after.colon >> 1)) | after.high};
    const std::uint64_t word = words.spread(1).spread(2).spread(4).spread(8).ahead(1);
    const std::uint64_t sign =
        signs.spread(1).spread(2).spread(4).spread(8).spread(16).spread(8).ahead(1);
    return quotes | (m.control & word & sign);
  };
  survey.each(std::max<std::size_t>(where.begin, 1), where.end, kEnds, [&](std::size_t at) {
    if (text[at] != '"' && text[at] != '\n') return at + 1;
    std::size_t begin = at;
    if (text[begin - 1] == '\r') --begin;
    const std::size_t end = next_message(text, begin);
    if (end == begin) return at + 1;
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
