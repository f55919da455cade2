#include "gateway/http/beast_reading.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <limits>

namespace sekisho::gateway {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

bool same(string_view a, std::string_view b) {
  return std::string_view(a.data(), a.size()) == b;
}

// Compares while Beast reads, so that no second copy of the head is made.
template <bool isRequest, class Head>
class Reading final : public http::basic_parser<isRequest> {
 public:
  explicit Reading(const Head& head) : head_(head) {
    this->header_limit(std::numeric_limits<std::uint32_t>::max());
    this->body_limit(boost::none);
  }

  bool agrees(const std::string& canonical) {
    error_code error;
    const std::size_t taken =
        this->put(boost::asio::const_buffer(canonical.data(), canonical.size()), error);
    return !error && same_ && taken == canonical.size() && this->is_header_done() &&
           next_ == head_.headers.size() && same_framing();
  }

 private:
  void on_request_impl(http::verb, string_view method, string_view target, int version,
                       error_code&) override {
    if constexpr (isRequest) {
      same_ = same_ && same(method, head_.method) && same(target, head_.target) &&
              version == 10 + head_.minor_version;
    }
  }
  void on_response_impl(int status, string_view reason, int version, error_code&) override {
    if constexpr (!isRequest) {
      same_ = same_ && status == head_.status && same(reason, head_.reason) &&
              version == 10 + head_.minor_version;
    }
  }
  void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
    same_ = same_ && next_ < head_.headers.size() && same(name, head_.headers[next_].name) &&
            same(value, head_.headers[next_].value);
    ++next_;
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  bool same_framing() const {
    using Kind = BodyFraming::Kind;
    const BodyFraming& body = head_.body;
    if (body.kind == Kind::kChunked) return this->chunked();
    if (body.kind == Kind::kUntilClose) return this->need_eof();
    if (!this->chunked() && body.length_stated) return this->content_length() == body.length;
    return body.kind == Kind::kNone && !this->content_length();
  }

  const Head& head_;
  std::size_t next_ = 0;
  bool same_ = true;
};

}  // namespace

bool beast_agrees(const RequestHead& head, const std::string& canonical) {
  return Reading<true, RequestHead>(head).agrees(canonical);
}

bool beast_agrees(const ResponseHead& head, const std::string& canonical, bool no_body) {
  Reading<false, ResponseHead> reading(head);
  reading.skip(no_body);
  return reading.agrees(canonical);
}

}  // namespace sekisho::gateway
