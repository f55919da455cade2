// The part of Inspection that looks at what stands before the body: target and header fields.

#include <algorithm>
#include <deque>
#include <string>
#include <utility>

#include "policy/header_scan.h"
#include "policy/inspection_impl.h"

namespace sekisho::policy {
namespace {

using filters::Coding;
using filters::Place;
using filters::TextChunk;

}  // namespace

void Inspection::Impl::scan_target() {
  std::deque<std::string> storage;
  for (const TextChunk& part : filters::target_chunks(parts.target, storage)) {
    if (part.place == Place::kQuery && part.is_key) query_key = part.text;
    scan_text(part.text, part);
  }
  if (parts.target.find("X-Amz-Signature=") != std::string_view::npos) result.signed_request = true;
}

void Inspection::Impl::scan_headers() {
  if (parts.headers.empty()) return;
  const HeaderText lines(parts.headers);
  std::vector<bool> counted(parts.headers.size());
  found.clear();
  note(scanner.scan(lines.text(), found), "headers");
  for (auto& finding : found) {
    const HeaderText::Spot spot = lines.locate(finding.range);
    const std::string_view name = parts.headers[spot.header].first;
    if (own.own_in_header(name, finding.type, finding.category)) {
      result.own_credential = true;
      continue;
    }
    counted[spot.header] = true;
    finding.range = spot.value;
    PlacedFinding placed;
    placed.place = Place::kHeader;
    placed.coding = Coding::kPlain;
    placed.where = name;
    placed.original = spot.value;
    placed.finding = std::move(finding);
    add(std::move(placed));
  }
  for (std::size_t i = 0; i < parts.headers.size(); ++i) scan_basic(i, counted);
  note_credentials(counted);
}

// Basic credentials are read as what they say. The finding covers the whole value: there is no
// smaller place in base64.
void Inspection::Impl::scan_basic(std::size_t header, std::vector<bool>& counted) {
  const auto& [name, value] = parts.headers[header];
  if (!equal_ignoring_case(name, "authorization")) return;
  result.signed_request |= is_signature_scheme(value);
  const std::string decoded = basic_credentials(value);
  if (decoded.empty()) return;
  found.clear();
  note(scanner.scan(decoded, found), "headers");
  for (auto& finding : found) {
    if (own.own_in_header(name, finding.type, finding.category)) continue;
    const bool told = std::any_of(result.findings.begin(), result.findings.end(),
                                  [&, &header_name = name](const auto& other) {
                                    return other.place == Place::kHeader &&
                                           other.where == header_name &&
                                           other.finding.type == finding.type &&
                                           other.finding.normalised == finding.normalised;
                                  });
    if (told) continue;
    counted[header] = true;
    PlacedFinding placed;
    placed.place = Place::kHeader;
    placed.coding = Coding::kPlain;
    placed.where = name;
    placed.original = {0, value.size()};
    placed.finding = std::move(finding);
    add(std::move(placed));
  }
}

// Keys without a recognisable form (Azure's hex digits) are credentials in their place all the
// same. Cookies are not always one.
void Inspection::Impl::note_credentials(const std::vector<bool>& counted) {
  for (std::size_t i = 0; i < parts.headers.size(); ++i) {
    const std::string_view name = parts.headers[i].first;
    const std::string_view value = parts.headers[i].second;
    const bool place = std::any_of(
        dialect.credential_headers.begin(), dialect.credential_headers.end(),
        [&](std::string_view p) { return p != "cookie" && equal_ignoring_case(p, name); });
    result.own_credential |= place && !value.empty() && !counted[i];
  }
}

}  // namespace sekisho::policy
