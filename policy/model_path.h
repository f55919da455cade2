#pragma once

// What the path of a request says where its body does not.

#include <string_view>

namespace sekisho::policy {

// The model of "…/models/NAME:method" (Gemini, Vertex) and "…/model/NAME/method" (Bedrock); "" =
// none is named.
std::string_view model_in_path(std::string_view target);
// Whether the method answers with a stream.
bool streams_by_path(std::string_view target);

}  // namespace sekisho::policy
