#pragma once

// What `sekisho doctor` found out, in the order in which it looked.

#include <string>
#include <vector>

namespace sekisho::gateway {

enum class DoctorLevel { kOk, kWarn, kFail };

struct DoctorLine {
  DoctorLevel level = DoctorLevel::kOk;
  std::string check;   // "tcp", "login", "runtime.python", …; programs may rely on it
  std::string ja, en;  // what was seen; one line each
  std::string fix;     // the command or setting that mends it, "" when nothing is wrong
};

class DoctorReport {
 public:
  void ok(std::string check, std::string ja, std::string en);
  void warn(std::string check, std::string ja, std::string en, std::string fix);
  void fail(std::string check, std::string ja, std::string en, std::string fix);

  bool healthy() const;  // nothing failed
  const std::vector<DoctorLine>& lines() const { return lines_; }
  std::string text(bool colour) const;
  // {"v":1,"healthy":…,"checks":[{"check","level","message":{"ja","en"},"fix"}]}
  std::string json() const;

 private:
  std::vector<DoctorLine> lines_;
};

}  // namespace sekisho::gateway
