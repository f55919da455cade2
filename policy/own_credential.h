#pragma once

// The client's own credential is how one signs in, not data: where a service documents it, it is no
// finding. A recognisable credential of another service in that place still is one, and so is
// anything that is no credential.

#include <string>
#include <string_view>
#include <vector>

#include "policy/admission.h"
#include "policy/dialect.h"

namespace sekisho::policy {

class OwnCredential {
 public:
  // `host` = the destination's name. Everything referred to must outlive this.
  OwnCredential(const Admission& admission, std::string_view host, std::string_view target);

  bool header_place(std::string_view name) const;  // case does not matter
  bool query_place(std::string_view key) const;
  // The exchange of tokens with a sign-in host: credentials may stand anywhere in such a request.
  bool token_exchange() const { return token_exchange_; }
  // Is a finding of this type in this field the client's own credential? One that names its issuer,
  // sent to its issuer, is so in every credential field: services take several and one host serves
  // several dialects.
  bool own_in_header(std::string_view name, std::string_view type, std::string_view category) const;
  bool own_in_query(std::string_view key, std::string_view type, std::string_view category) const;
  // May a finding of this type be the client's own credential for this service?
  bool may_own(std::string_view type, std::string_view category) const;

 private:
  enum class Issuer { kUnnamed, kThisService, kAnother };
  Issuer issuer_of(std::string_view type) const;
  const Dialect& dialect_;
  std::string_view provider_, host_;
  bool token_exchange_ = false;
  bool stores_files_;  // a side host to which files go by pre-signed addresses
};

// Where a key of the gateway goes that replaces the client's: the field that the service documents
// for keys, in small letters. In `authorization` it stands after "Bearer ".
std::string_view credential_header(const Admission& admission);
// Everything in which a client could sign in, signatures of the whole request included.
bool is_credential_header(const Admission& admission, std::string_view name);
// The keys of the target's query in which it could, as they are written there.
std::vector<std::string> credential_query_keys(const Admission& admission, std::string_view target);

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace sekisho::policy
