#pragma once

// The forms of values that are read a character at a time. Each takes all of its form from where
// the reader stands, or returns false.

#include <cstddef>
#include <string_view>

#include "filters/char_set.h"
#include "filters/views/cut_reader.h"

namespace sekisho::filters::value_forms {

using Form = bool (*)(CutReader&);

bool passport(CutReader& in);
bool residence_card(CutReader& in);
bool corporate_number(CutReader& in);
// As many digits.
template <std::size_t kDigits>
bool number(CutReader& in) {
  return in.take(kDigits, kAsciiDigits, CharSet("- "));
}
bool card_number(CutReader& in);
bool phone(CutReader& in);
// Cheap: "03-1234-5678", which no cut parts. Most numbers are whole.
bool is_whole_phone(std::string_view value);
bool iban(CutReader& in);
bool birth_date(CutReader& in);
bool aws_secret(CutReader& in);
bool account_key(CutReader& in);
bool client_secret(CutReader& in);
bool webhook(CutReader& in);
// Tokens that are all of one length, and what they begin with.
bool token(CutReader& in);
inline constexpr CharSet kFirstOfTokens{"gnsA"};
bool address(CutReader& in);
// "192.168.113.199", of those networks that are nobody's.
bool private_ip(CutReader& in);

}  // namespace sekisho::filters::value_forms
