#pragma once

// What differs between two catalogues.

#include <string>
#include <vector>

#include "config/catalogue.h"

namespace sekisho::gateway {

struct FactChange {
  std::string key, from, to;  // "" = not stated
};

struct ServiceChange {
  std::string id, name;
  std::vector<FactChange> facts;
};

struct CatalogueChanges {
  std::string old_as_of, new_as_of;
  std::vector<ServiceChange> added, removed, changed;  // by id; `facts` only of the changed ones
  std::vector<FactChange> others;  // side hosts of third parties, developers, names of routers
  bool empty() const {
    return added.empty() && removed.empty() && changed.empty() && others.empty();
  }
};

CatalogueChanges changes_between(const config::Catalogue& older, const config::Catalogue& newer);
std::string changes_text(const CatalogueChanges& changes, bool japanese);
std::string changes_json(const CatalogueChanges& changes);

// A fact as one text: "JP, US", "iso27001 yes".
std::string fact_text(const config::FactValue& fact);

}  // namespace sekisho::gateway
