#include "config/problem_words.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "config/problem_forms.h"

namespace sekisho::config {
namespace {

constexpr std::size_t kLongest = 4000;  // a message of this length is no form of ours
constexpr int kMostTries = 2000;        // of words within words, so that odd texts end soon

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Two bare words in a row, outside of quotation marks, are a sentence: no code.
bool holds_sentence(std::string_view text) {
  char quote = 0;
  bool word_before = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find(' ', i), text.size());
    std::size_t letters = 0;
    const bool quoted = quote != 0;
    for (std::size_t k = i; k < end; ++k) {
      if (quote != 0 ? text[k] == quote : text[k] == '\'' || text[k] == '`' || text[k] == '"')
        quote = quote != 0 ? 0 : text[k];
      letters += is_letter(text[k]) ? 1 : 0;
    }
    const bool word = !quoted && letters > 1 && letters == end - i;
    if (word && word_before) return true;
    word_before = word;
    i = end + 1;
  }
  return false;
}

bool is_bare_list(std::string_view text) {
  for (std::size_t at = text.find(' '); at != std::string_view::npos; at = text.find(' ', at + 1))
    if (at == 0 || text[at - 1] != ',') return false;
  return !text.empty();
}

bool is_quoted(std::string_view text, char mark) {
  return text.size() > 1 && text.front() == mark && text.back() == mark &&
         text.find(mark, 1) == text.size() - 1;
}

constexpr char kName = '}';  // a hole that is copied, empty names too

struct Hole {
  std::size_t at = std::string_view::npos, length = 0;
  char kind = kName;
};

Hole next_hole(std::string_view form) {
  for (std::size_t at = form.find('{'); at != std::string_view::npos; at = form.find('{', at + 1)) {
    if (form.substr(at, 2) == "{}") return {at, 2, kName};
    if (at + 2 < form.size() && form[at + 2] == '}' &&
        std::string_view("wrlc").find(form[at + 1]) != std::string_view::npos)
      return {at, 3, form[at + 1]};
  }
  return {};
}

std::size_t literal_bytes(std::string_view form) {
  std::size_t bytes = form.size();
  for (Hole hole = next_hole(form); hole.length > 0; hole = next_hole(form)) {
    bytes -= hole.length;
    form.remove_prefix(hole.at + hole.length);
  }
  return bytes;
}

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

// Tables write a space around every hole: it stays beside Latin letters and goes between kanji.
std::string filled_in(std::string_view japanese, const std::vector<std::string>& holes) {
  std::string out;
  for (std::size_t i = 0; i < japanese.size(); ++i) {
    const auto n = i + 2 < japanese.size() ? static_cast<std::size_t>(japanese[i + 1] - '0') : 10;
    if (japanese[i] != '{' || n >= holes.size() || japanese[i + 2] != '}') {
      out.push_back(japanese[i]);
      continue;
    }
    const std::string& word = holes[n];
    const bool parted = out.size() > 1 && out.back() == ' ' && !is_ascii(out[out.size() - 2]);
    if (parted && !word.empty() && !is_ascii(word.front())) out.pop_back();
    out += word;
    i += 2;
    if (i + 2 < japanese.size() && japanese[i + 1] == ' ' && !is_ascii(japanese[i + 2]) &&
        !word.empty() && !is_ascii(word.back()))
      ++i;
  }
  return out;
}

// One text: the words in its holes are said by the same forms.
class Saying {
 public:
  // The form with the most words of its own wins.
  std::optional<std::string> said(std::string_view english) {
    if (english.empty() || english.size() > kLongest || --tries_left_ < 0) return std::nullopt;
    const std::array rooms = {yaml_forms(),     policy_forms(), gateway_forms(), catalogue_forms(),
                              detector_forms(), audit_forms(),  command_forms()};
    std::optional<std::string> best;
    std::size_t most = 0;
    for (const auto& room : rooms)
      for (const ProblemForm& form : room) {
        std::vector<std::string> holes;
        if (best && literal_bytes(form.english) <= most) continue;
        if (!fits(form.english, english, holes)) continue;
        most = literal_bytes(form.english);
        best = filled_in(form.japanese, holes);
      }
    return best;
  }

 private:
  std::optional<std::string> words(std::string_view text) {
    if (auto ours = said(text)) return ours;
    if (is_bare_list(text) || is_quoted(text, '\'') || is_quoted(text, '`'))
      return std::string(text);
    return std::nullopt;
  }

  std::optional<std::string> filling(char kind, std::string_view text) {
    if (text.empty() && kind != kName) return std::nullopt;
    if (kind == 'w') return words(text);
    if (kind == 'r') return said(text).value_or(std::string(text));
    if (kind == 'l' && !is_bare_list(text)) return std::nullopt;
    if (kind == 'c' && holds_sentence(text)) return std::nullopt;
    return std::string(text);
  }

  // Fills the holes of the form from left to right, each as short as the rest allows.
  bool fits(std::string_view form, std::string_view text, std::vector<std::string>& out) {
    const Hole hole = next_hole(form);
    if (hole.length == 0) return text == form;
    if (text.substr(0, hole.at) != form.substr(0, hole.at)) return false;
    text.remove_prefix(hole.at);
    form.remove_prefix(hole.at + hole.length);
    const std::string_view literal = form.substr(0, next_hole(form).at);
    const std::size_t filled = out.size();
    const std::size_t least = hole.kind == kName ? 0 : 1;
    for (std::size_t end = literal.empty() ? text.size() : text.find(literal, least);
         end != std::string_view::npos && end <= text.size(); end = text.find(literal, end + 1)) {
      if (auto word = filling(hole.kind, text.substr(0, end))) {
        out.push_back(std::move(*word));
        if (fits(form, text.substr(end), out)) return true;
        out.resize(filled);
      }
      if (literal.empty()) break;
    }
    return false;
  }

  int tries_left_ = kMostTries;
};

}  // namespace

std::optional<std::string> in_japanese(std::string_view english) {
  return Saying().said(english);
}

Problem in_japanese(const Problem& p) {
  return {p.file, p.at, in_japanese(p.message).value_or(p.message),
          in_japanese(p.hint).value_or(p.hint)};
}

}  // namespace sekisho::config
