#pragma once

// One answer as it comes over the wire: its coding undone, its tokens restored, its coding done
// again, each piece flushed.

#include <memory>
#include <string>
#include <string_view>

#include "filters/bodies/stream_coding.h"
#include "policy/answer_restorer.h"
#include "policy/dialect.h"

namespace sekisho::policy {

struct AnswerHead {
  int status = 200;
  std::string_view content_type, content_encoding;
};

class RestoredAnswer {
 public:
  // Null, and `why` (part | coding | type), when the answer cannot be read: it passes as it is, its
  // tokens with it.
  static std::unique_ptr<RestoredAnswer> begin(const AnswerHead& head,
                                               std::shared_ptr<const TokenMap> tokens,
                                               const Dialect& dialect, std::string& why);

  // Appends what goes to the client. False: the bytes are not in the coding that was stated.
  bool feed(std::string_view bytes, std::string& out);
  bool finish(std::string& out);
  // What comes from now on passes as it is.
  bool give_up(std::string& out);
  const RestoreCounts& counts() const { return restorer_.counts(); }
  std::size_t held() const { return restorer_.held(); }

 private:
  RestoredAnswer(filters::StreamCoding coding, AnswerShape shape,
                 std::shared_ptr<const TokenMap> tokens, const Dialect& dialect)
      : decoder_(coding), encoder_(coding), restorer_(std::move(tokens), dialect.lanes, shape) {}

  filters::StreamDecoder decoder_;
  filters::StreamEncoder encoder_;
  AnswerRestorer restorer_;
};

}  // namespace sekisho::policy
