#include "filters/checks.h"

#include <algorithm>

#include "filters/values/azure_key.h"
#include "filters/values/birth_date.h"
#include "filters/values/coded_digits.h"
#include "filters/values/email_address.h"
#include "filters/values/generic_secret.h"
#include "filters/values/identity_checks.h"
#include "filters/values/label_marks.h"
#include "filters/values/login_url.h"
#include "filters/values/next_clause.h"
#include "filters/values/numbers.h"
#include "filters/values/password.h"
#include "filters/values/password_arguments.h"
#include "filters/values/password_forms.h"
#include "filters/values/person_name.h"
#include "filters/values/phone_numbers.h"
#include "filters/values/postal_address.h"
#include "filters/values/private_address.h"
#include "filters/values/secret_checks.h"
#include "filters/values/secret_commands.h"
#include "filters/values/service_account.h"
#include "filters/values/told_value.h"

namespace sekisho::filters {
namespace {

constexpr NamedCheck of_match(std::string_view name, DetectorRow::Check check,
                              std::string_view meaning) {
  return {name, check, nullptr, nullptr, meaning};
}
constexpr NamedCheck of_gate(std::string_view name, DetectorRow::AtGate check,
                             std::string_view meaning) {
  return {name, nullptr, check, nullptr, meaning};
}
constexpr NamedCheck of_numbers(std::string_view name, DetectorRow::OverNumbers check,
                                std::string_view meaning) {
  return {name, nullptr, nullptr, check, meaning};
}
constexpr NamedCheck of_text(std::string_view name, DetectorRow::OverText check,
                             std::string_view meaning) {
  return {name, nullptr, nullptr, nullptr, meaning, check};
}

constexpr NamedCheck kChecks[] = {
    // secrets
    of_match("token", check_token, "no placeholder"),
    of_match("webhook", check_webhook, "no placeholder; its scheme is taken along"),
    of_match("random", check_random, "no placeholder, letters and digits mixed as chance does"),
    of_match("trimmed_token", check_trimmed, "as token, without dots and hyphens at its end"),
    of_match("crc_token", check_crc_token, "as token; surer where its check characters are right"),
    of_match("crc_random", check_crc_random,
             "as random; surer where its check characters are right"),
    of_match("aws_key_id", check_aws_key_id, "surer beside the secret half"),
    of_match("azure_storage_key", check_azure_storage_key,
             "64 bytes that something near names, or nothing else does"),
    of_match("aws_secret_cell", check_aws_secret_cell, "the secret half in a column of its own"),
    of_match("jwk_key", check_jwk_key, "as random, behind the kind of a key in the same object"),
    of_match("jwt", check_jwt, "its header is JSON that names an algorithm"),
    of_gate("declared_secret", find_declared_secret, "declared name of a secret and random value"),
    of_gate("aws_secret", find_aws_secrets, "40 random characters near their name or key id"),
    of_gate("openai_key", find_openai_key, "the mark in the middle of a key"),
    of_gate("private_key", find_private_key, "PEM or PuTTY, with a body, also cut or escaped"),
    of_gate("gcp_service_account", find_gcp_service_account, "two of type, key id and key"),
    of_gate("url_login", find_url_login, "name and password in an address"),
    of_match("login", check_login, "no password that documents write"),
    of_gate("connection_string", find_connection_string, "a password among fields of a connection"),
    of_gate("password", find_password, "a password given to a name or a program"),
    of_gate("password_argument", find_password_argument, "a password that its place tells"),
    of_match("password_value", check_password_value, "where only a password can stand"),
    of_match("lone_password", check_lone_password, "looks like a password by itself"),
    of_match("login_password", check_login_password, "as lone_password, behind a name alone"),
    of_match("password_cell", check_password_cell, "a password in a column of passwords"),
    of_match("secret_cell", check_secret_cell, "a random value in a column of secrets"),
    of_match("secret_argument", check_secret_argument, "a random value given to a function"),
    of_gate("stored_password", find_stored_password, "a password that a command stores"),
    of_gate("stored_secret", find_stored_secret, "a random value that a command stores"),
    of_gate("secret_in_next_clause", find_secret_in_next_clause,
            "a random value in the clause behind the name of a secret"),
    of_gate("secret_behind", find_secret_behind, "a random value that a form puts behind its name"),
    of_gate("secret_before", find_secret_before, "a random value that a remark behind it names"),
    of_gate("password_behind", find_password_behind,
            "what only a password can be, behind its name in a form"),
    of_gate("password_before", find_password_before,
            "what only a password can be, named by the remark behind it"),
    of_gate("generic_secret", find_generic_secret, "a random value whose name says it is secret"),
    // personal
    of_match("spelt_email", check_spelt_email, "an address whose marks are written as words"),
    of_gate("email", find_email, "an address with a public top-level domain"),
    of_gate("private_address", find_private_address, "an IP address inside a company network"),
    of_numbers("card", find_credit_cards, "issuer ranges, length, Luhn, published test numbers"),
    of_numbers("my_number", find_my_numbers, "12 digits and their check digit"),
    of_numbers("jp_phone", find_jp_phones, "Japanese area codes and number plans"),
    of_numbers("corporate_number", find_corporate_numbers, "13 digits, the first checks the rest"),
    of_numbers("driver_licence", find_driver_licences, "12 digits, commission and check digit"),
    of_numbers("pension_number", find_pension_numbers, "4 and 6 digits beside a word for pensions"),
    of_numbers("international_phone", find_international_phones,
               "+, a country code and as many digits as that country has"),
    of_match("iban", check_iban, "length of the country, mod 97, no published example"),
    of_match("us_ssn", check_us_ssn, "area, group and serial that were given out"),
    of_match("birth_date", check_birth_date, "a day of the calendar and era, 1905 to 2035"),
    of_match("jp_passport", check_jp_passport, "no specimen"),
    of_match("passport_zone", check_passport_zone, "the check digits of ICAO 9303"),
    of_match("residence_card", check_residence_card, "no specimen"),
    of_match("bank_account", check_bank_account, "digits of an account, not of a count"),
    of_match("coded_bank_account", check_coded_bank_account, "digits of an account in an encoding"),
    of_match("post_bank", check_post_bank, "symbol and number of Japan Post Bank"),
    of_match("insurer_number", check_insurer_number, "scheme, prefecture and check digit"),
    of_match("coded_insurer_number", check_coded_insurer_number,
             "an insurer's number in an encoding"),
    of_match("insured_person", check_insured_person, "an insurer's number, symbol and number"),
    of_gate("postal_address", find_postal_address, "prefecture, municipality, town, block"),
    of_match("postal_address_here", check_postal_address, "municipality and block"),
    of_text("person_name", find_person_names, "surnames and given names of the lists"),
    of_match("person_name_here", check_person_name, "a name in the place for one"),
    of_match("surname_here", check_surname_here, "a listed surname alone in the place for one"),
    of_match("given_name_here", check_given_name_here, "a given name alone in the place for one"),
    of_gate("attendants", find_attendants, "listed surnames alone in a list of people"),
    of_match("name_reading", check_name_reading, "a reading in kana, not of a firm"),
    // labels
    of_gate("label", find_label, "a marking, not the word in a sentence"),
};

}  // namespace

std::span<const NamedCheck> named_checks() {
  return kChecks;
}

const NamedCheck* find_check(std::string_view name) {
  const auto found = std::find_if(std::begin(kChecks), std::end(kChecks),
                                  [name](const NamedCheck& c) { return c.name == name; });
  return found == std::end(kChecks) ? nullptr : found;
}

}  // namespace sekisho::filters
