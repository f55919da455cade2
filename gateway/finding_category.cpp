#include "gateway/finding_category.h"

#include <algorithm>

#include "filters/detector_set.h"
#include "policy/snapshot.h"

namespace sekisho::gateway {

std::string category_of(const policy::Snapshot& snapshot, std::string_view type) {
  const auto& types = snapshot.detectors().types();
  const auto found = std::find_if(types.begin(), types.end(),
                                  [&](const filters::TypeInfo& t) { return t.type == type; });
  return found == types.end() ? std::string() : found->category;
}

}  // namespace sekisho::gateway
