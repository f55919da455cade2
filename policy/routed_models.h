#pragma once

// Whose machines run it? A request names its model and, at a service that forwards to others, who
// may answer it. Weights are told from the service: who trained a model decides nothing but
// `models.developers_deny`.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/catalogue.h"
#include "filters/patterns/pattern.h"
#include "filters/patterns/pattern_choice.h"
#include "policy/admission.h"
#include "policy/body_fields.h"
#include "policy/few_of.h"
#include "policy/service_index.h"

namespace sekisho::policy {

struct Developer {
  const config::ModelDeveloper* def = nullptr;
};

// Somebody who may get the request from the service that is asked.
struct SubProvider {
  std::string where;                 // "body:/provider/only/0", "path", "header:x-portkey-provider"
  const Service* service = nullptr;  // null: a name that the catalogue does not know
};

struct NamedModel {
  std::string where;
  std::string name;
  FewOf<const Developer*, 4> developers;
  const Developer* service_of = nullptr;  // the name is of this developer's own service
};

// What one request says of where it ends.
struct Routes {
  bool forwards = false;           // the service asked hands requests on to others
  std::vector<SubProvider> named;  // the request names them: they may get it
  // Who gets it is not settled by the request: the service chooses among `possible` and others.
  bool open = false;
  std::string open_where;             // what would settle it: "body:/provider/only"
  std::vector<SubProvider> possible;  // whom the catalogue knows of them
  std::vector<NamedModel> models;
  bool own_names = false;   // the customer names deployments as he likes, or it is the developer's
  bool model_open = false;  // the service picks the model
  std::string model_open_where;
  bool unread = false;          // the body could not be read, and may name anything
  std::string may_train_where;  // a variant whose providers may train on inputs; "" = none
};

// What one sub-provider is called where a request would name it (`provider.only`), for a rule that
// writes the field itself.
struct SubProviderName {
  std::string name;
  const Service* service = nullptr;
};

// Lists of names in a body, as JSON pointers: the service chooses among `only`, trying `order`
// first.
struct PinPlace {
  std::string_view only, order;
};

class RouteFinder {
 public:
  // Refers to its arguments for life. Patterns that do not compile are problems.
  RouteFinder(const config::Catalogue& catalogue, const ServiceIndex& index,
              config::Problems& problems);

  // `service`: null for a host of the policy alone. What only the body tells is open from the
  // moment that the body was read (`query.fields`), not before.
  Routes find(const Service* service, const AdmissionQuery& query, std::string_view host) const;
  const std::deque<Developer>& developers() const { return developers_; }
  // Everyone whom a request may name in `pin_place`; empty = not known.
  const std::vector<SubProviderName>& sub_providers(const Service& service) const;
  // Whom a word in such a list means; null = unknown.
  const Service* sub_provider(const Service& service, std::string_view word) const;
  // Null: requests to this service cannot say so in a list.
  static const PinPlace* pin_place(const Service& service);
  // An entry by a vendor's word ("deepseek", "Z.AI", "amazon-bedrock/us-east-1"); null = unknown.
  const Service* vendor(std::string_view word) const;

 private:
  friend class RouteReader;
  using Names = std::map<std::string, const Service*, std::less<>>;
  void add_developers(config::Problems& problems);
  Names names_of(const std::map<std::string, std::string>& table) const;
  static std::vector<SubProviderName> listed(const std::map<std::string, std::string>& table,
                                             const ServiceIndex& index);
  void recognise(NamedModel& model, std::string_view name) const;

  const config::Catalogue& catalogue_;
  const ServiceIndex& index_;
  std::deque<Developer> developers_;
  // `pattern` of each of them, then `service_only` of those who have names of their service.
  std::optional<filters::PatternChoice> patterns_;
  std::vector<const Developer*> with_service_names_;
  Names openrouter_, huggingface_, vercel_, vendors_, prefixes_;
  std::vector<SubProviderName> openrouter_list_, huggingface_list_, vercel_list_, vendor_list_,
      none_;
};

}  // namespace sekisho::policy
