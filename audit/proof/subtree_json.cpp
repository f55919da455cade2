#include "audit/proof/subtree_json.h"

#include <simdjson.h>

#include <algorithm>

namespace sekisho::audit {
namespace {

namespace dom = simdjson::dom;

std::optional<std::uint64_t> number(dom::object object, std::string_view key) {
  std::uint64_t value = 0;
  if (object[key].get(value)) return std::nullopt;
  return value;
}

std::string text(dom::object object, std::string_view key) {
  std::string_view value;
  return object[key].get(value) ? std::string() : std::string(value);
}

bool read_subtree(dom::element element, Subtree& out) {
  dom::array pair;
  std::uint64_t level = 0;
  std::string_view base64;
  if (element.get(pair) || pair.size() != 2 || pair.at(0).get(level) || level > 62 ||
      pair.at(1).get(base64))
    return false;
  const auto hash = hash_of(base64);
  if (hash) out = {static_cast<unsigned>(level), *hash};
  return hash.has_value();
}

}  // namespace

std::optional<SubtreeJson> read_subtree_json(std::string_view json) {
  dom::parser parser;
  dom::object object;
  dom::array subtrees, approvers;
  if (parser.parse(json.data(), json.size()).get(object)) return std::nullopt;
  SubtreeJson out;
  const std::string link = text(object, "link");
  if (!hash_of(link) || object["subtrees"].get(subtrees)) return std::nullopt;
  std::copy(link.begin(), link.end(), out.link.begin());
  for (const dom::element element : subtrees)
    if (!read_subtree(element, out.subtrees.emplace_back())) return std::nullopt;
  out.size = number(object, "size");
  out.first = number(object, "first");
  out.last = number(object, "last");
  out.t = text(object, "t");
  out.segment = text(object, "segment");
  out.why = text(object, "why");
  if (!object["approvers"].get(approvers))
    for (const dom::element element : approvers)
      if (std::string_view name; !element.get(name)) out.approvers.emplace_back(name);
  return out;
}

}  // namespace sekisho::audit
