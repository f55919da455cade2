#pragma once

// The forms of values that are read a character at a time. Each takes all of its form from where
// the reader stands, or returns false.

#include <cstddef>

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
bool iban(CutReader& in);
bool birth_date(CutReader& in);
bool aws_secret(CutReader& in);
bool account_key(CutReader& in);
bool client_secret(CutReader& in);
bool webhook(CutReader& in);
// Tokens that are all of one length.
bool token(CutReader& in);
bool address(CutReader& in);

}  // namespace sekisho::filters::value_forms
