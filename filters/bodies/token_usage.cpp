#include "filters/bodies/token_usage.h"

#include <algorithm>
#include <array>

namespace sekisho::filters {
namespace {

constexpr std::array<std::string_view, 6> kIn = {"prompt_tokens",    "input_tokens",
                                                 "promptTokenCount", "inputTokens",
                                                 "inputTokenCount",  "prompt_eval_count"};
constexpr std::array<std::string_view, 6> kOut = {"completion_tokens",    "output_tokens",
                                                  "candidatesTokenCount", "outputTokens",
                                                  "outputTokenCount",     "eval_count"};
constexpr std::array<std::string_view, 5> kCached = {
    "cached_tokens", "cache_read_input_tokens", "cachedContentTokenCount", "cacheReadInputTokens",
    "prompt_cache_hit_tokens"};
constexpr std::size_t kTail = 64;  // a key, a colon, white space and a number
constexpr std::size_t kLongestKey = 24;
constexpr std::size_t kDigits = 15;

template <std::size_t N>
bool is_one_of(std::string_view key, const std::array<std::string_view, N>& keys) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(" \t\r\n", at), text.size());
}

// The number that begins at `at`, if it ends within `text`.
std::optional<std::uint64_t> number_at(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_not_of("0123456789", at);
  if (end == std::string_view::npos || end == at || end - at > kDigits) return std::nullopt;
  if (std::string_view(",} \t\r\n]").find(text[end]) == std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  for (; at < end; ++at) value = value * 10 + static_cast<unsigned>(text[at] - '0');
  return value;
}

// Where the quote stands that opens the key which `close` ends; npos: it is none, or escaped.
std::size_t opening(std::string_view text, std::size_t close) {
  std::size_t at = close;
  while (at > 0 && close - at < kLongestKey && text[at - 1] != '"') --at;
  if (at == 0 || text[at - 1] != '"') return std::string_view::npos;
  return at > 1 && text[at - 2] == '\\' ? std::string_view::npos : at;
}

}  // namespace

void TokenUsage::look_at(std::string_view text, std::size_t quote) {
  const std::size_t begin = opening(text, quote);
  if (begin == std::string_view::npos) return;
  const std::string_view key = text.substr(begin, quote - begin);
  std::optional<std::uint64_t>* const number = is_one_of(key, kIn)       ? &in_
                                               : is_one_of(key, kOut)    ? &out_
                                               : is_one_of(key, kCached) ? &cached_
                                                                         : nullptr;
  if (!number) return;
  const std::size_t colon = skip_space(text, quote + 1);
  if (colon >= text.size() || text[colon] != ':') return;
  const auto value = number_at(text, skip_space(text, colon + 1));
  if (value) *number = value;
}

void TokenUsage::read(std::string_view piece) {
  // The seam is read apart, so that large pieces are not copied.
  const std::string seam = tail_ + std::string(piece.substr(0, kTail));
  for (const std::string_view text : {std::string_view(seam), piece}) {
    for (std::string_view mark : {"okens\"", "okenCount\"", "eval_count\""}) {
      for (std::size_t at = text.find(mark); at != std::string_view::npos;
           at = text.find(mark, at + 1)) {
        look_at(text, at + mark.size() - 1);
      }
    }
  }
  tail_.append(piece.substr(piece.size() - std::min(piece.size(), kTail)));
  if (tail_.size() > kTail) tail_.erase(0, tail_.size() - kTail);
}

}  // namespace sekisho::filters
