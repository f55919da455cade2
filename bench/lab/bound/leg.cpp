#include "bench/lab/bound/leg.h"

#include <openssl/bio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace sekisho::lab {
namespace {

// As much as one send() of a loopback socket takes well.
constexpr std::size_t kAtOnce = 128 * 1024;
// Below this a string is not worth giving back.
constexpr std::size_t kSmall = 64;

long answer_flush(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH;
}

using BioWrite = int (*)(BIO*, const char*, std::size_t, std::size_t*);

BIO* new_gathering_bio(BioWrite write, void* leg) {
  static BIO_METHOD* const kMethod = [write] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gather");
    BIO_meth_set_write_ex(method, write);
    BIO_meth_set_ctrl(method, answer_flush);
    return method;
  }();
  BIO* bio = BIO_new(kMethod);
  BIO_set_data(bio, leg);
  BIO_set_init(bio, 1);
  return bio;
}

void give_back(std::string& s) {
  if (s.capacity() > kSmall) std::string().swap(s);
}

// How many of `bytes` the socket took; `alive` turns false when it is gone.
std::size_t send_some(int fd, std::string_view bytes, bool& alive) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) {
      alive = count < 0 && errno == EAGAIN;
      break;
    }
    sent += static_cast<std::size_t>(count);
  }
  return sent;
}

}  // namespace

Leg::Leg(Side which, int fd, Poller& poller, ByteBuffer& gathered, bool write)
    : side(which), fd_(fd), poller_(poller), gathered_(gathered), wants_write_(write) {
  poller_.add(fd_, this, write);
}

Leg::~Leg() {
  close();
}

int Leg::gather(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
  static_cast<Leg*>(BIO_get_data(bio))->gathered_.append({bytes, size});
  *written = size;
  return 1;
}

void Leg::start_tls(SSL_CTX* context) {
  ssl_.reset(SSL_new(context));
  SSL_set_bio(ssl_.get(), BIO_new_socket(fd_, BIO_NOCLOSE), new_gathering_bio(gather, this));
}

void Leg::want_write(bool write) {
  if (wants_write_ == write) return;
  wants_write_ = write;
  poller_.want_write(fd_, this, write);
}

void Leg::close() {
  if (closed()) return;
  gathered_.clear();
  if (established_) {
    tls_goodbye(ssl_.get());
    flush();
  }
  ssl_.reset();
  ::close(fd_);
  fd_ = -1;
}

bool Leg::shake() {
  const Io io = tls_handshake(ssl_.get());
  if (!flush() || io == Io::kClosed) return false;
  if (io == Io::kDone) {
    established_ = true;
    return pump();
  }
  if (unsent_.empty()) want_write(false);
  return true;
}

bool Leg::flush() {
  bool alive = true;
  const std::string_view ready = gathered_.view();
  const std::size_t sent = unsent_.empty() ? send_some(fd_, ready, alive) : 0;
  if (alive && sent < ready.size()) {
    unsent_.append(ready.substr(sent));
    want_write(true);
  }
  gathered_.clear();
  return alive;
}

std::string_view Leg::waiting() const {
  return message_.empty() ? std::string_view(queued_).substr(queued_from_) : message_;
}

void Leg::advance(std::size_t size) {
  if (message_.empty())
    queued_from_ += size;
  else
    message_.remove_prefix(size);
}

// Encrypts and sends what waits, a large piece at a time, until the socket is full.
bool Leg::pump() {
  while (established_ && unsent_.empty() && !waiting().empty()) {
    const std::string_view piece = waiting().substr(0, kAtOnce);
    const IoResult result = tls_write(ssl_.get(), piece);
    if (result.io != Io::kDone) return false;
    advance(result.bytes);
    if ((gathered_.size() >= kAtOnce || waiting().empty()) && !flush()) return false;
  }
  if (!waiting().empty()) return true;
  give_back(queued_);
  queued_from_ = 0;
  if (unsent_.empty()) want_write(false);
  return true;
}

bool Leg::on_writable() {
  bool alive = true;
  unsent_.erase(0, send_some(fd_, unsent_, alive));
  if (!alive) return false;
  if (!unsent_.empty()) return true;
  give_back(unsent_);
  return pump();
}

bool Leg::put(std::string_view bytes) {
  if (!unsent_.empty() || !waiting().empty()) {
    queued_.append(bytes);
    return true;
  }
  while (!bytes.empty()) {
    const IoResult result = tls_write(ssl_.get(), bytes);
    if (result.io != Io::kDone) return false;
    bytes.remove_prefix(result.bytes);
  }
  return gathered_.size() < kAtOnce || flush();
}

bool Leg::send_message(std::string_view message) {
  message_ = message;
  return pump();
}

}  // namespace sekisho::lab
