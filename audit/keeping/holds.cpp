#include "audit/keeping/holds.h"

#include <simdjson.h>

#include <algorithm>

#include "audit/json_text.h"
#include "audit/keeping/compressed_source.h"
#include "audit/keeping/durable_file.h"
#include "audit/keeping/two_persons.h"

namespace sekisho::audit {
namespace {

constexpr const char* kFile = "/keeping/holds.jsonl";
// How many lines there are, apart from them: a shortened list of holds must not free anything.
constexpr const char* kCount = "/keeping/holds.count";

bool lies_in(const HoldScope& scope, std::int64_t time_us) {
  return (!scope.from_us || time_us >= *scope.from_us) && (!scope.to_us || time_us < *scope.to_us);
}

std::string text_in(const simdjson::dom::element& line, std::string_view key) {
  std::string_view text;
  return line[key].get(text) ? std::string() : std::string(text);
}

std::optional<std::int64_t> time_in(const simdjson::dom::element& line, std::string_view key) {
  return parse_utc(text_in(line, key));
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  ((out += ",\"") += key) += "\":";
  append_json_string(out, value);
}

std::string line_of(std::string_view what, const Hold& hold, std::int64_t t, std::string_view by,
                    std::string_view reason) {
  std::string out = R"({"v":1)";
  append_member(out, "t", utc_text(t));
  append_member(out, "what", what);
  append_member(out, "case", hold.name);
  append_member(out, "user", hold.scope.user);
  append_member(out, "id", hold.scope.id);
  if (hold.scope.from_us) append_member(out, "from", utc_text(*hold.scope.from_us));
  if (hold.scope.to_us) append_member(out, "to", utc_text(*hold.scope.to_us));
  append_member(out, "by", by);
  append_member(out, "reason", reason);
  return out += "}\n";
}

// "" when it is not there.
bool read_file(const std::string& path, std::string& text, std::string& error) {
  const ByteSource file = open_file(path, error);
  if (!file.read_at)
    return error.find("No such file") != error.npos ? (error.clear(), true) : false;
  text.resize(static_cast<std::size_t>(file.size));
  std::size_t got = 0;
  for (long n;
       got < text.size() && (n = file.read_at(got, text.data() + got, text.size() - got)) > 0;)
    got += static_cast<std::size_t>(n);
  text.resize(got);
  return true;
}

}  // namespace

bool Holds::take(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element line;
  if (parser.parse(text.data(), text.size()).get(line)) return false;
  const std::string what = text_in(line, "what"), name = text_in(line, "case");
  if (name.empty()) return false;
  ++lines_;
  if (what == "add") {
    Hold hold{name,
              {text_in(line, "user"), text_in(line, "id"), {}, {}},
              text_in(line, "by"),
              text_in(line, "reason"),
              time_in(line, "t").value_or(0),
              {},
              {},
              false};
    hold.scope.from_us = time_in(line, "from");
    hold.scope.to_us = time_in(line, "to");
    holds_.push_back(std::move(hold));
    return true;
  }
  for (Hold& hold : holds_) {
    if (hold.name != name || hold.over) continue;
    if (what == "release_asked") hold.release_by = text_in(line, "by");
    if (what == "release_asked") hold.release_reason = text_in(line, "reason");
    if (what == "released") hold.over = true;
  }
  return what == "release_asked" || what == "released";
}

std::optional<Holds> Holds::read(const std::string& directory, std::string& error) {
  Holds holds;
  holds.directory_ = directory;
  std::string text, count;
  if (!read_file(directory + kFile, text, error) || !read_file(directory + kCount, count, error))
    return std::nullopt;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (!holds.take(std::string_view(text).substr(at, end - at))) {
      error = directory + kFile + ": line " + std::to_string(holds.lines_ + 1) +
              " cannot be understood; put it right by hand: it may hold something";
      return std::nullopt;
    }
    at = end + 1;
  }
  if (holds.lines_ < std::strtoull(count.c_str(), nullptr, 10)) {
    error = directory + kFile + ": there were " + count + " lines, there are " +
            std::to_string(holds.lines_) + ": bring the file back, holds are missing";
    return std::nullopt;
  }
  return holds;
}

bool Holds::any() const {
  return std::any_of(holds_.begin(), holds_.end(), [](const Hold& h) { return !h.over; });
}

const Hold* Holds::holding(const DecisionRow& d) const {
  const auto asks = [&](const Hold& h) {
    const HoldScope& s = h.scope;
    return !h.over && (s.user.empty() || s.user == d.user) && (s.id.empty() || s.id == d.id) &&
           lies_in(s, d.time_us);
  };
  const auto found = std::find_if(holds_.begin(), holds_.end(), asks);
  return found == holds_.end() ? nullptr : &*found;
}

const Hold* Holds::holding_id(std::string_view id) const {
  const auto asks = [&](const Hold& h) { return !h.over && !id.empty() && h.scope.id == id; };
  const auto found = std::find_if(holds_.begin(), holds_.end(), asks);
  return found == holds_.end() ? nullptr : &*found;
}

const Hold* Holds::holding_time(std::int64_t from_us, std::int64_t to_us) const {
  const auto asks = [&](const Hold& h) {
    const HoldScope& s = h.scope;
    return !h.over && s.user.empty() && s.id.empty() && (!s.from_us || to_us >= *s.from_us) &&
           (!s.to_us || from_us < *s.to_us);
  };
  const auto found = std::find_if(holds_.begin(), holds_.end(), asks);
  return found == holds_.end() ? nullptr : &*found;
}

bool Holds::append(const std::string& line, std::string& error) {
  if (!make_folder(directory_ + "/keeping", error) ||
      !append_durably(directory_ + kFile, line, error))
    return false;
  take(line);
  return write_durably(directory_ + kCount, std::to_string(lines_), error);
}

bool Holds::add(const Hold& hold, std::string& error) {
  return append(line_of("add", hold, hold.since_us, hold.by, hold.reason), error);
}

Holds::Step Holds::release(const std::string& name, const std::string& by,
                           const std::string& reason, std::int64_t now_us, std::string& error) {
  const auto found = std::find_if(holds_.begin(), holds_.end(),
                                  [&](const Hold& h) { return h.name == name && !h.over; });
  if (found == holds_.end()) return Step::kNoSuchCase;
  const bool second = !found->release_by.empty();
  if (second && same_person(found->release_by, by)) return Step::kSamePerson;
  Hold named;
  named.name = name;
  const char* what = second ? "released" : "release_asked";
  if (!append(line_of(what, named, now_us, by, reason), error)) return Step::kFailed;
  return second ? Step::kDone : Step::kAsked;
}

std::string scope_text(const HoldScope& scope) {
  std::string out;
  const auto part = [&out](const char* word, const std::string& value) {
    if (!value.empty()) out += (out.empty() ? "" : ", ") + std::string(word) + value;
  };
  part("user ", scope.user);
  part("id ", scope.id);
  if (scope.from_us) part("from ", utc_text(*scope.from_us));
  if (scope.to_us) part("to ", utc_text(*scope.to_us));
  return out;
}

}  // namespace sekisho::audit
