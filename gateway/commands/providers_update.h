#pragma once

#include <cstdint>
#include <string>

namespace sekisho::gateway {

struct UpdateRequest {
  std::string file;    // the new catalogue
  std::string config;  // gateway.yaml, which names the one in use
  bool force = false;  // also an older one, or one that the policy's own tests fail under
  bool dry_run = false;
  bool json = false;
};

// Puts a new catalogue in the place of the one that gateway.yaml names, if it and the policy under
// it are valid, and says on standard output what changes. The old one stays beside it as
// `NAME.previous`. Exit code: 0 done, 1 refused (why: standard error), 2 could not be done.
int update_catalogue(const UpdateRequest& request, std::int64_t now);

}  // namespace sekisho::gateway
