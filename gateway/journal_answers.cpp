#include "gateway/journal_answers.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace sekisho::gateway {

void JournalAnswers::carry() {
  net::post(executor_, [calls = std::exchange(calls_, {})] {
    for (const Call& call : calls) call();
  });
}

}  // namespace sekisho::gateway
