#include "policy/lane_restorer.h"

#include <algorithm>

#include "filters/bodies/json_scanner.h"

namespace sekisho::policy {
namespace {

using filters::Edit;
using filters::OffsetMap;
using filters::Range;
using Field = MessageFields::Field;

constexpr std::size_t kMostLanes = 4096;
constexpr char kKeyEnd = '\x1f';

std::string escaped(std::string_view text) {
  std::string out;
  filters::append_json_escaped(out, text);
  return out;
}

bool event_fits(std::string_view want, std::string_view type) {
  if (want.empty()) return true;
  return want.starts_with('*') ? type.ends_with(want.substr(1)) : want == type;
}

// The values that `keys` name, each ended; an index that is not there counts as the place in its
// array.
std::string key_of(Patterns keys, const MessageFields& fields,
                   const std::vector<std::string_view>& stars) {
  std::string out;
  for (const std::string_view pattern : keys) {
    const std::string pointer = filled_pattern(pattern, stars);
    const Field* field = fields.find(pointer);
    const auto bound = static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '*'));
    if (field != nullptr)
      out += fields.raw(*field);
    else if (bound > 0 && bound <= stars.size())
      out += stars[bound - 1];
    out.push_back(kKeyEnd);
  }
  return out;
}

std::string_view parent(std::string_view pointer) {
  return pointer.substr(0, pointer.rfind('/'));
}

std::string_view last_segment(std::string_view pointer) {
  return pointer.substr(pointer.rfind('/') + 1);
}

bool is_set(const Field& field) {
  return field.token != filters::JsonToken::kNull && field.token != filters::JsonToken::kFalse;
}

// One piece as it stands in a message, with the way back from its decoded text.
class Piece {
 public:
  Piece(std::string_view json, const Field& field)
      : json_(json),
        range_(field.range),
        text_(json.substr(field.range.begin, field.range.size())) {
    if (!field.escaped) return;
    if (filters::unescape_json(text_, range_.begin, decoded_, map_)) text_ = decoded_;
  }
  std::string_view text() const { return text_; }
  // The bytes that text[begin, end) came from.
  std::string_view raw(std::size_t begin, std::size_t end) const {
    if (begin >= end) return {};
    const Range r = map_.original({begin, end}, range_.begin, range_.end);
    return json_.substr(r.begin, r.size());
  }

 private:
  std::string_view json_;
  Range range_;
  std::string decoded_;
  std::string_view text_;
  OffsetMap map_;
};

std::string value_in(LaneKind kind, const std::string& value) {
  return kind == LaneKind::kToolJson ? escaped(escaped(value)) : escaped(value);
}

// The piece's new bytes.
std::string rewritten(const LaneText::Reading& reading, const Piece& piece, LaneKind kind) {
  std::string out;
  const auto copy = [&](std::size_t begin, std::size_t end) {
    const std::size_t cut = std::clamp(reading.held, begin, end);
    out += escaped(std::string_view(reading.text).substr(begin, cut - begin));
    out += piece.raw(cut - reading.held, end - reading.held);
  };
  std::size_t at = 0;
  for (const LaneText::Spot& spot : reading.spots) {
    if (spot.begin > at) copy(at, spot.begin);
    out += value_in(kind, spot.entry->text);
    at = spot.end;
  }
  if (reading.go > at) copy(at, reading.go);
  return out;
}

}  // namespace

void UnknownTokens::see(std::string_view text, std::uint64_t& count) {
  for (const char c : text) {
    const bool word =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!word)
      end(count);
    else if (word_.size() <= kLongestToken)
      word_.push_back(c);
  }
}

void UnknownTokens::end(std::uint64_t& count) {
  if (has_token_form(word_)) ++count;
  word_.clear();
}

LaneText::LaneText(const TokenMap& tokens, LaneKind kind, std::string tool)
    : tokens_(&tokens),
      kind_(kind),
      tool_(std::move(tool)),
      shut_(kind == LaneKind::kText ? !tokens.any_in_text() : !tokens.any_in_tool(tool_)) {}

LaneText::Reading LaneText::read(std::string_view piece, bool last, RestoreCounts& counts) {
  Reading out;
  out.held = held_.size();
  out.text = std::move(held_);
  out.text += piece;
  const std::string_view text = out.text;
  out.go = text.size();
  std::size_t told = 0;  // what UnknownTokens has seen
  for (std::size_t at = 0; (at = text.find_first_of("sS", at)) != std::string_view::npos;) {
    const TokenMap::Match match = tokens_->match(text.substr(at), kind_ == LaneKind::kText);
    if (match.fit == TokenMap::Fit::kPart && !last) {
      out.go = at;
      break;
    }
    if (match.fit != TokenMap::Fit::kWhole) {
      ++at;
      continue;
    }
    const bool allowed =
        kind_ == LaneKind::kText ? match.entry->in_text() : match.entry->in_tool(tool_);
    ++(allowed ? counts.restored : counts.withheld);
    if (allowed) out.spots.push_back({at, at + match.length, match.entry});
    if (at > told) unknown_.see(text.substr(told, at - told), counts.unknown);
    unknown_.end(counts.unknown);
    at += match.length;
    told = std::max(told, at);
  }
  held_ = text.substr(out.go);
  if (out.go > told) unknown_.see(text.substr(told, out.go - told), counts.unknown);
  if (shut_) {  // looked at, never kept back
    out.go = text.size();
    out.spots.clear();
  }
  return out;
}

void LaneText::end(RestoreCounts& counts) {
  unknown_.see(held_, counts.unknown);
  unknown_.end(counts.unknown);
  held_.clear();
}

// A name that is told twice and not the same is no name: readers differ in what they make of it.
void LaneRestorer::learn_name(const std::string& key, std::string name) {
  const auto known = names_.find(key);
  if (known == names_.end()) {
    if (names_.size() < kMostLanes) names_.emplace(key, std::move(name));
    return;
  }
  if (known->second == name) return;
  known->second.clear();
  for (auto& [at, state] : states_)
    if (at.second == key && at.first->kind != LaneKind::kText) state.text.forbid();
}

void LaneRestorer::learn_names(const MessageFields& fields, std::string_view type) {
  for (const AnswerLanes* table : tables_)
    for (const ToolName& name : table->names) {
      if (!event_fits(name.event, type)) continue;
      for (const Field& field : fields.all()) {
        if (!fits_pattern(name.name, field.pointer, stars_)) continue;
        learn_name(key_of(name.keys, fields, stars_), fields.text(field.pointer));
      }
    }
}

std::vector<std::string> LaneRestorer::closed(const MessageFields& fields, std::string_view type) {
  std::vector<std::string> out;
  for (const AnswerLanes* table : tables_)
    for (const Closing& closing : table->closings) {
      if (!event_fits(closing.event, type)) continue;
      stars_.clear();
      if (closing.mark.empty()) {
        out.push_back(key_of(closing.keys, fields, stars_));
        continue;
      }
      for (const Field& field : fields.all())
        if (is_set(field) && fits_pattern(closing.mark, field.pointer, stars_))
          out.push_back(key_of(closing.keys, fields, stars_));
    }
  return out;
}

bool LaneRestorer::is_closed(const std::string& key) const {
  return whole_ || std::any_of(closed_.begin(), closed_.end(),
                               [&](const std::string& prefix) { return key.starts_with(prefix); });
}

std::string LaneRestorer::tool_of(const Lane& lane, const MessageFields& fields,
                                  const std::string& key) const {
  if (lane.kind == LaneKind::kText) return {};
  if (!lane.tool.empty()) return fields.text(filled_pattern(lane.tool, stars_));
  const auto known = names_.find(key);
  return known == names_.end() ? std::string() : known->second;
}

LaneRestorer::State* LaneRestorer::state_of(const Lane& lane, const MessageFields& fields,
                                            const std::string& key) {
  const Key at(&lane, key);
  const auto known = states_.find(at);
  if (known != states_.end()) return &known->second;
  if (states_.size() >= kMostLanes) return nullptr;
  State fresh{LaneText(*tokens_, lane.kind, tool_of(lane, fields, key)), {}, {}};
  return &states_.emplace(at, std::move(fresh)).first->second;
}

bool LaneRestorer::pass_field(const MessageFields& fields, const Field& field,
                              std::string_view type, std::vector<Edit>& edits) {
  for (const AnswerLanes* table : tables_)
    for (const Lane& lane : table->lanes) {
      if (!event_fits(lane.event, type) || !fits_pattern(lane.text, field.pointer, stars_))
        continue;
      const Field* shut =
          lane.unless.empty() ? nullptr : fields.find(filled_pattern(lane.unless, stars_));
      if (shut == nullptr || !is_set(*shut)) restore(lane, fields, field, edits);
      return true;
    }
  return false;
}

void LaneRestorer::restore(const Lane& lane, const MessageFields& fields, const Field& field,
                           std::vector<Edit>& edits) {
  const std::string key = key_of(lane.keys, fields, stars_);
  const bool pieces = lane.delta && !whole_;
  std::optional<State> single;
  if (!pieces)
    single.emplace(State{LaneText(*tokens_, lane.kind, tool_of(lane, fields, key)), {}, {}});
  State* state = pieces ? state_of(lane, fields, key) : &*single;
  if (state == nullptr) {
    ++counts_.unread;
    return;
  }
  const Piece piece(json_, field);
  const bool last = !pieces || is_closed(key);
  const LaneText::Reading reading = state->text.read(piece.text(), last, counts_);
  if (!pieces) state->text.end(counts_);
  if (state->text.shut()) return;
  if (!state->text.held().empty()) frame(lane, fields, *state);
  if (reading.spots.empty() && reading.held == 0 && reading.go == reading.text.size()) return;
  edits.push_back({field.range, rewritten(reading, piece, lane.kind)});
}

// What an object of the message says about which text it is.
std::string LaneRestorer::members(const MessageFields& fields, std::string_view object,
                                  std::string_view but) const {
  std::string out;
  std::vector<std::string_view> stars;
  for (const Field& field : fields.all()) {
    if (parent(field.pointer) != object || last_segment(field.pointer) == but) continue;
    const bool kept = std::any_of(tables_.begin(), tables_.end(), [&](const AnswerLanes* t) {
      return std::any_of(t->keep.begin(), t->keep.end(), [&](std::string_view pattern) {
        return fits_pattern(pattern, field.pointer, stars);
      });
    });
    if (kept)
      out += "\"" + std::string(last_segment(field.pointer)) +
             "\":" + std::string(fields.raw(field)) + ",";
  }
  return out;
}

// A message of the same shape with nothing in it but this text.
void LaneRestorer::frame(const Lane& lane, const MessageFields& fields, State& state) const {
  state.head.clear();
  state.tail.clear();
  std::string at;
  std::size_t star = 0;
  for (std::string_view rest = lane.text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('/', 1), rest.size());
    const std::string segment(rest.substr(1, end - 1));
    rest.remove_prefix(end);
    if (segment == "*") {
      state.head += '[';
      state.tail.insert(0, "]");
      at += "/" + std::string(stars_[star++]);
      continue;
    }
    state.head += "{" + members(fields, at, segment) + "\"" + segment + "\":";
    state.tail.insert(0, "}");
    at += "/" + segment;
  }
  state.head += '"';
  state.tail.insert(0, "\"");
}

void LaneRestorer::release(const Lane& lane, State& state, std::vector<Added>& added) {
  const std::string held = state.text.held();
  state.text.end(counts_);
  if (held.empty() || state.text.shut()) return;
  added.push_back({lane.event, state.head + escaped(held) + state.tail});
}

void LaneRestorer::close(const std::vector<std::string>& prefixes, std::vector<Added>& added) {
  for (auto at = states_.begin(); at != states_.end();) {
    const bool over = std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& p) {
      return at->first.second.starts_with(p);
    });
    if (!over) {
      ++at;
      continue;
    }
    release(*at->first.first, at->second, added);
    at = states_.erase(at);
  }
}

void LaneRestorer::message(std::string_view json, bool whole, std::vector<Edit>& edits,
                           std::vector<Added>& added) {
  MessageFields fields;
  if (!fields.read(json, tables_)) {
    ++counts_.unread;
    return;
  }
  json_ = json;
  whole_ = whole;
  const std::string type = fields.text("/type");
  learn_names(fields, type);
  closed_ = closed(fields, type);
  for (const Field& field : fields.all())
    if (field.token == filters::JsonToken::kString) pass_field(fields, field, type, edits);
  close(closed_, added);
}

void LaneRestorer::end(bool release_all, std::vector<Added>& added) {
  for (auto& [key, state] : states_) {
    const bool tells = state.text.held().size() >= kTellsToken;
    if (release_all || !tells)
      release(*key.first, state, added);
    else
      state.text.end(counts_);
  }
  states_.clear();
}

}  // namespace sekisho::policy
