#include "bench/audit/synthetic_log.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "audit/chain.h"
#include "audit/control_records.h"
#include "audit/record.h"

namespace sekisho::bench {
namespace {

constexpr std::uint64_t kSegmentBytes = 64u << 20, kBetweenCheckpoints = 4096;

struct Place {
  const char *host, *provider, *entry, *country, *model;
  int weight;
  bool refused;
};
// Names of the shipped catalogue; the weights are made up.
constexpr Place kPlaces[] = {
    {"api.openai.com", "openai-api", "openai", "US", "gpt-4o", 40, false},
    {"api.anthropic.com", "anthropic-api", "anthropic", "US", "claude-sonnet", 25, false},
    {"generativelanguage.googleapis.com", "google-gemini-api", "gemini", "US", "gemini-pro", 10,
     false},
    {"api.mistral.ai", "mistral-api", "mistral", "FR", "mistral-large", 6, false},
    {"bedrock-runtime.ap-northeast-1.amazonaws.com", "aws-bedrock", "bedrock", "US", "nova", 8,
     false},
    {"llm.example.co.jp", "", "own", "JP", "house-7b", 5, false},
    {"api.deepseek.com", "deepseek-api", "", "CN", "deepseek-chat", 3, true},
    {"dashscope.aliyuncs.com", "alibaba-api", "", "CN", "qwen-max", 1, true},
    {"chat.unlisted.example", "", "", "", "", 2, true}};

class Writer {
 public:
  explicit Writer(const SyntheticLog& log) : log_(log) {}

  bool add(const std::string& tail) {
    if (out_.tellp() >= static_cast<std::streamoff>(kSegmentBytes) || !out_.is_open()) {
      if (!begin_segment()) return false;
    }
    // As after every so many records; nobody verifies this log, so the root is none.
    if (seq_ % kBetweenCheckpoints == 0 &&
        !put(audit::checkpoint_tail({now_us, "gw1"}, seq_, {}, {})))
      return false;
    return put(tail);
  }
  std::uint64_t next() const { return seq_; }
  std::int64_t now_us = 0;

 private:
  bool begin_segment() {
    if (out_.is_open()) out_.close();
    const std::string name = audit::segment_name(seq_);
    out_.open(log_.directory + "/" + name, std::ios::binary);
    const std::string tail = audit::segment_tail({now_us, "gw1"}, previous_);
    previous_ = name;
    if (!out_ || !put(tail)) return false;
    return seq_ != 1 || put(audit::boot_tail({now_us, "gw1"}, ""));
  }
  bool put(const std::string& tail) {
    line_.clear();
    audit::append_line_head(line_, seq_++, link_);
    line_ += tail;
    link_ = hash_.after(line_);
    line_ += '\n';
    return static_cast<bool>(out_.write(line_.data(), static_cast<std::streamsize>(line_.size())));
  }
  const SyntheticLog& log_;
  std::ofstream out_;
  audit::ChainHash hash_;
  audit::Link link_ = hash_.beginning();
  std::uint64_t seq_ = 0;
  std::string line_, previous_;
};

class Year {
 public:
  explicit Year(const SyntheticLog& log) : log_(log), writer_(log) {
    for (const Place& p : kPlaces) total_ += p.weight;
  }

  std::uint64_t write(std::string& error) {
    writer_.now_us = log_.from_us;
    if (!start()) return error = "the disk refused", 0;
    const std::uint64_t exchanges = log_.records / 2;
    for (std::uint64_t i = 0; i < exchanges; ++i) {
      const auto share = static_cast<long double>(i) / static_cast<long double>(exchanges);
      writer_.now_us =
          log_.from_us +
          static_cast<std::int64_t>(share * static_cast<long double>(log_.to_us - log_.from_us));
      if (!exchange(i)) return error = "the disk refused", 0;
    }
    return writer_.next();
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  bool start() {
    audit::Admin a;
    a.time_us = log_.from_us;
    a.gateway = "gw1";
    a.what = "start";
    a.new_value = kPolicy;
    a.by = "operator";
    return writer_.add(audit::record_tail(a));
  }

  const Place& place() {
    auto at = static_cast<int>(below(static_cast<std::uint64_t>(total_)));
    for (const Place& p : kPlaces)
      if ((at -= p.weight) < 0) return p;
    return kPlaces[0];
  }

  void find(policy::Verdict& v) {
    static const char* kTypes[] = {
        "email",       "jp_phone",          "person_name_ja", "jp_postal_address",
        "credit_card", "aws_access_key_id", "jp_my_number"};
    const int types = below(10) < 7 ? 1 : 2;
    for (int i = 0; i < types; ++i) {
      policy::FindingSummary f;
      f.type = kTypes[below(std::size(kTypes))];
      f.count = 1 + static_cast<int>(below(3));
      f.confidence = 0.9;
      f.where = {"/messages/" + std::to_string(below(8)) + "/content"};
      for (int n = 0; n < f.count; ++n)
        f.values.push_back("value" + std::to_string(below(300'000)));
      v.findings.push_back(std::move(f));
    }
    const auto dice = below(10);
    v.action = dice < 2   ? policy::Action::kAllow
               : dice < 7 ? policy::Action::kRedact
                          : policy::Action::kBlock;
    if (v.action == policy::Action::kAllow && below(3) == 0) v.exception = "claims-2026";
    if (v.action == policy::Action::kBlock) v.reason = policy::Reason::kData;
    v.rule = "no-personal-data";
    v.rules.push_back({v.rule, true, policy::to_word(v.action), "enforce", "a finding", v.reason});
  }

  bool exchange(std::uint64_t i) {
    const Place& p = place();
    policy::Client client;
    client.user =
        "user" + std::to_string(below(static_cast<std::uint64_t>(log_.users))) + "@example.co.jp";
    client.by = "basic";
    client.groups = {"dev", "everyone"};
    client.address = *config::IpAddress::parse("10.1.2." + std::to_string(below(250) + 1));
    client.user_agent = below(2) ? "OpenAI/Python 1.99" : "Anthropic/JS 0.60";
    policy::Destination to;
    to.host = p.host;
    policy::Admission admission;
    admission.provider = p.provider;
    admission.entry = p.entry;
    admission.rule = *p.entry ? p.entry : p.country[0] ? "regions" : "unlisted";
    admission.evidence.push_back({policy::EvidenceKind::kOperator,
                                  *p.country ? p.country : "unknown",
                                  std::string("catalogue:") + p.provider,
                                  {},
                                  policy::EvidenceSetting::kIfKnown,
                                  !*p.country ? policy::EvidenceResult::kUnknown
                                  : p.refused ? policy::EvidenceResult::kDenied
                                              : policy::EvidenceResult::kOk});
    admission.evidence.push_back({policy::EvidenceKind::kAddress,
                                  below(20) ? "US" : "SG",
                                  "geo:bench",
                                  {},
                                  policy::EvidenceSetting::kIfKnown,
                                  policy::EvidenceResult::kOk});
    policy::Verdict v;
    v.rule = admission.rule;
    v.rules.push_back({admission.rule, true, p.refused ? "block" : "allow", "enforce", "it matched",
                       policy::Reason::kNone});
    const auto cover = below(100);
    v.coverage = p.refused    ? policy::Coverage::kNoBody
                 : cover < 96 ? policy::Coverage::kInspected
                 : cover < 98 ? policy::Coverage::kPartly
                              : policy::Coverage::kUninspected;
    if (cover >= 96 && !p.refused) v.skipped.push_back(cover & 1 ? "body:encrypted" : "body:size");
    if (p.refused) {
      v.action = policy::Action::kBlock;
      v.reason = p.country[0] ? policy::Reason::kRegion : policy::Reason::kDestination;
    } else if (below(100) < 12) {
      find(v);
    }
    return write(i, p, client, to, admission, v);
  }

  bool write(std::uint64_t i, const Place& p, const policy::Client& client,
             const policy::Destination& to, const policy::Admission& admission,
             const policy::Verdict& v) {
    audit::Decision d;
    std::string digits = std::to_string(i);
    d.id = "sks_" + std::string(16 - digits.size(), 'a') + digits;
    d.time_us = writer_.now_us;
    d.gateway = "gw1";
    d.client = &client;
    d.destination = &to;
    d.admission = &admission;
    d.verdict = &v;
    d.origin_ip = p.refused ? "" : "192.0.2.7";
    d.tls = p.refused ? "terminate" : "bump";
    d.method = "POST";
    d.path = "/v1/chat/completions";
    d.model = p.model;
    d.stream = true;
    d.bytes_in = d.bytes_decoded = 500 + below(60'000);
    d.ms = {{"body", 1.2}, {"scan", 0.8}};
    d.policy_digest = kPolicy;
    const std::uint64_t seq = writer_.next();
    if (!writer_.add(audit::record_tail(d, log_.finding_key))) return false;
    audit::Outcome o;
    o.id = d.id;
    o.time_us = d.time_us + 900'000;
    o.gateway = "gw1";
    o.ref = writer_.next() - 1;
    (void)seq;
    const bool blocked = v.action == policy::Action::kBlock;
    o.status = blocked ? 403 : 200;
    o.sent = blocked ? 0 : d.bytes_in;
    o.received = blocked ? 0 : 2000;
    o.total_ms = 900;
    if (!blocked) o.tokens_in = d.bytes_in / 4, o.tokens_out = 500;
    return writer_.add(audit::record_tail(o));
  }

  static constexpr const char* kPolicy =
      "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945";
  const SyntheticLog& log_;
  Writer writer_;
  std::mt19937_64 random_{20260401};
  int total_ = 0;
};

}  // namespace

std::uint64_t write_synthetic_log(const SyntheticLog& log, std::string& error) {
  std::error_code code;
  std::filesystem::create_directories(log.directory, code);
  if (code) return error = code.message(), 0;
  return Year(log).write(error);
}

}  // namespace sekisho::bench
