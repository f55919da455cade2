#pragma once

// Header fields as one text, scanned at once: fifteen short scans cost more than one.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"
#include "policy/admission.h"

namespace sekisho::policy {

// "name: value" lines with the way back to the field.
class HeaderText {
 public:
  explicit HeaderText(const std::vector<HeaderView>& headers);
  const std::string& text() const { return text_; }
  struct Spot {
    std::size_t header = 0;
    filters::Range value;  // in the field's value; empty when the finding stands in the name
  };
  Spot locate(filters::Range in_text) const;

 private:
  const std::vector<HeaderView>& headers_;
  std::string text_;
  std::vector<std::size_t> begins_;
};

// The field's value, "" when it is not there; of several lines the first.
std::string_view header_value(const std::vector<HeaderView>& headers, std::string_view name);
// All lines of a list field, joined with ", ".
std::string header_list(const std::vector<HeaderView>& headers, std::string_view name);

// What stands behind "Basic " in an Authorization value, decoded; "" when it is something else.
std::string basic_credentials(std::string_view authorization);

// An Authorization whose scheme covers the body: an edit would make the service refuse the request.
bool is_signature_scheme(std::string_view authorization);

}  // namespace sekisho::policy
