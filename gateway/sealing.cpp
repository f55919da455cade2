#include "gateway/sealing.h"

#include <algorithm>
#include <mutex>

#include "audit/sealed/sealed_files.h"
#include "config/audit_sealed.h"
#include "config/gateway_file.h"
#include "config/nearest.h"
#include "config/pinned_files.h"
#include "config/policy_seals.h"
#include "config/text_file.h"
#include "policy/verdict.h"

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kSoon = 30ll * 24 * 3600 * kSecond;

void add_new(std::vector<std::string>& to, const std::string& group) {
  if (std::find(to.begin(), to.end(), group) == to.end()) to.push_back(group);
}

// Certificates stay as they were read first, until a reload reads them again; what is being written
// is none yet.
class CertificateFiles {
 public:
  std::string read(const std::string& path) {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(path);
    if (known != known_.end()) return known->second;
    return read_anew(path, path);
  }
  // The file of this name as it is elsewhere.
  void take(const std::string& path, const std::string& from) {
    const std::lock_guard lock(mutex_);
    read_anew(path, from);
  }

 private:
  std::string read_anew(const std::string& path, const std::string& from) {
    std::string ignored;
    std::string text = config::read_text_file(from, ignored).value_or("");
    if (text.find("-----END CERTIFICATE-----") != std::string::npos) known_[path] = text;
    return text;
  }

  std::mutex mutex_;
  std::map<std::string, std::string> known_;
};

audit::Sealer::Files files_of(const config::AuditSealed& wanted,
                              std::shared_ptr<CertificateFiles> known) {
  audit::Sealer::Files files;
  files.read = [known = std::move(known)](const std::string& path) { return known->read(path); };
  files.cap = wanted.cap;
  for (const auto& [group, paths] : wanted.recipients)
    for (const auto& p : paths) files.recipients[group].push_back(p.value);
  for (const auto& p : wanted.second) files.second.push_back(p.value);
  return files;
}

void check_groups(const config::PolicyFile& policy, const std::vector<config::RuleSeal>& seals,
                  const config::AuditSealed& wanted, config::Problems& problems) {
  std::vector<std::string_view> known;
  for (const auto& [group, paths] : wanted.recipients) known.push_back(group);
  for (const config::RuleSeal& seal : seals)
    for (const config::MarkedText& group : seal.groups) {
      if (wanted.recipients.contains(group.value)) continue;
      std::string hint = config::suggestion(group.value, known);
      if (hint.empty())
        hint = "name it in gateway.yaml: audit.sealed.recipients: { " + group.value +
               ": [certs/auditor.pem] }";
      problems.push_back({policy.path, group.at,
                          "`seal` of the rule '" + seal.rule + "': gateway.yaml knows no group '" +
                              group.value + "' of recipients",
                          std::move(hint)});
    }
}

// The rule that matched last of all with this id; admission's own rules come first.
bool only_observes(const policy::Verdict& verdict, const std::string& id) {
  for (auto r = verdict.rules.rbegin(); r != verdict.rules.rend(); ++r)
    if (r->id == id && r->matched) return r->mode == "observe";
  return false;
}

}  // namespace

std::vector<std::string> certificate_files(const config::GatewayFile& gateway, std::int64_t now) {
  const config::AuditSealed& sealed = gateway.audit_sealed;
  std::vector<std::string> out;
  const auto add = [&](const std::vector<config::Marked<std::string>>& files) {
    for (const auto& file : files)
      for (const std::int64_t at : {now * kSecond, now * kSecond + kSoon})
        add_new(out, audit::sealed_path(file.value, at));
  };
  for (const auto& [group, files] : sealed.recipients) add(files);
  add(sealed.second);
  return out;
}

std::shared_ptr<const Sealing> Sealing::make(const config::GatewayFile& gateway,
                                             const config::PolicyFile& policy, std::int64_t now,
                                             config::Problems& problems,
                                             const config::PinnedFiles* pinned) {
  const config::AuditSealed& wanted = gateway.audit_sealed;
  const std::vector<config::RuleSeal> seals = config::seals_of(policy);
  if (seals.empty() && wanted.at.line == 0) return nullptr;
  check_groups(policy, seals, wanted, problems);
  const auto known = std::make_shared<CertificateFiles>();
  if (pinned)
    for (const std::string& path : certificate_files(gateway, now))
      known->take(path, pinned->real(path));
  std::shared_ptr<Sealing> out(new Sealing(files_of(wanted, known)));
  out->folder_ = wanted.directory;
  for (const config::RuleSeal& seal : seals)
    for (const config::MarkedText& group : seal.groups)
      add_new(out->rules_[seal.rule], group.value);
  const std::string why = out->in_use() ? out->sealer_.problem(now * kSecond) : "";
  if (!why.empty())
    problems.push_back({gateway.path, wanted.at, "`audit.sealed`: " + why,
                        "what the policy's `seal` rules match could not be sent"});
  return out;
}

std::vector<std::string> Sealing::groups_for(const policy::Verdict& verdict) const {
  std::vector<std::string> out;
  if (rules_.empty()) return out;
  for (const std::string& id : verdict.data_rules) {
    const auto found = rules_.find(id);
    if (found == rules_.end() || only_observes(verdict, id)) continue;
    for (const std::string& group : found->second) add_new(out, group);
  }
  return out;
}

std::optional<audit::SealedRef> Sealing::keep(const audit::SealedHeader& header,
                                              std::string_view body,
                                              const std::vector<std::string>& groups,
                                              std::string& error) const {
  auto copy = sealer_.seal(header, body, groups, error);
  if (!copy || !audit::keep_sealed(folder_, copy->ref.period, header.id, copy->der, error))
    return std::nullopt;
  return std::move(copy->ref);
}

void Sealing::forget(const audit::SealedRef& ref, std::string_view id) const {
  audit::forget_sealed(folder_, ref.period, id);
}

std::vector<std::string> Sealing::warnings(std::int64_t now_us) const {
  return sealer_.warnings(now_us, kSoon);
}

}  // namespace sekisho::gateway
