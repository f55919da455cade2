#pragma once

// The list of revoked leaves that Windows clients (schannel) ask for: always empty, since leaves
// live for weeks, with keys that no other process has.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "gateway/tls/authority.h"

namespace sekisho::gateway {

struct RevocationListDates {
  std::int64_t this_update = 0, next_update = 0;  // unix seconds
  std::int64_t number = 0;                        // CRL number
};

// A CRL version 2 without entries, in DER. "": OpenSSL refused (its words went to `error`).
std::string make_revocation_list(const Authority& authority, const RevocationListDates& dates,
                                 std::string& error);

// The list of the CA in force, signed anew when a day has passed or the CA was replaced, so that
// its end is always days ahead. The number is the time of issue and grows: over restarts, over
// gateways with the same CA, and when the clock steps back. Thread-safe.
class RevocationList {
 public:
  // `now`: unix seconds. "": could not be made.
  std::string der(const std::shared_ptr<const Authority>& authority, std::int64_t now);

 private:
  bool fresh(const Authority& authority, std::int64_t now) const;

  std::mutex mutex_;
  std::shared_ptr<const Authority> authority_;
  RevocationListDates dates_;
  std::string der_;
};

}  // namespace sekisho::gateway
