#include "filters/views/named_encoding.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr CharSet kQuotes{"\"'`"};

// "data:text/plain;base64," before `begin`; `begin`: there is none.
std::size_t data_begin(std::string_view text, std::size_t begin) {
  constexpr std::size_t kLongest = 96;
  const std::size_t from = begin > kLongest ? begin - kLongest : 0;
  const std::string_view before = text.substr(from, begin - from);
  if (before.empty() || before.back() != ',') return begin;
  const std::size_t data = before.rfind("data:");
  if (data == std::string_view::npos) return begin;
  const std::string_view label = before.substr(data);
  return label.find_first_of(" \t\r\n\"'()<>") == std::string_view::npos ? from + data : begin;
}

bool names_decoder(std::string_view name) {
  static constexpr std::string_view kWords[] = {"64", "atob", "decode", "hex", "unescape"};
  const std::string lower = lower_case(std::string(name));
  return lower.ends_with("from") ||
         std::any_of(std::begin(kWords), std::end(kWords), [&lower](std::string_view word) {
           return lower.find(word) != std::string::npos;
         });
}

// Where the name of the call begins whose first argument opens with the quote at `quote`; `quote`:
// it is none that decodes.
std::size_t call_begin(std::string_view text, std::size_t quote) {
  constexpr std::size_t kLongest = 48;
  static constexpr CharSet kName = kAsciiWord | CharSet(".:$"), kPrefix{"bBuUrR"};
  std::size_t open = quote;
  if (open > 1 && kPrefix.has(text[open - 1]) && text[open - 2] == '(') --open;
  if (open == 0 || text[open - 1] != '(') return quote;
  --open;
  std::size_t begin = open;
  while (begin > 0 && open - begin < kLongest && kName.has(text[begin - 1])) --begin;
  return names_decoder(text.substr(begin, open - begin)) ? begin : quote;
}

// Behind the call whose first argument ends before `at`: its other arguments hold no value. `at`:
// it has no end.
std::size_t call_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 40;
  static constexpr CharSet kStops{")\n"};
  const std::size_t stop = std::min(text.size(), at + kLongest);
  std::size_t close = at;
  while (close < stop && !kStops.has(text[close])) ++close;
  return close < stop && text[close] == ')' ? close + 1 : at;
}

}  // namespace

NamedEncoding named_encoding(std::string_view text, Range range) {
  const std::size_t begin = data_begin(text, range.begin);
  if (begin == 0 || !kQuotes.has(text[begin - 1]) || at_or_nul(text, range.end) != text[begin - 1])
    return {{begin, range.end}, {}};
  const std::size_t quote = begin - 1;
  const std::size_t name = call_begin(text, quote), end = call_end(text, range.end + 1);
  if (name == quote || end == range.end + 1) return {{begin, range.end}, {}};
  return {{name, end}, text.substr(quote, 1)};
}

bool is_named_encoding(std::string_view raw) {
  constexpr std::size_t kLongest = 96;
  return raw.substr(0, kLongest).find_first_of(",(") != std::string_view::npos;
}

}  // namespace sekisho::filters
