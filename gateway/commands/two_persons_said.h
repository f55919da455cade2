#pragma once

#include <string>

namespace sekisho::gateway {

// What a deed that needs two persons says to the first who asks once more; the exit code.
int say_same_person(const std::string& first);
// And to whoever asks first: `then_ja`, `then_en` are what the second one brings about.
int say_asked(const std::string& then_ja, const std::string& then_en);

}  // namespace sekisho::gateway
