#pragma once

#include <string>
#include <string_view>

namespace sekisho::audit {

// A name that can be put beside a decision: not empty, nothing that the eye does not see.
bool is_name(std::string_view name);

// Whether two names are spelled alike, but for capitals and spaces: then it is one person.
bool same_person(std::string_view a, std::string_view b);

}  // namespace sekisho::audit
