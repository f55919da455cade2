#pragma once

// Keys of Azure's storage accounts in their older form: 64 random bytes in base64 and nothing that
// marks them. What stands near says what they are.

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// Check of 86 characters of base64 and "==": `confidence` beside a word for Azure's storage,
// 0.60 by themselves; 0 where they are a digest, a signature, text, part of a longer body, or have
// another name.
double check_azure_storage_key(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
