#pragma once

// Text forms of quantities. Each parser takes the whole text or nothing: no sign, no space, no
// exponent, no leading zero.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::config {

std::optional<std::uint64_t> parse_decimal(
    std::string_view text);  // "0" or [1-9][0-9]*, below 2^63

// "0.95", "1", "3.5": parse_decimal, then at most four digits after a point.
std::optional<double> parse_fraction(std::string_view text);

std::optional<std::uint64_t> parse_size(
    std::string_view text);  // bytes, from "32MiB"; units KiB, MiB, GiB

// From "250ms", "10s", "5m", "1h", "180d"; a day is 24 hours.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// A date-time as RFC 3339 writes it, the offset may be missing (then the reader's own zone holds);
// seconds may be left out and are filled in. Returns the normalised text ("2026-12-31T12:00:00",
// "…T14:59:59Z", "…+09:00"), nothing when the form is wrong or the day or the hour does not exist.
std::optional<std::string> normalise_date_time(std::string_view text);

}  // namespace sekisho::config
