#include "filters/bodies/replacement.h"

#include "filters/bodies/json_scanner.h"

namespace sekisho::filters {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

std::string form_coded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c))
      out.push_back(c);
    else
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

// ASCII in units of `size` bytes.
std::string widened(std::string_view text, std::size_t size, bool little) {
  std::string out;
  out.reserve(text.size() * size);
  for (const char c : text) {
    if (little) out.push_back(c);
    out.append(size - 1, '\0');
    if (!little) out.push_back(c);
  }
  return out;
}

}  // namespace

std::string coded_text(std::string_view text, Coding coding) {
  std::string out;
  switch (coding) {
    case Coding::kJsonString:
      append_json_escaped(out, text, true);
      return out;
    case Coding::kForm:
    case Coding::kPercent:
      return form_coded(text);
    case Coding::kUtf16Le:
      return widened(text, 2, true);
    case Coding::kUtf16Be:
      return widened(text, 2, false);
    case Coding::kUtf32Le:
      return widened(text, 4, true);
    case Coding::kUtf32Be:
      return widened(text, 4, false);
    case Coding::kPlain:
    case Coding::kFixed:
      break;
  }
  return std::string(text);
}

std::string coded_text(std::string_view text, Coding coding, const std::vector<Coding>& outer) {
  std::string out = coded_text(text, coding);
  for (const Coding layer : outer) {
    if (layer != Coding::kPlain) out = coded_text(out, layer);
  }
  return out;
}

}  // namespace sekisho::filters
