#include "gateway/sinks/receiver.h"

#include <charconv>
#include <utility>

#include "audit/json_text.h"
#include "gateway/sinks/secret_file.h"
#include "gateway/sinks/transport.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMostError = 300;

PeerSettings peer_of(const config::AuditSink& sink) {
  PeerSettings peer;
  peer.ca_file = sink.ca.value;
  peer.client_certificate = sink.client_certificate.value;
  peer.client_key = sink.client_key.value;
  return peer;
}

bool is_header(const std::string& line) {
  const auto colon = line.find(':');
  return colon != line.npos && colon > 0 && line.find_first_of(" \t") >= colon &&
         line.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~") ==
             colon;
}

// Receivers quote what they were sent: an error is cut, and says nothing of the batch but that.
std::string answer_words(int status, const std::string& body) {
  std::string out = "status " + std::to_string(status);
  if (!body.empty()) (out += ": ") += audit::cut_text(body, kMostError);
  return out;
}

// Every `"status":N` of Elastic's answer to a bulk request: 409 = it was there already.
Delivery judge_bulk(const std::string& body) {
  if (body.find("\"errors\":false") != body.npos) return {};
  bool later = false, refused = false;
  constexpr std::string_view kStatus = "\"status\":";
  for (std::size_t at = 0; (at = body.find(kStatus, at)) != body.npos;) {
    at += kStatus.size();
    int status = 0;
    std::from_chars(body.data() + at, body.data() + body.size(), status);
    if (status == 429 || status >= 500)
      later = true;
    else if (status >= 400 && status != 409)
      refused = true;
  }
  Delivery out;
  if (later || refused) {
    out.kind = refused && !later ? Delivery::Kind::kRefused : Delivery::Kind::kLater;
    out.error = answer_words(200, body);
  }
  return out;
}

// OTLP: what was thrown away may not be sent again.
std::string otlp_remark(const std::string& body) {
  constexpr std::string_view kKey = "\"rejectedLogRecords\":";
  const auto at = body.find(kKey);
  if (at == body.npos) return {};
  const auto digit = body.find_first_not_of("\" ", at + kKey.size());
  if (digit == body.npos || body[digit] < '1' || body[digit] > '9') return {};
  return answer_words(200, body);
}

void append_hec(std::string& out, const audit::ExportedEvent& event, const std::string& text,
                const audit::ViewFrame& frame) {
  const std::int64_t us = event.record.time_us;
  char time[48];
  std::snprintf(time, sizeof time, "%lld.%06lld", static_cast<long long>(us / 1'000'000),
                static_cast<long long>(us % 1'000'000));
  ((out += "{\"time\":") += time) += ",\"source\":\"sekisho\",\"host\":";
  audit::append_json_string(out, event.record.gateway);
  out += ",\"fields\":{\"uid\":";
  audit::append_json_string(out, audit::event_uid(event, frame));
  ((out += "},\"event\":") += text) += "}\n";
}

// The id makes a second sending harmless; an event that repeats another has one of its own.
void append_bulk(std::string& out, const audit::ExportedEvent& event, const std::string& text,
                 const audit::ViewFrame& frame) {
  out += "{\"create\":{\"_id\":";
  audit::append_json_string(out, audit::event_uid(event, frame) + (event.again ? "+" : ""));
  ((out += "}}\n") += text) += "\n";
}

struct HttpReceiver {
  HttpReceiver(const config::AuditSink& s, audit::ViewFrame f, PeerCredentials credentials)
      : sink(s), frame(std::move(f)), sender(peer_of(s), std::move(credentials)) {}
  Delivery deliver(const EventBatch& batch);

  config::AuditSink sink;
  audit::ViewFrame frame;
  std::vector<std::string> headers;
  HttpSender sender;
};

std::string body_of(const EventBatch& batch, const config::AuditSink& sink,
                    const audit::ViewFrame& frame) {
  if (sink.kind != config::SinkKind::kOtlp)
    return json_body(batch, sink.format, sink.envelope, frame);
  std::vector<std::string> records;
  for (const auto& event : batch) records.push_back(audit::otlp_record(event, frame));
  return audit::otlp_request(records, frame);
}

Delivery HttpReceiver::deliver(const EventBatch& batch) {
  const std::string body = body_of(batch, sink, frame);
  HttpRequest request;
  request.url = sink.target.value;
  request.headers = headers;
  request.body = body;
  request.answer_limit = 8u << 20;  // of a bulk request a line for every event
  HttpAnswer answer = sender.send(request);
  if (answer.cancelled) return {Delivery::Kind::kCancelled, answer.error, {}, {}};
  if (!answer.error.empty()) return {Delivery::Kind::kLater, answer.error, {}, {}};
  Delivery out = judge_answer(answer.status, answer.body, sink.kind, sink.envelope);
  out.retry_after = answer.retry_after;
  return out;
}

struct SyslogReceiver {
  SyslogReceiver(const config::AuditSink& sink, audit::ViewFrame f)
      : frame(std::move(f)), cef(sink.format == "cef"), sender(sink.target.value, peer_of(sink)) {}
  Delivery deliver(const EventBatch& batch);

  audit::ViewFrame frame;
  bool cef;
  TlsSender sender;
};

// Octet counting, RFC 5425 4.3.
Delivery SyslogReceiver::deliver(const EventBatch& batch) {
  std::string bytes;
  for (const auto& event : batch) {
    const std::string message =
        cef ? audit::cef_over_syslog(event, frame) : audit::rfc5424_view(event, frame);
    ((bytes += std::to_string(message.size())) += ' ') += message;
  }
  const std::string error = sender.send(bytes);
  if (error.empty()) return {};
  return {sender.cancelled() ? Delivery::Kind::kCancelled : Delivery::Kind::kLater, error, {}, {}};
}

}  // namespace

std::string read_secret(const config::Marked<std::string>& file, std::string& error) {
  if (file.value.empty()) return {};
  const std::string text = read_private(file.value, error);
  return text.substr(0, text.find_first_of("\r\n"));
}

std::vector<std::string> read_headers(const config::Marked<std::string>& file, std::string& error) {
  std::vector<std::string> out;
  if (file.value.empty()) return out;
  const std::string text = read_private(file.value, error);
  for (std::size_t at = 0, line = 1; at < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string header = text.substr(at, end - at);
    at = end + 1;
    if (!header.empty() && header.back() == '\r') header.pop_back();
    if (header.empty() || header[0] == '#') continue;
    if (!is_header(header))
      error = file.value + ":" + std::to_string(line) + ": expected `name: value`";
    out.push_back(std::move(header));
  }
  return out;
}

std::string json_body(const EventBatch& batch, const std::string& format,
                      config::SinkEnvelope envelope, const audit::ViewFrame& frame) {
  const auto view = audit::parse_view_format(format).value_or(audit::ViewFormat::kJson);
  std::string out = envelope == config::SinkEnvelope::kArray ? "[" : "";
  for (const auto& event : batch) {
    const std::string text = audit::render_view(view, event, frame);
    switch (envelope) {
      case config::SinkEnvelope::kLines:
        (out += text) += '\n';
        break;
      case config::SinkEnvelope::kArray:
        (out += out.size() > 1 ? ",\n" : "") += text;
        break;
      case config::SinkEnvelope::kHec:
        append_hec(out, event, text, frame);
        break;
      case config::SinkEnvelope::kBulk:
        append_bulk(out, event, text, frame);
        break;
    }
  }
  return envelope == config::SinkEnvelope::kArray ? out + "]" : out;
}

Delivery judge_answer(int status, const std::string& body, config::SinkKind kind,
                      config::SinkEnvelope envelope) {
  Delivery out;
  if (status >= 200 && status < 300) {
    if (envelope == config::SinkEnvelope::kBulk) return judge_bulk(body);
    if (kind == config::SinkKind::kOtlp) out.remark = otlp_remark(body);
    return out;
  }
  // Only these say that it is the batch that is not liked: a wrong password or path is nobody's
  // reason to leave records out.
  const bool refused = status == 400 || status == 413 || status == 422;
  out.kind = refused ? Delivery::Kind::kRefused : Delivery::Kind::kLater;
  out.error = answer_words(status, body);
  return out;
}

std::unique_ptr<Receiver> make_syslog_receiver(const config::AuditSink& sink,
                                               audit::ViewFrame frame) {
  const auto made = std::make_shared<SyslogReceiver>(sink, std::move(frame));
  auto out = std::make_unique<Receiver>();
  out->deliver = [made](const EventBatch& batch) { return made->deliver(batch); };
  out->cancel = [made] { made->sender.cancel(); };
  return out;
}

std::unique_ptr<Receiver> make_http_receiver(const config::AuditSink& sink, audit::ViewFrame frame,
                                             std::string& error) {
  PeerCredentials credentials{sink.user, read_secret(sink.password_file, error), {}};
  auto headers = read_headers(sink.headers_file, error);
  if (!error.empty()) return nullptr;
  const auto made = std::make_shared<HttpReceiver>(sink, std::move(frame), std::move(credentials));
  const bool lines =
      sink.kind == config::SinkKind::kHttp && sink.envelope != config::SinkEnvelope::kArray;
  made->headers = std::move(headers);
  made->headers.push_back(lines ? "content-type: application/x-ndjson"
                                : "content-type: application/json");
  auto out = std::make_unique<Receiver>();
  out->deliver = [made](const EventBatch& batch) { return made->deliver(batch); };
  out->cancel = [made] { made->sender.cancel(); };
  return out;
}

std::unique_ptr<Receiver> make_receiver(const config::AuditSink& sink, audit::ViewFrame frame,
                                        std::string& error) {
  switch (sink.kind) {
    case config::SinkKind::kSyslog:
      return make_syslog_receiver(sink, std::move(frame));
    case config::SinkKind::kClickHouse:
      return make_clickhouse_receiver(sink, std::move(frame), error);
    default:
      return make_http_receiver(sink, std::move(frame), error);
  }
}

}  // namespace sekisho::gateway
