#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::config {

// The name of `names` that `written` was probably meant to be: equal but for capitals, or few
// typing errors away. "" = none is near.
std::string nearest_name(std::string_view written, const std::vector<std::string_view>& names);

// "did you mean 'block'?" where a name is near, else "one of: allow, block" (at most a dozen), else
// "".
std::string suggestion(std::string_view written, const std::vector<std::string_view>& names);

}  // namespace sekisho::config
