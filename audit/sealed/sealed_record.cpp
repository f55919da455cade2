#include "audit/sealed/sealed_record.h"

#include <simdjson.h>

#include <string>

namespace sekisho::audit {
namespace {

std::string text_in(const simdjson::dom::object& object, const char* key) {
  std::string_view value;
  return object[key].get(value) ? std::string() : std::string(value);
}

}  // namespace

std::optional<SealedRef> sealed_ref_of(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element record;
  simdjson::dom::object sealed;
  simdjson::dom::array groups;
  if (parser.parse(simdjson::padded_string("{" + std::string(json) + "}")).get(record) ||
      record["sealed"].get(sealed))
    return std::nullopt;
  SealedRef ref;
  ref.sha256 = text_in(sealed, "sha256");
  ref.period = text_in(sealed, "period");
  const bool unread = sealed["bytes"].get(ref.bytes) || sealed["of"].get(ref.of) ||
                      sealed["truncated"].get(ref.truncated) || sealed["groups"].get(groups);
  if (unread) return std::nullopt;
  for (const simdjson::dom::element e : groups) {
    std::string_view name;
    if (!e.get(name)) ref.groups.emplace_back(name);
  }
  return ref;
}

}  // namespace sekisho::audit
