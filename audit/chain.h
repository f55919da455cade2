#pragma once

// The chain: every record holds the hash of the line before it. docs/audit_format.md

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::audit {

// SHA-256.
using Hash = std::array<unsigned char, 32>;
// base64 of 32 bytes.
using Link = std::array<char, 44>;

inline std::string_view text_of(const Link& link) {
  return {link.data(), link.size()};
}

Link link_of(const Hash& hash);
std::optional<Hash> hash_of(std::string_view base64);  // of exactly 44 characters

// Hashes lines, and nodes of the tree over them. Not for two threads at once; the algorithm is
// fetched when it is made.
class ChainHash {
 public:
  ChainHash();
  ~ChainHash();
  Link beginning();                   // SHA-256 of nothing: `prev` of the first record of a log
  Link after(std::string_view line);  // leaf() as text
  Hash leaf(std::string_view line);   // SHA-256(0x00 ‖ line), the line without its LF
  Hash node(const Hash& left, const Hash& right);  // SHA-256(0x01 ‖ left ‖ right)
  Hash nothing();                                  // SHA-256 of nothing

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// How every line begins: {"v":1,"seq":N,"prev":"…",
struct LineHead {
  std::uint64_t seq = 0;
  std::string_view prev;  // 44 characters, of the line
  std::size_t size = 0;   // of the head, up to and with the comma
};
std::optional<LineHead> parse_line_head(std::string_view line);
void append_line_head(std::string& out, std::uint64_t seq, const Link& prev);

// "000000000042.jsonl", and back; nothing for a name that is none of a segment.
std::string segment_name(std::uint64_t first_seq);
std::optional<std::uint64_t> segment_first_seq(std::string_view name);

}  // namespace sekisho::audit
