#pragma once

// Everything that `-c gateway.yaml` leads to, read and compiled: what `check` looks at and what the
// gateway starts or reloads with.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/gateway_file.h"
#include "gateway/tls/authority.h"
#include "gateway/users.h"
#include "policy/evaluate.h"
#include "policy/snapshot.h"

namespace sekisho::gateway {

class ListenerTls;
class ParentProxy;
class Sealing;

struct Configuration {
  config::GatewayFile gateway;
  std::shared_ptr<const policy::Snapshot> snapshot;
  std::shared_ptr<const Authority> authority;  // null: the pair is not there, or a problem says why
  std::shared_ptr<const Users> users;          // null without Basic authentication
  std::vector<std::shared_ptr<const ListenerTls>> listener_tls;  // one for each of gateway.listen,
                                                                 // null where it has none
  std::shared_ptr<const ParentProxy> parent_proxy;               // null: none
  std::shared_ptr<const Sealing> sealing;                        // null: no sealed copies
  std::vector<policy::TestResult> tests;                         // of the policy, all passed
  std::chrono::milliseconds compile_time{0};         // of the snapshot, its detectors above all
  std::vector<AuthorityFinding> authority_findings;  // problems and warnings too, in English
  std::vector<std::string> warnings;  // English sentences: expiring entries, country databases
                                      // absent or old, reviews due
};

// Where the built datasets of a gateway lie, and their key as far as it was made.
policy::DatasetStore dataset_store(const config::GatewayFile& gateway);

// Hosts that the policy admits and whose TLS is opened, as the policy and the catalogue write them
// (`*.` for any label), without ports: leaves are needed for them.
std::vector<std::string> opened_hosts(const policy::Snapshot& snapshot);

// Reads gateway.yaml, the policy, the catalogue, the country databases, the CA and the users,
// compiles them and runs the policy's own tests; a failed test is a problem at the test's line.
// Everything is of one moment, also when links are swapped or files written meanwhile (config/
// pinned_files.h). Nothing when a problem was added. Blocking file access: not for a worker thread.
// `running`: what need not be compiled again is shared with it.
std::optional<Configuration> load_configuration(
    const std::string& path, std::int64_t now, config::Problems& problems,
    const std::shared_ptr<const policy::Snapshot>& running = nullptr);

// The same for callers that want to see what there is even when something is wrong (`check` prints
// the results of the tests): the snapshot is null when the policy did not compile.
Configuration read_configuration(const std::string& path, std::int64_t now,
                                 config::Problems& problems,
                                 const std::shared_ptr<const policy::Snapshot>& running = nullptr);

// The policy alone, for commands that need no certificates and no running gateway: gateway.yaml is
// read for the paths in it, the files it names otherwise need not exist, and the policy's own tests
// are not run. `instead`: files to read in the place of those that gateway.yaml names; "" = those.
struct FilesInstead {
  std::string policy, providers;
};
std::shared_ptr<const policy::Snapshot> load_snapshot(const std::string& path, std::int64_t now,
                                                      config::Problems& problems,
                                                      const FilesInstead& instead = {});

}  // namespace sekisho::gateway
