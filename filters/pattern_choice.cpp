#include "filters/pattern_choice.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <utility>

namespace sekisho::filters {
namespace {

constexpr int kMaxMemory = 8 << 20;

RE2::Options options() {
  RE2::Options out;
  out.set_log_errors(false);
  out.set_max_mem(kMaxMemory);
  return out;
}

}  // namespace

struct PatternChoice::Impl {
  RE2::Set set{options(), RE2::UNANCHORED};
};

std::optional<PatternChoice> PatternChoice::compile(const std::vector<std::string>& patterns) {
  auto impl = std::make_shared<Impl>();
  for (const std::string& p : patterns)
    if (impl->set.Add(p, nullptr) < 0) return std::nullopt;
  if (patterns.empty() || !impl->set.Compile()) return std::nullopt;
  PatternChoice out;
  out.impl_ = std::move(impl);
  return out;
}

std::optional<std::vector<std::size_t>> PatternChoice::matches(std::string_view text) const {
  std::vector<int> found;
  RE2::Set::ErrorInfo error{};
  const bool any = impl_->set.Match(re2::StringPiece(text.data(), text.size()), &found, &error);
  if (!any && error.kind != RE2::Set::kNoError) return std::nullopt;
  std::vector<std::size_t> out(found.begin(), found.end());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace sekisho::filters
