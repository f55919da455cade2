#pragma once

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

inline constexpr std::size_t kLongestJudged = 128;  // bytes

// How sure the form of a value makes us that it is a password, 0 = it is none. `told`: a sentence
// or a setting of its own gives it.
double judge_password(std::string_view value, bool quoted, bool told);
// A value of the kinds of characters that people are told to mix, which is told by nothing else.
bool password_stands_alone(std::string_view value);

// Whether people write `value` where a password belongs to show how it looks: "password",
// "changeme", "your-password", "xxxx", "<…>".
bool is_sample_password(std::string_view value);

}  // namespace sekisho::filters
