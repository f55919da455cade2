#include "policy/restored_answer.h"

#include <utility>

namespace sekisho::policy {

std::unique_ptr<RestoredAnswer> RestoredAnswer::begin(const AnswerHead& head,
                                                      std::shared_ptr<const TokenMap> tokens,
                                                      const Dialect& dialect, std::string& why) {
  const auto coding = filters::stream_coding(head.content_encoding);
  const auto shape = answer_shape(head.content_type);
  why = head.status == 206 ? "part" : !coding ? "coding" : !shape ? "type" : "";
  if (!why.empty()) return nullptr;
  return std::unique_ptr<RestoredAnswer>(
      new RestoredAnswer(*coding, *shape, std::move(tokens), dialect));
}

bool RestoredAnswer::feed(std::string_view bytes, std::string& out) {
  decoder_.push(bytes);
  for (;;) {
    std::string plain, restored;
    const filters::StreamDecoder::Status status = decoder_.step(plain);
    if (status == filters::StreamDecoder::Status::kCorrupt ||
        status == filters::StreamDecoder::Status::kTooBig)
      return false;
    restorer_.feed(plain, restored);
    if (!encoder_.write(restored, out)) return false;
    if (status == filters::StreamDecoder::Status::kNeedInput) return true;
  }
}

bool RestoredAnswer::give_up(std::string& out) {
  std::string rest;
  restorer_.give_up(rest);
  return encoder_.write(rest, out);
}

bool RestoredAnswer::finish(std::string& out) {
  if (!decoder_.whole()) return false;
  std::string restored;
  restorer_.finish(restored);
  return encoder_.write(restored, out) && encoder_.finish(out);
}

}  // namespace sekisho::policy
