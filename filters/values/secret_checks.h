#pragma once

// What a shape alone cannot say about a credential. Checks and AtGate functions of the secrets
// pack.

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// No placeholder.
double check_token(TokenMatch& match, double confidence);
// As check_token, of an address that is a secret: the scheme before it belongs to it.
double check_webhook(TokenMatch& match, double confidence);
// As check_token, for shapes that words could take: letters and digits must be mixed as chance
// mixes them.
double check_random(TokenMatch& match, double confidence);
// A sentence may end with the token: trailing dots and hyphens go.
double check_trimmed(TokenMatch& match, double confidence);
// As check_token and check_random, for tokens that end in six characters of a CRC-32 of what stands
// before: surer where it is right. Never less sure: whether the prefix counts is documented
// nowhere.
double check_crc_token(TokenMatch& match, double confidence);
double check_crc_random(TokenMatch& match, double confidence);
double check_aws_key_id(TokenMatch& match, double confidence);
// The private half of a JSON Web Key: the first member "d" behind a "kty" of the same object.
double check_jwk_key(TokenMatch& match, double confidence);
double check_jwt(TokenMatch& match, double confidence);
// The secret half below the heading of its column.
double check_aws_secret_cell(TokenMatch& match, double confidence);

void find_openai_key(const DetectorRow& row, std::string_view text, Range gate, Findings& out);
void find_private_key(const DetectorRow& row, std::string_view text, Range gate, Findings& out);
void find_aws_secrets(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

}  // namespace sekisho::filters
