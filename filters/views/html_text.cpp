#include "filters/views/html_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/views/escape_marks.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestTag = 256, kLongestChain = 1024;

struct Named {
  std::string_view name;
  long code;
  bool ordinary = false;
};
constexpr Named kNamed[] = {{"amp", '&', true},
                            {"lt", '<', true},
                            {"gt", '>', true},
                            {"quot", '"', true},
                            {"apos", '\'', true},
                            {"nbsp", 0xA0, true},
                            {"ensp", 0x20, true},
                            {"emsp", 0x20, true},
                            {"thinsp", 0x20, true},
                            {"commat", '@'},
                            {"period", '.'},
                            {"hyphen", '-'},
                            {"dash", '-'},
                            {"ndash", '-', true},
                            {"mdash", '-', true},
                            {"minus", '-', true},
                            {"middot", '.', true},
                            {"bull", '-', true},
                            {"num", '#'},
                            {"colon", ':'},
                            {"sol", '/'},
                            {"lowbar", '_'},
                            {"plus", '+'},
                            {"equals", '='},
                            {"shy", 0xAD},
                            {"ZeroWidthSpace", 0x200B},
                            {"NoBreak", 0x2060},
                            {"lrm", 0x200E},
                            {"rlm", 0x200F},
                            {"zwj", 0x200D},
                            {"zwnj", 0x200C},
                            {"Tab", '\t'},
                            {"NewLine", '\n'},
                            {"lpar", '('},
                            {"rpar", ')'},
                            {"comma", ','},
                            {"semi", ';'},
                            {"dollar", '$'},
                            {"percnt", '%'},
                            {"ast", '*'},
                            {"excl", '!'},
                            {"quest", '?'},
                            {"Hat", '^'}};

// The name of a tag, its letters in one number: a chain of tags asks for many.
using TagName = std::uint64_t;
constexpr std::size_t kLongestName = sizeof(TagName);  // of those that are known
constexpr TagName kComment = 0, kUnknown = ~TagName{0};

constexpr TagName with_letter(TagName name, char c) {
  return name << 8 | static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c + 0x20 : c);
}
constexpr TagName tag_name(std::string_view letters) {
  TagName name = 0;
  for (const char c : letters) name = with_letter(name, c);
  return name;
}
std::string letters_of(TagName name) {
  std::string out;
  for (; name != 0; name >>= 8) out.insert(out.begin(), static_cast<char>(name & 0xFF));
  return out;
}

template <std::size_t N>
constexpr std::array<TagName, N> tag_names(const std::string_view (&names)[N]) {
  std::array<TagName, N> out{};
  for (std::size_t i = 0; i < N; ++i) out[i] = tag_name(names[i]);
  return out;
}
constexpr auto kInline = tag_names(
    {"a",   "abbr", "acronym", "b",    "bdi", "bdo",  "big",   "cite",  "code",   "data",
     "del", "dfn",  "em",      "font", "i",   "ins",  "kbd",   "label", "mark",   "nobr",
     "q",   "rp",   "rt",      "ruby", "s",   "samp", "small", "span",  "strike", "strong",
     "sub", "sup",  "time",    "tt",   "u",   "var",  "wbr"});
constexpr auto kCells = tag_names({"td", "th", "tr", "tbody", "table", "li", "div", "p", "br"});

struct Tag {
  std::size_t end = 0;  // 0 = there is none
  TagName name = kUnknown;
};

Tag read_tag(std::string_view text, std::size_t at) {
  if (literal_at(text, at, "<!--")) {
    const std::size_t close = text.substr(at, kLongestChain).find("-->", 4);
    return close == std::string_view::npos ? Tag{} : Tag{at + close + 3, kComment};
  }
  if (at >= text.size() || text[at] != '<') return {};
  const std::size_t most = std::min(text.size(), at + kLongestTag);
  std::size_t pos = at + 1;
  if (pos < most && text[pos] == '/') ++pos;
  Tag tag;
  const std::size_t begin = pos;
  TagName name = 0;
  for (; pos < most && kAsciiAlnum.has(text[pos]); ++pos) name = with_letter(name, text[pos]);
  const std::size_t size = pos - begin;
  if (size == 0) return {};
  const std::size_t close = text.substr(pos, most - pos).find('>');
  if (close == std::string_view::npos) return {};
  if (close > 0 && text[pos] != ' ' && text[pos] != '/' && text[pos] != '\t' && text[pos] != '\n')
    return {};
  tag.end = pos + close + 1;
  if (size <= kLongestName) tag.name = name;
  return tag;
}

template <std::size_t N>
bool listed(const std::array<TagName, N>& names, TagName name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Entity read_entity(std::string_view text, std::size_t at) {
  std::size_t pos = at + 1;
  if (pos >= text.size()) return {};
  if (text[pos] == '#') {
    ++pos;
    const bool hex = pos < text.size() && (text[pos] == 'x' || text[pos] == 'X');
    if (hex) ++pos;
    const std::size_t first = pos;
    long code = 0;
    for (; pos < text.size() && pos - first < 8; ++pos) {
      const int digit = hex_value(text[pos]);
      if (digit < 0 || (!hex && digit > 9)) break;
      code = code * (hex ? 16 : 10) + digit;
    }
    if (pos == first) return {};
    if (pos < text.size() && text[pos] == ';') ++pos;
    return {pos, code, true, false};
  }
  for (const Named& named : kNamed) {
    if (text.substr(pos, named.name.size()) != named.name) continue;
    const std::size_t end = pos + named.name.size();
    if (end < text.size() && text[end] == ';') return {end + 1, named.code, false, named.ordinary};
  }
  return {};
}

namespace {

// <span style="display:none">: nobody sees what the element holds.
bool hides(std::string_view tag) {
  if (tag.size() < 8 || tag[1] == '/') return false;
  std::string attributes = folded_lower(tag);
  const auto between = [](char c) { return c == ' ' || c == '"' || c == '\''; };
  attributes.erase(std::remove_if(attributes.begin(), attributes.end(), between), attributes.end());
  static constexpr std::string_view kStyles[] = {"display:none", "visibility:hidden", "font-size:0",
                                                 "opacity:0;",   "opacity:0>",        "hidden>"};
  return std::any_of(std::begin(kStyles), std::end(kStyles), [&attributes](auto style) {
    return attributes.find(style) != attributes.npos;
  });
}

// Behind the element whose opening tag ends at `begin`; `begin`: it is not closed near.
std::size_t element_end(std::string_view text, std::size_t begin, TagName name) {
  const std::string_view rest = text.substr(begin, kLongestTag);
  const std::string close = "</" + letters_of(name) + ">";
  const std::size_t end = rest.find('<');
  return end != rest.npos && folded_lower(rest.substr(end, close.size())) == close
             ? begin + end + close.size()
             : begin;
}

}  // namespace

std::size_t inline_tags_end(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  while (pos - at < kLongestChain) {
    const Tag tag = read_tag(text, pos);
    if (tag.end == 0 || (tag.name != kComment && !listed(kInline, tag.name))) break;
    const bool hidden = hides(text.substr(pos, tag.end - pos));
    pos = hidden ? element_end(text, tag.end, tag.name) : tag.end;
  }
  return pos;
}

std::size_t cell_tags_end(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  while (pos - at < kLongestChain) {
    const Tag tag = read_tag(text, pos);
    if (tag.end == 0 || (!listed(kCells, tag.name) && !listed(kInline, tag.name))) break;
    pos = tag.end;
    std::size_t next = pos;
    while (next < text.size() && next - pos < 64 && static_cast<unsigned char>(text[next]) <= ' ')
      ++next;
    if (next < text.size() && text[next] == '<') pos = next;
  }
  return pos;
}

}  // namespace sekisho::filters
