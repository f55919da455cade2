// OCSF 1.x: HTTP Activity (4002) for exchanges, API Activity (6003) for everything else.

#include <utility>

#include "audit/chain.h"
#include "audit/views/json_object.h"
#include "audit/views/view.h"

namespace sekisho::audit {
namespace {

constexpr std::string_view kSchema = "1.4.0";

struct Named {
  int id;
  std::string_view name;
};

Named http_activity(std::string_view method) {
  static constexpr std::pair<std::string_view, Named> kMethods[] = {
      {"CONNECT", {1, "Connect"}}, {"DELETE", {2, "Delete"}},   {"GET", {3, "Get"}},
      {"HEAD", {4, "Head"}},       {"OPTIONS", {5, "Options"}}, {"POST", {6, "Post"}},
      {"PUT", {7, "Put"}},         {"TRACE", {8, "Trace"}},     {"PATCH", {9, "Patch"}}};
  for (const auto& [word, named] : kMethods)
    if (word == method) return named;
  return method.empty() ? Named{0, "Unknown"} : Named{99, "Other"};
}

Named api_activity(const IndexedRecord& r) {
  static constexpr std::pair<std::string_view, Named> kWords[] = {
      {"reload", {3, "Update"}}, {"access", {2, "Read"}},      {"export", {2, "Read"}},
      {"open", {2, "Read"}},     {"key", {1, "Create"}},       {"prune", {4, "Delete"}},
      {"erase", {4, "Delete"}},  {"checkpoint", {1, "Create"}}};
  const std::string& word = r.control.what.empty() ? r.kind : r.control.what;
  for (const auto& [begin, named] : kWords)
    if (word.rfind(begin, 0) == 0) return named;
  return {99, "Other"};
}

Named severity(Severity s) {
  static constexpr Named kNames[] = {{1, "Informational"}, {2, "Low"}, {3, "Medium"}, {4, "High"}};
  return kNames[static_cast<int>(s)];
}

Named disposition(const IndexedDecision& d) {
  if (d.verdict == "block") return {2, "Blocked"};
  if (d.verdict == "allow") return {1, "Allowed"};
  return {7, d.verdict == "redact" ? "Redacted" : "Pseudonymised"};
}

std::string fingerprint(std::string_view base64) {
  return JsonObject()
      .text("algorithm", "SHA-256")
      .number("algorithm_id", 3)
      .text("value", base64)
      .end();
}

// The chain by OCSF's own name; what is hashed is the line under unmapped.
void add_attestation(JsonObject& out, const ExportedEvent& event, const ViewFrame& frame) {
  const auto head = parse_line_head(event.line);
  if (!head) return;
  JsonObject before;
  before.raw("fingerprint", fingerprint(head->prev));
  ChainHash hash;
  JsonObject attestation;
  attestation.text("chain_uid", frame.log)
      .object("prev_event", before)
      .raw("fingerprint", fingerprint(text_of(hash.after(event.line))));
  out.object("attestation", attestation);
}

JsonObject begin(const ExportedEvent& event, const ViewFrame& frame, int class_uid,
                 std::string_view class_name, int category, std::string_view category_name,
                 Named activity) {
  const IndexedRecord& r = event.record;
  const Named level = severity(severity_of(event));
  JsonObject product, metadata, out;
  product.text("name", "Sekisho").text("vendor_name", "Sekisho").text("version", frame.version);
  metadata.text("version", kSchema)
      .object("product", product)
      .text("uid", event_uid(event, frame))
      .text("correlation_uid", r.decision.id)
      .number("sequence", r.seq)
      .text("log_name", frame.log)
      .raw("profiles", R"(["security_control","record_integrity"])");
  out.number("activity_id", activity.id)
      .text("activity_name", activity.name)
      .number("category_uid", category)
      .text("category_name", category_name)
      .number("class_uid", class_uid)
      .text("class_name", class_name)
      .number("type_uid", class_uid * 100 + activity.id)
      .text("type_name", std::string(class_name) + ": " + std::string(activity.name))
      .number("time", r.time_us / 1000)
      .number("severity_id", level.id)
      .text("severity", level.name)
      .text("message", event_message(event))
      .object("metadata", metadata);
  return out;
}

void add_end(JsonObject& out, const ExportedEvent& event, const ViewFrame& frame) {
  add_attestation(out, event, frame);
  JsonObject unmapped;
  unmapped.raw("sekisho", lines_object(event, frame));
  out.object("unmapped", unmapped);
}

void add_control(JsonObject& out, const IndexedDecision& d) {
  if (d.verdict.empty()) return;
  const Named what = disposition(d);
  const bool denied = d.verdict == "block";
  JsonObject rule, policy;
  rule.text("uid", d.rule).text("name", d.rule);
  policy.text("uid", d.policy).text("name", "Sekisho policy");
  out.number("action_id", denied ? 2 : 1)
      .text("action", denied ? "Denied" : "Allowed")
      .number("disposition_id", what.id)
      .text("disposition", what.name)
      .truth("is_alert", d.verdict != "allow" || !d.would.empty())
      .object("firewall_rule", rule)
      .object("policy", policy);
}

void add_ends(JsonObject& out, const IndexedDecision& d) {
  JsonObject user, actor, from, to, place;
  user.text("name", user_name(d));
  actor.object("user", user);
  from.text("ip", d.ip);
  place.text("country", one_country(d));
  to.text("hostname", d.host).text("ip", d.origin_ip).known("port", d.port, 0);
  to.object("location", place);
  out.object("actor", actor).object("src_endpoint", from).object("dst_endpoint", to);
}

std::string http_event(const ExportedEvent& event, const ViewFrame& frame) {
  const IndexedDecision& d = event.record.decision;
  const IndexedOutcome* o = outcome_of(event);
  JsonObject out =
      begin(event, frame, 4002, "HTTP Activity", 4, "Network Activity", http_activity(d.method));
  add_control(out, d);
  add_ends(out, d);
  JsonObject url, request, response, traffic;
  url.text("hostname", d.host).text("path", d.path).known("port", d.port, 0);
  request.text("http_method", d.method)
      .text("uid", d.id)
      .text("user_agent", d.client)
      .object("url", url)
      .known("length", d.bytes_in, 0);
  out.object("http_request", request);
  if (!o) {
    out.number("status_id", 0).text("status", "Unknown");
  } else {
    const bool good = went_well(*o);
    response.number("code", o->status).number("length", o->received);
    traffic.number("bytes_out", o->sent).number("bytes_in", o->received);
    out.object("http_response", response)
        .object("traffic", traffic)
        .number("duration", static_cast<std::int64_t>(o->total_ms))
        .number("status_id", good ? 1 : 2)
        .text("status", good ? "Success" : "Failure")
        .text("status_code", std::to_string(o->status))
        .text("status_detail", o->abort);
  }
  add_end(out, event, frame);
  return out.end();
}

std::string api_event(const ExportedEvent& event, const ViewFrame& frame) {
  const IndexedRecord& r = event.record;
  JsonObject out =
      begin(event, frame, 6003, "API Activity", 6, "Application Activity", api_activity(r));
  JsonObject user, actor, service, api, from;
  user.text("name", r.control.by.empty() ? "sekisho" : std::string_view(r.control.by));
  actor.object("user", user);
  service.text("name", "sekisho");
  api.text("operation", event_name(event)).object("service", service);
  from.text("hostname", r.gateway).text("name", r.gateway);
  out.object("actor", actor)
      .object("api", api)
      .object("src_endpoint", from)
      .number("status_id", severity_of(event) == Severity::kHigh ? 2 : 1);
  add_end(out, event, frame);
  return out.end();
}

}  // namespace

std::string ocsf_view(const ExportedEvent& event, const ViewFrame& frame) {
  return is_exchange(event) ? http_event(event, frame) : api_event(event, frame);
}

}  // namespace sekisho::audit
