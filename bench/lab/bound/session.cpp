#include "bench/lab/bound/session.h"

#include <utility>
#include <vector>

#include "bench/lab/bound/pattern_scanner.h"
#include "bench/lab/bound/redaction.h"
#include "bench/lab/net/message.h"

namespace sekisho::lab {
namespace {

constexpr std::size_t kMostHead = 64 * 1024, kMostBody = 64u << 20;
// A buffer above this is not kept between two requests: thousands of tunnels idle.
constexpr std::size_t kKept = 4096;

}  // namespace

Session::Session(int fd, Poller& poller, ByteBuffer& gathered, const PatternScanner* scanner)
    : client(Leg::Side::kClient, fd, poller, gathered, false), scanner_(scanner) {
  client.session = this;
}

bool Session::take_connect(std::string_view bytes, std::string& authority) {
  static constexpr std::string_view kMethod = "CONNECT ";
  in_.append(bytes);
  const std::string_view head = in_.view();
  if (head_end(head) == head.npos) return head.size() < kMostHead;
  const std::size_t end = head.find(' ', kMethod.size());
  if (!head.starts_with(kMethod) || end == head.npos) return false;
  authority = head.substr(kMethod.size(), end - kMethod.size());
  in_.release();
  return true;
}

std::pair<char*, std::size_t> Session::body_space() {
  if (state_ != State::kBody) return {nullptr, 0};
  return {in_.end(), head_size_ + body_size_ - in_.size()};
}

bool Session::take_request(std::string_view bytes) {
  in_.append(bytes);
  return state_ != State::kHead || take_head();
}

bool Session::take_head() {
  const std::string_view seen = in_.view();
  const std::size_t end = head_end(seen);
  if (end == seen.npos) return seen.size() < kMostHead;
  const Framing framing = framing_of(seen.substr(0, end));
  if (framing.chunked || framing.length.value_or(0) > kMostBody) return false;
  head_size_ = end;
  body_size_ = framing.length.value_or(0);
  rewrites_ = framing.close;
  state_ = State::kBody;
  if (head_size_ + body_size_ > in_.size()) in_.room(head_size_ + body_size_ - in_.size());
  return true;
}

bool Session::request_is_whole() const {
  return state_ == State::kBody && in_.size() >= head_size_ + body_size_;
}

std::string_view Session::message() {
  const std::string_view head = in_.view().substr(0, head_size_);
  const std::string_view body = in_.view().substr(head_size_, body_size_);
  state_ = State::kAnswer;
  answer_in_body_ = false;
  answer_head_.clear();
  const auto spans = body.empty() || !scanner_ ? std::vector<Span>() : scanner_->scan(body);
  if (spans.empty() && !rewrites_) return in_.view().substr(0, head_size_ + body_size_);
  const std::string masked = redacted(body, spans);
  rewritten_ = rewritten_head(head, masked.size()) + masked;
  return rewritten_;
}

bool Session::take_answer(std::string_view bytes, bool& ended) {
  if (!client.put(bytes)) return false;
  if (!answer_in_body_) {
    const std::size_t seen = answer_head_.size();
    answer_head_.append(bytes);
    const std::size_t end = head_end(answer_head_, seen);
    if (end == answer_head_.npos) return answer_head_.size() < kMostHead;
    answer_body_ = BodyReader::for_response(framing_of(answer_head_));
    answer_in_body_ = true;
    bytes.remove_prefix(end - seen);
    std::string().swap(answer_head_);
  }
  while (!answer_body_.next(bytes).empty()) {
  }
  ended = answer_body_.done();
  return !answer_body_.broken() && !answer_body_.ends_at_close();
}

void Session::end_exchange() {
  state_ = State::kHead;
  if (in_.capacity() > kKept) in_.release();
  in_.clear();
  std::string().swap(rewritten_);
}

}  // namespace sekisho::lab
