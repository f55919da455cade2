#include <charconv>
#include <cmath>

#include "filters/bodies/json_scanner.h"

namespace sekisho::filters {
namespace {

template <typename Number>
void append_number(std::string& out, Number v) {
  char digits[32];
  auto done = std::to_chars(digits, digits + sizeof digits, v);
  out.append(digits, done.ptr);
}

}  // namespace

void JsonWriter::separate() {
  if (need_comma_) out_.push_back(',');
  need_comma_ = true;
}

JsonWriter& JsonWriter::begin_object() {
  separate();
  out_.push_back('{');
  need_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  out_.push_back('}');
  need_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  separate();
  out_.push_back('[');
  need_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  out_.push_back(']');
  need_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view k) {
  value(k);
  out_.push_back(':');
  need_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view v) {
  separate();
  out_.push_back('"');
  append_json_escaped(out_, v);
  out_.push_back('"');
  return *this;
}

JsonWriter& JsonWriter::value(long long v) {
  separate();
  append_number(out_, v);
  return *this;
}

JsonWriter& JsonWriter::value(unsigned long long v) {
  separate();
  append_number(out_, v);
  return *this;
}

JsonWriter& JsonWriter::value(double v) {
  if (!std::isfinite(v)) return null();
  separate();
  append_number(out_, v);
  return *this;
}

JsonWriter& JsonWriter::value(bool v) {
  return raw(v ? "true" : "false");
}

JsonWriter& JsonWriter::null() {
  return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_.append(json.empty() ? std::string_view("null") : json);
  return *this;
}

}  // namespace sekisho::filters
