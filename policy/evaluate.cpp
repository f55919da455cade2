#include "policy/evaluate.h"

#include <algorithm>
#include <utility>

#include "policy/own_credential.h"

namespace sekisho::policy {
namespace {

std::vector<std::string> with_everyone(std::vector<std::string> groups) {
  groups.emplace_back("everyone");
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

Client client_of(const Snapshot& snapshot, const Question& question) {
  Client client;
  client.user = question.user;
  client.by = "stated";
  if (question.from) client.address = *question.from;
  client.groups = question.groups ? with_everyone(*question.groups)
                                  : snapshot.groups_of(client.user, client.address);
  return client;
}

bool has_header(const Question& question, std::string_view name) {
  return std::any_of(question.headers.begin(), question.headers.end(),
                     [&](const auto& h) { return equal_ignoring_case(h.first, name); });
}

bool looks_like_json(std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
}

// What every client sends and nobody writes down in a question.
void complete_headers(Question& question) {
  const bool usual_port = question.to.port == (question.to.scheme == "http" ? 80 : 443);
  if (!has_header(question, "host"))
    question.headers.emplace_back(
        "host", question.to.host + (usual_port ? "" : ":" + std::to_string(question.to.port)));
  if (question.body && looks_like_json(*question.body) && !has_header(question, "content-type"))
    question.headers.emplace_back("content-type", "application/json");
}

std::string chat_target(const Dialect& dialect, const std::string& model) {
  constexpr std::string_view kPlace = "{model}";
  std::string path(dialect.chat_path);
  const auto at = path.find(kPlace);
  if (at != std::string::npos) path.replace(at, kPlace.size(), model.empty() ? "model" : model);
  return path;
}

AdmissionQuery query_of(const Client& client, const Question& question) {
  AdmissionQuery query;
  query.client = &client;
  query.to = &question.to;
  query.method = question.method;
  query.target = question.target;
  for (const auto& [name, value] : question.headers) query.headers.emplace_back(name, value);
  query.address = &question.address;
  query.now = question.now;
  return query;
}

InspectionResult inspect(const Snapshot& snapshot, const Evaluation& e,
                         const std::vector<HeaderView>& headers) {
  RequestParts parts;
  parts.method = e.question.method;
  parts.target = e.question.target;
  parts.headers = headers;
  if (e.question.body) parts.body = *e.question.body;
  Inspection inspection(snapshot, e.admission, std::move(parts), InspectionLimits{});
  while (inspection.step()) {
  }
  return inspection.take();
}

Enforcement enforcement_of(const Snapshot& snapshot, const Evaluation& e,
                           const std::vector<HeaderView>& headers) {
  if (e.admission.enforce.empty()) return {};
  EnforcementInput in;
  in.admission = &e.admission;
  in.to = &e.question.to;
  in.target = e.question.target;
  in.headers = headers;
  if (e.inspected.coded)
    in.body = e.inspected.decoded;
  else if (e.question.body)
    in.body = *e.question.body;
  in.inspected = &e.inspected;
  in.credentials = snapshot.credentials();
  EnforcementPlan plan(std::move(in));
  while (plan.step()) {
  }
  return plan.take();
}

}  // namespace

Evaluation evaluate(const Snapshot& snapshot, Question question) {
  Evaluation e;
  e.question = std::move(question);
  e.client = client_of(snapshot, e.question);
  complete_headers(e.question);
  AdmissionQuery query = query_of(e.client, e.question);
  if (e.question.target.empty()) {
    query.method = {};  // as CONNECT would be judged: the name alone tells the dialect
    e.question.target = chat_target(*snapshot.admit(query).dialect, e.question.model);
    query = query_of(e.client, e.question);
  }
  e.admission = snapshot.admit(query);
  // What is spliced is never read.
  if (!e.admission.splice || e.admission.refused) {
    e.inspected = inspect(snapshot, e, query.headers);
    if (e.question.body) query.fields = &e.inspected.fields;
    // What will be written there is judged, unless it cannot be.
    e.enforcement = enforcement_of(snapshot, e, query.headers);
    if (!e.enforcement.failure)
      write_fields(e.admission.enforce, e.enforcement, e.inspected.fields);
    e.admission = snapshot.admit(query);
  }
  e.enforcement = enforcement_of(snapshot, e, query.headers);
  e.verdict =
      snapshot.decide(e.client, e.admission, e.inspected, e.question.now, {}, &e.enforcement);
  return e;
}

Judgement judge_again(const Snapshot& snapshot, const Question& asked,
                      const InspectionResult& inspected) {
  Judgement j;
  j.client = client_of(snapshot, asked);
  AdmissionQuery query = query_of(j.client, asked);
  if (asked.body) query.fields = &inspected.fields;
  j.admission = snapshot.admit(query);
  j.verdict = snapshot.decide(j.client, j.admission, inspected, asked.now);
  return j;
}

}  // namespace sekisho::policy
