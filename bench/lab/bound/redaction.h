#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/lab/bound/pattern_scanner.h"

namespace sekisho::lab {

// The body with every span replaced by a mask.
std::string redacted(std::string_view body, const std::vector<Span>& spans);

// The request's head for a kept connection: without "connection", and with the length of
// `body_size`.
std::string rewritten_head(std::string_view head, std::size_t body_size);

}  // namespace sekisho::lab
