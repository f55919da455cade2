#include "gateway/commands/scan_lines.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "filters/bodies/json_scanner.h"
#include "gateway/commands/scan_report.h"
#include "gateway/commands/telling.h"

namespace sekisho::gateway {

void LineScan::scan(std::istream& in) {
  for (std::string line; std::getline(in, line);) {
    ++number_;
    if (line.find_first_not_of(" \t\r") != std::string::npos) scan_line(line);
  }
}

// Answered all the same: the reader counts on a line for each line.
void LineScan::refuse_line() {
  tell("sekisho scan",
       "line " + std::to_string(number_) + ": expected {\"id\": …, \"text\": \"…\"}");
  std::printf(
      "{\"id\":null,\"findings\":[],\"error\":\"line %zu is not {\\\"id\\\", \\\"text\\\"}\"}\n",
      number_);
  failed_ = true;
}

void LineScan::scan_line(const std::string& line) {
  const auto record = nlohmann::json::parse(line, nullptr, false);
  if (!record.is_object() || !record.contains("text") || !record["text"].is_string())
    return refuse_line();
  const auto& text = record["text"].get_ref<const std::string&>();
  filters::Findings findings;
  const bool undecided = scanner_.scan(text, findings) == filters::ScanStatus::kCouldNotDecide;
  if (undecided) {
    tell("sekisho scan", "line " + std::to_string(number_) + ": a detector could not decide");
    failed_ = true;
  }
  std::stable_sort(findings.begin(), findings.end(),
                   [](const auto& a, const auto& b) { return a.range.begin < b.range.begin; });
  std::string out;
  filters::JsonWriter w(out);
  const std::string id = record.contains("id") ? record["id"].dump() : std::string("null");
  w.begin_object().key("id").raw(id).key("findings").begin_array();
  for (const auto& f : findings) {
    found_ |= f.confidence >= kMediumConfidence;
    w.begin_object().key("type").value(f.type).key("start").value(f.range.begin);
    w.key("end").value(f.range.end).key("confidence").value(f.confidence);
    w.key("category").value(f.category);
    if (!f.why.empty()) w.key("why").value(f.why);
    w.end_object();
  }
  w.end_array();
  if (undecided) w.key("undecided").value(true);
  w.end_object();
  std::printf("%s\n", out.c_str());
}

}  // namespace sekisho::gateway
