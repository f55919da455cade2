#include "filters/checks.h"

#include <algorithm>

#include "filters/email_address.h"
#include "filters/generic_secret.h"
#include "filters/label_marks.h"
#include "filters/login_url.h"
#include "filters/numbers.h"
#include "filters/password.h"
#include "filters/private_address.h"
#include "filters/secret_checks.h"
#include "filters/service_account.h"

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

constexpr NamedCheck kChecks[] = {
    // secrets
    of_match("token", check_token, "no placeholder"),
    of_match("random", check_random, "no placeholder, letters and digits mixed as chance does"),
    of_match("trimmed_token", check_trimmed, "as token, without dots and hyphens at its end"),
    of_match("crc_token", check_crc_token, "as token; surer where its check characters are right"),
    of_match("crc_random", check_crc_random,
             "as random; surer where its check characters are right"),
    of_match("aws_key_id", check_aws_key_id, "surer beside the secret half"),
    of_match("jwt", check_jwt, "its header is JSON that names an algorithm"),
    of_gate("aws_secret", find_aws_secrets, "40 random characters near their name or key id"),
    of_gate("openai_key", find_openai_key, "the mark in the middle of a key"),
    of_gate("private_key", find_private_key, "PEM or PuTTY, with a body, also cut or escaped"),
    of_gate("gcp_service_account", find_gcp_service_account, "two of type, key id and key"),
    of_gate("url_login", find_url_login, "name and password in an address"),
    of_gate("connection_string", find_connection_string, "a password among fields of a connection"),
    of_gate("password", find_password, "a password given to a name or a program"),
    of_gate("generic_secret", find_generic_secret, "a random value whose name says it is secret"),
    // personal
    of_gate("email", find_email, "an address with a public top-level domain"),
    of_gate("private_address", find_private_address, "an IP address inside a company network"),
    of_numbers("card", find_credit_cards, "issuer ranges, length, Luhn, published test numbers"),
    of_numbers("my_number", find_my_numbers, "12 digits and their check digit"),
    of_numbers("jp_phone", find_jp_phones, "Japanese area codes and number plans"),
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
