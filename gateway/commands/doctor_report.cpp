#include "gateway/commands/doctor_report.h"

#include <algorithm>
#include <utility>

#include "audit/json_text.h"
#include "audit/sheet.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kWidest = 600;

const char* word(DoctorLevel level) {
  return level == DoctorLevel::kOk ? "ok" : level == DoctorLevel::kWarn ? "warn" : "fail";
}

const char* colour_of(DoctorLevel level) {
  return level == DoctorLevel::kOk     ? "\x1b[32m"
         : level == DoctorLevel::kWarn ? "\x1b[33m"
                                       : "\x1b[31m";
}

}  // namespace

void DoctorReport::ok(std::string check, std::string ja, std::string en) {
  lines_.push_back({DoctorLevel::kOk, std::move(check), std::move(ja), std::move(en), ""});
}

void DoctorReport::warn(std::string check, std::string ja, std::string en, std::string fix) {
  lines_.push_back(
      {DoctorLevel::kWarn, std::move(check), std::move(ja), std::move(en), std::move(fix)});
}

void DoctorReport::fail(std::string check, std::string ja, std::string en, std::string fix) {
  lines_.push_back(
      {DoctorLevel::kFail, std::move(check), std::move(ja), std::move(en), std::move(fix)});
}

bool DoctorReport::healthy() const {
  return std::none_of(lines_.begin(), lines_.end(),
                      [](const DoctorLine& l) { return l.level == DoctorLevel::kFail; });
}

// What other programs and machines said is part of it: made harmless for a terminal.
std::string DoctorReport::text(bool colour) const {
  std::string out;
  for (const DoctorLine& l : lines_) {
    const std::string level = word(l.level);
    const std::string mark = colour ? colour_of(l.level) + level + "\x1b[0m" : level;
    out += mark + std::string(6 - level.size(), ' ') + l.check + ": " +
           audit::display_text(l.ja, kWidest) + "\n";
    out += "      " + std::string(l.check.size(), ' ') + "  " + audit::display_text(l.en, kWidest) +
           "\n";
    if (!l.fix.empty()) out += "      -> " + audit::display_text(l.fix, kWidest) + "\n";
  }
  return out;
}

std::string DoctorReport::json() const {
  std::string out =
      std::string(R"({"v":1,"healthy":)") + (healthy() ? "true" : "false") + R"(,"checks":[)";
  for (const DoctorLine& l : lines_) {
    if (out.back() != '[') out += ",";
    audit::append_json_string(out += "\n{\"check\":", l.check);
    audit::append_json_string(out += R"(,"level":)", word(l.level));
    audit::append_json_string(out += R"(,"message":{"ja":)", l.ja);
    audit::append_json_string(out += R"(,"en":)", l.en);
    audit::append_json_or_null(out += R"(},"fix":)", l.fix);
    out += "}";
  }
  return out + "\n]}\n";
}

}  // namespace sekisho::gateway
