#include "audit/proof/tombstone.h"

#include "audit/json_text.h"
#include "audit/proof/subtree_json.h"
#include "audit/record_view.h"

namespace sekisho::audit {
namespace {

constexpr std::string_view kBegin = R"({"v":1,"pruned":"segment","first":)";
constexpr std::string_view kSignatures = R"(,"sig":[)";

std::string body_of(const Tombstone& t) {
  std::string out(kBegin);
  out += std::to_string(t.first) + R"(,"last":)" + std::to_string(t.last) + R"(,"segment":)";
  append_json_string(out, t.segment);
  out += R"(,"link":")";
  out += text_of(t.link);
  out += R"(","subtrees":)";
  append_subtrees(out, t.subtrees);
  out += R"(,"t":)";
  append_json_string(out, utc_text(t.time_us));
  out += R"(,"why":)";
  append_json_string(out, t.why);
  out += R"(,"approvers":[)";
  for (const std::string& name : t.approvers) {
    if (out.back() != '[') out += ',';
    append_json_string(out, name);
  }
  return out += ']';
}

// "…","…"]}
bool read_signatures(std::string_view text, std::vector<NoteSignature>& out) {
  if (!text.ends_with("]}")) return false;
  text.remove_suffix(2);
  while (text.starts_with('"')) {
    const std::size_t end = text.find('"', 1);
    if (end == text.npos) return false;
    auto signature = parse_signature_line(text.substr(1, end - 1));
    if (!signature) return false;
    out.push_back(std::move(*signature));
    text.remove_prefix(end + 1);
    if (text.empty()) return true;
    if (!text.starts_with(",\"")) return false;
    text.remove_prefix(1);
  }
  return false;
}

}  // namespace

std::string tombstone_line(const Tombstone& tombstone, const std::vector<SigningKey>& keys) {
  const std::string body = body_of(tombstone);
  std::string out = body;
  out += kSignatures;
  for (const SigningKey& key : keys) {
    if (out.back() != '[') out += ',';
    (out += '"') += signature_line(body + "}\n", key);
    out += '"';
  }
  return out += "]}";
}

std::optional<SignedTombstone> parse_tombstone(ChainHash& hash, std::string_view line) {
  const std::size_t at = line.rfind(kSignatures);
  if (!line.starts_with(kBegin) || at == line.npos) return std::nullopt;
  SignedTombstone out;
  out.note.text = std::string(line.substr(0, at)) + "}\n";
  if (!read_signatures(line.substr(at + kSignatures.size()), out.note.signatures))
    return std::nullopt;
  auto json = read_subtree_json(out.note.text);
  if (!json || !json->first || !json->last || *json->last < *json->first) return std::nullopt;
  LeafRange range(*json->first);
  for (const Subtree& s : json->subtrees)
    if (!range.add(hash, s)) return std::nullopt;
  if (range.end() != *json->last + 1) return std::nullopt;
  out.tombstone = {*json->first,
                   *json->last,
                   std::move(json->segment),
                   json->link,
                   range.subtrees(),
                   parse_utc(json->t).value_or(0),
                   std::move(json->why),
                   std::move(json->approvers)};
  return out;
}

}  // namespace sekisho::audit
