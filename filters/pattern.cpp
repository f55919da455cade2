#include "filters/pattern.h"

#include <re2/re2.h>

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

  bool match(std::string_view text, std::size_t from, std::vector<re2::StringPiece>& parts) const {
    return re.Match(piece(text), from, text.size(), RE2::UNANCHORED, parts.data(),
                    static_cast<int>(parts.size()));
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

std::optional<std::string> Pattern::group(std::string_view text, const std::string& name) const {
  const int index = impl_->group_index(name);
  if (index < 0) return std::nullopt;
  std::vector<re2::StringPiece> parts(static_cast<std::size_t>(index) + 1);
  if (!impl_->match(text, 0, parts) || parts.back().data() == nullptr) return std::nullopt;
  return parts.back().as_string();
}

std::vector<std::string> Pattern::groups(std::string_view text, const std::string& name,
                                         int limit) const {
  std::vector<std::string> out;
  const int index = impl_->group_index(name);
  if (index < 0) return out;
  std::vector<re2::StringPiece> parts(static_cast<std::size_t>(index) + 1);
  std::size_t pos = 0;
  while (pos <= text.size() && static_cast<int>(out.size()) < limit &&
         impl_->match(text, pos, parts)) {
    if (parts.back().data() != nullptr) out.push_back(parts.back().as_string());
    const std::size_t end =
        static_cast<std::size_t>(parts[0].data() - text.data()) + parts[0].size();
    pos = parts[0].empty() ? end + 1 : end;
  }
  return out;
}

}  // namespace sekisho::filters
