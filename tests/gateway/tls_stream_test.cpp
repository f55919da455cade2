#include "gateway/tls/tls_stream.h"

#include <gtest/gtest.h>

#include "gateway/memory_stream.h"
#include "tests/gateway/pki.h"
#include "tests/gateway/stream_pairs.h"

namespace sekisho::gateway {
namespace {

struct Contexts {
  Contexts() : server(SSL_CTX_new(TLS_server_method())), client(SSL_CTX_new(TLS_client_method())) {
    use(make_ca("stream test"));
  }
  void use(const Made& made) {
    SSL_CTX_use_certificate(server, made.certificate.get());
    SSL_CTX_use_PrivateKey(server, made.key.get());
  }
  // In TLS 1.2 a CA's own certificate may sign no handshake.
  void only_tls12() {
    use(make_server(make_ca("stream test"), "DNS:a.test"));
    SSL_CTX_set_max_proto_version(client, TLS1_2_VERSION);
  }
  ~Contexts() {
    SSL_CTX_free(server);
    SSL_CTX_free(client);
  }
  SSL_CTX* server;
  SSL_CTX* client;
};

Awaitable<void> shake(TlsStream& stream, long& result) {
  result = stream.try_handshake();
  while (result == ByteStream::kBlock) {
    co_await stream.ready(stream.want(), soon());
    result = stream.try_handshake();
  }
}

using TlsPtr = std::unique_ptr<TlsStream>;
struct TlsEnds {
  TlsPtr client, server;
};

TlsEnds wrapped(net::io_context& io, const Contexts& contexts, Ends low) {
  TlsEnds out;
  out.client =
      std::make_unique<TlsStream>(std::move(low.first), contexts.client, TlsStream::Role::kClient);
  out.server =
      std::make_unique<TlsStream>(std::move(low.second), contexts.server, TlsStream::Role::kServer);
  long client = 0, server = 0;
  start(io, shake(*out.client, client));
  start(io, shake(*out.server, server));
  io.run();
  io.restart();
  EXPECT_EQ(client, 1) << out.client->fault();
  EXPECT_EQ(server, 1) << out.server->fault();
  return out;
}

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 37 + i / 253);
  return out;
}

Awaitable<void> send_all(ByteStream& stream, std::string text, long& result) {
  result = co_await write_all(stream, text.data(), text.size(), Millis(20000));
  const long finished = co_await finish_write(stream, Millis(20000));
  EXPECT_EQ(finished, 0);
}

Awaitable<void> collect(ByteStream& stream, std::string& into) {
  into = co_await read_to_end(stream);
}

class EveryTls : public testing::TestWithParam<Transport> {
 protected:
  net::io_context io{1};
  Deadlines deadlines{io.get_executor()};
  Contexts contexts;

  void exchange(ByteStream& one, ByteStream& other, std::size_t size) {
    const std::string there = pattern(size), back = pattern(size / 2 + 1);
    std::string got_there, got_back;
    long sent = 0, sent_back = 0;
    start(io, send_all(one, there, sent));
    start(io, send_all(other, back, sent_back));
    start(io, collect(other, got_there));
    start(io, collect(one, got_back));
    io.run();
    EXPECT_EQ(sent, static_cast<long>(there.size()));
    EXPECT_EQ(sent_back, static_cast<long>(back.size()));
    EXPECT_TRUE(got_there == there) << got_there.size();
    EXPECT_TRUE(got_back == back) << got_back.size();
  }
};

INSTANTIATE_TEST_SUITE_P(Streams, EveryTls,
                         testing::Values(Transport{1, 4000}, Transport{7, 4000}, Transport{4096},
                                         Transport{1 << 20, 3000}, Transport{0}));

TEST_P(EveryTls, CarriesBytesBothWaysUntilCloseNotify) {
  const TlsEnds ends = wrapped(io, contexts, connected(io, deadlines, GetParam()));
  exchange(*ends.client, *ends.server, 200000);
}

TEST_P(EveryTls, NestsInItself) {
  TlsEnds outer = wrapped(io, contexts, connected(io, deadlines, GetParam()));
  Ends low{std::move(outer.client), std::move(outer.server)};
  const TlsEnds inner = wrapped(io, contexts, std::move(low));
  exchange(*inner.client, *inner.server, 150000);
}

TEST_P(EveryTls, TakesAnEndWithoutCloseNotifyForAnError) {
  const TlsEnds ends = wrapped(io, contexts, connected(io, deadlines, GetParam()));
  std::string got;
  ends.client->low().shutdown_write();
  start(io, collect(*ends.server, got));
  io.run();
  EXPECT_EQ(got, "!");
  EXPECT_EQ(ends.server->fault(), "end without close_notify");
  EXPECT_TRUE(ends.server->low_ended());
}

TEST_P(EveryTls, ClosesWithoutCloseNotify) {
  const TlsEnds ends = wrapped(io, contexts, connected(io, deadlines, GetParam()));
  std::string got;
  ends.client->close();
  start(io, collect(*ends.server, got));
  io.run();
  EXPECT_EQ(got, "!");
}

class TlsOverMemory : public testing::Test {
 protected:
  net::io_context io{1};
  Deadlines deadlines{io.get_executor()};
  Contexts contexts;
  TlsEnds ends = wrapped(io, contexts, connected(io, deadlines, Transport{1 << 20, 1 << 22}));

  Wake wait(ByteStream& stream, TimePoint deadline) {
    Wake wake = Wake::kClosed;
    auto work = [](ByteStream& s, TimePoint d, Wake& out) -> Awaitable<void> {
      out = co_await s.ready(Want::kRead, d);
    };
    start(io, work(stream, deadline, wake));
    io.run();
    io.restart();
    return wake;
  }
};

TEST_F(TlsOverMemory, IsReadyAtOnceWhileDecryptedOrReadAheadBytesAreLeft) {
  const std::string text = pattern(50000);
  ASSERT_EQ(ends.client->try_write(text.data(), text.size()), 50000);
  char byte = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    ASSERT_EQ(wait(*ends.server, Clock::now() + Millis(5000)), Wake::kReady) << i;
    ASSERT_EQ(ends.server->try_read(&byte, 1), 1);
    ASSERT_EQ(byte, text[i]);
    if (i == 100) i = text.size() - 1;
  }
}

TEST_F(TlsOverMemory, BlocksWhenAllIsRead) {
  char buffer[64];
  ASSERT_EQ(ends.client->try_write("abc", 3), 3);
  ASSERT_EQ(ends.server->try_read(buffer, sizeof buffer), 3);
  EXPECT_EQ(ends.server->try_read(buffer, sizeof buffer), ByteStream::kBlock);
  EXPECT_EQ(ends.server->want(), Want::kRead);
  EXPECT_EQ(wait(*ends.server, Clock::now() + Millis(10)), Wake::kTimeout);
}

TEST_F(TlsOverMemory, GathersRecordsIntoOneWriteBelow) {
  // A read with room for all gets all of a batch, since below it is one piece.
  const std::string text = pattern(65536);
  std::string got(70000, '\0');
  ASSERT_EQ(ends.client->try_write(text.data(), text.size()), 65536);
  EXPECT_EQ(ends.server->try_read(got.data(), got.size()), 65536);
}

TEST_F(TlsOverMemory, EndsOrderlyAlsoWhenNothingMoreFitsBelow) {
  const TlsEnds narrow = wrapped(io, contexts, connected(io, deadlines, Transport{1 << 20, 5000}));
  char none;
  ASSERT_EQ(narrow.client->try_read(&none, 1), ByteStream::kBlock);  // takes the tickets
  // Leaves no room for close_notify until the other side reads.
  const std::string text = pattern(4960);
  ASSERT_EQ(narrow.server->try_write(text.data(), text.size()), 4960);
  narrow.server->shutdown_write();
  EXPECT_TRUE(narrow.server->shutting());
  std::string got, nothing;
  auto close_after = [](TlsStream& stream, std::string& into) -> Awaitable<void> {
    into = co_await read_to_end(stream);
    stream.shutdown_write();
  };
  start(io, close_after(*narrow.client, got));
  start(io, collect(*narrow.server, nothing));
  io.run();
  EXPECT_EQ(got, text);
  EXPECT_EQ(nothing, "");
}

TEST_F(TlsOverMemory, NamesTheFaultOfDamagedBytes) {
  const std::string junk(100, 'j');
  ends.client->low().try_write(junk.data(), junk.size());
  char buffer[64];
  EXPECT_EQ(ends.server->try_read(buffer, sizeof buffer), ByteStream::kError);
  EXPECT_EQ(ends.server->fault(), "wrong version number");
  EXPECT_FALSE(ends.server->low_ended());
  EXPECT_EQ(ends.server->try_read(buffer, sizeof buffer), ByteStream::kError);
}

Awaitable<void> wait_gone(ByteStream& stream, TimePoint deadline, Wake& out) {
  out = co_await stream.ready(Want::kGone, deadline);
}

// Whether the end of a peer is known for the end of its connection, over sockets.
class TlsEndings : public testing::Test {
 protected:
  net::io_context io{1};
  Deadlines deadlines{io.get_executor()};
  Contexts contexts;
  TlsEnds ends;

  void connect() {
    ends = wrapped(io, contexts, connected_sockets(io, deadlines));
    char none;
    // Nothing unread may be left, or the system of the one that closes resets by itself.
    ASSERT_EQ(ends.client->try_read(&none, 1), ByteStream::kBlock);
  }
  long read_end() {
    long n = 0;
    auto work = [](ByteStream& s, long& out) -> Awaitable<void> {
      char byte;
      out = co_await read_some(s, &byte, 1, soon());
    };
    start(io, work(*ends.server, n));
    io.run();
    io.restart();
    return n;
  }
  Wake gone(TimePoint deadline) {
    Wake wake = Wake::kReady;
    start(io, wait_gone(*ends.server, deadline, wake));
    io.run();
    io.restart();
    return wake;
  }
};

TEST_F(TlsEndings, KnockFindsOutAPeerThatClosed) {
  for (const bool orderly : {false, true}) {
    connect();
    if (orderly) ends.client->shutdown_write();
    ends.client.reset();
    EXPECT_EQ(read_end(), orderly ? ByteStream::kEof : ByteStream::kError);
    EXPECT_TRUE(ends.server->half_closed()) << "as far as the bytes tell";
    ends.server->knock();
    EXPECT_EQ(gone(soon()), Wake::kClosed);
  }
}

TEST_F(TlsEndings, PeerThatOnlySendsNoMoreGetsItsAnswer) {
  for (const bool orderly : {false, true}) {
    connect();
    if (orderly)
      ends.client->shutdown_write();
    else
      ends.client->low().shutdown_write();
    read_end();
    EXPECT_TRUE(ends.server->half_closed());
    ends.server->knock();
    EXPECT_EQ(gone(Clock::now() + Millis(100)), Wake::kTimeout);
    long sent = 0;
    std::string got;
    start(io, send_all(*ends.server, "answer", sent));
    start(io, collect(*ends.client, got));
    io.run();
    io.restart();
    EXPECT_EQ(got, "answer");
  }
}

// RFC 5246 7.2.1: who gets a close_notify discards what it had to write.
TEST_F(TlsEndings, KnowNoHalfCloseInTls12) {
  contexts.only_tls12();
  connect();
  ends.client->shutdown_write();
  EXPECT_EQ(read_end(), ByteStream::kEof);
  EXPECT_FALSE(ends.server->half_closed());
}

TEST_F(TlsEndings, WhatCameBeforeABrokenWriteIsStillRead) {
  connect();
  ASSERT_EQ(ends.client->try_write("no", 2), 2);
  ends.server->try_write("x", 1);  // unread: closing resets
  ends.client.reset();
  const std::string large(1 << 20, 'x');
  while (ends.server->try_write(large.data(), large.size()) > 0) {
  }
  char buffer[8];
  EXPECT_EQ(ends.server->try_read(buffer, sizeof buffer), 2);
}

void update_keys(TlsStream& stream, int times) {
  for (int i = 0; i < times; ++i) {
    ASSERT_EQ(SSL_key_update(stream.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED), 1);
    ASSERT_EQ(SSL_do_handshake(stream.ssl()), 1);
  }
}

TEST_F(TlsOverMemory, TakesSomeKeyUpdatesAndBreaksAtAFlood) {
  char buffer[8];
  for (int i = 0; i < 5; ++i) {
    update_keys(*ends.client, 20);
    EXPECT_EQ(ends.server->try_read(buffer, sizeof buffer), ByteStream::kBlock);
    ASSERT_EQ(ends.client->try_write("abc", 3), 3);
    EXPECT_EQ(ends.server->try_read(buffer, sizeof buffer), 3) << "content between them";
  }
  update_keys(*ends.client, 40);
  EXPECT_EQ(ends.server->try_read(buffer, sizeof buffer), ByteStream::kError);
  EXPECT_EQ(ends.server->fault(), "too many messages without content");
}

TEST_F(TlsOverMemory, BreaksAtAFloodOfRenegotiations) {
  contexts.only_tls12();
  SSL_CTX_set_options(contexts.server, SSL_OP_NO_RENEGOTIATION);
  ends = wrapped(io, contexts, connected(io, deadlines, Transport{1 << 20, 1 << 22}));
  char buffer[8];
  bool broke = false;
  for (int i = 0; i < 100 && !broke; ++i) {
    SSL_renegotiate(ends.client->ssl());
    ends.client->try_handshake();
    broke = ends.server->try_read(buffer, sizeof buffer) == ByteStream::kError;
    if (broke) break;
    ends.client->try_read(buffer, sizeof buffer);
  }
  EXPECT_TRUE(broke);
}

TEST(TlsFault, IsTheAlertThatThePeerSent) {
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  Contexts contexts;
  SSL_CTX_set_verify(contexts.client, SSL_VERIFY_PEER, nullptr);
  Ends low = connected(io, deadlines, Transport{});
  TlsStream client(std::move(low.first), contexts.client, TlsStream::Role::kClient);
  TlsStream server(std::move(low.second), contexts.server, TlsStream::Role::kServer);
  long a = 0, b = 0;
  start(io, shake(client, a));
  start(io, shake(server, b));
  io.run();
  EXPECT_EQ(a, ByteStream::kError);
  EXPECT_EQ(client.fault(), "self-signed certificate");
  EXPECT_EQ(b, ByteStream::kError);
  EXPECT_EQ(server.fault(), "unknown_ca");
}

}  // namespace
}  // namespace sekisho::gateway
