#pragma once

// Addresses inside a body: tool servers, webhooks, pictures, files. The service connects to them
// itself, so that they are destinations as much as its own host is.

#include <string>
#include <string_view>

#include "policy/client.h"

namespace sekisho::policy {

struct SecondDestination {
  enum class Kind {
    kHost,        // `to` and `target` are filled
    kCloud,       // "oss://bucket/…": a store of the vendor named `vendor`
    kOwnStore,    // "s3://", "gs://" and what is no address of a host ("file-abc")
    kUnreadable,  // nobody can say to where it leads
  };
  Kind kind = Kind::kUnreadable;
  Destination to;
  std::string target = "/";  // origin-form
  std::string vendor;        // of kCloud, as in `vendor_names`
};

// Reads it as browsers and HTTP libraries do (backslashes, missing slashes, blanks, percent signs
// in the host): a spelling that some of them understand must not get by. `bare`: a name without a
// scheme is an address too.
SecondDestination read_second_destination(std::string_view text, bool bare);

}  // namespace sekisho::policy
