#include "audit/index/incidents.h"

#include <algorithm>
#include <vector>

namespace sekisho::audit {
namespace {

// FNV-1a: the same on every machine and in every version, since it is stored.
class Fingerprint {
 public:
  void add(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    step(0);
  }
  std::int64_t value() const { return static_cast<std::int64_t>(hash_ >> 1); }

 private:
  void step(unsigned char byte) { hash_ = (hash_ ^ byte) * 1099511628211ull; }
  std::uint64_t hash_ = 14695981039346656037ull;
};

bool may_repeat(const IndexedDecision& d) {
  return d.retry > 0 || d.verdict != "allow" || !d.findings.empty();
}

}  // namespace

std::int64_t Incidents::fingerprint(const IndexedDecision& d) {
  Fingerprint f;
  for (const std::string* part : {&d.user, &d.host, &d.path, &d.model, &d.verdict, &d.reason})
    f.add(*part);
  std::vector<std::string> hashes;
  for (const auto& finding : d.findings)
    for (const auto& h : finding.hashes) hashes.push_back(finding.type + ":" + h);
  std::sort(hashes.begin(), hashes.end());
  for (const auto& h : hashes) f.add(h);
  return f.value();
}

void Incidents::remember(std::int64_t fingerprint, std::int64_t incident, std::int64_t time_us) {
  last_[fingerprint] = {incident, time_us};
}

void Incidents::forget_before(std::int64_t time_us) {
  std::erase_if(last_, [&](const auto& item) { return item.second.time_us < time_us; });
  many_ = std::max(kFew, 2 * last_.size());
}

void Incidents::place(IndexedRecord& record) {
  IndexedDecision& d = record.decision;
  d.fingerprint = fingerprint(d);
  d.incident = record.seq;
  if (last_.size() >= many_) forget_before(record.time_us - kWindowUs);
  const auto found = last_.find(d.fingerprint);
  // A clock that was set back is no reason to call two things one.
  const bool soon = found != last_.end() && record.time_us >= found->second.time_us &&
                    record.time_us - found->second.time_us <= kWindowUs;
  if (soon && may_repeat(d)) d.incident = found->second.incident;
  d.opens = d.incident == record.seq;
  last_[d.fingerprint] = {d.incident, record.time_us};
}

}  // namespace sekisho::audit
