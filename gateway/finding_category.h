#pragma once

#include <string>
#include <string_view>

namespace sekisho::policy {
class Snapshot;
}

namespace sekisho::gateway {

// "secret", "pii", …: of a type that the policy's detectors name; "" = none of them does.
std::string category_of(const policy::Snapshot& snapshot, std::string_view type);

}  // namespace sekisho::gateway
