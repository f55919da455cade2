// CEF and RFC 5424. Receivers cut long lines, and what they cut is lost: so nothing here is longer
// than kSyslogBytes, and what was left out is counted.

#include <algorithm>

#include "audit/json_text.h"
#include "audit/views/view.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kValueBytes = 256, kHeaderBytes = 128;
constexpr int kLogAudit = 13;  // facility

// What a receiver's screen or parser could take for something else becomes U+FFFD; `keep_lines`:
// CR and LF stay, to be escaped by the caller.
std::string plain(std::string_view text, std::size_t limit, bool keep_lines) {
  const std::string_view cut = cut_text(text, limit);
  std::string out;
  for (std::size_t at = 0; at < cut.size();) {
    const std::size_t begin = at;
    const std::int32_t c = next_code_point(cut, at);
    const bool line = c == '\n' || c == '\r';
    if (line && keep_lines)
      out += static_cast<char>(c);
    else if (c < 0 || c < 32 || c == 127 || is_deceptive(c))
      out += "\xEF\xBF\xBD";
    else
      out += cut.substr(begin, at - begin);
  }
  if (cut.size() < text.size()) out += "…";
  return out;
}

std::string cef_header(std::string_view text) {
  std::string out;
  for (const char c : plain(text, kHeaderBytes, false)) {
    if (c == '\\' || c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string cef_value(std::string_view text) {
  std::string out;
  for (const char c : plain(text, kValueBytes, true)) {
    if (c == '\\' || c == '=') out += '\\';
    if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else
      out += c;
  }
  return out;
}

// Pairs, the important ones first: what does not fit any more is counted.
class Pairs {
 public:
  using Escape = std::string (*)(std::string_view);
  Pairs(std::size_t room, std::string_view quote, Escape escape)
      : room_(room), quote_(quote), escape_(escape) {}
  Pairs& text(std::string_view key, std::string_view value) {
    if (value.empty()) return *this;
    std::string pair = out_.empty() ? "" : " ";
    ((((pair += key) += "=") += quote_) += escape_(value)) += quote_;
    return add(std::move(pair));
  }
  Pairs& number(std::string_view key, std::int64_t value) {
    return text(key, std::to_string(value));
  }
  Pairs& known(std::string_view key, std::int64_t value, std::int64_t unknown) {
    return value == unknown ? *this : number(key, value);
  }
  // CEF's own fields have a label each.
  Pairs& labelled(const std::string& key, std::string_view label, std::string_view value) {
    if (value.empty()) return *this;
    std::string pair = out_.empty() ? "" : " ";
    (((pair += key) += "Label=") += label) += " " + key + "=" + escape_(value);
    return add(std::move(pair));
  }
  std::size_t left_out() const { return left_out_; }
  const std::string& end() const { return out_; }

 private:
  Pairs& add(std::string pair) {
    if (out_.size() + pair.size() > room_)
      ++left_out_;
    else
      out_ += pair;
    return *this;
  }
  std::size_t room_;
  std::string_view quote_;
  Escape escape_;
  std::string out_;
  std::size_t left_out_ = 0;
};

// "email:2,credit_card:1,…_more:3"
std::string findings_text(const IndexedDecision& d) {
  std::string out;
  std::size_t shown = 0;
  for (const auto& f : d.findings) {
    const std::string item = f.type + ":" + std::to_string(f.hits);
    if (out.size() + item.size() > 180) break;
    (out += out.empty() ? "" : ",") += item;
    ++shown;
  }
  const std::size_t more = d.findings.size() - shown;
  return more ? out + ",…_more:" + std::to_string(more) : out;
}

std::int64_t findings_count(const IndexedDecision& d) {
  std::int64_t n = 0;
  for (const auto& f : d.findings) n += f.hits;
  return n;
}

std::string outcome_word(const IndexedOutcome* o) {
  return !o ? "none" : went_well(*o) ? "success" : "failure";
}

void add_cef_exchange(Pairs& to, const ExportedEvent& event) {
  const IndexedDecision& d = event.record.decision;
  const IndexedOutcome* o = outcome_of(event);
  to.text("suser", user_name(d))
      .text("src", d.ip)
      .text("dhost", d.host)
      .text("dst", d.origin_ip)
      .known("dpt", d.port, 0)
      .text("act", d.verdict)
      .text("outcome", outcome_word(o))
      .text("reason", d.reason)
      .labelled("cs1", "policy", d.policy)
      .labelled("cs2", "rule", d.rule)
      .labelled("cs3", "country", d.country)
      .labelled("cs4", "findings", findings_text(d))
      .labelled("cs5", "exception", d.exception)
      .labelled("cs6", "model", d.model)
      .labelled("cn1", "findings", std::to_string(findings_count(d)));
  if (o) {
    to.labelled("cn2", "httpStatus", std::to_string(o->status));
    to.number("out", o->sent).number("in", o->received);
  }
  to.text("requestMethod", d.method)
      .text("request", d.path)
      .text("requestClientApplication", d.client);
}

// PRINTUSASCII of the header's fields; "-" = nothing.
std::string header_word(std::string_view text, std::size_t limit) {
  std::string out;
  for (const char c : text.substr(0, limit)) out += c > 32 && c < 127 ? c : '_';
  return out.empty() ? "-" : out;
}

std::string parameter_value(std::string_view text) {
  std::string out;
  for (const char c : plain(text, kValueBytes, false)) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += c;
  }
  return out;
}

std::string syslog_header(const ExportedEvent& event) {
  static constexpr int kLevels[] = {6, 5, 4, 3};
  const IndexedRecord& r = event.record;
  const int priority = kLogAudit * 8 + kLevels[static_cast<int>(severity_of(event))];
  const std::string id = r.kind == "decision" ? "exchange" : event_name(event);
  return "<" + std::to_string(priority) + ">1 " + utc_text(r.time_us) + " " +
         header_word(r.gateway, 255) + " sekisho - " + header_word(id, 32) + " ";
}

void add_parameters(Pairs& to, const ExportedEvent& event, const ViewFrame& frame) {
  const IndexedRecord& r = event.record;
  const IndexedDecision& d = r.decision;
  to.text("log", frame.log).number("seq", r.seq).text("id", d.id).text("kind", r.kind);
  if (!is_exchange(event)) {
    to.text("what", r.control.what)
        .text("old", r.control.old_value)
        .text("new", r.control.new_value)
        .text("by", r.control.by);
    return;
  }
  const IndexedOutcome* o = outcome_of(event);
  to.text("user", user_name(d))
      .text("ip", d.ip)
      .text("host", d.host)
      .known("port", d.port, 0)
      .text("verdict", d.verdict)
      .text("would", d.would)
      .text("reason", d.reason)
      .text("rule", d.rule)
      .text("exception", d.exception)
      .text("findings", findings_text(d))
      .text("country", d.country)
      .text("provider", d.provider)
      .text("coverage", d.coverage)
      .text("policy", d.policy)
      .text("outcome", outcome_word(o));
  if (o)
    to.number("status", o->status)
        .number("sent", o->sent)
        .number("received", o->received)
        .text("abort", o->abort);
  to.text("method", d.method).text("model", d.model).text("path", d.path).text("ua", d.client);
}

}  // namespace

std::string cef_view(const ExportedEvent& event, const ViewFrame& frame) {
  static constexpr int kLevels[] = {1, 4, 7, 9};
  const IndexedRecord& r = event.record;
  std::string id = event_name(event);
  std::replace(id.begin(), id.end(), ':', '.');
  std::erase(id, ' ');
  std::string out = "CEF:0|Sekisho|gateway|" + cef_header(frame.version) + "|" + cef_header(id) +
                    "|" + cef_header("Sekisho " + event_name(event)) + "|" +
                    std::to_string(kLevels[static_cast<int>(severity_of(event))]) + "|";
  Pairs pairs(kSyslogBytes - out.size() - 400, "", &cef_value);
  pairs.number("rt", r.time_us / 1000)
      .text("externalId", event_uid(event, frame))
      .text("dvchost", r.gateway);
  if (is_exchange(event))
    add_cef_exchange(pairs, event);
  else
    pairs.text("act", event_name(event))
        .text("suser", r.control.by)
        .labelled("cs1", "old", r.control.old_value)
        .labelled("cs2", "new", r.control.new_value);
  out += pairs.end();
  if (pairs.left_out()) out += " cn3Label=fieldsLeftOut cn3=" + std::to_string(pairs.left_out());
  return out;
}

std::string rfc5424_view(const ExportedEvent& event, const ViewFrame& frame) {
  std::string out = syslog_header(event) + "[sekisho@32473 ";
  Pairs pairs(kSyslogBytes - out.size() - 300, "\"", &parameter_value);
  add_parameters(pairs, event, frame);
  out += pairs.end();
  if (pairs.left_out()) out += " more=\"" + std::to_string(pairs.left_out()) + "\"";
  return out + "] \xEF\xBB\xBF" + plain(event_message(event), kValueBytes, false);
}

std::string cef_over_syslog(const ExportedEvent& event, const ViewFrame& frame) {
  return syslog_header(event) + "- " + cef_view(event, frame);
}

}  // namespace sekisho::audit
