#pragma once

// Checks of matches that are papers and accounts of a person. 0 = not one; ranges may be changed.

#include "filters/pack.h"

namespace sekisho::filters {

double check_iban(TokenMatch& match, double confidence);
// Two letters and seven digits; published specimens are none.
double check_jp_passport(TokenMatch& match, double confidence);
// The second line of a Japanese passport's zone; the first line before it is taken in.
double check_passport_zone(TokenMatch& match, double confidence);
double check_residence_card(TokenMatch& match, double confidence);
// Area, group, serial; numbers of advertisements and examples are none.
double check_us_ssn(TokenMatch& match, double confidence);
double check_insurer_number(TokenMatch& match, double confidence);
// The insurer's number first, then symbol and number of the insured.
double check_insured_person(TokenMatch& match, double confidence);
// Digits of an account, whatever counts something left out ("1234567件").
double check_bank_account(TokenMatch& match, double confidence);
// Symbol and number of a Japan Post Bank account.
double check_post_bank(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
