#pragma once

#include <gtest/gtest.h>

#include "config/problem_words.h"

namespace sekisho::tests {

// Whatever a test finds wrong with a file can be said in Japanese, what to do included.
inline void expect_japanese(const config::Problems& problems) {
  for (const config::Problem& p : problems) {
    EXPECT_TRUE(config::in_japanese(p.message)) << "no form for: " << p.message;
    EXPECT_TRUE(p.hint.empty() || config::in_japanese(p.hint)) << "no form for: " << p.hint;
  }
}

}  // namespace sekisho::tests
