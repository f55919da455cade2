#include "filters/bodies/json_setter.h"

#include <algorithm>

namespace sekisho::filters {
namespace {

constexpr std::size_t kStep = 256 * 1024;
constexpr int kDepth = 256;

// "/a~1b/c" -> "a/b", "c".
std::vector<std::string> segments_of(std::string_view pointer) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/')
      out.emplace_back();
    else if (out.empty())
      return {};
    else if (pointer[i] == '~' && i + 1 < pointer.size())
      out.back() += pointer[++i] == '1' ? '/' : '~';
    else
      out.back() += pointer[i];
  }
  return out;
}

bool begins(JsonToken t) {
  return t == JsonToken::kBeginObject || t == JsonToken::kBeginArray;
}

bool ends(JsonToken t) {
  return t == JsonToken::kEndObject || t == JsonToken::kEndArray;
}

}  // namespace

JsonSetter::JsonSetter(std::string_view text, const std::vector<JsonField>& fields)
    : text_(text),
      fields_(fields),
      scanner_(text, kDepth),
      nodes_(1),
      was_(fields.size(), Was::kAbsent) {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (!plant(i)) fail("conflict");
}

bool JsonSetter::fail(std::string why) {
  if (error_.empty()) error_ = std::move(why);
  edits_.clear();
  done_ = true;
  return false;
}

// Fields as a tree of names.
bool JsonSetter::plant(std::size_t field) {
  std::size_t at = 0;
  for (std::string& name : segments_of(fields_[field].pointer)) {
    if (nodes_[at].field != kNone) return false;
    auto& children = nodes_[at].children;
    const auto known = std::find_if(children.begin(), children.end(),
                                    [&](const auto& child) { return child.first == name; });
    if (known != children.end()) {
      at = known->second;
      continue;
    }
    const std::size_t fresh = nodes_.size();
    children.emplace_back(std::move(name), fresh);
    nodes_.emplace_back();
    at = fresh;
  }
  if (at == 0 || !nodes_[at].children.empty() || nodes_[at].field != kNone) return false;
  nodes_[at].field = field;
  return true;
}

bool JsonSetter::step() {
  const std::size_t until = scanner_.position() + kStep;
  while (!done_ && scanner_.position() < until) {
    const JsonToken token = scanner_.next();
    if (token == JsonToken::kError) return fail(scanner_.error().reason);
    if (token == JsonToken::kEnd) {
      done_ = true;
      break;
    }
    if (!take(token)) return false;
  }
  return !done_;
}

bool JsonSetter::take(JsonToken token) {
  if (depth_ == 0 && token != JsonToken::kBeginObject) return fail("not_an_object");
  if (begins(token)) ++depth_;
  if (ends(token)) --depth_;
  if (replacing_ != kNone) {
    if (!ends(token) || depth_ != replaced_depth_) return true;
    replace(replacing_, {replaced_from_, scanner_.range().end});
    replacing_ = kNone;
    return true;
  }
  const bool at_object = !objects_.empty() && depth_ == objects_.size();
  if (token == JsonToken::kKey) return !at_object || take_key();
  if (token == JsonToken::kEndObject && depth_ + 1 == objects_.size()) {
    close_object();
    return true;
  }
  return objects_.empty() || wanted_ != kNone ? begin_value(token) : true;
}

bool JsonSetter::take_key() {
  Object& object = objects_.back();
  object.has_members = true;
  const Range range = scanner_.range();
  const std::string_view raw = text_.substr(range.begin, range.size());
  OffsetMap ignored;
  if (!scanner_.escaped())
    key_.assign(raw);
  else if (!unescape_json(raw, range.begin, key_, ignored))
    return fail("json");
  const auto& children = nodes_[object.node].children;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (children[i].first != key_) continue;
    if (object.seen[i]) return fail("duplicate_key");
    object.seen[i] = true;
    wanted_ = children[i].second;
  }
  return true;
}

bool JsonSetter::begin_value(JsonToken token) {
  const std::size_t node = objects_.empty() ? 0 : wanted_;
  wanted_ = kNone;
  if (nodes_[node].field == kNone && token == JsonToken::kBeginObject) {
    Object object;
    object.node = node;
    object.begin = scanner_.range().end;
    object.seen.resize(nodes_[node].children.size());
    objects_.push_back(std::move(object));
  } else if (begins(token)) {
    replacing_ = node;
    replaced_from_ = scanner_.range().begin;
    replaced_depth_ = depth_ - 1;
  } else {
    replace(node, whole(token));
  }
  return true;
}

Range JsonSetter::whole(JsonToken token) const {
  Range range = scanner_.range();
  if (token == JsonToken::kString) range = {range.begin - 1, range.end + 1};
  return range;
}

// A name that leads to several fields, and holds no object, becomes one.
void JsonSetter::replace(std::size_t node, Range range) {
  std::string value = built(node);
  const bool same = text_.substr(range.begin, range.size()) == value;
  const std::size_t field = nodes_[node].field;
  if (field != kNone) was_[field] = same ? Was::kSame : Was::kOther;
  if (!same) edits_.push_back({range, std::move(value)});
}

// What the object does not hold goes in front of its members.
void JsonSetter::close_object() {
  const Object object = std::move(objects_.back());
  objects_.pop_back();
  const auto& children = nodes_[object.node].children;
  std::string missing;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (object.seen[i]) continue;
    if (!missing.empty()) missing += ',';
    missing += '"';
    append_json_escaped(missing, children[i].first, true);
    missing += "\":" + built(children[i].second);
  }
  if (missing.empty()) return;
  if (object.has_members) missing += ',';
  edits_.push_back({{object.begin, object.begin}, std::move(missing)});
}

std::string JsonSetter::built(std::size_t node) const {
  if (nodes_[node].field != kNone) return fields_[nodes_[node].field].value;
  std::string out = "{";
  for (const auto& [name, child] : nodes_[node].children) {
    if (out.size() > 1) out += ',';
    out += '"';
    append_json_escaped(out, name, true);
    out += "\":" + built(child);
  }
  return out + "}";
}

}  // namespace sekisho::filters
