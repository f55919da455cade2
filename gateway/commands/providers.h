#pragma once

// Output of `sekisho providers`, apart from the command line so that tests can read it.

#include <cstdint>
#include <string>

#include "config/catalogue.h"

namespace sekisho::gateway {

// One line a service, sorted by id; `unknown` is printed as "-".
std::string list_providers_text(const config::Catalogue& catalogue);
std::string list_providers_json(const config::Catalogue& catalogue);

// Everything that is known of one service.
std::string show_provider_text(const config::Catalogue& catalogue, const config::Provider& provider,
                               std::int64_t now);
std::string show_provider_json(const config::Catalogue& catalogue,
                               const config::Provider& provider);

}  // namespace sekisho::gateway
