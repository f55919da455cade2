#include "filters/views/html_text.h"

#include <algorithm>
#include <iterator>
#include <string>

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

constexpr std::string_view kInline[] = {
    "a",   "abbr", "acronym", "b",    "bdi", "bdo",  "big",   "cite",  "code",   "data",
    "del", "dfn",  "em",      "font", "i",   "ins",  "kbd",   "label", "mark",   "nobr",
    "q",   "rp",   "rt",      "ruby", "s",   "samp", "small", "span",  "strike", "strong",
    "sub", "sup",  "time",    "tt",   "u",   "var",  "wbr"};
constexpr std::string_view kCells[] = {"td", "th", "tr", "tbody", "table", "li", "div", "p", "br"};

struct Tag {
  std::size_t end = 0;  // 0 = there is none
  std::string name;     // "" = a comment
};

Tag read_tag(std::string_view text, std::size_t at) {
  if (text.substr(at, 4) == "<!--") {
    const std::size_t close = text.substr(at, kLongestChain).find("-->", 4);
    return close == std::string_view::npos ? Tag{} : Tag{at + close + 3, ""};
  }
  if (at >= text.size() || text[at] != '<') return {};
  const std::size_t most = std::min(text.size(), at + kLongestTag);
  std::size_t pos = at + 1;
  if (pos < most && text[pos] == '/') ++pos;
  Tag tag;
  while (pos < most && is_alnum(static_cast<unsigned char>(text[pos]))) tag.name += text[pos++];
  if (tag.name.empty() || tag.name.size() > 10) return {};
  const std::size_t close = text.substr(pos, most - pos).find('>');
  if (close == std::string_view::npos) return {};
  if (close > 0 && text[pos] != ' ' && text[pos] != '/' && text[pos] != '\t' && text[pos] != '\n')
    return {};
  tag.end = pos + close + 1;
  tag.name = folded_lower(tag.name);
  return tag;
}

template <std::size_t N>
bool listed(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
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
std::size_t element_end(std::string_view text, std::size_t begin, std::string_view name) {
  const std::string_view rest = text.substr(begin, kLongestTag);
  const std::string close = "</" + std::string(name) + ">";
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
    if (tag.end == 0 || (!tag.name.empty() && !listed(kInline, tag.name))) break;
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
