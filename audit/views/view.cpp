#include "audit/views/view.h"

#include <utility>

#include "audit/json_text.h"

namespace sekisho::audit {

std::optional<ViewFormat> parse_view_format(std::string_view word) {
  static constexpr std::pair<std::string_view, ViewFormat> kWords[] = {
      {"json", ViewFormat::kJson}, {"ocsf", ViewFormat::kOcsf},       {"ecs", ViewFormat::kEcs},
      {"cef", ViewFormat::kCef},   {"rfc5424", ViewFormat::kRfc5424}, {"otlp", ViewFormat::kOtlp}};
  for (const auto& [name, format] : kWords)
    if (name == word) return format;
  return std::nullopt;
}

std::string render_view(ViewFormat format, const ExportedEvent& event, const ViewFrame& frame) {
  switch (format) {
    case ViewFormat::kOcsf:
      return ocsf_view(event, frame);
    case ViewFormat::kEcs:
      return ecs_view(event, frame);
    case ViewFormat::kCef:
      return cef_view(event, frame);
    case ViewFormat::kRfc5424:
      return rfc5424_view(event, frame);
    case ViewFormat::kOtlp:
      return otlp_record(event, frame);
    default:
      return json_view(event, frame);
  }
}

bool is_exchange(const ExportedEvent& event) {
  return event.record.kind == "decision" || event.record.kind == "outcome";
}

Severity severity_of(const ExportedEvent& event) {
  const IndexedRecord& r = event.record;
  if (!is_exchange(event)) {
    const bool bad = r.kind == "damage" || r.kind == "gap" || r.control.what == "reload_failed";
    return bad                     ? Severity::kHigh
           : r.kind == "recovered" ? Severity::kMedium
                                   : Severity::kInformation;
  }
  if (r.decision.verdict == "block") return Severity::kMedium;
  const bool changed = r.decision.verdict == "redact" || r.decision.verdict == "pseudonymise";
  return changed || !r.decision.would.empty() ? Severity::kLow : Severity::kInformation;
}

std::string event_uid(const ExportedEvent& event, const ViewFrame& frame) {
  return frame.log + "/" + std::to_string(event.record.seq);
}

std::string event_name(const ExportedEvent& event) {
  const IndexedRecord& r = event.record;
  if (r.kind == "outcome") return "outcome";
  if (!is_exchange(event)) return r.control.what.empty() ? r.kind : r.control.what;
  const IndexedDecision& d = r.decision;
  return d.reason.empty() ? d.verdict : d.verdict + ": " + d.reason;
}

std::string event_message(const ExportedEvent& event) {
  const IndexedDecision& d = event.record.decision;
  std::string out = "Sekisho " + event_name(event);
  if (!d.host.empty()) (out += " ") += d.method + " " + d.host;
  if (!d.rule.empty()) (out += " rule=") += d.rule;
  return out;
}

std::string_view user_name(const IndexedDecision& decision) {
  return decision.user.rfind("ip:", 0) == 0 ? std::string_view() : decision.user;
}

const IndexedOutcome* outcome_of(const ExportedEvent& event) {
  if (event.record.kind == "outcome") return &event.record.outcome;
  return event.outcome_line.empty() ? nullptr : &event.record.decision.outcome;
}

bool went_well(const IndexedOutcome& outcome) {
  return outcome.status > 0 && outcome.status < 400 && outcome.abort.empty();
}

std::string one_country(const IndexedDecision& decision) {
  return decision.country.size() == 2 ? decision.country : std::string();
}

std::string lines_object(const ExportedEvent& event, const ViewFrame& frame) {
  std::string out = "{\"log\":";
  append_json_string(out, frame.log);
  const std::string_view kind = event.record.kind == "decision"  ? "decision"
                                : event.record.kind == "outcome" ? "outcome"
                                                                 : "record";
  ((out += ",\"") += kind) += "\":" + event.line;
  if (!event.outcome_line.empty()) out += ",\"outcome\":" + event.outcome_line;
  return out + '}';
}

std::string json_view(const ExportedEvent& event, const ViewFrame& frame) {
  return lines_object(event, frame);
}

}  // namespace sekisho::audit
