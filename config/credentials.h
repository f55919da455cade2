#pragma once

// The gateway's own keys for services (`credentials` of gateway.yaml): a file of `name: value`
// lines that only its owner may read. Values are never logged, recorded or shown.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/mark.h"

namespace sekisho::config {

class Credentials {
 public:
  Credentials() = default;
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;
  ~Credentials();  // wipes the values

  // Null when there is none of that name.
  const std::string* find(std::string_view name) const;
  std::vector<std::string_view> names() const;

  // Reads `path`, which problems call `shown`. A file that others may read or write, a name that is
  // used twice and a value that no header can hold are problems; they never repeat a value.
  static std::shared_ptr<const Credentials> load(const std::string& path, const std::string& shown,
                                                 Problems& problems);
  static std::shared_ptr<const Credentials> parse(const std::string& shown, std::string_view text,
                                                  Problems& problems);

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace sekisho::config
