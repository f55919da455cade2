#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/async.h"
#include "gateway/http/http_stream.h"
#include "gateway/socket_stream.h"
#include "gateway/worker.h"
#include "policy/client.h"

namespace sekisho::gateway {

class Entrance;
class Tunnel;

// One connection of a client: plain proxy requests one after the other, or one CONNECT that becomes
// a tunnel.
class ClientSession final : public Session, public std::enable_shared_from_this<ClientSession> {
 public:
  // `entrance`: null where nothing is to be passed.
  ClientSession(Worker& worker, Socket socket, std::shared_ptr<const Entrance> entrance);
  ~ClientSession() override;
  Awaitable<void> run();

  void drain() override;
  void abort() override;
  void policy_changed() override;
  std::optional<TimePoint> quiet_since() const override { return quiet_since_; }
  const config::IpAddress& peer() const override { return peer_; }
  bool aborted() const { return aborted_; }

  // Until its first request is there, the connection may be ended to make room for others.
  class Quiet {
   public:
    explicit Quiet(ClientSession& s) : session_(s) {
      if (!session_.proven_) session_.quiet_since_ = Clock::now();
    }
    ~Quiet() { session_.quiet_since_.reset(); }
    Quiet(const Quiet&) = delete;

   private:
    ClientSession& session_;
  };
  // While a head is waited for, it is idle besides: drain may end it.
  class Waiting {
   public:
    explicit Waiting(ClientSession& s) : quiet_(s), session_(s) {
      session_.waiting_since_ = Clock::now();
    }
    ~Waiting() { session_.waiting_since_.reset(); }

   private:
    Quiet quiet_;
    ClientSession& session_;
  };
  Worker& worker() { return worker_; }
  void prove() { proven_ = true; }  // a whole request came: it is no mere opening of connections
  // Called when another snapshot is in force; for spliced tunnels.
  void on_policy_change(std::function<void()> call) { on_policy_change_ = std::move(call); }

 private:
  Awaitable<bool> enter();
  Awaitable<void> refuse_unidentified(std::string fault);
  void speak_http(std::unique_ptr<ByteStream> stream);
  bool secure() const;
  Awaitable<bool> serve(RequestHead head);
  Awaitable<bool> serve_absolute(RequestHead head, policy::Client client);
  Awaitable<std::unique_ptr<Tunnel>> open_tunnel(RequestHead head);
  Awaitable<void> refuse_head(HttpError error);
  Awaitable<std::optional<policy::Client>> identify(const RequestHead& head);
  Awaitable<bool> ask_credentials(const RequestHead& head, const std::string& user);

  Worker& worker_;
  config::IpAddress peer_;
  std::weak_ptr<SocketStream*> socket_;  // owned by whatever serves the connection now
  std::shared_ptr<const Entrance> entrance_;
  std::unique_ptr<ByteStream> outside_;  // until the entrance is passed
  std::string certified_user_;
  std::unique_ptr<ClientHttpStream> http_;
  std::optional<TimePoint> waiting_since_;
  bool aborted_ = false;
  bool proven_ = false;
  std::optional<TimePoint> quiet_since_;
  std::function<void()> on_policy_change_;
};

// Spawns a session on its worker; what it throws (a bug) is logged and counted, never lost.
void start_client_session(Worker& worker, Socket socket, std::shared_ptr<const Entrance> entrance);

}  // namespace sekisho::gateway
