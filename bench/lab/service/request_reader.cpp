#include "bench/lab/service/request_reader.h"

#include <algorithm>

namespace sekisho::lab {
namespace {

constexpr std::size_t kMostHead = 64 * 1024, kStart = 1024;

std::string target_of(std::string_view head) {
  const std::size_t first = head.find(' ');
  const std::size_t second = first == head.npos ? first : head.find(' ', first + 1);
  if (second == head.npos) return {};
  return std::string(head.substr(first + 1, second - first - 1));
}

}  // namespace

bool ServiceRequest::wants_stream() const {
  return query_number(target, "stream").value_or(0) == 1 ||
         body.find("\"stream\":true") != body.npos || body.find("\"stream\": true") != body.npos;
}

RequestReader::Progress RequestReader::take_head(std::string_view& in) {
  const std::size_t seen = head_.size();
  head_.append(in.substr(0, kMostHead));
  const std::size_t end = head_end(head_, seen);
  if (end == head_.npos) {
    in = {};
    return head_.size() > kMostHead ? Progress::kBroken : Progress::kMore;
  }
  in.remove_prefix(end - seen);
  head_.resize(end);
  const Framing framing = framing_of(head_);
  request_ = {target_of(head_), {}, framing.close};
  body_ = BodyReader::for_request(framing);
  in_body_ = true;
  const bool waits = same_word(header_value(head_, "expect"), "100-continue");
  head_.clear();
  if (request_.target.empty()) return Progress::kBroken;
  return waits ? Progress::kContinue : Progress::kRequest;
}

RequestReader::Progress RequestReader::feed(std::string_view& in) {
  if (!in_body_) {
    const Progress progress = take_head(in);
    if (progress != Progress::kRequest) return progress;
  }
  const std::size_t most = request_.target == "/echo" ? std::string::npos : kStart;
  for (std::string_view piece; !(piece = body_.next(in)).empty();)
    request_.body.append(piece.substr(0, most - std::min(most, request_.body.size())));
  if (body_.broken()) return Progress::kBroken;
  if (!body_.done()) return Progress::kMore;
  in_body_ = false;
  return Progress::kRequest;
}

}  // namespace sekisho::lab
