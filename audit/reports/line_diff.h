#pragma once

#include <string>
#include <vector>

#include "audit/reports/report.h"

namespace sekisho::audit {

// What changed between two texts, with `around` unchanged lines beside each change. Empty when they
// are the same. Texts that have little in common are told as one removed and one added.
std::vector<Difference::Line> line_diff(const std::string& before, const std::string& after,
                                        std::size_t around = 3);

// Every line as it stands.
std::vector<Difference::Line> as_lines(const std::string& text);

}  // namespace sekisho::audit
