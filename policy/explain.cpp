// What `explain` prints: for programs, and for people.

#include <cstdio>

#include "filters/bodies/json_scanner.h"
#include "policy/evaluate.h"
#include "policy/known_facts.h"
#include "policy/refusal.h"
#include "policy/would_change.h"

namespace sekisho::policy {
namespace {

using filters::JsonWriter;

void text_or_null(JsonWriter& w, std::string_view key, std::string_view text) {
  w.key(key);
  if (text.empty())
    w.null();
  else
    w.value(text);
}

std::string_view would_word(const Verdict& v) {
  return v.would ? to_word(*v.would) : std::string_view();
}

std::string_view tls_word(const Admission& admission) {
  return admission.refused ? "terminate" : admission.splice ? "splice" : "bump";
}

bool refuses(const Verdict& v) {
  return v.action == Action::kBlock || v.would == Action::kBlock;
}

config::Localized message_of(const Snapshot& snapshot, const Evaluation& e) {
  if (!refuses(e.verdict)) return {};
  return refusal_message(e.verdict, e.admission, e.question.to.host, e.verdict.detail.en,
                         snapshot.file().messages.contact, "", e.verdict.detail.ja);
}

void write_destination(JsonWriter& w, const Evaluation& e) {
  w.key("destination").begin_object();
  w.key("host").value(e.question.to.host).key("port").value(static_cast<int>(e.question.to.port));
  text_or_null(w, "provider", e.admission.provider);
  text_or_null(w, "entry", e.admission.entry);
  w.key("tls").value(tls_word(e.admission));
  w.key("scheme").value(e.question.to.scheme);
  w.key("target").value(e.question.target.substr(0, e.question.target.find('?')));
  if (e.admission.dialect != nullptr) w.key("dialect").value(e.admission.dialect->name);
  w.end_object();
}

void write_client(JsonWriter& w, const Evaluation& e) {
  w.key("client").begin_object().key("user").value(e.client.user).key("groups").begin_array();
  for (const auto& g : e.client.groups) w.value(g);
  w.end_array().end_object();
}

void write_evidence(JsonWriter& w, const Evaluation& e) {
  w.key("evidence").begin_array();
  for (const auto& piece : e.admission.evidence) {
    w.begin_object();
    w.key("kind").value(to_word(piece.kind)).key("value").value(piece.value);
    w.key("source").value(piece.source).key("age_days");
    if (piece.age_days)
      w.value(*piece.age_days);
    else
      w.null();
    w.key("setting").value(to_word(piece.setting)).key("result").value(to_word(piece.result));
    w.end_object();
  }
  w.end_array();
}

void write_facts(JsonWriter& w, const std::vector<KnownFact>& facts) {
  w.key("facts").begin_array();
  for (const KnownFact& f : facts) {
    w.begin_object().key("key").value(f.key).key("value").value(f.value);
    w.key("from").value(f.from);
    text_or_null(w, "source", f.source);
    text_or_null(w, "as_of", f.as_of ? f.as_of->to_string() : "");
    w.key("age_days");
    if (f.age_days)
      w.value(*f.age_days);
    else
      w.null();
    w.key("unverified").value(f.unverified).end_object();
  }
  w.end_array();
}

void write_findings(JsonWriter& w, const Evaluation& e) {
  w.key("findings").begin_array();
  for (const auto& f : e.inspected.findings) {
    w.begin_object();
    w.key("type").value(f.finding.type).key("confidence").value(f.finding.confidence);
    w.key("where").value(f.where);
    w.key("start").value(f.finding.range.begin).key("end").value(f.finding.range.end);
    w.key("category").value(f.finding.category);
    w.key("older_turn").value(f.older_turn);
    w.end_object();
  }
  w.end_array();
}

void write_rules(JsonWriter& w, const Evaluation& e) {
  w.key("rules").begin_array();
  for (const auto& r : e.verdict.rules) {
    w.begin_object();
    w.key("id").value(r.id).key("matched").value(r.matched).key("action").value(r.action);
    w.key("mode").value(r.mode).key("why").value(r.why);
    w.end_object();
  }
  w.end_array();
}

void write_enforced(JsonWriter& w, const Verdict& v) {
  w.key("enforced").begin_array();
  for (const auto& change : v.enforced) {
    w.begin_object().key("rule").value(change.rule);
    w.key("mode").value(change.observe ? "observe" : "enforce").key("set").begin_array();
    for (const auto& setting : change.set) {
      w.begin_object().key("where").value(setting.where);
      w.key("was").value(to_word(setting.was)).end_object();
    }
    w.end_array().key("removed").begin_array();
    for (const auto& place : change.removed) w.value(place);
    w.end_array();
    text_or_null(w, "credential", change.credential);
    w.end_object();
  }
  w.end_array();
}

void write_message(JsonWriter& w, const config::Localized& message) {
  w.key("message");
  if (message.empty()) {
    w.null();
    return;
  }
  w.begin_object().key("ja").value(message.ja).key("en").value(message.en).end_object();
}

void write_change(JsonWriter& w, const Change& c) {
  w.begin_object().key("key").value(c.key).key("value").value(c.value);
  w.key("ja").value(c.text.ja).key("en").value(c.text.en).end_object();
}

void write_would_change(JsonWriter& w, const std::vector<WhatIf>& answers) {
  w.key("would_change").begin_array();
  for (const WhatIf& answer : answers) {
    const config::Localized text = sentence(answer);
    w.begin_object().key("verdict").value(to_word(answer.verdict));
    text_or_null(w, "would", answer.would ? to_word(*answer.would) : std::string_view());
    text_or_null(w, "reason", to_word(answer.reason));
    text_or_null(w, "rule", answer.rule);
    w.key("changes").begin_array();
    for (const Change& c : answer.changes) write_change(w, c);
    w.end_array();
    w.key("ja").value(text.ja).key("en").value(text.en).end_object();
  }
  w.end_array();
}

// One line of the text, words padded to a column each.
void line(std::string& out, std::string_view left, std::string_view rest) {
  char padded[32];
  std::snprintf(padded, sizeof padded, "  %-14.*s ", static_cast<int>(left.size()), left.data());
  out.append(padded).append(rest).push_back('\n');
}

std::string destination_text(const Evaluation& e) {
  std::string out = e.question.to.host + ":" + std::to_string(e.question.to.port);
  out += e.admission.provider.empty() ? ", in no catalogue entry"
                                      : ", service " + e.admission.provider;
  if (!e.admission.entry.empty()) out += ", destination " + e.admission.entry;
  return out + ", tls " + std::string(tls_word(e.admission));
}

std::string client_text(const Evaluation& e) {
  std::string out = (e.client.user.empty() ? std::string("(no user)") : e.client.user) + ", groups";
  for (const auto& g : e.client.groups) out += " " + g;
  return out;
}

void add_evidence(std::string& out, const Evaluation& e) {
  out += "\nevidence\n";
  for (const auto& piece : e.admission.evidence) {
    std::string rest = std::string(to_word(piece.result)) + "  " + piece.value;
    rest += "  (" + std::string(to_word(piece.setting));
    if (!piece.source.empty()) rest += ", from " + piece.source;
    if (piece.age_days) rest += ", " + std::to_string(*piece.age_days) + " days old";
    line(out, to_word(piece.kind), rest + ")");
  }
  if (e.admission.evidence.empty()) out += "  none\n";
}

std::string shortened(const std::string& text) {
  constexpr std::size_t kMost = 100;  // bytes: sources are names and addresses
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

void add_facts(std::string& out, const std::vector<KnownFact>& facts) {
  if (facts.empty()) return;
  out += "\nfacts\n";
  // Most facts of a service share their sources: told once.
  std::string shared;
  for (std::size_t i = 1; i < facts.size() && shared.empty(); ++i)
    if (facts[i].source == facts[i - 1].source) shared = facts[i].source;
  for (const KnownFact& f : facts) {
    std::string rest = f.value + "  (" + f.from;
    if (f.age_days) rest += ", " + std::to_string(*f.age_days) + " days old";
    if (f.unverified) rest += ", unverified";
    if (!f.source.empty() && f.source != shared) rest += "; " + shortened(f.source);
    char key[32];
    std::snprintf(key, sizeof key, "  %-21s ", f.key.c_str());
    out.append(key).append(rest).append(")\n");
  }
  if (!shared.empty()) out += "  read in                " + shared + "\n";
}

void add_findings(std::string& out, const Evaluation& e) {
  out += "\nfindings\n";
  for (const auto& f : e.verdict.findings) {
    char head[64];
    std::snprintf(head, sizeof head, "%d time%s, confidence %.2f, at", f.count,
                  f.count == 1 ? "" : "s", f.confidence);
    std::string rest = head;
    for (const auto& where : f.where) rest += " " + where;
    line(out, f.type, rest);
  }
  if (e.verdict.findings.empty()) out += "  none\n";
}

void add_rules(std::string& out, const Evaluation& e) {
  out += "\nrules\n";
  for (const auto& r : e.verdict.rules) {
    std::string rest = r.matched ? "matched" : "not matched";
    rest.append(", ").append(r.action);
    if (r.mode == "observe") rest += " (observe)";
    line(out, r.id, rest + (r.why.empty() ? "" : ": " + r.why));
  }
  if (e.verdict.rules.empty()) out += "  none\n";
}

void add_would_change(std::string& out, const std::vector<WhatIf>& answers, bool japanese) {
  out += japanese ? "\n何が変われば答えが変わるか\n" : "\nwhat would change the answer\n";
  for (const WhatIf& answer : answers) {
    const config::Localized text = sentence(answer);
    out += "  " + (japanese ? text.ja : text.en) + "\n";
  }
  if (answers.empty()) out += japanese ? "  なし\n" : "  none\n";
}

void add_enforced(std::string& out, const Evaluation& e) {
  if (e.verdict.enforced.empty()) return;
  out += "\nset by the policy\n";
  for (const auto& change : e.verdict.enforced)
    line(out, change.rule, describe(change) + (change.observe ? " (observe)" : ""));
}

}  // namespace

std::string explain_json(const Snapshot& snapshot, const Evaluation& e) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("v").value(1);
  w.key("policy").begin_object();
  w.key("name").value(snapshot.name()).key("digest").value(snapshot.digest()).end_object();
  w.key("verdict").value(to_word(e.verdict.action));
  text_or_null(w, "would", would_word(e.verdict));
  text_or_null(w, "reason", to_word(e.verdict.reason));
  text_or_null(w, "rule", e.verdict.rule);
  write_destination(w, e);
  write_client(w, e);
  write_evidence(w, e);
  write_facts(w, known_facts(snapshot, e.admission, e.question.now));
  write_findings(w, e);
  write_rules(w, e);
  write_enforced(w, e.verdict);
  w.key("coverage").value(to_word(e.verdict.coverage));
  w.key("skipped").begin_array();
  for (const auto& s : e.verdict.skipped) w.value(s);
  w.end_array();
  w.key("own_credential").value(e.verdict.own_credential);
  text_or_null(w, "exception", e.verdict.exception);
  write_message(w, message_of(snapshot, e));
  text_or_null(w, "alternative", e.admission.alternative);
  write_would_change(w, would_change(snapshot, e));
  w.end_object();
  return out;
}

std::string explain_text(const Snapshot& snapshot, const Evaluation& e, bool japanese) {
  const Verdict& v = e.verdict;
  std::string out = "verdict " + std::string(to_word(v.action));
  if (v.would) out += ", would " + std::string(would_word(v)) + " (observe)";
  if (v.reason != Reason::kNone) out += ", reason " + std::string(to_word(v.reason));
  if (!v.rule.empty()) out += ", rule " + v.rule;
  out += "\n";
  line(out, "policy", snapshot.name() + " " + snapshot.digest());
  line(out, "client", client_text(e));
  line(out, "destination", destination_text(e));
  line(out, "coverage", to_word(v.coverage));
  if (v.own_credential) line(out, "credential", "the client's own, passes");
  if (!v.exception.empty()) line(out, "exception", v.exception);
  add_evidence(out, e);
  add_facts(out, known_facts(snapshot, e.admission, e.question.now));
  add_findings(out, e);
  add_rules(out, e);
  add_enforced(out, e);
  add_would_change(out, would_change(snapshot, e), japanese);
  const config::Localized message = message_of(snapshot, e);
  if (!message.empty()) out += "\nmessage\n  " + message.ja + "\n  " + message.en + "\n";
  if (!e.admission.alternative.empty()) out += "\nalternative\n  " + e.admission.alternative + "\n";
  return out;
}

}  // namespace sekisho::policy
