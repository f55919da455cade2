#include "policy/model_path.h"

namespace sekisho::policy {

std::string_view model_in_path(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  for (const std::string_view mark : {std::string_view("/models/"), std::string_view("/model/")}) {
    const auto at = path.rfind(mark);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = path.substr(at + mark.size());
    return rest.substr(0, rest.find_first_of(mark == "/model/" ? "/" : ":/"));
  }
  return {};
}

bool streams_by_path(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path.find(":stream") != std::string_view::npos || path.ends_with("-stream");
}

}  // namespace sekisho::policy
