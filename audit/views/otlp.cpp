// OTLP/HTTP with JSON: one logRecord an event.

#include "audit/views/json_object.h"
#include "audit/views/view.h"

namespace sekisho::audit {
namespace {

class Attributes {
 public:
  Attributes& text(std::string_view key, std::string_view value) {
    if (value.empty()) return *this;
    JsonObject any;
    any.text("stringValue", value);
    return add(key, any);
  }
  // 64 bit numbers are strings in protobuf's JSON.
  Attributes& number(std::string_view key, std::int64_t value) {
    JsonObject any;
    any.text("intValue", std::to_string(value));
    return add(key, any);
  }
  Attributes& known(std::string_view key, std::int64_t value, std::int64_t unknown) {
    return value == unknown ? *this : number(key, value);
  }
  std::string list() const { return "[" + items_ + "]"; }

 private:
  Attributes& add(std::string_view key, const JsonObject& value) {
    JsonObject item;
    item.text("key", key).object("value", value);
    (items_ += items_.empty() ? "" : ",") += item.end();
    return *this;
  }
  std::string items_;
};

void add_exchange(Attributes& to, const IndexedDecision& d, const IndexedOutcome* o) {
  to.text("user.name", user_name(d))
      .text("client.address", d.ip)
      .text("server.address", d.host)
      .known("server.port", d.port, 0)
      .text("http.request.method", d.method)
      .text("url.path", d.path)
      .text("user_agent.original", d.client)
      .known("http.request.body.size", d.bytes_in, 0)
      .text("gen_ai.provider.name", d.provider)
      .text("gen_ai.request.model", d.model)
      .text("sekisho.request.id", d.id)
      .text("sekisho.verdict", d.verdict)
      .text("sekisho.would", d.would)
      .text("sekisho.reason", d.reason)
      .text("sekisho.rule", d.rule)
      .text("sekisho.exception", d.exception)
      .text("sekisho.country", d.country)
      .text("sekisho.policy", d.policy);
  if (!o) return;
  to.known("http.response.status_code", o->status, 0)
      .number("http.response.body.size", o->received)
      .known("gen_ai.usage.input_tokens", o->tokens_in, -1)
      .known("gen_ai.usage.output_tokens", o->tokens_out, -1)
      .known("gen_ai.usage.cache_read.input_tokens", o->tokens_cached, -1)
      .text("error.type", o->abort);
}

}  // namespace

std::string otlp_record(const ExportedEvent& event, const ViewFrame& frame) {
  static constexpr std::pair<int, std::string_view> kLevels[] = {
      {9, "INFO"}, {10, "INFO2"}, {13, "WARN"}, {17, "ERROR"}};
  const IndexedRecord& r = event.record;
  const auto& [number, name] = kLevels[static_cast<int>(severity_of(event))];
  Attributes attributes;
  attributes.text("event.name", "sekisho." + (is_exchange(event) ? "exchange" : event_name(event)))
      .text("sekisho.uid", event_uid(event, frame))
      .number("sekisho.seq", r.seq)
      .text("sekisho.kind", r.kind);
  if (is_exchange(event))
    add_exchange(attributes, r.decision, outcome_of(event));
  else
    attributes.text("user.name", r.control.by);
  attributes.text("unmapped.sekisho", lines_object(event, frame));
  JsonObject body, out;
  body.text("stringValue", event_message(event));
  const std::string time = std::to_string(r.time_us) + "000";
  out.text("timeUnixNano", time)
      .text("observedTimeUnixNano", time)
      .number("severityNumber", number)
      .text("severityText", name)
      .object("body", body)
      .raw("attributes", attributes.list());
  return out.end();
}

std::string otlp_request(const std::vector<std::string>& records, const ViewFrame& frame) {
  Attributes service;
  service.text("service.name", "sekisho")
      .text("service.version", frame.version)
      .text("service.instance.id", frame.log);
  std::string list = "[";
  for (const std::string& record : records) (list += list.size() > 1 ? "," : "") += record;
  JsonObject resource, scope, logs;
  resource.raw("attributes", service.list());
  scope.text("name", "sekisho.audit").text("version", frame.version);
  logs.object("scope", scope).raw("logRecords", list + "]");
  JsonObject of_resource, out;
  of_resource.object("resource", resource).raw("scopeLogs", "[" + logs.end() + "]");
  out.raw("resourceLogs", "[" + of_resource.end() + "]");
  return out.end();
}

}  // namespace sekisho::audit
