#include "policy/admission.h"

namespace sekisho::policy {

// Codes stand in front of what is not known: "JP,unknown".
bool Evidence::names_country() const {
  const std::string_view text = value;
  CountrySet first(text.substr(0, text.find(',')));
  return !first.empty();
}

CountrySet Evidence::countries() const {
  CountrySet out;
  for (std::string_view left = value; !left.empty();) {
    const std::size_t comma = left.find(',');
    out.add(left.substr(0, comma));
    left = comma == left.npos ? std::string_view() : left.substr(comma + 1);
  }
  return out;
}

}  // namespace sekisho::policy
