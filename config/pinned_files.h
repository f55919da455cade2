#pragma once

// The files of one configuration as they were at one moment. A folder may be swapped for another
// while its files are read (`ln -sfn`, the `..data` link of a Kubernetes ConfigMap): every link is
// resolved at one moment, and whoever reads the resolved names reads one version.

#include <map>
#include <string>
#include <vector>

#include "config/mark.h"

namespace sekisho::config {

class PinnedFiles {
 public:
  // Resolves the links of all `paths`, again until none of them changed meanwhile. Paths that do
  // not exist keep their name. Blocking file access.
  explicit PinnedFiles(std::vector<std::string> paths);

  // The resolved name of a path as the configuration writes it; others stay as they are.
  const std::string& real(const std::string& path) const;
  // Whether every file is still the one that was pinned, unchanged. Ask after reading.
  bool unchanged() const;
  // Whether the links still lead where they led.
  bool links_unchanged() const;
  // Puts names as people wrote them in place of resolved ones.
  void restore_names(Problems& problems) const;

 private:
  std::vector<std::string> paths_;
  std::map<std::string, std::string> real_;
  std::vector<std::string> links_, files_;  // what identifies them, one a line
};

}  // namespace sekisho::config
