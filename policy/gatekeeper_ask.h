#pragma once

// A query with its host looked up, for the files of Gatekeeper alone.

#include <string>
#include <vector>

#include "policy/gatekeeper.h"

namespace sekisho::policy {

struct Gatekeeper::Ask {
  const AdmissionQuery& query;
  std::string literal = {};  // an address in its canonical form; "" = a name
  ServiceMatches services = {};
  FewOf<const Service*, 4> judged = {};  // services whose facts count, each once
  FewOf<const Entry*, 4> listed = {};    // `hosts` entries of the longest match
  std::vector<Routes> routes = {};       // of each service judged, or of the listed host
  int listed_rank = 0;
  bool listed_name = false;                    // some entry names the host, be it with another port
  std::vector<const Entry*> other_ports = {};  // whose port or scheme is another than this one

  std::string_view host() const { return literal.empty() ? query.to->host : literal; }
  bool known() const { return listed_name || !services.found.empty(); }
};

}  // namespace sekisho::policy
