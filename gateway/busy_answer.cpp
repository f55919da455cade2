#include "gateway/busy_answer.h"

#include <string>

#include "gateway/services.h"
#include "gateway/worker.h"
#include "policy/refusal.h"

namespace sekisho::gateway {
namespace {

constexpr std::chrono::seconds kLinger{2};
constexpr std::size_t kLingerBytes = 256 * 1024;

std::string busy_answer(const policy::Snapshot& snapshot) {
  policy::Refusal refusal;
  refusal.status = 503;
  refusal.reason = policy::Reason::kLimit;
  refusal.rule = "connections";
  refusal.contact = snapshot.file().messages.contact;
  refusal.languages = snapshot.file().messages.languages;
  refusal.message.ja =
      "ゲートウェイの同時接続が上限 (limits.connections) "
      "に達しています。しばらく待ってから再試行してください。";
  refusal.message.en =
      "The gateway holds as many connections as it may (limits.connections). Wait a moment and try "
      "again.";
  const policy::RefusalBody body =
      policy::render_refusal(policy::dialect_for("none", "/"), refusal, policy::Reader::kProgram);
  return "HTTP/1.1 503 Service Unavailable\r\ncontent-type: " + body.content_type +
         "\r\ncontent-length: " + std::to_string(body.body.size()) +
         "\r\ncache-control: no-store\r\nretry-after: 30\r\nconnection: close\r\n\r\n" + body.body;
}

}  // namespace

Awaitable<void> answer_busy(Worker& worker, std::unique_ptr<ByteStream> stream) {
  const std::string answer = busy_answer(*worker.snapshot());
  const TimePoint until = Clock::now() + kLinger;
  const long sent = co_await write_all(*stream, answer.data(), answer.size(), kLinger);
  if (sent > 0) {
    stream->shutdown_write();
    long n = 0;
    for (std::size_t read = 0; read < kLingerBytes; read += static_cast<std::size_t>(n)) {
      n = stream->try_read(worker.scratch(), Worker::kScratch);
      if (n == ByteStream::kBlock) {
        const Wake wake = co_await stream->ready(Want::kRead, until);
        if (wake != Wake::kReady) break;
        n = 0;
        continue;
      }
      if (n <= 0) break;
    }
  }
  stream->close();
}

}  // namespace sekisho::gateway
