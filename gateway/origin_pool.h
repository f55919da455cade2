#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/ip.h"
#include "gateway/async.h"
#include "gateway/http/http_stream.h"
#include "policy/client.h"
#include "policy/geo.h"
#include "policy/words.h"

namespace sekisho::gateway {

class Worker;

// The use of one verified origin connection. Returned to the pool when it was given back reusable,
// else closed.
struct Lease {
  std::unique_ptr<OriginHttpStream> stream;  // null: see fault
  config::IpAddress ip;
  std::uint16_t port = 0;
  policy::AddressFacts address;
  bool reused = false;
  bool unresolved = false;  // the parent proxy looked the name up: `ip` means nothing

  // Why there is none. kRegion and kAddress are refusals, the others faults.
  enum class Fault {
    kNone,
    kName,
    kRegion,
    kAddress,
    kUnreachable,
    kTimeout,
    kCertificate,
    kTls,
    kBusy,  // no descriptor is left
    kProxy  // the parent proxy; `detail`: proxy_fault_word()
  } fault = Fault::kNone;
  std::string detail;  // words for the record and the client: no address of the inside
};

// What an address must pass before it is connected: called for every address of a name.
struct AddressJudge {
  virtual ~AddressJudge() = default;
  // True when policy forbids the address; `facts` are those of the look-up.
  virtual bool denied(const policy::AddressFacts& facts) const = 0;
  virtual bool mixed_drops() const = 0;
  virtual policy::AddressFacts look_up(const config::IpAddress& ip) const = 0;
};

// Idle verified connections of one worker, by destination. A connection is handed to one exchange
// at a time.
class OriginPool {
 public:
  explicit OriginPool(Worker& worker) : worker_(worker) {}

  // An idle connection whose address still passes, or a new one: resolve, judge every address,
  // connect to the very address judged, verify.
  // kFresh takes no idle one: for a request that an idle connection failed.
  enum class Take { kIdleOrFresh, kFresh };
  // `patience`: look-up, connect and TLS together.
  Awaitable<Lease> lease(policy::Destination to, const AddressJudge& judge, Millis patience,
                         Take take = Take::kIdleOrFresh);
  void give_back(const policy::Destination& to, Lease lease);
  // Connects without TLS and without pooling: for spliced tunnels.
  Awaitable<Lease> connect_raw(policy::Destination to, const AddressJudge& judge, Millis patience,
                               std::unique_ptr<ByteStream>& stream);

  // Those that are idle since before `older_than`, and those that the origin is about to close.
  void close_idle(TimePoint older_than);
  // Those whose address `denied` now says must not be connected.
  void close_denied(const std::function<bool(const config::IpAddress&)>& denied);
  std::size_t idle() const { return idle_count_; }

 private:
  struct Idle {
    Lease lease;
    TimePoint since, until;
  };
  Lease take_idle(const std::string& key, const AddressJudge& judge);
  Awaitable<Lease> open_unresolved(const policy::Destination& to, const AddressJudge& judge,
                                   TimePoint deadline, std::unique_ptr<ByteStream>& stream);
  // Judged addresses of one name that are still to be tried, and how they are reached.
  struct Ways {
    std::vector<policy::AddressFacts> judged;
    std::uint16_t port = 0;
    bool through = false;  // the parent proxy
  };
  // These take what they tried out of `ways`.
  Awaitable<Lease> open_next(Ways& ways, TimePoint deadline, std::unique_ptr<ByteStream>& stream);
  Awaitable<Lease> open_through(Ways& ways, TimePoint deadline,
                                std::unique_ptr<ByteStream>& stream);
  Awaitable<Lease> ask_proxy(std::string authority, TimePoint deadline,
                             std::unique_ptr<ByteStream>& stream);
  Awaitable<Lease> open_directly(Ways& ways, TimePoint deadline,
                                 std::unique_ptr<ByteStream>& stream);
  Awaitable<Lease> open(const policy::Destination& to, const AddressJudge& judge,
                        TimePoint deadline, Ways& ways, std::unique_ptr<ByteStream>& stream);
  Awaitable<Lease> secure(const policy::Destination& to, Lease made, TimePoint deadline, Ways& ways,
                          std::unique_ptr<ByteStream>& stream);

  Worker& worker_;
  void drop_oldest();

  std::unordered_map<std::string, std::vector<Idle>> idle_;
  std::size_t idle_count_ = 0;
};

}  // namespace sekisho::gateway
