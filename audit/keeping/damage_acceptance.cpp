#include "audit/keeping/damage_acceptance.h"

#include <openssl/evp.h>
#include <simdjson.h>

#include <algorithm>

#include "audit/json_text.h"
#include "audit/keeping/compressed_source.h"
#include "audit/keeping/durable_file.h"
#include "audit/keeping/two_persons.h"

namespace sekisho::audit {
namespace {

constexpr const char *kFound = "keeping/damage.jsonl", *kAccepted = "keeping/accepted.jsonl";

using Element = simdjson::dom::element;

std::string text_in(const Element& line, const char* key) {
  std::string_view text;
  return line[key].get(text) ? std::string() : std::string(text);
}

template <class Take>
void each_line(std::string_view text, Take take) {
  simdjson::dom::parser parser;
  for (std::size_t at = 0, lf; (lf = text.find('\n', at)) != text.npos; at = lf + 1) {
    Element line;
    if (!parser.parse(text.data() + at, lf - at).get(line)) take(line);
  }
}

std::string line_of(const FoundDamage& found, const AcceptedBy* by) {
  std::string out = R"({"segment":)";
  append_json_string(out, found.damage.segment);
  out += R"(,"first":)" + std::to_string(found.damage.seq) + R"(,"why":)";
  append_json_string(out, found.damage.why);
  append_json_string(out += R"(,"sha256":)", found.digest);
  if (by) {
    append_json_string(out += R"(,"by":)", by->name);
    append_json_string(out += R"(,"reason":)", by->reason);
    append_json_string(out += R"(,"t":)", by->time);
  }
  return out += "}\n";
}

FoundDamage found_in(const Element& line) {
  FoundDamage out;
  out.damage.segment = text_in(line, "segment");
  out.damage.why = text_in(line, "why");
  out.digest = text_in(line, "sha256");
  if (line["first"].get(out.damage.seq)) out.damage.seq = 0;
  return out;
}

AcceptedBy person_in(const Element& line) {
  return {text_in(line, "by"), text_in(line, "reason"), text_in(line, "t")};
}

std::string read_text(const std::string& path) {
  std::string error, text;
  const ByteSource file = open_file(path, error);
  if (!file.read_at) return text;
  text.resize(static_cast<std::size_t>(file.size));
  const long n = file.read_at(0, text.data(), text.size());
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

}  // namespace

std::string accepted_damage_tail(const ControlFrame& frame, const FoundDamage& found) {
  std::string out = damage_tail(frame, found.damage);
  out.pop_back();
  out += R"(,"accepted":[)";
  for (const AcceptedBy& by : found.accepted) {
    if (out.back() != '[') out += ',';
    append_json_string(out += R"({"by":)", by.name);
    append_json_string(out += R"(,"reason":)", by.reason);
    append_json_string(out += R"(,"t":)", by.time);
    out += '}';
  }
  return out += "]}";
}

DamageAcceptance::DamageAcceptance(Store& store) {
  std::string text;
  if (store.read(kAccepted, text)) return;
  each_line(text, [&](const Element& e) {
    lines_.push_back({text_in(e, "segment"), text_in(e, "sha256"), person_in(e)});
  });
}

bool DamageAcceptance::covers(FoundDamage& found) const {
  std::vector<AcceptedBy>& by = found.accepted;
  for (const Line& line : lines_) {
    const auto same = [&](const AcceptedBy& a) { return same_person(a.name, line.by.name); };
    if (line.segment != found.damage.segment || line.digest != found.digest) continue;
    if (is_name(line.by.name) && std::none_of(by.begin(), by.end(), same)) by.push_back(line.by);
  }
  return by.size() >= 2;
}

std::string DamageAcceptance::refuse(Store& store, const std::vector<FoundDamage>& found) {
  std::string text;
  for (const FoundDamage& f : found) text += line_of(f, nullptr);
  store.write_file(kFound, text);
  const Damage& first = found.front().damage;
  return first.segment + ", record " + std::to_string(first.seq) + ": " + first.why +
         ". What was durable has changed, so nothing is written to this audit log. Look at it "
         "(sekisho audit verify), keep a copy of the directory, find out why; then two persons "
         "accept it, each by himself: sekisho audit accept-damage -c gateway.yaml --by NAME "
         "--reason WHY / 確定済みの記録が変わっています。調べて写しを取り、二人がそれぞれ "
         "sekisho audit accept-damage で承認するまで起動しません。";
}

void DamageAcceptance::close(Store& store, std::uint64_t seq) {
  const std::string stem = "torn/" + std::to_string(seq);
  store.rename(kAccepted, stem + "-accepted.jsonl");
  store.rename(kFound, stem + "-damage.jsonl");
}

AcceptStep accept_damage(const std::string& directory, const AcceptedBy& by,
                         std::vector<FoundDamage>& found, std::string& error) {
  found.clear();
  each_line(read_text(directory + "/" + kFound),
            [&](const Element& e) { found.push_back(found_in(e)); });
  if (found.empty()) return AcceptStep::kNothingFound;
  const std::string accepted = read_text(directory + "/" + kAccepted);
  std::string lines;
  bool by_another = true;
  for (const FoundDamage& f : found) {
    bool mine = false, other = false;
    each_line(accepted, [&](const Element& e) {
      const FoundDamage before = found_in(e);
      if (before.damage.segment != f.damage.segment || before.digest != f.digest) return;
      (same_person(person_in(e).name, by.name) ? mine : other) = true;
    });
    if (!mine) lines += line_of(f, &by);
    by_another = by_another && other;
  }
  if (lines.empty()) return AcceptStep::kSamePerson;
  if (!append_durably(directory + "/" + kAccepted, lines, error)) return AcceptStep::kFailed;
  return by_another ? AcceptStep::kSecond : AcceptStep::kFirst;
}

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE] = {};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

}  // namespace sekisho::audit
