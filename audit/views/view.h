#pragma once

// Records in the words of other systems. Views only: what is signed and verified is the log, and
// every JSON view carries the lines it was made of under unmapped.sekisho. docs/sinks.md

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/views/exported_event.h"

namespace sekisho::audit {

enum class ViewFormat { kJson, kOcsf, kEcs, kCef, kRfc5424, kOtlp };
// json | ocsf | ecs | cef | rfc5424 | otlp
std::optional<ViewFormat> parse_view_format(std::string_view word);

// What all events of one log share.
struct ViewFrame {
  std::string log;                  // name of the log, in ids
  std::string version;              // of the program
  std::string zone = "Asia/Tokyo";  // of days, where a view has any
};

// One event without a line's end; of OTLP a logRecord, see otlp_request().
std::string render_view(ViewFormat format, const ExportedEvent& event, const ViewFrame& frame);

std::string json_view(const ExportedEvent& event, const ViewFrame& frame);
std::string ocsf_view(const ExportedEvent& event, const ViewFrame& frame);
std::string ecs_view(const ExportedEvent& event, const ViewFrame& frame);
std::string otlp_record(const ExportedEvent& event, const ViewFrame& frame);
// The body of POST /v1/logs.
std::string otlp_request(const std::vector<std::string>& records, const ViewFrame& frame);
// At most kSyslogBytes, lists cut and the rest counted.
std::string cef_view(const ExportedEvent& event, const ViewFrame& frame);
std::string rfc5424_view(const ExportedEvent& event, const ViewFrame& frame);
// The header of RFC 5424 in front of the CEF event, as collectors of CEF want it.
std::string cef_over_syslog(const ExportedEvent& event, const ViewFrame& frame);
inline constexpr std::size_t kSyslogBytes = 2048;

// Parts that several views share.
enum class Severity { kInformation, kLow, kMedium, kHigh };
Severity severity_of(const ExportedEvent& event);
std::string event_uid(const ExportedEvent& event, const ViewFrame& frame);  // "gw1/42"
// "blocked: region", "start"; words of closed lists and of the policy only.
std::string event_name(const ExportedEvent& event);
std::string event_message(const ExportedEvent& event);
bool is_exchange(const ExportedEvent& event);
// The name of a client that proved one; "" = only its address is known.
std::string_view user_name(const IndexedDecision& decision);
// Of what an event tells; nullptr = nothing about an outcome.
const IndexedOutcome* outcome_of(const ExportedEvent& event);
bool went_well(const IndexedOutcome& outcome);
// "JP"; "" where the evidence names none or several.
std::string one_country(const IndexedDecision& decision);
// {"log":…,"decision":{…},"outcome":{…}}: the lines as they stand in the log.
std::string lines_object(const ExportedEvent& event, const ViewFrame& frame);

}  // namespace sekisho::audit
