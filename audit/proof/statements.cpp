#include "audit/proof/statements.h"

#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "audit/segment_reader.h"

namespace sekisho::audit {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kLongestNote = 1u << 16;

std::optional<std::string> read_small(const std::string& path, std::string& error) {
  const ByteSource source = open_source(path, error);
  if (!source.read_at) return std::nullopt;
  std::string bytes(std::min(source.size, kLongestNote), '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const long n = source.read_at(got, bytes.data() + got, bytes.size() - got);
    if (n < 0) error = path + ": it cannot be read";
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

std::optional<HeadClaim> signed_statement(const std::string& source, std::string_view text) {
  auto note = parse_note(text);
  const auto checkpoint = note ? parse_checkpoint(note->text) : std::nullopt;
  if (!checkpoint) return std::nullopt;
  HeadClaim out;
  out.source = source;
  out.size = checkpoint->size;
  out.root = text_of(link_of(checkpoint->root));
  out.origin = checkpoint->origin;
  out.note = std::move(note);
  return out;
}

// The note that a line of a syslog receiver ends in; "" = it is none.
std::string note_of_syslog(std::string_view text) {
  constexpr std::string_view kNote = " note=";
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  const std::size_t at = text.rfind(kNote);
  return at == text.npos ? std::string()
                         : decode_base64(text.substr(at + kNote.size())).value_or("");
}

std::optional<std::uint64_t> last_of(std::uint64_t size) {
  return size ? std::optional(size - 1) : std::nullopt;
}

std::vector<std::string> names_below(const std::string& folder, std::string& error) {
  std::vector<std::string> names;
  std::error_code code;
  for (fs::recursive_directory_iterator i(folder, code), end; !code && i != end; i.increment(code))
    if (i->path().extension() == ".ckpt") names.push_back(i->path().string());
  if (code) error = folder + ": " + code.message();
  std::sort(names.begin(), names.end());
  return names;
}

bool by_size(const HeadClaim& a, const HeadClaim& b) {
  return a.size < b.size;
}

// latest.ckpt is written before the numbered one, so it is never the older of the two.
void check_latest(const std::optional<HeadClaim>& latest, OwnCheckpoints& own) {
  if (own.statements.empty()) return;
  const HeadClaim& newest = own.statements.back();
  if (latest && latest->size >= newest.size) return;
  own.problems.push_back({"checkpoints/latest.ckpt",
                          (latest ? "it is older than " : "it is missing beside ") + newest.source,
                          last_of(newest.size)});
}

}  // namespace

std::optional<Journal::Head> parse_head(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  std::string_view root, link;
  Journal::Head head;
  if (parser.parse(json.data(), json.size()).get(object) || object["size"].get(head.size) ||
      object["root"].get(root))
    return std::nullopt;
  head.root = root;
  if (!object["link"].get(link)) head.link = link;
  return head;
}

std::optional<HeadClaim> read_statement(const std::string& source, std::string_view text,
                                        std::string& why) {
  const std::string note = note_of_syslog(text);
  if (auto found = signed_statement(source, note.empty() ? text : note)) {
    found->outside = true;
    return found;
  }
  const auto head = parse_head(text);
  if (!head) {
    why = "it is neither a checkpoint nor what `sekisho audit head --json` writes";
    return std::nullopt;
  }
  HeadClaim out;
  out.source = source;
  out.size = head->size;
  out.root = head->root;
  out.is_link = head->link.empty();
  out.outside = true;
  return out;
}

OwnCheckpoints read_checkpoints(const std::string& directory) {
  OwnCheckpoints own;
  const std::string folder = directory + '/' + std::string(kCheckpointFolder);
  std::error_code code;
  if (!fs::exists(folder, code)) return own;
  std::string error;
  for (const std::string& path : names_below(folder, own.error)) {
    const std::string name = fs::path(path).filename();
    const auto size = checkpoint_size(name);
    if (!size) continue;
    const auto text = read_small(path, error);
    if (!text && !fs::exists(path, code)) continue;  // thinned out by the gateway meanwhile
    if (!text) own.error = error;
    if (!text) return own;
    auto statement = signed_statement("checkpoints/" + name, *text);
    if (!statement || statement->size != *size)
      own.problems.push_back(
          {"checkpoints/" + name, "it is no checkpoint of this size", last_of(*size)});
    else
      own.statements.push_back(std::move(*statement));
  }
  std::sort(own.statements.begin(), own.statements.end(), by_size);
  // After the list, so that a gateway that writes meanwhile cannot make it look old.
  const std::string latest_name = "checkpoints/" + std::string(kLatestCheckpoint);
  const auto text = read_small(directory + '/' + latest_name, error);
  auto latest = text ? signed_statement(latest_name, *text) : std::nullopt;
  if (text && !latest) {
    std::optional<std::uint64_t> seq;
    if (!own.statements.empty()) seq = last_of(own.statements.back().size);
    own.problems.push_back({latest_name, "it is no checkpoint", seq});
  } else {
    check_latest(latest, own);
  }
  if (latest) own.statements.push_back(std::move(*latest));
  std::stable_sort(own.statements.begin(), own.statements.end(), by_size);
  return own;
}

std::optional<HeadClaim> newest_checkpoint(const std::string& directory) {
  std::string error;
  const std::string name = "checkpoints/" + std::string(kLatestCheckpoint);
  const auto text = read_small(directory + '/' + name, error);
  return text ? signed_statement(name, *text) : std::nullopt;
}

std::vector<HeadClaim> read_witness(const std::string& folder, std::string& error) {
  std::vector<HeadClaim> out;
  for (const std::string& path : names_below(folder, error)) {
    const auto text = read_small(path, error);
    auto statement = text ? signed_statement(path, *text) : std::nullopt;
    if (!statement) continue;
    statement->outside = true;
    out.push_back(std::move(*statement));
  }
  return out;
}

}  // namespace sekisho::audit
