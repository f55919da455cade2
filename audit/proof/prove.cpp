#include "audit/proof/prove.h"

#include <simdjson.h>

#include <algorithm>

#include "audit/json_text.h"
#include "audit/proof/leaf_walk.h"
#include "audit/proof/statements.h"
#include "audit/record_view.h"

namespace sekisho::audit {
namespace {

constexpr std::string_view kRecords = "sekisho-proof/1", kConsistency = "sekisho-consistency/1";

struct Record {
  std::uint64_t seq = 0;
  std::string line;
  Hash leaf{};
};

// What a first look through the log finds.
struct Found {
  std::vector<Record> records;
  std::vector<std::string> vkeys;
};

void take_key(std::string_view line, RecordReader& reader, std::vector<std::string>& vkeys) {
  if (line.find(R"(,"kind":"admin",)") == line.npos || line.find(R"("what":"key")") == line.npos)
    return;
  if (!reader.read(line) || reader.text("/what") != "key") return;
  std::string vkey = reader.text("/new");
  if (vkeys.empty() || vkeys.back() != vkey) vkeys.push_back(std::move(vkey));
}

bool is_asked_for(std::string_view line, std::uint64_t seq, const ProofOf& of) {
  if (of.id.empty()) return seq == of.seq;
  const auto head = parse_line_head(line);
  if (!head) return false;
  line.remove_prefix(head->size);
  const std::string begin = "\"id\":\"" + of.id + "\",";
  return line.starts_with(begin);
}

bool look(const std::string& directory, ChainHash& hash, const ProofOf* of, Found& found,
          std::string& error) {
  RecordReader reader;
  return walk_leaves(
      directory, hash, 0,
      [&](std::uint64_t seq, const Subtree& subtree, std::string_view line) {
        take_key(line, reader, found.vkeys);
        if (of && !line.empty() && is_asked_for(line, seq, *of))
          found.records.push_back({seq, std::string(line), subtree.hash});
        return true;
      },
      error);
}

// The newest checkpoint of the log, and which of its keys signed it.
struct Basis {
  HeadClaim newest;
  std::string vkey;
};

std::optional<std::string> signer_of(const SignedNote& note,
                                     const std::vector<std::string>& vkeys) {
  for (auto vkey = vkeys.rbegin(); vkey != vkeys.rend(); ++vkey) {
    const auto key = VerifyingKey::parse(*vkey);
    if (key && check_signature(note.text, note.signatures, *key) == SignatureCheck::kGood)
      return *vkey;
  }
  return std::nullopt;
}

bool find_basis(const std::string& directory, const std::vector<std::string>& vkeys, Basis& basis,
                Proven& out) {
  OwnCheckpoints own = read_checkpoints(directory);
  out.error = own.error;
  if (!out.error.empty()) return false;
  if (own.statements.empty()) {
    out.error = "the log has no signed checkpoint yet, and without one nothing can be proven";
    return false;
  }
  basis.newest = std::move(own.statements.back());
  const auto vkey = signer_of(*basis.newest.note, vkeys);
  if (vkey) basis.vkey = *vkey;
  if (!vkey) out.error = basis.newest.source + ": no key of this log signed it";
  out.broken = !vkey;
  return vkey.has_value();
}

std::string note_text(const HeadClaim& s) {
  std::string out = s.note->text + '\n';
  for (const NoteSignature& n : s.note->signatures) {
    std::string bytes(n.id.begin(), n.id.end());
    out += "\xE2\x80\x94 " + n.name + ' ' + encode_base64(bytes + n.signature) + '\n';
  }
  return out;
}

void member(std::string& out, std::string_view key, std::string_view text) {
  ((out += ",\"") += key) += "\":";
  append_json_string(out, text);
}

void append_path(std::string& out, const std::vector<Hash>& path) {
  out += R"(,"path":[)";
  for (const Hash& h : path) {
    out += out.back() == '[' ? "\"" : ",\"";
    out += text_of(link_of(h));
    out += '"';
  }
  out += ']';
}

std::string begin_file(std::string_view format, const Basis& basis) {
  std::string out = R"({"v":1)";
  member(out, "format", format);
  member(out, "origin", basis.newest.origin);
  member(out, "vkey", basis.vkey);
  member(out, "note", note_text(basis.newest));
  return out;
}

bool feed(const std::string& directory, ChainHash& hash, std::vector<ProofBuilder>& builders,
          std::uint64_t size, std::string& error) {
  bool pruned = false;
  const bool read = walk_leaves(
      directory, hash, 0,
      [&](std::uint64_t seq, const Subtree& s, std::string_view) {
        if (seq >= size) return false;
        for (ProofBuilder& b : builders) pruned = !b.add(hash, seq, s) || pruned;
        return !pruned;
      },
      error);
  if (read && pruned)
    error = "the records around that size were removed since: nothing can be proven of them";
  return read && !pruned;
}

bool append_records(const std::vector<Record>& records, const std::vector<ProofBuilder>& builders,
                    ChainHash& hash, const HeadClaim& newest, std::string& out) {
  const auto root = hash_of(newest.root);
  out += R"(,"records":[)";
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Record& r = records[i];
    const auto path = builders[i].hashes(hash);
    if (!path || !root || !verify_inclusion(hash, r.seq, newest.size, r.leaf, *path, *root))
      return false;
    out += i ? ",{" : "{";
    out += "\"index\":" + std::to_string(r.seq);
    member(out, "leaf", text_of(link_of(r.leaf)));
    member(out, "line", r.line);
    append_path(out, *path);
    out += '}';
  }
  out += "]}\n";
  return true;
}

Proven does_not_fit(Proven out) {
  out.broken = true;
  out.json.clear();
  out.error = "the log does not fit its newest checkpoint: run `sekisho audit verify`";
  return out;
}

}  // namespace

Proven prove_records(const std::string& directory, const ProofOf& of) {
  ChainHash hash;
  Proven out;
  Found found;
  Basis basis;
  if (!look(directory, hash, &of, found, out.error)) return out;
  out.absent = found.records.empty();
  if (out.absent) out.error = "there is no such record in the log";
  if (out.absent || !find_basis(directory, found.vkeys, basis, out)) return out;
  std::vector<ProofBuilder> builders;
  std::vector<Record> covered;
  for (Record& r : found.records) {
    if (r.seq >= basis.newest.size) {
      out.uncovered.push_back(r.seq);
      continue;
    }
    builders.emplace_back(inclusion_parts(r.seq, basis.newest.size));
    covered.push_back(std::move(r));
  }
  if (covered.empty()) {
    out.error = "no checkpoint covers the record yet; one is written every few seconds";
    return out;
  }
  if (!feed(directory, hash, builders, basis.newest.size, out.error)) return out;
  out.json = begin_file(kRecords, basis);
  if (!append_records(covered, builders, hash, basis.newest, out.json)) return does_not_fit(out);
  return out;
}

Proven prove_consistency(const std::string& directory, std::string_view old_note) {
  ChainHash hash;
  Proven out;
  Found found;
  Basis basis;
  const auto old = read_statement("the older checkpoint", old_note, out.error);
  if (!old) return out;
  if (!old->note) out.error = "a signed checkpoint is needed, not a head";
  if (!old->note || !look(directory, hash, nullptr, found, out.error) ||
      !find_basis(directory, found.vkeys, basis, out))
    return out;
  if (old->size == 0 || old->size > basis.newest.size) {
    out.error = "it is of size " + std::to_string(old->size) + ", the newest of the log of size " +
                std::to_string(basis.newest.size);
    out.broken = old->size > basis.newest.size;
    return out;
  }
  std::vector<ProofBuilder> builders{ProofBuilder(consistency_parts(old->size, basis.newest.size))};
  if (!feed(directory, hash, builders, basis.newest.size, out.error)) return out;
  const auto path = builders[0].hashes(hash);
  const auto root = hash_of(basis.newest.root), old_root = hash_of(old->root);
  if (!path || !root || !old_root ||
      !verify_consistency(hash, old->size, basis.newest.size, *old_root, *root, *path))
    return does_not_fit(out);
  out.json = begin_file(kConsistency, basis);
  member(out.json, "old", note_text(*old));
  append_path(out.json, *path);
  out.json += "}\n";
  return out;
}

std::vector<std::string> published_keys(const std::string& directory, std::string& error) {
  ChainHash hash;
  Found found;
  look(directory, hash, nullptr, found, error);
  return std::move(found.vkeys);
}

namespace {

namespace dom = simdjson::dom;

std::string text_in(dom::object from, std::string_view key) {
  std::string_view text;
  return from[key].get(text) ? std::string() : std::string(text);
}

std::optional<std::vector<Hash>> path_in(dom::object from) {
  dom::array values;
  std::vector<Hash> out;
  if (from["path"].get(values)) return std::nullopt;
  for (const dom::element value : values) {
    std::string_view text;
    const auto hash = value.get(text) ? std::nullopt : hash_of(text);
    if (!hash) return std::nullopt;
    out.push_back(*hash);
  }
  return out;
}

// The checkpoint of a member of the file, if one of the keys signed it.
std::optional<HeadClaim> signed_note(dom::object file, std::string_view key,
                                     const std::vector<VerifyingKey>& keys, std::string& what) {
  auto statement = read_statement(std::string(key), text_in(file, key), what);
  if (!statement) return std::nullopt;
  const auto good = [&](const VerifyingKey& k) {
    return statement->note && statement->origin == k.name() &&
           check_signature(statement->note->text, statement->note->signatures, k) ==
               SignatureCheck::kGood;
  };
  if (std::any_of(keys.begin(), keys.end(), good)) return statement;
  what = "its checkpoint is not signed by a key that was given";
  return std::nullopt;
}

bool check_record(dom::object record, const HeadClaim& note, ChainHash& hash, ProofCheck& out) {
  std::uint64_t index = 0;
  const std::string line = text_in(record, "line");
  const auto path = path_in(record);
  const auto root = hash_of(note.root);
  const auto head = parse_line_head(line);
  if (record["index"].get(index) || !path || !root || !head || head->seq != index ||
      !verify_inclusion(hash, index, note.size, hash.leaf(line), *path, *root)) {
    out.what = "record " + std::to_string(index) + " is not in the log";
    return false;
  }
  out.records.push_back(line);
  return true;
}

}  // namespace

ProofCheck check_proof(std::string_view json, const std::vector<VerifyingKey>& keys) {
  ProofCheck out;
  dom::parser parser;
  dom::object file;
  out.what = "it is no file of `sekisho audit prove`";
  if (parser.parse(json.data(), json.size()).get(file)) return out;
  const std::string format = text_in(file, "format");
  if (format != kRecords && format != kConsistency) return out;
  out.readable = true;
  std::vector<VerifyingKey> believed = keys;
  if (const auto own = VerifyingKey::parse(text_in(file, "vkey")); own && keys.empty())
    believed.push_back(*own);
  const auto note = signed_note(file, "note", believed, out.what);
  if (!note) return out;
  out.origin = note->origin;
  out.size = note->size;
  ChainHash hash;
  if (format == kRecords) {
    dom::array records;
    if (file["records"].get(records)) return out;
    for (const dom::element record : records)
      if (dom::object o; record.get(o) || !check_record(o, *note, hash, out)) return out;
    out.proven = !out.records.empty();
  } else {
    const auto old = signed_note(file, "old", believed, out.what);
    const auto path = path_in(file);
    if (!old || !path) return out;
    const auto root = hash_of(note->root), old_root = hash_of(old->root);
    out.old_size = old->size;
    out.what = "the later log does not contain the earlier one";
    out.proven = root && old_root &&
                 verify_consistency(hash, old->size, note->size, *old_root, *root, *path);
  }
  if (out.proven) out.what.clear();
  return out;
}

}  // namespace sekisho::audit
