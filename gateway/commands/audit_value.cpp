#include "gateway/commands/audit_value.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <iterator>
#include <set>

#include "audit/record.h"
#include "config/detector_pack.h"
#include "filters/scanner.h"
#include "gateway/finding_keys.h"
#include "policy/detector_packs.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kLongest = 64 * 1024;

std::string read_value() {
  std::string value(std::istreambuf_iterator<char>(std::cin), {});
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
  return value;
}

// The value alone, and behind each word that makes the detector of this type sure.
std::vector<std::string> texts_for(const std::vector<config::DetectorPackFile>& packs,
                                   const std::string& type, const std::string& value) {
  std::vector<std::string> texts{value};
  for (const auto& pack : packs)
    for (const auto& row : pack.rows)
      if (row.type.value == type)
        for (const auto& word : row.context.words) texts.push_back(word.value + ": " + value);
  return texts;
}

std::set<std::string> spellings(const std::string& type, const std::string& value) {
  std::set<std::string> out{value};
  config::Problems problems;
  const auto packs = config::load_shipped_packs(problems);
  const auto set = policy::compile_detectors({}, packs, problems);
  if (!set) return out;
  filters::Scanner scanner(*set);
  for (const std::string& text : texts_for(packs, type, value)) {
    filters::Findings found;
    scanner.scan(text, found);
    for (const auto& f : found)
      if (f.type == type) out.insert(f.normalised);
  }
  std::string digits;
  std::copy_if(value.begin(), value.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  if (!digits.empty()) out.insert(digits);
  std::string lower = value;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  out.insert(lower);
  return out;
}

}  // namespace

std::optional<std::vector<std::string>> hashes_of_value(const config::GatewayFile* gateway,
                                                        const std::string& type,
                                                        std::string& error) {
  if (!gateway) {
    error = "value needs -c gateway.yaml, which names the key of the hashes";
    return std::nullopt;
  }
  const auto keys = FindingKeys::load(gateway->keys_directory.value, error);
  if (!keys) {
    error += ": only who may use the gateway's keys can ask this";
    return std::nullopt;
  }
  const std::string value = read_value();
  if (value.empty() || value.size() > kLongest) {
    error = "give the value on standard input: printf '%s' VALUE | sekisho audit value --type " +
            type + " -c gateway.yaml";
    return std::nullopt;
  }
  if (!keys->oldest().empty())
    std::fprintf(
        stderr,
        "注意: %s より前の鍵は消されており、その期間の値は見つかりません / note: the keys of "
        "before %s were erased: values of that time are not found\n",
        keys->oldest().c_str(), keys->oldest().c_str());
  const std::int64_t now_us = static_cast<std::int64_t>(std::time(nullptr)) * 1'000'000;
  std::vector<std::string> hashes;
  const std::set<std::string> written = spellings(type, value);
  for (const audit::FindingKey& key : keys->until(now_us))
    for (const std::string& spelling : written)
      hashes.push_back(audit::finding_hash(key.key, type, spelling));
  return hashes;
}

}  // namespace sekisho::gateway
