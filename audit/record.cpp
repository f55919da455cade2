#include "audit/record.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "audit/json_text.h"
#include "audit/scrub.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kRules = 32, kEvidence = 64, kFindings = 64, kPerFinding = 16, kSkipped = 16,
                      kSettings = 32;
constexpr std::size_t kEvidenceBytes = 1024;

struct MacDeleter {
  void operator()(EVP_MAC* m) const { EVP_MAC_free(m); }
  void operator()(EVP_MAC_CTX* c) const { EVP_MAC_CTX_free(c); }
};

std::string base64url(const unsigned char* bytes, std::size_t size) {
  std::string text(4 * ((size + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, static_cast<int>(size));
  text.resize(static_cast<std::size_t>(length));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

// Appends members of one JSON object; keys are ours, values are escaped.
class Members {
 public:
  Members(std::string& out, bool first) : out_(out), first_(first) {}

  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    ((out_ += '"') += name) += "\":";
    return out_;
  }
  void text(std::string_view name, std::string_view value) {
    append_json_string(key(name), cut_text(value));
  }
  void maybe(std::string_view name, std::string_view value) {
    append_json_or_null(key(name), cut_text(value));
  }
  void number(std::string_view name, std::uint64_t value) { key(name) += std::to_string(value); }
  void truth(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }

 private:
  std::string& out_;
  bool first_;
};

template <class Range, class Write>
void append_list(std::string& out, const Range& range, std::size_t limit, Write write) {
  out += '[';
  std::size_t n = 0;
  for (const auto& item : range) {
    if (n == limit) break;
    if (n++) out += ',';
    write(item);
  }
  out += ']';
}

void append_texts(std::string& out, const std::vector<std::string>& texts, std::size_t limit) {
  append_list(out, texts, limit,
              [&out](const std::string& t) { append_json_string(out, cut_text(t)); });
}

void append_frame(std::string& out, std::string_view id, std::int64_t time_us,
                  std::string_view kind, std::string_view gateway) {
  Members m(out, true);
  m.maybe("id", id);
  m.text("t", utc_text(time_us));
  m.text("kind", kind);
  m.text("gw", gateway);
}

void append_who(std::string& out, const policy::Client* client) {
  static const policy::Client kNobody;
  const policy::Client& c = client ? *client : kNobody;
  out += R"(,"who":{)";
  Members who(out, true);
  who.maybe("user", c.user);
  append_texts(who.key("groups"), c.groups, 64);
  who.text("by", c.by);
  who.maybe("ip", client ? c.address.to_string() : "");
  out += '}';
}

void append_client(std::string& out, const policy::Client* client, const Scrub& scrub) {
  out += R"(,"client":{)";
  Members m(out, true);
  m.maybe("ua", client ? scrub.text(client->user_agent) : "");
  m.number("retry", client && client->retry > 0 ? static_cast<unsigned>(client->retry) : 0);
  out += '}';
}

void append_destination(std::string& out, const Decision& d) {
  out += R"(,"dst":{)";
  Members m(out, true);
  m.maybe("host", d.destination ? d.destination->host : "");
  m.number("port", d.destination ? d.destination->port : 0);
  m.maybe("ip", d.origin_ip);
  m.maybe("provider", d.admission ? d.admission->provider : "");
  m.maybe("entry", d.admission ? d.admission->entry : "");
  m.maybe("tls", d.tls);
  out += '}';
}

std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find_first_of("?#"));
}

void append_request(std::string& out, const Decision& d, const Scrub& scrub) {
  const auto* dialect = d.admission ? d.admission->dialect : nullptr;
  out += R"(,"req":{)";
  Members m(out, true);
  m.text("method", d.method);
  m.text("path", scrub.text(without_query(d.path)));
  m.maybe("dialect", dialect ? std::string_view(dialect->name) : std::string_view());
  m.maybe("model", scrub.text(d.model));
  m.truth("stream", d.stream);
  out += '}';
}

// "body:/tools/0/server_url catalogue:x": the place is the client's words.
std::string said_at(std::string_view text, const Scrub& scrub) {
  constexpr std::string_view kBody = "body:";
  const auto at = text.find("body:/");
  if (at == text.npos) return std::string(text);
  const auto begin = at + kBody.size();
  const auto end = std::min(text.find(' ', begin), text.size());
  return std::string(text.substr(0, begin)) + scrub.place(text.substr(begin, end - begin)) +
         std::string(text.substr(end));
}

void append_evidence(std::string& out, const policy::Admission* admission, const Scrub& scrub) {
  static const std::vector<policy::Evidence> kNone;
  out += R"(,"evidence":)";
  append_list(out, admission ? admission->evidence : kNone, kEvidence,
              [&out, &scrub](const policy::Evidence& e) {
                out += '[';
                append_json_string(out, policy::to_word(e.kind));
                append_json_string(out += ',', cut_text(e.value, kEvidenceBytes));
                append_json_string(out += ',', cut_text(said_at(e.source, scrub)));
                append_json_string(out += ',', policy::to_word(e.result));
                out += ']';
              });
}

// The rules of admission, then those of the data; a rule that both name stands once.
std::vector<const policy::RuleTrace*> all_rules(const Decision& d) {
  std::vector<const policy::RuleTrace*> rules;
  const auto add = [&rules](const policy::RuleTrace& r) {
    const auto same = [&r](const policy::RuleTrace* o) {
      return o->id == r.id && o->action == r.action && o->matched == r.matched && o->why == r.why;
    };
    if (std::none_of(rules.begin(), rules.end(), same)) rules.push_back(&r);
  };
  if (d.admission) std::for_each(d.admission->rules.begin(), d.admission->rules.end(), add);
  if (d.verdict) std::for_each(d.verdict->rules.begin(), d.verdict->rules.end(), add);
  return rules;
}

void append_rules(std::string& out, const Decision& d, const Scrub& scrub) {
  out += R"(,"rules":)";
  append_list(out, all_rules(d), kRules, [&](const policy::RuleTrace* r) {
    out += '{';
    Members m(out, true);
    m.text("id", r->id);
    m.truth("matched", r->matched);
    m.maybe("action", r->action);
    m.maybe("mode", r->mode);
    m.maybe("why", scrub.text(said_at(r->why, scrub)));
    out += '}';
  });
}

// Names and places, never a value.
void append_change(std::string& out, const policy::EnforcedChange& change) {
  out += '{';
  Members m(out, true);
  m.text("rule", change.rule);
  m.text("mode", change.observe ? "observe" : "enforce");
  append_list(m.key("set"), change.set, kSettings,
              [&out](const policy::EnforcedChange::Setting& setting) {
                append_json_string(out += '[', cut_text(setting.where));
                append_json_string(out += ',', policy::to_word(setting.was));
                out += ']';
              });
  append_texts(m.key("removed"), change.removed, kSettings);
  m.maybe("credential", change.credential);
  out += '}';
}

void append_verdict(std::string& out, const Decision& d, const Scrub& scrub) {
  const policy::Verdict* v = d.verdict;
  Members m(out, false);
  m.text("verdict", policy::to_word(v ? v->action : policy::Action::kBlock));
  m.maybe("would", v && v->would ? policy::to_word(*v->would) : "");
  m.maybe("reason", policy::to_word(v             ? v->reason
                                    : d.admission ? d.admission->reason
                                                  : policy::Reason::kNone));
  m.maybe("rule", v ? v->rule : d.admission ? d.admission->rule : "");
  append_rules(out, d, scrub);
  m.maybe("exception", v && !v->exception.empty() ? v->exception
                       : d.admission              ? d.admission->exception
                                                  : "");
  if (!d.ticket.empty()) m.text("ticket", d.ticket);
  if (!d.detail.empty()) m.text("detail", scrub.text(d.detail));
  if (v && !v->enforced.empty())
    append_list(m.key("enforced"), v->enforced, kRules,
                [&out](const policy::EnforcedChange& c) { append_change(out, c); });
}

void append_finding(std::string& out, const policy::FindingSummary& f, std::string_view finding_key,
                    const Scrub& scrub) {
  out += '{';
  Members m(out, true);
  m.text("type", f.type);
  if (!f.category.empty()) m.text("cat", f.category);
  m.number("n", static_cast<std::uint64_t>(std::max(f.count, 0)));
  append_json_number(m.key("conf"), f.confidence);
  append_list(m.key("where"), f.where, kPerFinding,
              [&](const std::string& w) { append_json_string(out, cut_text(scrub.place(w))); });
  append_list(m.key("h"), f.values, kPerFinding, [&](const std::string& value) {
    append_json_string(out, finding_hash(finding_key, f.type, value));
  });
  out += '}';
}

void append_inspection(std::string& out, const Decision& d, std::string_view finding_key,
                       const Scrub& scrub) {
  static const policy::Verdict kNothing;
  const policy::Verdict& v = d.verdict ? *d.verdict : kNothing;
  out += R"(,"findings":)";
  append_list(out, v.findings, kFindings,
              [&](const policy::FindingSummary& f) { append_finding(out, f, finding_key, scrub); });
  Members m(out, false);
  m.text("coverage", policy::to_word(v.coverage));
  // Names of parts and fields are the client's words.
  append_list(m.key("skipped"), v.skipped, kSkipped,
              [&](const std::string& t) { append_json_string(out, cut_text(scrub.text(t))); });
}

void append_durations(std::string& out, const std::vector<std::pair<std::string, double>>& ms) {
  out += R"(,"ms":{)";
  Members m(out, true);
  for (const auto& [name, value] : ms) {
    std::string word(cut_text(name, 32));
    std::erase_if(word, [](char c) { return !(c >= 'a' && c <= 'z') && c != '_'; });
    append_json_number(m.key(word), value);
  }
  out += '}';
}

void append_sealed(std::string& out, const SealedRef& s) {
  Members(out, false).key("sealed") += '{';
  Members m(out, true);
  m.text("sha256", s.sha256);
  m.number("bytes", s.bytes);
  m.number("of", s.of);
  m.truth("truncated", s.truncated);
  append_list(m.key("groups"), s.groups, kFindings,
              [&](const std::string& name) { append_json_string(out, name); });
  m.text("period", s.period);
  out += '}';
}

bool has_values(const Decision& d) {
  return d.verdict && std::any_of(d.verdict->findings.begin(), d.verdict->findings.end(),
                                  [](const auto& f) { return !f.values.empty(); });
}

Scrub scrub_of(const Decision& d) {
  Scrub scrub;
  if (d.verdict)
    for (const auto& f : d.verdict->findings)
      for (const auto& value : f.values) scrub.add(f.type, value);
  return scrub;
}

void append_tokens(std::string& out, const Outcome& o) {
  out += R"(,"tokens":)";
  if (!o.tokens_in && !o.tokens_out && !o.tokens_cached) {
    out += "null";
    return;
  }
  const auto number = [](const std::optional<std::uint64_t>& n) {
    return n ? std::to_string(*n) : std::string("null");
  };
  out += R"({"in":)" + number(o.tokens_in) + R"(,"out":)" + number(o.tokens_out);
  if (o.tokens_cached) out += R"(,"cached":)" + number(o.tokens_cached);
  out += '}';
}

}  // namespace

std::string finding_hash(std::string_view key, std::string_view type, std::string_view normalised) {
  static const std::unique_ptr<EVP_MAC, MacDeleter> hmac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  const std::unique_ptr<EVP_MAC_CTX, MacDeleter> state(EVP_MAC_CTX_new(hmac.get()));
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  // An empty key is a key of one zero byte to HMAC; OpenSSL takes no null pointer for one.
  const std::string_view k = key.empty() ? std::string_view("\0", 1) : key;
  const auto bytes = [](std::string_view t) {
    return reinterpret_cast<const unsigned char*>(t.data());
  };
  unsigned char mac[32] = {};
  std::size_t size = 0;
  if (!EVP_MAC_init(state.get(), bytes(k), k.size(), parameters)) return {};
  EVP_MAC_update(state.get(), bytes(type), type.size());
  EVP_MAC_update(state.get(), bytes(std::string_view("\0", 1)), 1);
  EVP_MAC_update(state.get(), bytes(normalised), normalised.size());
  if (!EVP_MAC_final(state.get(), mac, &size, sizeof mac)) return {};
  return base64url(mac, size).substr(0, 16);
}

std::string record_tail(const Decision& d, std::string_view finding_key, std::string_view epoch) {
  const Scrub scrub = scrub_of(d);
  std::string out;
  out.reserve(2048);
  append_frame(out, d.id, d.time_us, "decision", d.gateway);
  append_who(out, d.client);
  append_client(out, d.client, scrub);
  append_destination(out, d);
  append_request(out, d, scrub);
  append_evidence(out, d.admission, scrub);
  append_verdict(out, d, scrub);
  append_inspection(out, d, finding_key, scrub);
  out += R"(,"bytes":{"in":)" + std::to_string(d.bytes_in) + R"(,"decoded":)" +
         std::to_string(d.bytes_decoded) + '}';
  append_durations(out, d.ms);
  Members m(out, false);
  m.maybe("policy", d.policy_digest);
  if (!epoch.empty() && has_values(d)) m.text("kid", epoch);
  if (d.sealed) append_sealed(out, *d.sealed);
  out += '}';
  return out;
}

std::string record_tail(const Outcome& o) {
  std::string out;
  append_frame(out, o.id, o.time_us, "outcome", o.gateway);
  Members m(out, false);
  m.number("ref", o.ref);
  m.number("status", o.status > 0 ? static_cast<unsigned>(o.status) : 0);
  m.number("sent", o.sent);
  m.number("received", o.received);
  std::string& ms = m.key("ms");
  ms += '{';
  if (o.ttfb_ms >= 0) {
    append_json_number(ms += R"("ttfb":)", o.ttfb_ms);
    ms += ',';
  }
  append_json_number(ms += R"("total":)", o.total_ms);
  ms += R"(},"restored":)" + std::to_string(o.restored);
  if (o.withheld > 0) m.number("withheld", o.withheld);
  if (o.unknown > 0) m.number("unknown", o.unknown);
  if (!o.unrestored.empty()) m.text("unrestored", o.unrestored);
  append_tokens(out, o);
  m.maybe("abort", o.abort);
  if (o.retried > 0) m.number("retried", static_cast<unsigned>(o.retried));
  out += '}';
  return out;
}

std::string record_tail(const Admin& a) {
  std::string out;
  append_frame(out, {}, a.time_us, "admin", a.gateway);
  Members m(out, false);
  m.text("what", a.what);
  m.maybe("old", a.old_value);
  m.maybe("new", a.new_value);
  m.maybe("by", a.by);
  out += '}';
  return out;
}

}  // namespace sekisho::audit
