#include "bench/lab/load/answer_reader.h"

namespace sekisho::lab {

bool AnswerReader::take_head(std::string_view& bytes) {
  const std::size_t seen = head_.size();
  head_.append(bytes);
  const std::size_t end = head_end(head_, seen);
  if (end == head_.npos) {
    bytes = {};
    return false;
  }
  bytes.remove_prefix(end - seen);
  head_.resize(end);
  status_ = status_of(head_);
  return true;
}

AnswerReader::Progress AnswerReader::feed(std::string_view bytes, std::uint64_t now,
                                          EventMeter* meter, Tally& tally) {
  while (!in_body_) {
    if (!take_head(bytes)) return Progress::kMore;
    if (status_ >= 100 && status_ < 200) {
      head_.clear();
      continue;
    }
    const Framing framing = framing_of(head_);
    body_ = BodyReader::for_response(framing);
    close_ = framing.close || body_.ends_at_close();
    in_body_ = true;
  }
  return feed_body(bytes, now, meter, tally);
}

AnswerReader::Progress AnswerReader::feed_body(std::string_view bytes, std::uint64_t now,
                                               EventMeter* meter, Tally& tally) {
  for (std::string_view piece; !(piece = body_.next(bytes)).empty();)
    if (meter) meter->feed(piece, now, tally);
  if (body_.broken()) return Progress::kBroken;
  return body_.done() ? Progress::kDone : Progress::kMore;
}

AnswerReader::Progress AnswerReader::at_end() const {
  return in_body_ && body_.ends_at_close() ? Progress::kDone : Progress::kBroken;
}

}  // namespace sekisho::lab
