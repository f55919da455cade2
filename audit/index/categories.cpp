#include "audit/index/categories.h"

#include "audit/segment_reader.h"
#include "config/detector_pack.h"
#include "config/text_file.h"
#include "policy/detector_packs.h"

namespace sekisho::audit {

Categories read_categories(const std::string& log) {
  Categories out;
  config::Problems ignored;
  const auto packs = config::load_shipped_packs(ignored);
  const auto add = [&](const config::PolicyFile& policy) {
    for (auto& type : policy::known_types(policy, packs))
      out.emplace(std::move(type.type), std::move(type.category));
  };
  add({});
  for (const std::string& name : list_log(log).policies) {
    std::string error;
    const auto text = config::read_text_file(log + "/policies/" + name, error);
    if (text) add(config::parse_policy(log + "/policies/" + name, *text, ignored));
  }
  return out;
}

}  // namespace sekisho::audit
