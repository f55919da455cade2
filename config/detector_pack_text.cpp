#include <cstdio>

#include "config/detector_pack.h"

namespace sekisho::config {
namespace {

bool is_plain_text(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  return true;
}

// 'x' where that can hold it, else "x" with escapes.
std::string quoted(std::string_view text) {
  std::string out;
  if (is_plain_text(text)) {
    for (const char c : text) out.append(c == '\'' ? "''" : std::string(1, c));
    return "'" + out + "'";
  }
  for (const char c : text) {
    char code[8];
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      std::snprintf(code, sizeof code, "\\x%02x", byte);
      out += code;
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return "\"" + out + "\"";
}

std::string number(double value) {
  char text[16];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

class Writer {
 public:
  void line(std::string_view key, const std::string& value) {
    out_ += "    " + std::string(key) + ": " + value + "\n";
  }
  void text(std::string_view key, const std::string& value) {
    if (!value.empty()) line(key, quoted(value));
  }
  void texts(std::string_view key, const std::vector<MarkedText>& values) {
    if (values.empty()) return;
    out_ += "    " + std::string(key) + ":\n";
    for (const MarkedText& v : values) out_ += "      - " + quoted(v.value) + "\n";
  }
  void words(std::string_view key, const ContextDef& def) {
    if (def.words.empty()) return;
    out_ += "    " + std::string(key) + ":\n      words:\n";
    for (const MarkedText& w : def.words) out_ += "        - " + quoted(w.value) + "\n";
    out_ += "      before: " + std::to_string(def.before) + "\n";
    out_ += "      after: " + std::to_string(def.after) + "\n";
  }
  std::string& out() { return out_; }

 private:
  std::string out_;
};

void write_confidence(const PackRowDef& row, Writer& w) {
  if (row.grouped <= 0 && row.in_context <= 0 && row.minus_against <= 0) {
    if (row.shape > 0) w.line("confidence", number(row.shape));
    return;
  }
  w.line("confidence", "{ shape: " + number(row.shape) + ", grouped: " + number(row.grouped) +
                           ", context: " + number(row.in_context) +
                           ", against: " + number(row.minus_against) + " }");
}

void write_row(const PackRowDef& row, Writer& w) {
  w.out() += "  - type: " + row.type.value + "\n";
  w.line("category", row.category);
  w.text("about", row.about);
  w.text("second_type", row.second_type.value);
  w.text("gate", row.gate.value);
  w.texts("literals", row.literals);
  w.text("pattern", row.pattern.value);
  if (row.lead > 0) w.line("lead", std::to_string(row.lead));
  w.text("check", row.check.value);
  write_confidence(row, w);
  w.words("context", row.context);
  w.words("against", row.against);
  if (row.left != "word") w.line("left", row.left);
  if (row.right != "word") w.line("right", row.right);
  if (row.max_span > 0) w.line("max_span", std::to_string(row.max_span));
  if (row.min_entropy > 0) w.line("min_entropy", number(row.min_entropy));
  if (row.specificity != 5) w.line("specificity", std::to_string(row.specificity));
  w.texts("allow", row.allow);
  w.texts("match", row.match);
  w.texts("no_match", row.no_match);
}

}  // namespace

std::string to_yaml(const DetectorPackFile& pack) {
  Writer w;
  w.out() = "version: 1\npack: " + quoted(pack.name) + "\n";
  if (!pack.source.empty()) w.out() += "source: " + quoted(pack.source) + "\n";
  w.out() += "\ndetectors:\n";
  for (const PackRowDef& row : pack.rows) {
    write_row(row, w);
    if (&row != &pack.rows.back()) w.out() += "\n";
  }
  return std::move(w.out());
}

}  // namespace sekisho::config
