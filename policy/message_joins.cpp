#include "policy/message_joins.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace sekisho::policy {
namespace {

constexpr std::size_t kMessages = 3;  // so many are remembered: an answer may stand between
constexpr std::size_t kEnd = 160;     // bytes of each that are read together
constexpr std::size_t kShortest = 2;
constexpr std::size_t kShort = 48;  // of a message that may be a piece between two others
// How the scanner knows a border between messages.
constexpr std::string_view kBorder = "\nuser: ";

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string_view end_of(std::string_view text) {
  if (text.size() <= kEnd) return text;
  std::size_t from = text.size() - kEnd;
  while (from < text.size() && continues(text[from])) ++from;
  return text.substr(from);
}

std::string_view beginning_of(std::string_view text) {
  if (text.size() <= kEnd) return text;
  std::size_t to = kEnd;
  while (to > 0 && continues(text[to])) --to;
  return text.substr(0, to);
}

// A value may go on after it: no white space, no punctuation of a sentence, but for the sign before
// a password.
bool may_part_value(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '_' || c == '@' || c == ':' || c == '.' || c == '/' || c == '+' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Signs that a password may be cut at, and sentences and marks end or begin with.
bool may_part_password(char c) {
  return std::string_view("!#$%&*?^").find(c) != std::string_view::npos;
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// "password: Kz#", "PW：Vr!7%": what ends with the sign stands behind the sign of a name.
bool ends_within_password(std::string_view text) {
  constexpr std::size_t kLongest = 24;
  if (!may_part_password(text.back())) return false;
  std::size_t begin = text.size();
  while (begin > 0 && text.size() - begin < kLongest && text[begin - 1] > ' ' &&
         text[begin - 1] != ':' && text[begin - 1] != '=')
    --begin;
  while (begin > 0 && text[begin - 1] == ' ') --begin;
  if (begin == 0) return false;
  const char before = text[begin - 1];
  return before == ':' || before == '=' || static_cast<unsigned char>(before) >= 0x80;
}

// "5412 4710 " ends between two groups.
bool may_go_on(std::string_view text) {
  if (!text.ends_with(' ')) return may_part_value(text.back()) || ends_within_password(text);
  const char before = text.size() > 1 ? text[text.size() - 2] : ' ';
  return before >= '0' && before <= '9';
}

bool may_begin_within(std::string_view text) {
  return may_part_value(text[0]) ||
         (text.size() > 1 && may_part_password(text[0]) && is_alnum(text[1]));
}

}  // namespace

bool MessageJoins::is_message(const filters::TextChunk& chunk) {
  const std::string_view where = chunk.where;
  return chunk.root_json && !chunk.is_key && !chunk.is_number && !chunk.again &&
         !chunk.holds_json && chunk.text.size() >= kShortest &&
         (where.ends_with("/content") || where.ends_with("/text"));
}

filters::ScanStatus MessageJoins::see_over(const Last& last, std::string_view next,
                                           filters::Scanner& scanner,
                                           std::vector<PlacedFinding>& out) {
  const std::string both = last.tail + std::string(kBorder) + std::string(beginning_of(next));
  filters::Findings found;
  const filters::ScanStatus status = scanner.scan(both, found);
  for (filters::Finding& finding : found) {
    const bool over =
        finding.range.begin < last.first && finding.range.end > last.tail.size() + kBorder.size();
    if (!over) continue;
    PlacedFinding& added = out.emplace_back(last.placed);
    added.finding = std::move(finding);
    added.fixed = true;
  }
  return status;
}

filters::ScanStatus MessageJoins::see(const filters::TextChunk& chunk, PlacedFinding placed,
                                      filters::Scanner& scanner, std::vector<PlacedFinding>& out) {
  filters::ScanStatus status = filters::ScanStatus::kDone;
  const auto see_behind = [&](const Last& last) {
    if (see_over(last, chunk.text, scanner, out) == filters::ScanStatus::kCouldNotDecide)
      status = filters::ScanStatus::kCouldNotDecide;
  };
  const bool goes_on = may_begin_within(chunk.text);
  if (goes_on)
    for (const Last& last : last_) see_behind(last);
  if (goes_on && chain_) see_behind(*chain_);
  // Short messages in a row may hold a piece each.
  const bool short_one = chunk.text.size() <= kShort && may_go_on(chunk.text);
  std::optional<Last> chain;
  if (short_one && goes_on && !last_.empty()) {
    chain = chain_ ? *chain_ : last_.back();
    chain->tail += std::string(kBorder) + std::string(chunk.text);
    if (chain->tail.size() > 2 * kEnd) chain.reset();
  }
  chain_ = std::move(chain);
  if (may_go_on(chunk.text)) {
    if (last_.size() == kMessages) last_.pop_front();
    std::string tail(end_of(chunk.text));
    const std::size_t size = tail.size();
    last_.push_back({std::move(tail), size, std::move(placed)});
  } else {
    chain_.reset();
  }
  return status;
}

}  // namespace sekisho::policy
