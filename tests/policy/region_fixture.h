#pragma once

// Policies about regions, and requests to try them with.

#include <string>

#include "tests/policy/snapshot_fixture.h"

namespace sekisho::tests {

using policy::EvidenceKind;

// Ignores every kind but those named.
inline std::string with(const std::string& evidence, const std::string& destinations,
                        const std::string& allow = "[JP, US, EU]", const std::string& more = "") {
  std::string all;
  for (const char* kind :
       {"operator", "parent", "storage", "processing", "endpoint", "network", "address"})
    if (evidence.find(std::string(kind) + ":") == std::string::npos)
      all += std::string(kind) + ": ignore, ";
  return "version: 1\nname: test\nregions:\n  allow: " + allow + "\n  deny: [CN, HK, MO]\n" + more +
         "  evidence: { " + all + evidence + " }\ndestinations:\n" + destinations;
}

inline std::string provider(const std::string& id) {
  return "  - { id: p, providers: [" + id + "] }\n";
}

inline std::string house(const std::string& facts) {
  return "  - { id: h, hosts: [llm.example.jp], facts: { " + facts + " } }\n";
}

inline Ask at(const std::string& host, const policy::AddressFacts& address) {
  Ask ask{host};
  ask.address = address;
  return ask;
}

inline Ask inside(const std::string& host, const std::string& path, const std::string& body = "") {
  Ask ask{host};
  ask.path = path;
  ask.body = body;
  return ask;
}

}  // namespace sekisho::tests
