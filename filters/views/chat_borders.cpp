#include "filters/views/chat_borders.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/views/pieces.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

bool digit(char c) {
  return is_digit(static_cast<unsigned char>(c));
}

constexpr CharSet kLineStart{" \t\r\n>*#-"};

std::size_t skip(std::string_view text, std::size_t at, const CharSet& characters) {
  while (at < text.size() && characters.has(text[at])) ++at;
  return at;
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
         (!kStops.has(text[pos]) || (text[pos] == '\xEF' && !literal_at(text, pos, "："))))
    ++pos;
  const std::size_t colon = at_or_nul(text, pos) == ':' ? 1 : literal_at(text, pos, "：") ? 3 : 0;
  if (colon == 0) return {};
  std::string_view speaker = text.substr(name, pos - name);
  while (!speaker.empty() && (speaker.back() == '*' || speaker.back() == ' '))
    speaker.remove_suffix(1);
  return is_speaker(speaker) ? Speaker{speaker, skip(text, pos + colon, kAfterName)} : Speaker{};
}

// "thanks", "Got it": nothing goes on with the answer at `at`.
bool begins_with_word(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 16;
  static constexpr CharSet kEnds{" .,!?\r\n"};
  std::size_t end = at;
  while (end - at < kLongest && is_letter(static_cast<unsigned char>(at_or_nul(text, end)))) ++end;
  return (end == text.size() || kEnds.has(text[end])) && is_plain_word(text.substr(at, end - at));
}

// From a line end over "user: ", and over a short answer before it; 0 = no speaker's name follows.
std::size_t transcript_border_end(std::string_view text, std::size_t at) {
  const Speaker next = speaker_behind(text, at);
  if (next.end == 0 || !is_answering(next.name)) return next.end;
  const std::size_t none = begins_with_word(text, next.end) ? 0 : next.end;
  const std::size_t line = text.substr(next.end, kLongestAnswer).find('\n');
  if (line == std::string_view::npos) return none;
  const Speaker after = speaker_behind(text, next.end + line);
  return after.end == 0 || is_answering(after.name) ? none : after.end;
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
  int count = 0;          // of messages that are numbered
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
  if (rest[end] == '\n') return {rest.substr(0, end), 0, name + end + 1, true};
  return {rest.substr(0, end), 0, skip(text, name + end + 1, kAfterName), false};
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
  return name.empty() ? ChatHead{} : ChatHead{name, 0, at + end + 1, true};
}

// "10:22<tab>佐伯<tab>", "10:22 佐伯 ", "10:22 <ops> " at the beginning of a line, as LINE and IRC
// write; a word in capitals is the level of a log.
ChatHead timed_head(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 48, kLongestTime = 5;  // "10:22"
  const std::size_t stop = time_end(text, at);
  const char sign = at_or_nul(text, stop);
  if (stop == at || (sign != '\t' && (sign != ' ' || stop - at > kLongestTime))) return {};
  const std::string_view rest = text.substr(stop + 1, kLongestName);
  const std::size_t end = rest.find_first_of(sign == '\t' ? "\t\n" : " \n");
  if (end == std::string_view::npos || end == 0 || rest[end] != sign) return {};
  const std::string_view name = rest.substr(0, end);
  const auto capital = [](char c) { return is_upper(static_cast<unsigned char>(c)); };
  if (std::all_of(name.begin(), name.end(), capital)) return {};
  return {name, 0, stop + end + 2, false};
}

// "Turn 1: ", "2通目:" at the beginning of a line.
ChatHead counted_head(std::string_view text, std::size_t at) {
  static constexpr std::string_view kWords[] = {"Turn", "Message", "Msg",     "Mail",       "Post",
                                                "Part", "Prompt",  "発言",    "メッセージ", "投稿",
                                                "質問", "turn",    "message", "その"};
  static constexpr std::string_view kCounters[] = {"通目", "番目", "つ目", "回目", "件目", "目"};
  static constexpr CharSet kFirst{"0123456789TMPtm"};
  const bool may = static_cast<unsigned char>(text[at]) < 0x80
                       ? kFirst.has(text[at])
                       : literal_at(text, at, "発言") || literal_at(text, at, "メッセージ") ||
                             literal_at(text, at, "投稿") || literal_at(text, at, "質問") ||
                             literal_at(text, at, "その");
  if (!may) return {};
  const auto in = [text](std::size_t pos, const auto& words) -> std::string_view {
    for (const std::string_view word : words)
      if (begins_at(text, pos, word)) return word;
    return {};
  };
  const std::string_view word = digit(text[at]) ? std::string_view() : in(at, kWords);
  if (word.empty() && !digit(text[at])) return {};
  std::size_t pos = at + word.size();
  if (at_or_nul(text, pos) == ' ' || at_or_nul(text, pos) == '#') ++pos;
  int count = 0;
  const std::size_t number = pos;
  for (; digit(at_or_nul(text, pos)) && pos - number < 3; ++pos)
    count = count * 10 + (text[pos] - '0');
  const std::string_view counter = word.empty() ? in(pos, kCounters) : std::string_view();
  if (pos == number || (word.empty() && counter.empty())) return {};
  pos += counter.size();
  const std::size_t colon = at_or_nul(text, pos) == ':' ? 1 : literal_at(text, pos, "：") ? 3 : 0;
  if (colon == 0) return {};
  pos = skip(text, pos + colon, kAfterName);
  const bool own_line = at_or_nul(text, pos) == '\n';
  return {word.empty() ? counter : word, count, own_line ? pos + 1 : pos, own_line};
}

// "私：", "A: " at the beginning of a line; words of ASCII are keys of a form more often.
ChatHead plain_head(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 24;
  static constexpr CharSet kStops{":\n\t \"'{}[]()<>=,;|\xEF"};
  std::size_t pos = at;
  while (pos < text.size() && pos - at < kLongestName &&
         (!kStops.has(text[pos]) || (text[pos] == '\xEF' && !literal_at(text, pos, "："))))
    ++pos;
  const std::size_t colon = at_or_nul(text, pos) == ':' ? 1 : literal_at(text, pos, "：") ? 3 : 0;
  const bool speaks = pos == at + 1 || colon == 3 || static_cast<unsigned char>(text[at]) >= 0x80;
  if (colon == 0 || pos == at || !speaks) return {};
  return {text.substr(at, pos - at), 0, skip(text, pos + colon, kAfterName), false};
}

ChatHead chat_head(std::string_view text, std::size_t at) {
  const char first = at_or_nul(text, at);
  // Cheap: most lines of code begin with blanks.
  if (!kAsciiAlnum.has(first) && first != '[' && static_cast<unsigned char>(first) < 0x80)
    return {};
  if (first == '[') return stamped_head(text, at);
  if (digit(first))
    if (const ChatHead timed = timed_head(text, at); timed.end != 0) return timed;
  if (const ChatHead counted = counted_head(text, at); counted.end != 0) return counted;
  const ChatHead named = named_head(text, at);
  return named.end != 0 ? named : plain_head(text, at);
}

// The head of the message that ends at the line end at `at`, one line long; `own_line`: it stands
// on the line above.
ChatHead head_above(std::string_view text, std::size_t at, bool own_line) {
  constexpr std::size_t kLongestLine = 400;
  const std::size_t from = at > kLongestLine ? at - kLongestLine : 0;
  const std::string_view near = text.substr(from, at - from);
  const std::size_t cut = last_line_end(near);
  if (cut == std::string_view::npos && from > 0) return {};
  const std::size_t line = cut == std::string_view::npos ? from : from + cut + 1;
  if (!own_line) {
    const ChatHead same = chat_head(text, line);
    return same.own_line ? ChatHead{} : same;
  }
  if (cut == std::string_view::npos || cut == 0) return {};
  const std::size_t above = last_line_end(near.substr(0, cut));
  if (above == std::string_view::npos && from > 0) return {};
  const ChatHead head = chat_head(text, above == std::string_view::npos ? from : from + above + 1);
  return head.end == line ? head : ChatHead{};
}

// The same person goes on; of numbered messages the next one, or the one behind an answer.
bool goes_on(const ChatHead& own, const ChatHead& next, int messages) {
  return next.name == own.name && (own.count == 0 || next.count == own.count + messages);
}

// The same of heads; an empty line may stand before each.
std::size_t headed_border_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kMostEmpty = 2;
  const auto head_behind = [text](std::size_t line_end) {
    std::size_t line = line_end + 1;
    while (line - line_end <= 2 * kMostEmpty &&
           (at_or_nul(text, line) == '\n' || literal_at(text, line, "\r\n")))
      ++line;
    return chat_head(text, line);
  };
  ChatHead next = head_behind(at);
  if (next.end == 0) return 0;
  const ChatHead own = head_above(text, at, next.own_line);
  if (own.end == 0) return 0;
  const std::size_t following = goes_on(own, next, 1) ? next.end : 0;
  // Of numbered messages every one may be anybody's.
  if (following != 0 && (own.count == 0 || !begins_with_word(text, following))) return following;
  const std::size_t line = text.substr(next.end, kLongestAnswer).find('\n');
  if (line == std::string_view::npos) return following;
  next = head_behind(next.end + line);
  return next.end != 0 && goes_on(own, next, 2) ? next.end : following;
}

// Behind "<|im_end|>\n<|im_start|>user\n" at `at`; `role` is the last one named.
std::size_t template_marks_end(std::string_view text, std::size_t at, std::string_view& role) {
  constexpr std::size_t kLongestMark = 32;
  static constexpr std::string_view kRoles[] = {"user", "assistant", "system", "model", "human"};
  static constexpr CharSet kBlanks{" \t\r\n"};
  for (std::size_t pos = at;;) {
    if (text.substr(pos, 2) == "<|") {
      const std::size_t close = text.substr(pos, kLongestMark).find("|>");
      if (close == std::string_view::npos) return at;
      pos += close + 2;
    } else {
      const auto named = std::find_if(std::begin(kRoles), std::end(kRoles), [&](auto word) {
        return text.substr(pos, word.size()) == word;
      });
      const std::size_t behind = pos + (named == std::end(kRoles) ? 0 : named->size());
      const bool ends =
          behind > pos && (kBlanks.has(at_or_nul(text, behind)) || text.substr(behind, 2) == "<|");
      if (!ends) return pos;
      role = *named;
      pos = behind;
    }
    pos = skip(text, pos, kBlanks);
  }
}

}  // namespace

std::size_t chat_border_end(std::string_view text, std::size_t at) {
  const std::size_t end = transcript_border_end(text, at);
  return end == 0 ? headed_border_end(text, at) : end;
}

std::size_t timed_head_end(std::string_view text, std::size_t at) {
  const char first = at_or_nul(text, at);
  if (first == '[') return stamped_head(text, at).end;
  if (digit(first)) return timed_head(text, at).end;
  return static_cast<unsigned char>(first) >= 0x80 || kAsciiAlnum.has(first)
             ? named_head(text, at).end
             : 0;
}

std::size_t template_border_end(std::string_view text, std::size_t at) {
  std::string_view role;
  const std::size_t begin = template_marks_end(text, at, role);
  if (begin == at || role.empty()) return 0;
  if (role != "assistant" && role != "model") return begin;
  const std::size_t close = text.substr(begin, kLongestAnswer).find("<|");
  if (close == std::string_view::npos) return 0;
  const std::size_t end = template_marks_end(text, begin + close, role);
  return end == begin + close || role == "assistant" || role == "model" ? 0 : end;
}

}  // namespace sekisho::filters
