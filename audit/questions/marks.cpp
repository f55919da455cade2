#include "audit/questions/marks.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "audit/json_text.h"
#include "audit/questions/asking.h"
#include "audit/record_view.h"

namespace sekisho::audit {
namespace {

constexpr std::string_view kNone = "-", kRule = "rule", kFinding = "finding",
                           kWrong = "wrong: ", kRight = "right: ";

std::string or_dash(const std::string& word) {
  return word.empty() ? std::string(kNone) : word;
}

// The next word of `text`, which is cut off it.
std::string word_of(std::string_view& text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  std::string out(text.substr(0, space));
  text.remove_prefix(std::min(space + 1, text.size()));
  return out == kNone ? std::string() : out;
}

}  // namespace

OutsideEvent mark_event(const Mark& mark) {
  std::string about = mark.id + " " + utc_text(mark.time_us) + " ";
  // Names come last: they are whatever a policy calls its rules.
  if (mark.of_rule)
    about += std::string(kRule) + " " + or_dash(mark.action) + " " + or_dash(mark.mode) + " ";
  else
    about += std::string(kFinding) + " ";
  return {"mark", about + mark.name, std::string(mark.wrong ? kWrong : kRight) + mark.reason,
          mark.by};
}

std::optional<Mark> read_mark(std::string_view old_value, std::string_view new_value) {
  Mark mark;
  mark.id = word_of(old_value);
  const auto time = parse_utc(word_of(old_value));
  const std::string of = word_of(old_value);
  mark.of_rule = of == kRule;
  if (!time || (!mark.of_rule && of != kFinding)) return std::nullopt;
  mark.time_us = *time;
  if (mark.of_rule) mark.action = word_of(old_value);
  if (mark.of_rule) mark.mode = word_of(old_value);
  mark.name = std::string(old_value);
  mark.wrong = new_value.starts_with(kWrong);
  if (mark.id.empty() || mark.name.empty() || (!mark.wrong && !new_value.starts_with(kRight)))
    return std::nullopt;
  mark.reason = std::string(new_value.substr(kWrong.size()));
  return mark;
}

std::vector<Mark> marks_of(const std::vector<std::vector<Cell>>& rows) {
  std::vector<Mark> out;
  std::map<std::tuple<std::string, bool, std::string>, std::size_t> newest;
  for (const auto& row : rows) {
    auto mark = read_mark(text_in(row.at(1)), text_in(row.at(2)));
    if (!mark) continue;
    mark->marked_us = number_in(row.at(0));
    mark->by = text_in(row.at(3));
    const auto [before, first] =
        newest.try_emplace({mark->id, mark->of_rule, mark->name}, out.size());
    if (!first) out[before->second].in_force = false;
    before->second = out.size();
    out.push_back(std::move(*mark));
  }
  return out;
}

}  // namespace sekisho::audit
