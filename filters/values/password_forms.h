#pragma once

// Passwords that the form of a command, a configuration file or an element tells: the pattern of
// the row says where they stand, these judge what stands there.

#include "filters/pack.h"

namespace sekisho::filters {

// Check of a value that only a password can be there.
double check_password_value(TokenMatch& match, double confidence);

// Check of a value that may be something else there: it must look like a password by itself
// ("root / Kx9vTq2Lm!" but not "root/Documentation").
double check_lone_password(TokenMatch& match, double confidence);

// The same of what follows a name and a joint, where the name is no part of a path or an address.
double check_login_password(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
