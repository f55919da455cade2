#include "audit/reports/subject.h"

namespace sekisho::audit {
namespace {

std::string quoted(const std::string& word) {
  const bool plain = word.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@:+-") ==
                     std::string::npos;
  if (plain && !word.empty()) return word;
  std::string out = "'";
  for (const char c : word)
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  return out + "'";
}

}  // namespace

Clause clause_of(const ReportFrame& frame, const Subject& subject) {
  Clause out;
  if (!subject.user.empty()) {
    out = {"user = ?", {subject.user}};
  } else if (!subject.id.empty()) {
    out = {"id = ?", {subject.id}};
  } else {
    std::string marks;
    for (const std::string& hash : subject.hashes) {
      marks += marks.empty() ? "?" : ", ?";
      out.parameters.push_back(hash);
    }
    out.text = marks.empty()
                   ? "seq < 0"
                   : "seq IN (SELECT seq FROM finding_value WHERE hash IN (" + marks + "))";
  }
  if (frame.days.empty()) return out;
  out.text += " AND day >= ? AND day < ?";
  out.parameters.insert(out.parameters.end(), {frame.days.from, frame.days.to});
  return out;
}

LocalText subject_title(const Subject& s) {
  if (!s.user.empty()) return {"利用者 " + s.user, "user " + s.user};
  if (!s.id.empty()) return {"要求 " + s.id, "request " + s.id};
  return {"同じ値 (" + s.value_type + ")", "one value (" + s.value_type + ")"};
}

std::string subject_option(const Subject& s) {
  if (!s.user.empty()) return "--user " + quoted(s.user);
  if (!s.id.empty()) return "--id " + quoted(s.id);
  return "--value-type " + quoted(s.value_type);
}

SubjectTotals totals_of(Inquiry& ask, const Clause& clause) {
  SubjectTotals out;
  const auto rows = ask.rows(
      "SELECT verdict, would, count(*), min(time_us), max(time_us), sum(sent) FROM exchange "
      "WHERE " +
          clause.text + " GROUP BY verdict, would",
      clause.parameters);
  for (const auto& row : rows) {
    const std::int64_t n = integer_of(row[2]), first = integer_of(row[3]);
    out.requests += n;
    (text_of(row[0]) == "block" ? out.refused : out.sent_requests) += n;
    if (!text_of(row[1]).empty()) out.observed += n;
    if (!out.first_us || first < out.first_us) out.first_us = first;
    out.last_us = std::max(out.last_us, integer_of(row[4]));
    out.sent_bytes += integer_of(row[5]);
  }
  const auto users =
      ask.rows("SELECT count(DISTINCT user) FROM exchange WHERE " + clause.text, clause.parameters);
  if (!users.empty()) out.users = integer_of(users[0][0]);
  return out;
}

}  // namespace sekisho::audit
