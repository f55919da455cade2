#include "audit/proof/checkpoint.h"

#include <charconv>
#include <cstdio>

#include "audit/proof/subtree_json.h"

namespace sekisho::audit {
namespace {

constexpr std::string_view kEnding = ".ckpt";
constexpr std::size_t kDigits = 12;

std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string checkpoint_text(const Checkpoint& checkpoint) {
  std::string out = checkpoint.origin + '\n' + std::to_string(checkpoint.size) + '\n';
  out += text_of(link_of(checkpoint.root));
  return out += '\n';
}

std::optional<Checkpoint> parse_checkpoint(std::string_view text) {
  const std::size_t first = text.find('\n');
  const std::size_t second = first == text.npos ? first : text.find('\n', first + 1);
  if (second == text.npos || !text.ends_with('\n')) return std::nullopt;
  const std::string_view digits = text.substr(first + 1, second - first - 1);
  const auto size = number_of(digits);
  const auto root = hash_of(text.substr(second + 1, text.size() - second - 2));
  if (!size || !root || std::to_string(*size) != digits || first == 0) return std::nullopt;
  return Checkpoint{std::string(text.substr(0, first)), *size, *root};
}

std::string checkpoint_name(std::uint64_t size) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%012llu.ckpt", static_cast<unsigned long long>(size));
  return buffer;
}

std::optional<std::uint64_t> checkpoint_size(std::string_view name) {
  if (!name.ends_with(kEnding)) return std::nullopt;
  name.remove_suffix(kEnding.size());
  if (name.size() < kDigits || (name.size() > kDigits && name.front() == '0')) return std::nullopt;
  return number_of(name);
}

std::string tree_state_text(const TreeState& state) {
  std::string out = R"({"v":1,"size":)" + std::to_string(state.tree.end()) + R"(,"link":")";
  out += text_of(state.link);
  out += R"(","subtrees":)";
  append_subtrees(out, state.tree.subtrees());
  return out += "}\n";
}

std::optional<TreeState> parse_tree_state(ChainHash& hash, std::string_view json) {
  const auto read = read_subtree_json(json);
  if (!read || !read->size) return std::nullopt;
  TreeState state;
  state.link = read->link;
  for (const Subtree& s : read->subtrees)
    if (!state.tree.add(hash, s)) return std::nullopt;
  if (state.tree.end() != *read->size) return std::nullopt;
  return state;
}

}  // namespace sekisho::audit
