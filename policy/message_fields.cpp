#include "policy/message_fields.h"

#include <algorithm>

namespace sekisho::policy {
namespace {

using filters::JsonToken;

constexpr int kDepth = 256;
constexpr std::size_t kMostFields = 1u << 17;

bool is_scalar(JsonToken t) {
  return t == JsonToken::kString || t == JsonToken::kNumber || t == JsonToken::kTrue ||
         t == JsonToken::kFalse || t == JsonToken::kNull;
}

// Looks whether any pattern of a table fits.
class Wanted {
 public:
  explicit Wanted(std::span<const AnswerLanes* const> tables) {
    for (const AnswerLanes* t : tables) {
      for (const Lane& l : t->lanes) {
        add(l.text);
        add(l.tool);
        add(l.unless);
        add_all(l.keys);
      }
      for (const ToolName& n : t->names) {
        add(n.name);
        add_all(n.keys);
      }
      for (const Closing& c : t->closings) {
        add(c.mark);
        add_all(c.keys);
      }
      add_all(t->keep);
    }
    add("/type");
  }
  bool operator()(std::string_view pointer) {
    return std::any_of(patterns_.begin(), patterns_.end(), [&](std::string_view p) {
      return p.size() > 1 && (p[1] == '*' || (pointer.size() > 1 && p[1] == pointer[1])) &&
             fits_pattern(p, pointer, stars_);
    });
  }

 private:
  void add(std::string_view pattern) {
    if (!pattern.empty() &&
        std::find(patterns_.begin(), patterns_.end(), pattern) == patterns_.end())
      patterns_.push_back(pattern);
  }
  void add_all(Patterns all) {
    for (const std::string_view p : all) add(p);
  }

  std::vector<std::string_view> patterns_, stars_;
};

}  // namespace

bool MessageFields::read(std::string_view json, std::span<const AnswerLanes* const> tables) {
  json_ = json;
  Wanted wanted(tables);
  filters::JsonScanner scanner(json, kDepth);
  for (;;) {
    const JsonToken token = scanner.next();
    if (token == JsonToken::kError) return false;
    if (token == JsonToken::kEnd) break;
    if (!is_scalar(token) || !wanted(scanner.path())) continue;
    if (fields_.size() == kMostFields) return false;
    fields_.push_back({scanner.pointer(), token, scanner.range(), scanner.escaped()});
  }
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const auto [at, fresh] = index_.try_emplace(fields_[i].pointer, i);
    if (!fresh) fields_[at->second].twice = true;
  }
  return true;
}

const MessageFields::Field* MessageFields::find(std::string_view pointer) const {
  const auto at = index_.find(pointer);
  return at == index_.end() ? nullptr : &fields_[at->second];
}

std::string_view MessageFields::raw(const Field& field) const {
  const bool string = field.token == JsonToken::kString;
  const std::size_t begin = field.range.begin - (string ? 1 : 0);
  return json_.substr(begin, field.range.size() + (string ? 2 : 0));
}

std::string MessageFields::text(std::string_view pointer) const {
  const Field* field = find(pointer);
  if (field == nullptr || field->twice) return {};
  const std::string_view raw_text = json_.substr(field->range.begin, field->range.size());
  std::string out;
  filters::OffsetMap map;
  if (!field->escaped || !filters::unescape_json(raw_text, 0, out, map)) out = raw_text;
  return out;
}

}  // namespace sekisho::policy
