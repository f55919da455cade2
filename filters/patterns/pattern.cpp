#include "filters/patterns/pattern.h"

#include <re2/re2.h>

#include <array>
#include <utility>

namespace sekisho::filters {
namespace {

// Host patterns are short; hundreds of them are compiled at start-up.
constexpr int kMaxMemory = 1 << 20;

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

struct Pattern::Impl {
  explicit Impl(const std::string& pattern, const RE2::Options& options) : re(pattern, options) {}

  // Number of the group called `name`; -1 when there is none.
  int group_index(const std::string& name) const {
    const auto& groups = re.NamedCapturingGroups();
    const auto found = groups.find(name);
    return found == groups.end() ? -1 : found->second;
  }

  RE2 re;
};

std::optional<Pattern> Pattern::compile(const std::string& pattern, std::string& error) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  auto impl = std::make_shared<const Impl>(pattern, options);
  if (!impl->re.ok()) {
    error = impl->re.error();
    return std::nullopt;
  }
  Pattern out;
  out.impl_ = std::move(impl);
  return out;
}

bool Pattern::search(std::string_view text) const {
  return impl_->re.Match(piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

const std::string& Pattern::text() const {
  return impl_->re.pattern();
}

int Pattern::group_index(const std::string& name) const {
  return impl_->group_index(name);
}

std::optional<std::string_view> Pattern::next(std::string_view text, int group,
                                              std::size_t& from) const {
  if (from > text.size()) return std::nullopt;
  std::array<re2::StringPiece, 8> few;
  std::vector<re2::StringPiece> many;
  const std::size_t count = static_cast<std::size_t>(group) + 1;
  if (count > few.size()) many.resize(count);
  re2::StringPiece* parts = many.empty() ? few.data() : many.data();
  if (!impl_->re.Match(piece(text), from, text.size(), RE2::UNANCHORED, parts,
                       static_cast<int>(count)))
    return std::nullopt;
  const std::size_t end = static_cast<std::size_t>(parts[0].data() - text.data()) + parts[0].size();
  from = parts[0].empty() ? end + 1 : end;
  const re2::StringPiece& found = parts[count - 1];
  if (found.data() == nullptr) return std::string_view();
  return std::string_view(found.data(), found.size());
}

std::optional<std::string> Pattern::group(std::string_view text, const std::string& name) const {
  const int index = group_index(name);
  std::size_t from = 0;
  if (index < 0) return std::nullopt;
  const auto found = next(text, index, from);
  if (!found || found->data() == nullptr) return std::nullopt;
  return std::string(*found);
}

std::vector<std::string> Pattern::groups(std::string_view text, const std::string& name,
                                         int limit) const {
  std::vector<std::string> out;
  const int index = group_index(name);
  if (index < 0) return out;
  std::size_t from = 0;
  while (static_cast<int>(out.size()) < limit) {
    const auto found = next(text, index, from);
    if (!found) break;
    if (found->data() != nullptr) out.emplace_back(*found);
  }
  return out;
}

}  // namespace sekisho::filters
