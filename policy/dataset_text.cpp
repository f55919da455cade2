#include "policy/dataset_text.h"

#include <algorithm>
#include <utility>

#include "filters/bodies/charset.h"

namespace sekisho::policy {
namespace {

using filters::CharsetDecoder;

std::optional<std::string> decoded(filters::Charset charset, std::string_view bytes) {
  CharsetDecoder decoder(charset, bytes);
  std::string out;
  for (;;) {
    filters::Layer layer;  // the way back is not needed
    switch (decoder.step(out, layer, 0)) {
      case CharsetDecoder::Status::kMore:
        continue;
      case CharsetDecoder::Status::kDone:
        return out;
      case CharsetDecoder::Status::kInvalid:
        return std::nullopt;
    }
  }
}

bool same_letters(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
         });
}

// Where the element's content ends whose tag begins at `at`, for elements that hold no text.
std::size_t end_of_textless(std::string_view source, std::size_t at) {
  for (const std::string_view name : {std::string_view("script"), std::string_view("style")}) {
    if (!same_letters(source.substr(at + 1), name)) continue;
    const std::string close = "</" + std::string(name);
    for (std::size_t end = source.find('<', at + 1); end != std::string_view::npos;
         end = source.find('<', end + 1))
      if (same_letters(source.substr(end), close)) return end;
    return source.size();
  }
  return at;
}

constexpr std::pair<std::string_view, char> kEntities[] = {{"&amp;", '&'},  {"&lt;", '<'},
                                                           {"&gt;", '>'},   {"&quot;", '"'},
                                                           {"&nbsp;", ' '}, {"&#39;", '\''}};

}  // namespace

std::optional<std::string> utf8_text(std::string_view bytes) {
  for (const filters::Charset charset : filters::charset_readings(filters::Charset::kNone, bytes))
    if (auto text = decoded(charset, bytes)) return text;
  if (bytes.empty()) return std::string();
  return std::nullopt;
}

std::string text_of_html(std::string_view source) {
  std::string out;
  for (std::size_t at = 0; at < source.size();) {
    if (source[at] == '<') {
      if (source.substr(at, 4) == "<!--") {
        const std::size_t end = source.find("-->", at + 4);
        at = end == std::string_view::npos ? source.size() : end + 3;
        continue;
      }
      const std::size_t from = end_of_textless(source, at);
      if (from == source.size()) break;
      const std::size_t end = source.find('>', from);
      if (end == std::string_view::npos) break;
      at = end + 1;
      continue;
    }
    const auto* entity =
        source[at] != '&'
            ? std::end(kEntities)
            : std::find_if(std::begin(kEntities), std::end(kEntities), [&](const auto& e) {
                return source.substr(at, e.first.size()) == e.first;
              });
    if (entity != std::end(kEntities)) {
      out.push_back(entity->second);
      at += entity->first.size();
      continue;
    }
    out.push_back(source[at++]);
  }
  return out;
}

std::vector<config::MarkedText> dataset_columns(const config::DatasetDef& def) {
  std::vector<config::MarkedText> out = def.columns;
  const auto is_key = [&](const config::MarkedText& c) { return c.value == def.key.value; };
  if (!def.key.value.empty() && std::none_of(out.begin(), out.end(), is_key))
    out.push_back(def.key);
  return out;
}

}  // namespace sekisho::policy
