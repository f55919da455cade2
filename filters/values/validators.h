#pragma once

// Arithmetic of values: check digits, issuer ranges, number plans, randomness. Digits are ASCII
// without separators.

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sekisho::filters {

// ISO/IEC 7812 mod 10.
bool luhn_valid(std::string_view digits);

enum class CardKind {
  kNone,
  kCard,      // issuer range and length of a current network
  kDoubtful,  // obsolete or wide ranges (13-digit Visa, Maestro): only beside a word that says card
};
// By issuer prefix and length alone.
CardKind card_kind(std::string_view digits);
// Numbers that card networks and payment services publish for trying things out.
bool is_test_card(std::string_view digits);

// 12 digits, check digit of ordinance 85 of 2014, article 5. All-equal and counting bodies are no
// numbers anybody holds.
bool my_number_valid(std::string_view digits);
// YYYYMMDDHHMM of 1980..2099: passes the check above one time in ten.
bool looks_like_timestamp(std::string_view digits);

enum class PhoneKind { kNone, kMobile, kLandline, kPublic };
// A Japanese number in national form ("0…"), `groups` = digits between separators, in order; one
// group = written without. kPublic: free-dial, shared-cost.
PhoneKind jp_phone_kind(std::string_view digits, std::initializer_list<std::size_t> groups);
PhoneKind jp_phone_kind(std::string_view digits, const std::size_t* groups, std::size_t count);

// Bits a character of the string's own distribution.
double shannon_entropy(std::string_view text);
std::size_t distinct_characters(std::string_view text);

// A stand-in for a secret, judged by the value alone: "your-api-key", xxxx, "<…>", counting runs.
bool is_placeholder(std::string_view value);

// Value of an unpadded or padded base64url/base64 text's bytes; false when it holds another
// character.
bool decode_base64(std::string_view text, std::string& out);

// "364947" and "0845057": degrees, minutes and seconds of a latitude and of a longitude (ISO 6709).
bool is_coordinate(std::string_view latitude, std::string_view longitude);

}  // namespace sekisho::filters
