// Elastic Common Schema 8.

#include "audit/views/json_object.h"
#include "audit/views/view.h"

namespace sekisho::audit {
namespace {

std::string one_word(std::string_view word) {
  std::string out = "[";
  append_json_string(out, word);
  return out + "]";
}

JsonObject event_of(const ExportedEvent& event, const ViewFrame& frame) {
  const IndexedRecord& r = event.record;
  const IndexedDecision& d = r.decision;
  const IndexedOutcome* o = outcome_of(event);
  const bool exchange = is_exchange(event), denied = d.verdict == "block";
  JsonObject out;
  out.text("kind", severity_of(event) >= Severity::kMedium ? "alert" : "event")
      .raw("category", one_word(exchange ? "network" : "configuration"))
      .raw("type", one_word(!exchange ? "info"
                            : denied  ? "denied"
                                      : "allowed"))
      .text("action", exchange && !d.verdict.empty() ? std::string(d.verdict) : event_name(event))
      .text("outcome", !o              ? exchange ? "unknown" : "success"
                       : went_well(*o) ? "success"
                                       : "failure")
      .text("reason", d.reason)
      .text("id", event_uid(event, frame))
      .number("sequence", r.seq)
      .number("severity", 1 + static_cast<int>(severity_of(event)))
      .text("dataset", "sekisho.audit")
      .text("module", "sekisho");
  if (o) out.number("duration", static_cast<std::int64_t>(o->total_ms * 1e6));
  return out;
}

JsonObject destination_of(const IndexedDecision& d) {
  JsonObject geo, out;
  geo.text("country_iso_code", one_country(d));
  out.text("domain", d.host).text("ip", d.origin_ip).known("port", d.port, 0).object("geo", geo);
  return out;
}

JsonObject http_of(const IndexedDecision& d, const IndexedOutcome* o) {
  JsonObject request, request_body, response, response_body, out;
  request_body.known("bytes", d.bytes_in, 0);
  request.text("method", d.method).text("id", d.id).object("body", request_body);
  if (o) {
    response_body.number("bytes", o->received);
    response.known("status_code", o->status, 0).object("body", response_body);
  }
  out.object("request", request).object("response", response);
  return out;
}

JsonObject model_of(const IndexedDecision& d, const IndexedOutcome* o) {
  JsonObject provider, request, usage, out;
  provider.text("name", d.provider);
  request.text("model", d.model);
  if (o) usage.known("input_tokens", o->tokens_in, -1).known("output_tokens", o->tokens_out, -1);
  out.object("provider", provider).object("request", request).object("usage", usage);
  return out;
}

}  // namespace

std::string ecs_view(const ExportedEvent& event, const ViewFrame& frame) {
  const IndexedRecord& r = event.record;
  const IndexedDecision& d = r.decision;
  const IndexedOutcome* o = outcome_of(event);
  JsonObject schema, user, source, url, rule, observer, agent, unmapped, out;
  schema.text("version", "8.11.0");
  user.text("name", is_exchange(event) ? user_name(d) : std::string_view(r.control.by));
  source.text("ip", d.ip);
  url.text("domain", d.host).text("path", d.path).known("port", d.port, 0);
  rule.text("id", d.rule).text("name", d.rule).text("ruleset", d.policy);
  observer.text("name", r.gateway)
      .text("type", "proxy")
      .text("vendor", "Sekisho")
      .text("product", "Sekisho")
      .text("version", frame.version);
  agent.text("original", d.client);
  unmapped.raw("sekisho", lines_object(event, frame));
  out.text("@timestamp", utc_text(r.time_us))
      .text("message", event_message(event))
      .object("ecs", schema)
      .object("event", event_of(event, frame))
      .object("user", user)
      .object("source", source)
      .object("destination", destination_of(d))
      .object("url", url)
      .object("http", http_of(d, o))
      .object("user_agent", agent)
      .object("rule", rule)
      .object("gen_ai", model_of(d, o))
      .object("observer", observer)
      .object("unmapped", unmapped);
  return out.end();
}

}  // namespace sekisho::audit
