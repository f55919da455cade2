#include "gateway/commands/explain_sealed.h"

#include "audit/json_text.h"
#include "config/audit_sealed.h"
#include "config/gateway_file.h"
#include "gateway/sealing.h"
#include "policy/evaluate.h"

namespace sekisho::gateway {
namespace {

std::string list_text(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) (out += out.empty() ? "" : ", ") += item;
  return out;
}

std::string list_json(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items)
    audit::append_json_string(out += out.size() > 1 ? "," : "", item);
  return out + "]";
}

std::vector<std::string> paths_of(const std::vector<config::Marked<std::string>>& files) {
  std::vector<std::string> out;
  for (const auto& file : files) out.push_back(file.value);
  return out;
}

SealedWords words_for(const std::vector<std::string>& groups, const config::AuditSealed& sealed,
                      const std::string& problem, bool japanese) {
  SealedWords out;
  out.text = japanese ? "\n封印する写し\n" : "\nsealed copy\n";
  out.json = R"({"recipients":{)";
  for (const std::string& group : groups) {
    const auto found = sealed.recipients.find(group);
    const auto files =
        found == sealed.recipients.end() ? std::vector<std::string>() : paths_of(found->second);
    out.text +=
        "  " + std::string(japanese ? "宛て: " : "for ") + group + " (" + list_text(files) + ")\n";
    audit::append_json_string(out.json += out.json.back() == '{' ? "" : ",", group);
    out.json += ":" + list_json(files);
  }
  const auto second = paths_of(sealed.second);
  if (!second.empty())
    out.text +=
        "  " + std::string(japanese ? "二人目の鍵: " : "second key: ") + list_text(second) + "\n";
  if (!problem.empty())
    out.text += "  " +
                std::string(japanese ? "いまは残せないので送りません: "
                                     : "cannot be kept now, so that nothing is sent: ") +
                problem + "\n";
  out.json += R"(},"second":)" + list_json(second) + R"(,"problem":)";
  audit::append_json_or_null(out.json, problem);
  out.json += "}";
  return out;
}

}  // namespace

SealedWords sealed_words(const std::string& gateway_file, const policy::Snapshot& snapshot,
                         const policy::Evaluation& e, bool japanese) {
  SealedWords none;
  none.json = "null";
  if (e.verdict.action == policy::Action::kBlock) return none;
  config::Problems ignored, problems;
  const auto gateway = config::read_gateway_form(gateway_file, ignored);
  const auto sealing = Sealing::make(gateway, snapshot.file(), e.question.now, problems);
  const auto groups = sealing ? sealing->groups_for(e.verdict) : std::vector<std::string>();
  if (groups.empty()) return none;
  return words_for(groups, gateway.audit_sealed, problems.empty() ? "" : problems.front().message,
                   japanese);
}

}  // namespace sekisho::gateway
