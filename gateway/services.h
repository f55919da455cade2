#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "audit/journal.h"
#include "config/gateway_file.h"
#include "gateway/budget.h"
#include "gateway/connection_room.h"
#include "gateway/distrust.h"
#include "gateway/keys.h"
#include "gateway/offload.h"
#include "gateway/origin_health.h"
#include "gateway/resolver.h"
#include "gateway/tls/client_handshake.h"
#include "gateway/tls/leaf_store.h"
#include "gateway/tls/origin_handshake.h"
#include "gateway/tls/revocation_list.h"
#include "policy/address_guard.h"

namespace sekisho::gateway {

class ParentProxy;

// What all workers share. Everything in here is immutable after start or thread-safe; built by
// Gateway, destroyed after the workers' threads ended.
struct Services {
  config::GatewayFile settings;
  Keys keys;
  std::string name;  // of this gateway, in records
  std::unique_ptr<Budget> budget;
  std::unique_ptr<Resolver> resolver;
  std::unique_ptr<OriginHealth> origin_health;
  std::shared_ptr<const ParentProxy> parent_proxy;  // null: none
  std::unique_ptr<Offload> password_checks;
  std::unique_ptr<Offload> sealing;  // of copies, and writing them
  std::unique_ptr<ClientTls> client_tls;
  std::unique_ptr<LeafStore> leaves;
  RevocationList revocation_list;
  std::shared_ptr<OriginTls> origin_tls;
  std::unique_ptr<audit::Journal> journal;
  std::unique_ptr<policy::AddressGuard> guard;

  std::atomic<bool> draining{false};
  ConnectionRoom room;
  Distrust distrust;
};

std::int64_t now_seconds();       // unix time
std::int64_t now_microseconds();  // unix time

}  // namespace sekisho::gateway
